#!/usr/bin/python3
"""Every fault for real, and whether ffsupervisor blames the right one.

Each trial puts one stream on air by real FFmpeg, nginx-rtmp and Icecast on this machine, harms one part
of it and reads what is said and done. Needs root: network namespaces (iproute2, nftables), control groups
v1, tmpfs; what is not to be had is counted as not available. Prints Markdown.

Exit code: 0; 1 where a fault is blamed on the wrong component or not noticed, a healthy stream has an
incident, or a trial broke.
"""

import argparse
import ctypes
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from stage import RUN_VARIABLE, kill_marked, sweep  # first: it finds the live tests' modules
import config
import encoder
import healthy
import host
import sink
import source
from report import Report
from trial import EXIT_ONLY, OURS, PROGRESS_ONLY, Result, run_trial

SCENARIOS = [scenario for group in (source, encoder, sink, host, config, healthy)
             for scenario in group.SCENARIOS]
TRIAL_S = 240  # no trial takes longer
PR_SET_PDEATHSIG = 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("binary", metavar="BINARY")
    parser.add_argument("--short", action="store_true", help="the fast half")
    parser.add_argument("--only", metavar="NAME,...", default="", help="these; --list names them")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--baselines", action="store_true",
                        help="also a bash loop, and ffsupervisor with FFmpeg's progress alone")
    parser.add_argument("--jobs", type=int, default=3, help="trials side by side")
    parser.add_argument("--trial", nargs=2, metavar=("NAME", "MODE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.binary = os.path.abspath(args.binary)
    return args


def chosen(args):
    names = [name for name in args.only.split(",") if name]
    unknown = set(names) - {scenario.name for scenario in SCENARIOS}
    if unknown:
        sys.exit(f"no such scenario: {', '.join(sorted(unknown))}")
    return [each for each in SCENARIOS
            if (each.name in names if names else each.short or not args.short)]


def leave(number, _):
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def one_trial(args):
    """In a process of its own: its end takes all it started with it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    name, mode = args.trial
    scenario = next(each for each in SCENARIOS if each.name == name)
    print(json.dumps(dataclasses.asdict(run_trial(scenario, mode, args.binary))))


class Pool:
    """Trials as child processes, so many at a time; those that want the machine alone come last."""

    def __init__(self, args, folder):
        self.args, self.folder, self.running, self.results = args, folder, {}, {}

    def run(self, trials):
        together = [each for each in trials if not each[0].alone]
        self.work(together, self.args.jobs)
        self.work([each for each in trials if each[0].alone], 1)
        return self.results

    def work(self, waiting, jobs):
        waiting = list(waiting)
        while waiting or self.running:
            while waiting and len(self.running) < jobs:
                self.start(*waiting.pop(0))
            self.collect()
            time.sleep(0.1)

    def start(self, scenario, mode):
        output = tempfile.TemporaryFile(mode="w+")
        child = subprocess.Popen(
            [sys.executable, "-B", os.path.abspath(__file__), self.args.binary, "--trial", scenario.name,
             mode], stdout=output, env={**os.environ, "FAULTLAB_FOLDER": self.folder},
            start_new_session=True)  # Ctrl-C is for this process: it tells the others
        self.running[child] = scenario, mode, output, time.monotonic() + TRIAL_S

    def collect(self):
        for child, (scenario, mode, output, deadline) in list(self.running.items()):
            if child.poll() is None and time.monotonic() < deadline:
                continue
            if child.poll() is None:
                end(child)
            del self.running[child]
            result = self.read(scenario, mode, output)
            self.results[scenario.name, mode] = result
            print(f"{time.strftime('%H:%M:%S')} {mode} / {scenario.name}: {told(scenario, result)}",
                  file=sys.stderr, flush=True)

    @staticmethod
    def read(scenario, mode, output):
        with output:
            output.seek(0)
            text = output.read()
        try:
            return Result(**json.loads(text))
        except ValueError:
            return Result(scenario.name, mode, "broken", "the trial ended without a result")

    def stop(self):
        for child in self.running:
            end(child)


def end(child):
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def told(scenario, result):
    if result.status != "done":
        return f"{result.status}: {(result.note.splitlines() or [''])[0]}"
    if result.mode == EXIT_ONLY:
        return f"FFmpeg ended by itself after {result.detection_s} s"
    if scenario.is_healthy:
        return f"incidents: {', '.join(result.false_verdicts) or 'none'}"
    return (f"{result.cause or 'no verdict'} after {result.detection_s} s "
            f"(expected {' or '.join(scenario.causes)}), {result.action or 'no action'}, "
            f"back after {result.back_s} s {result.note}")


def modes_of(args):
    if not args.baselines:
        return [OURS]
    return [OURS, PROGRESS_ONLY, EXIT_ONLY]


def main():
    args = arguments()
    if args.trial:
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        return one_trial(args)
    if args.list:
        return print("\n".join(f"{each.name}: {each.title}" for each in SCENARIOS))
    scenarios, modes = chosen(args), modes_of(args)
    folder = tempfile.mkdtemp(prefix="faultlab-")
    os.chmod(folder, 0o777)
    os.environ[RUN_VARIABLE] = os.path.basename(folder)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    pool = Pool(args, folder)
    try:
        results = pool.run([(each, mode) for each in scenarios for mode in modes
                            if not (each.is_healthy and mode == EXIT_ONLY)])  # it has no incidents
    finally:
        pool.stop()
        tidy(folder)
    report = Report(scenarios, results, modes)
    report.print()
    return 0 if report.holds() else 1


def tidy(folder):
    """Of trials that were killed before they could: their folders are named as all they made."""
    for name in os.listdir(folder):
        sweep(name.partition("-")[0], os.path.join(folder, name), f"{RUN_VARIABLE}={os.environ[RUN_VARIABLE]}",
              spare=(os.getpid(),))
    kill_marked(f"{RUN_VARIABLE}={os.environ[RUN_VARIABLE]}", spare=(os.getpid(),))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
