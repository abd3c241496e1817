"""The files of the repository, and how a rule reports what breaks it."""

import fnmatch
import os
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def ignored(root):
    """Patterns of .gitignore: build products and the user's own files are no files of the repository."""
    path = os.path.join(root, ".gitignore")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and not line.startswith("#")]


def is_ignored(path, patterns):
    """`path`: from the root; a folder's ends with a slash. Of .gitignore's syntax: names, rooted paths, *."""
    for pattern in patterns:
        if pattern.startswith("/"):
            if fnmatch.fnmatch(path, pattern[1:]):
                return True
        elif fnmatch.fnmatch("/" + path, "*/" + pattern):
            return True
    return False


def files(*endings, under="", root=ROOT):
    """Paths from the root, sorted, of the files whose names end so; all files without endings."""
    patterns = ignored(root)
    found = []
    for folder, folders, names in os.walk(os.path.join(root, under)):
        inside = os.path.relpath(folder, root)
        inside = "" if inside == "." else inside + "/"
        folders[:] = [name for name in folders
                      if name != ".git" and not is_ignored(f"{inside}{name}/", patterns)]
        found += [inside + name for name in names
                  if name != ".git" and not is_ignored(inside + name, patterns)
                  and (not endings or name.endswith(endings))]
    return sorted(found)


def read(path, root=ROOT):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Rule(unittest.TestCase):
    maxDiff = None

    def holds(self, findings):
        """Fails with all findings, one a line. Each: file:line: what was found; what is expected."""
        if findings:
            self.fail(f"{len(findings)} found:\n" + "\n".join(findings))
