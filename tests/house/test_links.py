"""Each relative link of a document leads somewhere, and each path in backticks is there.

What in backticks is a path of the repository:
- a word whose first folder is a folder of the root or of the document's own folder, or that is a file of either
  (`monitor/cause.cpp`, `CMakeLists.txt`); `*` stands for any, and a word without an ending for a source and its
  header (`recovery/stream_core`);
- a word without a folder that has the ending of a source file (`throttle.hpp`, `throttle.*`): such a file is somewhere.
What is none: absolute paths (`/etc/…`, routes), URLs, words with a placeholder in capitals (`tests/fuzz/NAME_fuzz.cpp`),
and what .gitignore names: build products (`build/…`) and the user's own files.
"""

import fnmatch
import os
import re
import unittest
import urllib.parse

import markdown
import tree
from tree import Rule, files, read

SOURCE = (".cpp", ".hpp", ".py", ".sh", ".cmake", ".js", ".css")


class Paths:
    """The files of the repository, by their paths from the root."""

    def __init__(self, paths, patterns=()):
        self.files = set(paths)
        self.folders = {path[:end] for path in paths for end in [i for i, sign in enumerate(path) if sign == "/"]}
        self.patterns = patterns

    def has(self, path):
        """A file, a folder, a pattern of either, or a source and its header without their ending."""
        path = path.rstrip("/")
        if path in self.files or path in self.folders or path in ("", "."):
            return True
        if "*" in path:
            return any(fnmatch.fnmatch(each, path) for each in self.files)
        return "." not in os.path.basename(path) and any(path + end in self.files for end in (".cpp", ".hpp"))

    def is_ignored(self, path):
        return any(tree.is_ignored(path[:end], self.patterns)
                   for end in [i + 1 for i, sign in enumerate(path) if sign == "/"] + [len(path)])


def broken_links(document, text, paths, read_document):
    found = []
    for line, target in markdown.links(text):
        if re.match(r"[a-z][a-z+.-]*:|//", target):
            continue
        path, _, fragment = urllib.parse.unquote(target).partition("#")
        full = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
        if not paths.has(full):
            found.append(f"{document}:{line}: links to {target}; there is no {full}")
        elif fragment and full.endswith(".md") and fragment not in markdown.anchors(read_document(full)):
            found.append(f"{document}:{line}: links to {target}; {full} has no heading with the anchor {fragment}")
    return found


def has_placeholder(word):
    return re.search(r"(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z])", word) and not word.endswith((".md", "LICENSE"))


def words_of(text):
    """(line, word) of each word in backticks that can be a path at all."""
    for line, span in markdown.code_spans(text):
        for word in re.split(r"[\s,;=:'\"()]+", span):
            if re.fullmatch(r"[\w.*+-]+(?:/[\w.*+-]+)*/?", word) and not has_placeholder(word):
                yield line, word


def broken_paths(document, text, paths):
    found = []
    here = os.path.dirname(document)
    for line, word in words_of(text):
        first = word.split("/")[0]
        bases = [base for base in ("", here) if os.path.join(base, first) in paths.folders]
        candidates = [os.path.normpath(os.path.join(base, word)) for base in ("", here)]
        if any(paths.has(each) or paths.is_ignored(each) for each in candidates):
            continue
        if "/" in word and bases:
            found.append(f"{document}:{line}: names `{word}`; there is no such file or folder")
        elif "/" not in word and word.endswith((*SOURCE, ".*")) and not paths.has("*/" + word):
            found.append(f"{document}:{line}: names `{word}`; no folder has such a file")
    return found


class Documents(Rule):
    def setUp(self):
        self.paths = Paths(files(), tree.ignored(tree.ROOT))
        self.documents = {path: read(path) for path in files(".md")}

    def test_each_relative_link_leads_somewhere(self):
        self.holds([each for path, text in self.documents.items()
                    for each in broken_links(path, text, self.paths, self.documents.get)])

    def test_each_path_in_backticks_is_there(self):
        self.assertGreater(sum("/" in word for text in self.documents.values() for _, word in words_of(text)), 100)
        self.holds([each for path, text in self.documents.items() for each in broken_paths(path, text, self.paths)])

    def test_a_broken_link_is_found(self):
        documents = {"http/a.md": "# One `b`\n## One b\n[a](../etc/b.yml) [b](#one-b-1) ![c](a.md#one-b)\n"
                                  "```\n[x](y)\n```\n[d](b.md) `[e](f)` [g](#two) [h](https://h/)\n"}
        paths = Paths(["http/a.md", "etc/b.yml"])
        found = broken_links("http/a.md", documents["http/a.md"], paths, documents.get)
        self.assertEqual([each.split(";")[0] for each in found],
                         ["http/a.md:7: links to b.md", "http/a.md:7: links to #two"])

    def test_a_broken_path_is_found(self):
        paths = Paths(["http/a.md", "http/page/a.js", "monitor/b.cpp", "etc/c.sh"], ["/build/", "/etc/own"])
        there = "`http/page/a.js` `page/` `monitor/b` `monitor/*.cpp` `etc/c.sh --x etc/own` `b.cpp` `/etc/d` " \
                "`build/x/y` `etc/NAME.sh` `a/b.d` `1/2` `monitor/b.cpp:12`"
        self.assertEqual(broken_paths("http/a.md", there, paths), [])
        for each in ("http/page/b.js", "page/b.js", "monitor/c", "monitor/*.hpp", "etc/c.sh etc/e", "c.cpp", "a*.cpp",
                     "d.*", "http/README.md", "etc/LICENSE"):
            with self.subTest(each):
                self.assertEqual(len(broken_paths("http/a.md", f"`{each}`", paths)), 1)


if __name__ == "__main__":
    unittest.main()
