"""One trial: a stream on air, one fault, and what is said and done about it."""

import dataclasses
import datetime
import json
import shlex
import shutil
import subprocess
import time

import control_group
import network
from harness import free_port, stat_fields, wait_until
from healthy import faketime_library
from scenario import DEFAULT, MINIMUM, component_of, merged
from stage import Broken, Stage

ON_AIR_S = 30
AIR_BACK_S = 30
LOOK_S = 0.05
STOPPED_S = 8   # stop_grace and a little
LATER_S = 6     # after a wrong verdict: is the right one said at all?
OURS, PROGRESS_ONLY, EXIT_ONLY = "ffsupervisor", "progress-only", "exit-only"
WITNESSES = {"monitor": {"witnesses": "progress"}}

# Each launch leaves its pid, which exec keeps.
WRAPPER = """#!/bin/sh
echo $$ >>{launches}
exec {ffmpeg} "$@"
"""


@dataclasses.dataclass
class Result:
    name: str
    mode: str
    status: str = "done"        # or "not available", "broken"
    note: str = ""
    cause: str = ""             # of the first verdict after the fault
    later_cause: str = ""       # … of the right one that followed
    detection_s: float = None
    false_verdicts: list = dataclasses.field(default_factory=list)  # before the fault, or of the healthy
    evidence: list = dataclasses.field(default_factory=list)
    action: str = ""
    back_s: float = None


def available(scenario):
    """What this machine lacks for it, or nothing."""
    has = {"network": network.available, "cpu": lambda: control_group.available("cpu"),
           "memory": lambda: control_group.available("memory"), "mount": network.can_mount,
           "faketime": faketime_library}
    return [need for need in scenario.needs if not has[need]()]


def when(event):
    return datetime.datetime.fromisoformat(event["ts"].replace("Z", "+00:00")).timestamp()


class Trial:
    def __init__(self, stage, scenario, mode, binary):
        self.stage, self.scenario, self.mode, self.binary = stage, scenario, mode, binary
        self.result = Result(scenario.name, mode)

    # What scenarios use.

    def wait(self, condition, seconds, what):
        return wait_until(condition, seconds, what)

    def runner_pid(self):
        return self.runner.pid

    def wait_out_time(self, seconds):
        """Until the stream's own clock says so."""
        def reached():
            progress = self.runner.stream()["progress"] or {}
            return (progress.get("out_time_seconds") or 0) >= seconds
        wait_until(reached, seconds + 15, f"out_time {seconds} s")

    # The run.

    def run(self):
        lacking = available(self.scenario)
        if lacking:
            return self.unavailable(f"needs {', '.join(lacking)}")
        self.stream = self.scenario.prepare(self.stage)
        if complaint := self.set_up():
            return self.unavailable(complaint)
        began = time.time()
        self.launch()
        if not self.scenario.inject and not self.scenario.is_healthy:
            return self.judge(began)
        try:
            complaint = self.come_on_air()
        except AssertionError:
            if not (self.scenario.is_healthy and self.incidents()):
                raise
            self.note_false(self.incidents())  # that is what keeps it from coming on air
            return self.result
        if complaint:
            return self.unavailable(complaint)
        if self.scenario.is_healthy:
            return self.look_on()
        self.note_false(self.incidents())
        called = time.time()
        return self.judge(self.scenario.inject(self) or called, called)

    def unavailable(self, why):
        self.result.status, self.result.note = "not available", why
        return self.result

    def come_on_air(self):
        self.wait_air()
        if complaint := self.not_watched():
            return complaint
        time.sleep(self.scenario.settle_s)
        if not self.flows(10):
            raise Broken("did not stay on air")
        return ""

    def flows(self, seconds=2.5):
        """Whether the far end gets bytes just now."""
        if not self.stream.received:
            return None
        before, deadline = self.stream.received(), time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.stream.received() > before > 0:
                return True
            before = before or self.stream.received()
            time.sleep(LOOK_S)
        return False

    def look_on(self):
        deadline = time.monotonic() + self.scenario.watch_s
        if self.scenario.inject:
            self.scenario.inject(self)
        while time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(2 if self.scenario.inject else 0)
        self.note_false(self.incidents())
        if not self.flows(15):  # segments may be of 10 s
            raise Broken("the far end gets nothing: this stream was not healthy")
        return self.result

    def note_false(self, incidents):
        self.result.false_verdicts += [each["cause"] for each in incidents]
        for each in incidents:
            self.result.evidence.append(f"{each['cause']}: {each['msg']}")

    def judge(self, injected, called=None):
        first = self.first_verdict(called or injected)
        if first:
            self.take(first, injected, called or injected)
        healed = time.time()
        if self.scenario.heal:
            self.scenario.heal(self)
        if self.scenario.returns and first and self.mode != EXIT_ONLY:
            self.wait_back(healed if self.scenario.heal else injected)
        if first:
            self.take_action(first)
        return self.result


class Watched(Trial):
    """Under ffsupervisor, with all witnesses or with one."""

    def set_up(self):
        limits = MINIMUM if self.scenario.thresholds == "minimum" else DEFAULT
        stream = merged({"name": "radio", "command": self.stream.command},
                        merged(limits, self.stream.keys))
        if self.mode == PROGRESS_ONLY:
            stream = merged(stream, WITNESSES)
        self.port = free_port()
        self.config = self.stage.write("lab.yml", json.dumps(  # JSON is YAML
            {"http": {"listen": f"127.0.0.1:{self.port}"}, "streams": [stream]}))
        checked = subprocess.run([self.binary, "check", "--config", self.config], capture_output=True,
                                 text=True, check=False, env=self.stage.environment(), timeout=10)
        return checked.stderr.strip()[:200] if checked.returncode == 2 else ""

    def launch(self):
        self.runner = self.stage.supervise(self.binary, self.config, self.port, self.stream.env,
                                           self.stream.wrapper)

    def ffmpeg_pid(self):
        return self.runner.child_pid()

    def wait_air(self):
        self.runner.wait_on_air(ON_AIR_S)
        wait_until(self.flows, ON_AIR_S, "bytes at the far end")

    def not_watched(self):
        """Content is looked at by filters in FFmpeg's own command: they are there, or nobody looks."""
        if "content" not in self.stream.keys.get("monitor", {}):
            return ""
        with open(f"/proc/{self.ffmpeg_pid()}/cmdline", "rb") as command:
            return "" if b"detect" in command.read() else "FFmpeg runs without the content's filters"

    def incidents(self, since=0):
        return [each for each in self.runner.events("incident_opened") if when(each) >= since]

    def first_verdict(self, injected):
        deadline = injected + self.scenario.bound_s
        while time.time() < deadline:
            if found := self.incidents(injected):
                return found[0]
            time.sleep(LOOK_S)
        return None

    def take(self, first, injected, called):
        self.result.cause = first["cause"]
        self.result.detection_s = max(0, round(when(first) - injected, 2))
        self.result.evidence.append(f"{first['cause']}: {first['msg']}")
        if first["cause"] not in self.scenario.causes:
            self.wait_right(called)

    def wait_right(self, injected):
        deadline = time.monotonic() + LATER_S
        while time.monotonic() < deadline and not self.result.later_cause:
            for each in self.incidents(injected):
                if each["cause"] in self.scenario.causes:
                    self.result.later_cause = each["cause"]
                    self.result.evidence.append(f"later {each['cause']}: {each['msg']}")
            time.sleep(LOOK_S)

    def take_action(self, first):
        """The first decision; of a fault it comes when FFmpeg, which may not listen, has been stopped."""
        def decided():
            return [each["action"] for each in self.runner.events("recovery_decision")
                    if when(each) >= when(first) - 0.1]
        deadline = when(first) + (STOPPED_S if first["level"] == "error" else 0)
        while not decided() and time.time() < deadline and self.runner.popen.poll() is None:
            time.sleep(LOOK_S)
        self.result.action = next(iter(decided()), "none")
        try:
            self.result.action += f", exit {self.runner.popen.wait(0.5)}"
        except subprocess.TimeoutExpired:
            pass

    def wait_back(self, since):
        deadline = time.monotonic() + AIR_BACK_S
        while time.monotonic() < deadline:
            if self.flows(1) and self.is_well():
                self.result.back_s = round(time.time() - since, 1)
                return
        self.result.note = f"not back within {AIR_BACK_S} s"

    def is_well(self):
        try:
            return self.runner.is_ready()
        except OSError:
            return False


class Looped(Trial):
    """`while :; do ffmpeg …; sleep 1; done`: it detects what makes FFmpeg end, and blames nobody."""

    def set_up(self):
        self.launches = self.stage.path("launches")
        program = self.stage.write("bin/ffmpeg", WRAPPER.format(
            launches=shlex.quote(self.launches), ffmpeg=shutil.which("ffmpeg")), 0o755)
        self.command = [program, "-nostdin", "-loglevel", "error", *self.stream.command[1:]]
        return ""

    def launch(self):
        self.runner = self.stage.start(*self.stream.wrapper, "bash", "-c",
                                       'while :; do "$@"; sleep 1; done', "bash", *self.command,
                                       env=self.stream.env)

    def pids(self):
        try:
            with open(self.launches, encoding="ascii") as file:
                return [int(pid) for pid in file.read().split()]
        except FileNotFoundError:
            return []

    def ffmpeg_pid(self):
        return self.pids()[-1]

    def wait_out_time(self, seconds):
        time.sleep(max(0, seconds - self.scenario.settle_s))

    def wait_air(self):
        wait_until(self.flows, ON_AIR_S, "bytes at the far end")

    def not_watched(self):
        return ""

    def incidents(self):
        return []

    def first_verdict(self, injected):
        wait_until(self.pids, 5, "a launch")
        watched = self.pids()[-1] if self.scenario.inject else self.pids()[0]
        deadline = injected + self.scenario.bound_s
        while time.time() < deadline:
            fields = stat_fields(watched)
            if fields is None or fields[0] == "Z" or len(self.pids()) > 1 and watched != self.pids()[-1]:
                return time.time()
            time.sleep(LOOK_S)
        return None

    def take(self, first, injected, _):
        self.result.detection_s = max(0, round(first - injected, 2))

    def take_action(self, _):
        self.result.action = "launches again"


def run_trial(scenario, mode, binary):
    kind = Looped if mode == EXIT_ONLY else Watched
    trial = None
    try:
        with Stage() as stage:
            trial = kind(stage, scenario, mode, binary)
            return trial.run()
    except (Broken, AssertionError, OSError, subprocess.SubprocessError) as error:
        log = trial.runner.log()[-1500:] if trial and hasattr(trial, "runner") else ""
        result = trial.result if trial else Result(scenario.name, mode)
        result.status, result.note = "broken", f"{error}\n{log}"
        return result


def right_component(scenario, result):
    return bool(result.cause) and component_of(result.cause) in {
        component_of(cause) for cause in scenario.causes}


def right_cause(scenario, result):
    return result.cause in scenario.causes
