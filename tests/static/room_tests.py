"""Runs the room tests emulated: `tests/static/room_tests.sh`. A suite is a process, as to start one is what costs most. What
fails there is tried again alone and in a process of its own: emulated, what shares the processors may be too late. Says for
each room how many passed, and what the others say."""

import collections
import concurrent.futures
import os
import re
import subprocess
import sys
import time

LIMIT = 600  # seconds for a suite
VERDICT = re.compile(r"^\[ +(OK|SKIPPED|FAILED) +\] (\S+) \(\d+ ms\)$", re.MULTILINE)
VERDICTS = {"OK": "passed", "SKIPPED": "skipped", "FAILED": "failed"}
# Behind the place in the file.
REASON = re.compile(r"^\S+:\d+: Skipped\n(.*?)\n+\[", re.MULTILINE | re.DOTALL)


def suites_of(program, pattern):
    """Cases by suite."""
    listed = subprocess.run([program, "--gtest_list_tests", f"--gtest_filter={pattern}"], capture_output=True, text=True,
                            check=True).stdout
    suites, suite = {}, None
    for line in listed.splitlines():
        name = line.split("#")[0].rstrip()
        if not name.startswith("  ") and name.endswith("."):
            suite = suites.setdefault(name, [])
        elif name.startswith("  "):
            suite.append(name.strip())
    return {suite: [suite + case for case in cases] for suite, cases in suites.items()}


def run(program, cases):
    """Verdicts by case, and what was said. What the process did not come to has failed."""
    try:
        done = subprocess.run([program, "--gtest_filter=" + ":".join(cases)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=LIMIT)
        said = f"{done.stdout}\nended with {done.returncode}"
    except subprocess.TimeoutExpired as late:
        said = f"{(late.stdout or b'').decode(errors='replace')}\nnot within {LIMIT} s"
    verdicts = dict.fromkeys(cases, "failed")
    verdicts.update((case, VERDICTS[word]) for word, case in VERDICT.findall(said) if case in verdicts)
    return verdicts, said


def run_room(folder, room, pattern):
    program = os.path.abspath(os.path.join(folder, f"{room}_tests"))
    start = time.monotonic()
    suites = suites_of(program, pattern or "*")
    verdicts, reasons, again = {}, collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS") or os.cpu_count())) as workers:
        for found, said in workers.map(lambda cases: run(program, cases), suites.values()):
            verdicts.update(found)
            reasons.update(REASON.findall(said))
    failed = [case for case, verdict in verdicts.items() if verdict == "failed"]
    for case in failed:
        found, said = run(program, [case])
        verdicts.update(found)
        reasons.update(REASON.findall(said))
        if found[case] == "failed":
            print(f"-- {room}: {said}", flush=True)
        else:
            again.append(case)
    counts = collections.Counter(verdicts.values())
    print(f"{room}: {counts['passed']} passed, {counts['skipped']} skipped, {counts['failed']} failed of {len(verdicts)} "
          f"in {time.monotonic() - start:.0f} s", flush=True)
    for why, count in reasons.most_common():
        print(f"  {count} skipped: {why.strip()}", flush=True)
    if again:
        print(f"  only alone: {' '.join(again)}", flush=True)
    return bool(verdicts) and counts["failed"] == 0


def main():
    good = [run_room(sys.argv[1], *argument.partition(":")[::2]) for argument in sys.argv[2:]]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
