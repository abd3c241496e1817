"""Each language's own checker finds nothing: clang-format, shellcheck, pyflakes."""

import os
import re
import subprocess
import tempfile
import unittest

import cpp
from tree import ROOT, Rule, files

# Shell scripts that are sourced and have no interpreter of their own: completion, which bash reads.
SOURCED = "etc/bash-completion/"


def first_line(path):
    with open(os.path.join(ROOT, path), "rb") as file:
        return file.readline(80).decode("latin-1")


def interpreted(path, by):
    return re.match(rf"#!\s*\S*(?:/env\s+(?:-S\s*)?)?\S*\b(?:{by})\b", first_line(path)) is not None


def findings(tool, paths, line):
    """What the tool says of the paths, as far as it has the form of a finding; an error where it cannot run."""
    done = subprocess.run([*tool, *paths], capture_output=True, text=True, cwd=ROOT, timeout=250)
    found = [each for each in (done.stdout + done.stderr).splitlines() if re.match(line, each)]
    if done.returncode and not found:
        raise AssertionError(f"{' '.join(tool)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return found


def clang_format(paths):
    found = findings(["clang-format", "--dry-run", "--Werror"], paths, r".*-Wclang-format-violations")
    return [re.sub(r": error: .*", ": clang-format would write this otherwise; run clang-format -i on the file", each)
            for each in found]


def shellcheck(paths, *options):
    return findings(["shellcheck", "--format=gcc", *options], paths, r".*:\d+:\d+: ")


def pyflakes(paths):
    return findings(["pyflakes3"], paths, r".*:\d+:")


class Format(Rule):
    def broken(self, name, text):
        """A file with something to find, which must be found."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_cpp_is_as_clang_format_writes_it(self):
        version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=True).stdout
        self.assertIn(" version 14.", version, "another version formats otherwise; Debian 12 has 14")
        self.assertEqual(len(clang_format([self.broken("a.cpp", "int  a;\n")])), 1)
        self.holds(clang_format(files(*cpp.ENDINGS)))

    def test_shell_scripts_are_clean_by_shellcheck(self):
        self.assertEqual(len(shellcheck([self.broken("a", "#!/bin/sh\necho $1\n")])), 1)
        scripts = [path for path in files() if path.endswith(".sh") or interpreted(path, "sh|bash|dash")]
        self.assertIn("etc/packages.sh", scripts)
        self.assertIn("etc/debian/postinst", scripts)
        self.holds(shellcheck(scripts) + shellcheck(files(under=SOURCED), "--shell=bash"))

    def test_python_is_clean_by_pyflakes(self):
        self.assertEqual(len(pyflakes([self.broken("a.py", "import os\n")])), 1)
        scripts = [path for path in files() if path.endswith(".py") or interpreted(path, r"python3?")]
        self.assertIn("tests/house/test_format.py", scripts)
        self.holds(pyflakes(scripts))


if __name__ == "__main__":
    unittest.main()
