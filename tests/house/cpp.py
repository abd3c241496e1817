"""C++ as text: without its comments, without what stands in its strings."""

import re

ENDINGS = (".cpp", ".hpp")

TOKEN = re.compile(
    r'(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)'
    r'|(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<character>(?<![0-9A-F])'(?:\\.|[^'\\\n])+')", re.S)  # no digit separator


def blank(text):
    """Of the same length, with the same lines."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return TOKEN.sub(lambda token: blank(token[0]) if token["comment"] else token[0], text)


def bare(text):
    """Without comments and the contents of strings and characters."""
    def strip(token):
        if token["comment"]:
            return blank(token[0])
        return token[0][0] + blank(token[0][1:-1]) + token[0][-1]
    return TOKEN.sub(strip, text)


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.M)


def includes(text):
    """(line, name, whether it stands in quotes) of each #include that is no comment."""
    text = without_comments(text)
    return [(text.count("\n", 0, found.start()) + 1, found[1] or found[2], found[1] is not None)
            for found in INCLUDE.finditer(text)]
