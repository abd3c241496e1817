"""Each cause is documented, and no cause is documented that there is not."""

import re
import unittest

import markdown
from tree import Rule, files, line_of, read

HEADER = "monitor/cause.hpp"
ROW = re.compile(r"^\s*cause\((\w+), \w+\)", re.MULTILINE)


def causes(header):
    """name → line, of the list FFSUPERVISOR_CAUSES; each name is the one that is promised."""
    return {found[1]: line_of(header, found.start(1)) for found in ROW.finditer(header)}


def documented(text):
    """(line, cause) of each row of the tables whose first column is headed `cause`."""
    return [(line, name)
            for head, rows in markdown.tables(text) if head[0].lower() == "cause"
            for line, cells in rows
            for _, name in markdown.code_spans(cells[0])]


def breaks(header, documents):
    """`documents`: path → text."""
    known = causes(header)
    rows = [(f"{path}:{line}", name) for path, text in documents.items() for line, name in documented(text)]
    found = [f"{place}: documents the cause {name}, which {HEADER} does not have"
             for place, name in rows if name not in known]
    told = {name for _, name in rows}
    return found + [f"{HEADER}:{line}: {name} is documented nowhere; a table headed `| cause |` in a *.md has a row "
                    "for each cause" for name, line in known.items() if name not in told]


class Causes(Rule):
    def test_each_is_documented_and_no_other(self):
        header = read(HEADER)
        self.assertGreater(len(causes(header)), 20)
        self.holds(breaks(header, {path: read(path) for path in files(".md")}))

    def test_a_missing_and_a_left_over_row_are_found(self):
        header = "#define FFSUPERVISOR_CAUSES(cause) \\\n  cause(lost, sink) \\\n  cause(gone, source)\n"
        table = "| cause | look at |\n|---|---|\n| `lost`, `kept` | there |\n"
        self.assertEqual([finding.split(";")[0] for finding in breaks(header, {"a.md": table})],
                         [f"a.md:3: documents the cause kept, which {HEADER} does not have",
                          f"{HEADER}:3: gone is documented nowhere"])


if __name__ == "__main__":
    unittest.main()
