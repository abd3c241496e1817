#!/usr/bin/env python3
"""Prints the size of the house as Markdown: files, functions, members.

    tests/house/figures.py [PATH] [--class NAME]...     PATH: a checkout, default this one

Lines: of *.cpp and *.hpp, blank and comment lines too. Functions: by braces, see cpp_shape.py; from the first line of
the head to the closing brace. p90: nearest rank.
Members: the data members that are not static, of a class by its name or the end of it. "Through values" replaces each
member of a type of the product's own by the members of that type, again and again; std::optional, array, pair, tuple and
variant are looked through, pointers, references and other containers are not. A type without members counts 1.
"""

import argparse
import math
import os
import sys

import cpp
import cpp_shape
import tree

CLASSES = ("StreamCore", "StreamDriver::State", "StreamRecorder", "Watch")
SETTINGS = ("Policy", "Limits")  # configuration that is copied: no state
LONG, SHORT = 400, 30
TRANSPARENT = {"optional", "array", "pair", "tuple", "variant"}


def quantile(values, share):
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0


class Part:
    """The product or the tests."""

    def __init__(self, root, paths):
        self.texts = {path: tree.read(path, root) for path in paths}
        self.lengths = {path: text.count("\n") for path, text in self.texts.items()}
        self.functions, self.classes, self.aliases = [], {}, {}
        for path, text in self.texts.items():
            functions, classes, aliases = cpp_shape.read(text)
            self.aliases.update(aliases)
            self.functions += [(each.lines, f"{path}:{each.line}", each.name) for each in functions]
            self.classes.update({each.name: each for each in classes})

    def rooms(self):
        rooms = {}
        for path, lines in self.lengths.items():
            folders = os.path.dirname(path).split("/")
            room = "/".join(folders[:2]) if folders[0] == "tests" else folders[0]
            rooms[room] = rooms.get(room, 0) + lines
        return rooms


class Members:
    def __init__(self, classes, aliases, settings=()):
        self.classes = classes
        self.aliases = aliases
        self.settings = settings  # names of classes that count as one value

    def named(self, name):
        """Those whose name ends so."""
        return [each for full, each in sorted(self.classes.items()) if full == name or full.endswith("::" + name)]

    def resolve(self, name, scope):
        """(the class, None) or (None, the type it is an alias of): what the compiler finds first, from the scope
        outwards; else the only class of that name. (None, None): none of the product's."""
        parts = scope.split("::")
        for length in range(len(parts), -1, -1):
            full = "::".join([*parts[:length], name])
            if full in self.classes:
                return self.classes[full], None
            if full in self.aliases and self.aliases[full] != name:
                return None, self.aliases[full]
        alike = self.named(name)
        return (alike[0] if len(alike) == 1 else None), None

    def values(self, type_, scope):
        """The product's own classes whose values a member of this type holds."""
        words = [word for word in type_.replace(">", "> ").split() if word not in ("const", "mutable", "inline", "typename")]
        type_ = " ".join(words).strip()
        if type_.endswith(("*", "&", "* >")):
            return []
        name, angle, rest = type_.partition("<")
        name = name.strip().removeprefix("::")
        if angle and name.split("::")[-1] in TRANSPARENT:
            inside = rest[:rest.rindex(">")]
            return [found for part in cpp_shape.split(inside) for found in self.values(part.strip(), scope)]
        if name.startswith("std::"):
            return []
        found, alias = self.resolve(name, scope)
        if alias:
            return self.values(alias, scope)
        return [found] if found else []

    def through(self, of, seen=()):
        if of.name in seen or of.name.split("::")[-1] in self.settings:
            return 1
        seen = (*seen, of.name)
        total = 0
        for base in of.bases:
            total += sum(self.through(each, seen) for each in self.values(base, of.name))
        for member in of.members:
            inside = self.values(member.type, of.name)
            total += sum(max(1, self.through(each, seen)) for each in inside) or 1
        return total


def print_sizes(parts):
    def row(name, *values):
        print(f"| {name} | " + " | ".join(values) + " |")
    row("", *parts)
    print("|---|" + "---:|" * len(parts))
    every = parts.values()
    lengths = [list(part.lengths.values()) for part in every]
    row("C++ files", *(f"{len(each):,}" for each in lengths))
    row("lines", *(f"{sum(each):,}" for each in lengths))
    row("lines of a file: median, p90, most",
        *(f"{quantile(each, .5)}, {quantile(each, .9)}, {max(each, default=0)}" for each in lengths))
    row(f"files over {LONG} lines", *(str(sum(lines > LONG for lines in each)) for each in lengths))
    row(f"files under {SHORT} lines", *(str(sum(lines < SHORT for lines in each)) for each in lengths))
    functions = [[lines for lines, _, _ in part.functions] for part in every]
    row("functions", *(f"{len(each):,}" for each in functions))
    row("lines of a function: median, p90, most",
        *(f"{quantile(each, .5)}, {quantile(each, .9)}, {max(each, default=0)}" for each in functions))
    longest = [max(part.functions, default=(0, "", "")) for part in every]
    row("the longest", *(f"`{name}` {place}" for _, place, name in longest))


def print_rooms(part):
    print("\n| room | files | lines |\n|---|---:|---:|")
    for room, lines in sorted(part.rooms().items()):
        count = sum(path.startswith(room + "/") for path in part.lengths)
        print(f"| {room} | {count:,} | {lines:,} |")


def print_members(part, names):
    members = Members(part.classes, part.aliases)
    state = Members(part.classes, part.aliases, SETTINGS)
    print(f"\n| class | members | of them bool | through values | … {', '.join(SETTINGS)} as one each |\n"
          "|---|---:|---:|---:|---:|")
    for name in names:
        found = members.named(name)
        if not found:
            print(f"| {name} | not found | | | |")
        for each in found:
            flags = sum(member.type in ("bool", "const bool", "mutable bool") for member in each.members)
            print(f"| {each.name} | {len(each.members)} | {flags} | {members.through(each)} | {state.through(each)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", metavar="PATH", nargs="?", default=tree.ROOT)
    parser.add_argument("--class", metavar="NAME", dest="classes", action="append", help=f"default {', '.join(CLASSES)}")
    options = parser.parse_args()
    if not os.path.isfile(os.path.join(options.path, "CMakeLists.txt")):
        parser.error(f"{options.path} is no checkout: it has no CMakeLists.txt")
    paths = tree.files(*cpp.ENDINGS, root=options.path)
    parts = {"product": Part(options.path, [path for path in paths if not path.startswith("tests/")]),
             "tests": Part(options.path, [path for path in paths if path.startswith("tests/")])}
    print_sizes(parts)
    print_rooms(parts["product"])
    print_members(parts["product"], options.classes or CLASSES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
