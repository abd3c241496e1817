#!/usr/bin/python3
"""Time to back on air for each fault, beside a bash loop, supervisord and s6 running the same FFmpeg.

Prints a Markdown table. Each cell: from the end of the fault (for FFmpeg killed or stopped: from that
instant) until the RTMP server gets bytes of a new publisher; in brackets the FFmpeg launches from the
fault until then. Medians over the rounds, ± half their range. Real FFmpeg, Icecast and nginx-rtmp on
loopback, fresh for each trial. Each peer is set to its fastest: supervisord with startsecs=0, s6 with a
service that says at once that it is ready. A round of everything takes about 25 minutes, --quick 7.

Exit code: 0, or 1 where a goal fails (from three rounds on: fewer know no spread), or 2 where a trial
broke.
"""

import argparse
import os
import signal
import sys
import time

from back_on_air_candidates import CANDIDATES, missing
from back_on_air_report import Report
from back_on_air_stage import Broken, version
from back_on_air_trial import FAULTS, POLL_S, run_trial

QUICK_OUTAGE_S = 5
ROUNDS_TO_JUDGE = 3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("binary", metavar="FFSUPERVISOR")
    parser.add_argument("--rounds", type=int, default=ROUNDS_TO_JUDGE)
    parser.add_argument("--fault", action="append", choices=[f.name for f in FAULTS])
    parser.add_argument("--candidate", action="append", choices=list(CANDIDATES))
    parser.add_argument("--quick", action="store_true", help="one round, no outage longer than 5 s")
    parser.add_argument("--env", action="append", metavar="NAME=VALUE",
                        help="settings of ffsupervisor; without, its defaults")
    args = parser.parse_args()
    args.binary = os.path.abspath(args.binary)
    args.env = args.env or []
    if args.rounds < 1 or not all("=" in pair for pair in args.env):
        parser.error("--rounds is at least 1, --env is NAME=VALUE")
    return args


def chosen(args):
    faults = [f for f in FAULTS if f.name in (args.fault or [f.name])]
    if args.quick:
        args.rounds = 1
        faults = [f for f in faults if f.outage_s <= QUICK_OUTAGE_S]
    names = [name for name in CANDIDATES if name in (args.candidate or [name])]
    for name in names:
        if program := missing(name, args.binary):
            sys.exit(f"{name}: {program} is not here (etc/packages.sh bench test)")
    return faults, names


def measure(faults, names, args):
    """({(fault, candidate): [Result]}, number of broken trials)"""
    results, broken = {(f.name, name): [] for f in faults for name in names}, 0
    for turn in range(args.rounds):
        for fault in faults:
            first = turn % len(names)
            for name in names[first:] + names[:first]:  # nobody is always first
                try:
                    result = run_trial(fault, name, args)
                    results[fault.name, name].append(result)
                    said = f"{result.gap_s:.3f} s, {result.launches} launches"
                except Broken as error:
                    broken += 1
                    said = f"BROKEN: {error}"
                print(f"{time.strftime('%H:%M:%S')} round {turn + 1} {fault.name} / {name}: {said}",
                      file=sys.stderr, flush=True)
    return results, broken


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    faults, names = chosen(args)
    results, broken = measure(faults, names, args)
    print(f"Rounds: {args.rounds}. Poll: {POLL_S * 1000:.0f} ms. {os.cpu_count()} CPUs. "
          f"{version('ffmpeg', '-version').split(' Copyright')[0]}; {version(args.binary, '--version')} with "
          f"{', '.join(['freeze_timeout 5s', *args.env])}.\n")
    report = Report(faults, names, results)
    report.table()
    print()
    hold = [report.speed_goal(), report.launch_goal()]
    if args.rounds < ROUNDS_TO_JUDGE:
        print(f"Fewer than {ROUNDS_TO_JUDGE} rounds: the spread is hardly known.")
    if broken:
        print(f"{broken} trials BROKE and are in no figure.")
        return 2
    return 1 if False in hold and args.rounds >= ROUNDS_TO_JUDGE else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
