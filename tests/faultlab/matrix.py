#!/usr/bin/python3
"""Commands and circumstances drawn by lot, each run bare and under ffsupervisor side by side; the truth is observed.

A trial's seed says which input, encoding, output and wrapper its command has, and what befalls which server when. The bare
command runs in `while true; do …; sleep 5; done`, the same command under the supervisor in another network namespace with
the same servers and ports. Observers at the far ends record what really happens; matrix_judge.py compares it with what the
supervisor did and said. Needs root: network, process and mount namespaces.

Exit code: 0; 1 where a trial shows a violation or broke; 77 where namespaces are not to be had.
"""

import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import matrix_draw
import matrix_judge
import matrix_material

HERE = os.path.dirname(os.path.abspath(__file__))
NAMESPACES = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
SIDE_S = 75       # no side takes longer
CONTROL_S = 12
SKIPPED = 77
# Each showed a violation once, on the tree from before the matrix.
FIXED = [f"before.{number}" for number in (13, 19, 36, 39, 40, 46, 53, 57, 62, 141, 184, 276)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("binary", metavar="BINARY")
    parser.add_argument("--trials", type=int, default=60, help="so many (default 60)")
    parser.add_argument("--seed", default="1", help="of the first trial's draw: any word")
    parser.add_argument("--resume", metavar="FILE", help="results are appended to it, and those in it are not run again")
    parser.add_argument("--jobs", type=int, default=3, help="trials side by side")
    parser.add_argument("--trial", metavar="SEED,...", help="only these, by the seeds that the lines tell")
    parser.add_argument("--fixed", action="store_true", help="a dozen that once failed")
    parser.add_argument("--folder", help="where violations leave their plan, records and logs (default: a new one in /tmp)")
    parser.add_argument("--keep", action="store_true", help="keep the folder of each trial, not of violations alone")
    parser.add_argument("--list", action="store_true", help="say what would be run")
    args = parser.parse_args()
    args.binary = os.path.abspath(args.binary)
    return args


def seeds_of(args):
    if args.trial:
        return args.trial.split(",")
    if args.fixed:
        return FIXED
    return [f"{args.seed}.{number}" for number in range(args.trials)]


def told(plan):
    fault = plan.fault
    return f"{plan.title}; {fault['side'] or ''} {fault['kind']} {fault['at']}".strip()


class Trial:
    """Two sides as child processes, and what they recorded."""

    def __init__(self, seed, args):
        self.seed, self.args, self.began = seed, args, time.monotonic()
        self.plan = matrix_draw.draw(seed, args.material)
        self.folder = os.path.join(args.folder, f"trial-{seed}")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.sides = [self.start(role) for role in ("loop", "ours")]

    def start(self, role, plan=None):
        folder = os.path.join(self.folder, role)
        os.makedirs(folder)
        with open(f"{folder}/plan.json", "w", encoding="utf-8") as file:
            json.dump(plan or self.plan, file, indent=1)
        with open(f"{folder}/side.log", "wb") as log:
            return subprocess.Popen([*NAMESPACES, sys.executable, "-B", f"{HERE}/matrix_side.py",
                                     role.partition("-")[0], folder, self.args.binary],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                    preexec_fn=die_with_parent)

    def is_over(self):
        if time.monotonic() - self.began > SIDE_S:
            self.stop()
        return all(side.poll() is not None for side in self.sides)

    def stop(self):
        for side in self.sides:
            if side.poll() is None:
                side.kill()  # --kill-child takes all that is inside
            side.wait()

    def read(self, role):
        try:
            with open(os.path.join(self.folder, role, "record.json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return None

    def result(self):
        loop, ours = self.read("loop"), self.read("ours")
        result = {"seed": self.seed, "told": told(self.plan), "violations": [], "judged": [], "broken": "", "notes": [],
                  "seconds": round(time.monotonic() - self.began)}
        if not loop or not ours:
            result["broken"] = "a side left no record: " + " | ".join(
                self.tail(f"{role}/side.log") for role in ("loop", "ours"))
            return result
        ours["events"] = matrix_judge.events_of(os.path.join(self.folder, "ours", "supervisor.log"))
        control = self.control() if matrix_judge.gave_up(ours) else None
        verdict = matrix_judge.judge(self.plan, loop, ours, control)
        result.update(violations=verdict.violations, judged=verdict.judged, notes=verdict.notes)
        return result

    def control(self):
        """The bare command with every server up and well."""
        plan = dict(self.plan, fault={"side": None, "kind": "all well", "at": "", "server": None, "heals": False})
        side = self.start("loop-well", plan)
        try:
            side.wait(SIDE_S)
        except subprocess.TimeoutExpired:
            side.kill()
            side.wait()
        return self.read("loop-well")

    def tail(self, name):
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
                return " ".join(file.read().split()[-30:])
        except OSError:
            return ""


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def run(args, seeds):
    done = resumed(args)
    waiting, running = [seed for seed in seeds if seed not in done], []
    try:
        while waiting or running:
            while waiting and len(running) < args.jobs:
                running.append(Trial(waiting.pop(0), args))
            for trial in [each for each in running if each.is_over()]:
                running.remove(trial)
                finish(trial, args, done)
            time.sleep(0.1)
    finally:
        for trial in running:
            trial.stop()
    return [done[seed] for seed in seeds]


def resumed(args):
    done = {}
    if args.resume and os.path.exists(args.resume):
        with open(args.resume, encoding="utf-8") as file:
            for line in file:
                result = json.loads(line)
                done[result["seed"]] = result
    return done


def finish(trial, args, done):
    result = trial.result()
    done[trial.seed] = result
    if args.resume:
        with open(args.resume, "a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")
    found = [f"{kind}: {text}" for kind, text in result["violations"]]
    words = result["broken"] or "; ".join([*found, *(f"(lab: {note})" for note in result["notes"])])
    mark = "BROKEN" if result["broken"] else "VIOLATION" if result["violations"] else "ok"
    print(f"{time.strftime('%H:%M:%S')} {len(done)} {trial.seed} [{result['told']}] {mark} {words}", flush=True)
    if mark == "ok" and not args.keep:
        shutil.rmtree(trial.folder, ignore_errors=True)
    elif mark != "ok":
        with open(os.path.join(trial.folder, "verdict.txt"), "w", encoding="utf-8") as file:
            file.write(f"{result['told']}\n{' '.join(trial.plan.command)}\n{words}\n"
                       f"again: {HERE}/matrix.py {args.binary} --trial {trial.seed}\n")


def table(results):
    """What each check has judged and found."""
    print("\n| check | judged | violations | seeds |\n|---|---|---|---|")
    for check in matrix_judge.CHECKS:
        judged = sum(check in each["judged"] for each in results)
        found = [each["seed"] for each in results if check in {kind for kind, _ in each["violations"]}]
        print(f"| {check} | {judged} | {len(found)} | {', '.join(found[:8])} |")
    broken = [each["seed"] for each in results if each["broken"]]
    bad = sum(bool(each["violations"]) for each in results)
    print(f"\n{len(results)} trials, {bad} with violations, {len(broken)} broken {', '.join(broken[:8])}")
    return not bad and not broken


def can_run():
    return not subprocess.run([*NAMESPACES, "true"], check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args.folder = args.folder or tempfile.mkdtemp(prefix="matrix-")
    os.makedirs(args.folder, exist_ok=True)
    os.chmod(args.folder, 0o755)
    args.material = os.path.join(args.folder, "material")
    seeds = seeds_of(args)
    if args.list:
        for seed in seeds:
            print(seed, told(matrix_draw.draw(seed, args.material)))
        return 0
    if not can_run():
        print("matrix.py: not available here: needs root and network, process and mount namespaces")
        return SKIPPED
    matrix_material.make(args.material)
    print(f"violations are kept in {args.folder}", flush=True)
    return 0 if table(run(args, seeds)) else 1


if __name__ == "__main__":
    sys.exit(main())
