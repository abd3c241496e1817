"""Each row of the threat model names tests, and they are there."""

import os
import re
import unittest

import markdown
from tree import ROOT, Rule, files, read

DOCUMENT = "etc/threat-model.md"
HEAD = "held by"


def suites():
    """The suites of the unit tests, and each of their tests."""
    found = set()
    for path in files("_test.cpp", under="tests"):
        for suite, test in re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", read(path), re.M):
            found |= {suite, f"{suite}.{test}"}
    return found


def is_there(name, known, root=ROOT):
    """`Suite`, `Suite.Test`, `live.name`, or a path; a path may be what the others stand in."""
    if "/" in name:
        return os.path.exists(os.path.join(root, name))
    if name.startswith("live."):
        return os.path.exists(os.path.join(root, "tests/live", f"test_{name.removeprefix('live.')}.py"))
    return name in known


def breaks(text, known):
    found = []
    for head, rows in markdown.tables(text):
        if head[-1] != HEAD:
            continue
        for line, row in rows:
            names = [name for _, name in markdown.code_spans(row[-1])]
            if not names:
                found.append(f"{DOCUMENT}:{line}: found no test; expected one that holds it")
            found += [f"{DOCUMENT}:{line}: names {name}, which is no test" for name in names if not is_there(name, known)]
    return found


class ThreatModel(Rule):
    def test_each_row_names_tests_that_are_there(self):
        self.holds(breaks(read(DOCUMENT), suites()))

    def test_what_breaks_the_rule_is_found(self):
        text = "| who | held by |\n|---|---|\n| a | none |\n| b | `Nothing` and `live.nothing` |\n| c | `Known` |\n"
        self.assertEqual(len(breaks(text, {"Known"})), 3)


if __name__ == "__main__":
    unittest.main()
