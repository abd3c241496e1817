"""Each entry of tests/mends fits the source: its text is found exactly once, and its test is there."""

import os
import sys
import unittest

from tree import ROOT, Rule, read

sys.path.insert(0, os.path.join(ROOT, "tests"))

import mends


def breaks(mend):
    try:
        mend.undo(read(mend.file))
        mends.test_file(mend)
    except (OSError, ValueError) as error:
        return [f"tests/mends/{mend.room}.toml: {error}"]
    return [] if mend.text != mend.undone else [f"tests/mends/{mend.room}.toml: {mend.name}: undoes nothing"]


class Mends(Rule):
    def test_each_is_found_once(self):
        found = mends.read_mends()
        self.assertGreater(len(found), 25)
        self.holds([each for mend in found for each in breaks(mend)])

    def test_no_two_share_a_name(self):
        names = [mend.name for mend in mends.read_mends()]
        self.holds([f"tests/mends: {name}: stands twice, expected once"
                    for name in sorted(set(names)) if names.count(name) > 1])

    def test_one_that_does_not_fit_is_found(self):
        fits = mends.read_mends()[0]
        self.assertEqual(breaks(fits), [])
        for change in ({"text": "no such text"}, {"text": "#include"}, {"undone": fits.text},
                       {"file": "monitor/none.cpp"}, {"test": "No.SuchTest"}):
            self.assertEqual(len(breaks(mends.dataclasses.replace(fits, **change))), 1, change)


if __name__ == "__main__":
    unittest.main()
