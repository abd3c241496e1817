"""Markdown as GitHub reads it, as far as the documents use it: headings, anchors, tables, links, code."""

import re

FENCE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?^ {0,3}\1[^\n]*$", re.M | re.S)
HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$", re.M)
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]\[]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)")


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def prose(text):
    """Without its fenced blocks; offsets and lines stay."""
    return FENCE.sub(lambda fence: blank(fence[0]), text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def headings(text):
    """(line, level, words) of each heading."""
    text = prose(text)
    return [(line_at(text, found.start()), len(found[1]), found[2]) for found in HEADING.finditer(text)]


def slug(words):
    words = LINK.sub(lambda link: link[0][link[0].index("[") + 1:link[0].rindex("](")], words)
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")


def anchors(text):
    """What a #fragment may name; of headings alike the second has -1, the third -2."""
    seen = {}
    found = set()
    for _, _, words in headings(text):
        base = slug(words)
        count = seen.get(base, 0)
        seen[base] = count + 1
        found.add(f"{base}-{count}" if count else base)
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def links(text):
    """(line, target) of each link that is no code."""
    text = CODE.sub(lambda code: blank(code[0]), prose(text))
    return [(line_at(text, found.start()), found[1]) for found in LINK.finditer(text)]


def code_spans(text):
    """(line, words) of what stands in backticks within the text."""
    text = prose(text)
    return [(line_at(text, found.start()), found[2]) for found in CODE.finditer(text)]


def cells(row):
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def tables(text):
    """(head, rows) of each table: the head's cells, and (line, cells) of each row."""
    found = []
    lines = prose(text).splitlines()
    for number, line in enumerate(lines):
        if not re.fullmatch(r"\s*\|?[\s:|-]*-{3}[\s:|-]*", line) or "|" not in line or not number:
            continue
        rows = []
        for offset, row in enumerate(lines[number + 1:]):
            if not row.lstrip().startswith("|"):
                break
            rows.append((number + offset + 2, cells(row)))
        found.append((cells(lines[number - 1]), rows))
    return found
