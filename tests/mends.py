#!/usr/bin/env python3
"""Undoes each mend of a fault that once was and shows that its test then fails.

    tests/mends.py [NAME...]    all, or those whose name or kind has one of these words in it
    tests/mends.py --list

tests/mends/ROOM.toml has for each mend the piece of the product's text that makes it, what stands in its place once it
is undone, and the test of ROOM_tests that must notice. Works on a copy of the tree in a temporary folder, which holds
of the tests only the files that are needed. A mend that no test notices, that does not build, or whose piece of text
is not found exactly once is an error, as is a test that fails with every mend in place.
"""

import dataclasses
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLES = ROOT / "tests" / "mends"
ROOMS = ("monitor", "recovery", "http", "supervisor")  # the cheapest to build first
TEST_LIMIT_S = 60


@dataclasses.dataclass(frozen=True)
class Mend:
    room: str
    name: str
    kind: str
    file: str    # of the product
    text: str    # found in it exactly once
    undone: str  # stands there without the mend
    test: str    # SUITE.NAME

    def undo(self, whole):
        count = whole.count(self.text)
        if count != 1:
            raise ValueError(f"{self.name}: its text is found {count} times in {self.file}, expected once")
        return whole.replace(self.text, self.undone)


def read_mends(tables=TABLES):
    found = []
    for room in ROOMS:
        table = tomllib.loads((tables / f"{room}.toml").read_text())
        found += [Mend(room=room, **entry) for entry in table["mend"]]
    return found


def test_file(mend, root=ROOT):
    """The file that the mend's test is in."""
    suite, name = mend.test.split(".")
    test = re.compile(rf"^TEST(?:_F)?\({suite}, {name}\)", re.MULTILINE)
    found = [path for path in sorted((root / "tests" / mend.room).glob("*_test.cpp")) if test.search(path.read_text())]
    if len(found) != 1:
        raise ValueError(f"{mend.name}: its test {mend.test} is found {len(found)} times in tests/{mend.room}, "
                         "expected once")
    return found[0]


# ---------------------------------------------------------------------------------- the copy

def copy_tree(copy, mends):
    """Without the test files that no mend needs: much of the time would go to compiling them."""
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("build", ".git"))
    needed = {test_file(mend, copy) for mend in mends}
    for folder in {path.parent for path in needed}:
        for path in folder.glob("*_test.cpp"):
            if path not in needed:
                path.unlink()


def configure(copy):
    options = ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -w", "-DFFSUPERVISOR_TESTS=ON"]
    if shutil.which("ccache"):
        # Its cache knows no precompiled headers; with it, what is done again after a mend costs nothing.
        options += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"]
        os.environ["CCACHE_BASEDIR"] = str(copy)
    if shutil.which("mold"):
        options.append("-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold")
    subprocess.run(["cmake", "-S", copy, "-B", copy / "build", "-G", "Ninja", *options],
                   check=True, stdout=subprocess.DEVNULL)


def build(copy, room):
    """What the compiler says where it does not build, else nothing."""
    done = subprocess.run(["cmake", "--build", copy / "build", "--target", f"{room}_tests"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout[-4000:] if done.returncode else ""


# ---------------------------------------------------------------------------------- the tests

def run_tests(copy, room, tests):
    """How they end, and what they say. In a session of its own, which is killed: a broken test may leave processes."""
    program = copy / "build" / "tests" / f"{room}_tests"
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen([program, "--gtest_filter=" + ":".join(tests)], cwd=copy, stdin=subprocess.DEVNULL,
                                   stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            ended = process.wait(TEST_LIMIT_S + len(tests))
        except subprocess.TimeoutExpired:
            ended = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        said.seek(0)
        return ended, said.read()


def passes(copy, room, tests):
    ended, said = run_tests(copy, room, tests)
    passed = re.search(r"\[  PASSED  \] (\d+) tests?\.", said)
    if ended == 0 and passed and int(passed[1]) == len(tests):
        return True
    print(said[-4000:], file=sys.stderr)
    return False


def verdict_without(copy, mend):
    """Whether its test notices, and in which way."""
    place = copy / mend.file
    whole = place.read_text()
    try:
        place.write_text(mend.undo(whole))
        errors = build(copy, mend.room)
        if errors:
            return False, "DOES NOT BUILD\n" + errors
        ended, said = run_tests(copy, mend.room, [mend.test])
    finally:
        place.write_text(whole)
    if ended is None:
        return True, f"no end within {TEST_LIMIT_S} s"
    if ended < 0:
        return True, f"ended by {signal.Signals(-ended).name}"
    return (True, "red") if ended and f"[  FAILED  ] {mend.test}" in said else (False, "NOT NOTICED")


def try_room(copy, room, mends):
    """The number of those that are noticed."""
    errors = build(copy, room)
    if errors:
        sys.exit(f"{room}_tests does not build:\n{errors}")
    if not passes(copy, room, sorted({mend.test for mend in mends})):
        sys.exit(f"{room}_tests fails with every mend in place")
    noticed = 0
    for mend in sorted(mends, key=lambda each: each.file):  # one after another in a file: it is built once less
        began = time.monotonic()
        is_noticed, how = verdict_without(copy, mend)
        noticed += is_noticed
        print(f"{mend.kind}: {mend.name}: {mend.test}: {how} ({time.monotonic() - began:.1f} s)", flush=True)
    return noticed


def chosen(words):
    mends = read_mends()
    if words:
        mends = [mend for mend in mends if any(word in f"{mend.name} {mend.kind}" for word in words)]
    if not mends:
        sys.exit(f"no mend has {' or '.join(words)} in its name or kind; tests/mends.py --list has all of them")
    return mends


def main():
    if "--list" in sys.argv:
        for mend in read_mends():
            print(f"{mend.kind}: {mend.name}: {mend.file}: {mend.room} {mend.test}")
        return
    mends = chosen(sys.argv[1:])
    try:
        for mend in mends:
            mend.undo((ROOT / mend.file).read_text())
            test_file(mend)
    except ValueError as error:
        sys.exit(str(error))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "tree"
        copy_tree(copy, mends)
        configure(copy)
        noticed = sum(try_room(copy, room, [mend for mend in mends if mend.room == room])
                      for room in ROOMS if any(mend.room == room for mend in mends))
    print(f"{noticed} of {len(mends)} mends noticed")
    sys.exit(0 if noticed == len(mends) else 1)


if __name__ == "__main__":
    main()
