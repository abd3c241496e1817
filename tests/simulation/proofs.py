#!/usr/bin/env python3
"""Deletes each row of the table of proofs in turn and shows that the simulation then fails.

    tests/simulation/proofs.py [SEEDS]

Works on a copy of the tree's sources in a temporary folder; a row whose absence SEEDS (300) streams do not notice is
an error.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROW = re.compile(r"^    Requirement\{Act::(\w+),.*?\},\n", re.MULTILINE | re.DOTALL)


def build(copy):
    folder = copy / "build"
    if not folder.exists():
        subprocess.run(["cmake", "-S", copy, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                        "-DFFSUPERVISOR_TESTS=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "simulation"], check=True, stdout=subprocess.DEVNULL)
    return folder / "tests" / "simulation" / "simulation"


def verdict(copy, seeds):
    run = subprocess.run([build(copy), "--seeds", str(seeds)], capture_output=True, text=True)
    broken = [line for line in run.stdout.splitlines() if "rule broken" in line]
    return broken[0] if broken else None


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("build", ".git"))
        table = copy / "recovery" / "proof.cpp"
        whole = table.read_text()
        rows = list(ROW.finditer(whole))
        if verdict(copy, seeds):
            sys.exit("the simulation fails with the whole table")
        unnoticed = []
        for row in rows:
            table.write_text(whole[:row.start()] + whole[row.end():])
            broken = verdict(copy, seeds)
            print(f"without {row[1]}: {broken or 'NOT NOTICED'}", flush=True)
            unnoticed += [] if broken else [row[1]]
        print(f"{len(rows) - len(unnoticed)} of {len(rows)} rows noticed")
        sys.exit(1 if unnoticed or not rows else 0)


if __name__ == "__main__":
    main()
