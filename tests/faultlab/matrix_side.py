#!/usr/bin/python3
"""One side of a trial, in namespaces of its own: `loop` runs the bare command as `while true; do …; sleep 5; done`, `ours`
runs it under the supervisor. Writes what was seen to `record.json`.

  matrix_side.py loop|ours FOLDER BINARY
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import matrix_gate
import matrix_material
import matrix_world
from matrix_draw import Plan
from matrix_observe import Connections, Said, Starvation, Watch, state_of

LOOP_SLEEP_S = 5
WELL_S = 20        # a trial without a fault
SETTLE_S = 4       # on air before a fault
UP_S = 15          # … or given up waiting for it
HOLD_S = 11        # a fault lasts, and a piece longer where each has a connection of its own
START_HOLD_S = 13  # … that is there from the start
BACK_S = 16        # to come back
STEADY_S = 3       # … and to stay
AFTER_S = 5        # at least so long is looked on
QUIET_S = 12       # … where the fault itself is over at once
GONE_S = 16
STOP_S = 10        # what a container gives
PORT = 9090
SHIM = """#!/bin/sh
echo $$ >>{launches}
exec {ffmpeg} "$@"
"""
# The matrix's own: every time-out fits its trial.
KEYS = {
    "monitor": {"startup_timeout": "8s", "freeze_timeout": "6s", "sink_stall_timeout": "4s", "source_stall_timeout": "4s",
                "min_speed": {"hold": "5s"}, "probe_interval": "1s"},
    "recovery": {"restart_cooldown": "5s", "stop_grace": "3s", "audio_stream": {"retry_interval": "5s"}},
}


class Side:
    def __init__(self, role, folder, binary):
        self.role, self.folder, self.binary = role, folder, binary
        self.work = f"{folder}/work"
        with open(f"{folder}/plan.json", encoding="utf-8") as file:
            self.plan = Plan(json.load(file))
        self.rates = matrix_material.make(self.plan.material)
        self.epoch = time.time() - 13  # an HLS break begins with the trial
        self.fault = self.plan.fault
        self.record = {"role": role, "fault_at": None, "heal_at": None, "never_up": False}
        self.runs, self.over, self.child = [], False, None

    # The stage

    def set_up(self):
        os.makedirs(f"{self.work}/hls", exist_ok=True)
        os.makedirs(f"{self.folder}/bin", exist_ok=True)
        ffmpeg = subprocess.run(["sh", "-c", "command -v ffmpeg"], capture_output=True, text=True, check=True).stdout.strip()
        self.script(f"{self.folder}/bin/ffmpeg", SHIM.format(launches=f"{self.folder}/launches", ffmpeg=ffmpeg))
        for name, text in self.plan.files.items():
            self.script(f"{self.work}/{name}", text)
        self.gate = matrix_gate.Gate(self.plan)
        self.connections, self.starvation = Connections(), Starvation()
        self.servers = matrix_world.build(self)
        absent = self.fault["server"] if self.fault["at"] == "start" and self.fault["kind"] in ("absent", "gone") else None
        for name, each in self.servers.items():
            if name != absent:
                each.start()
        time.sleep(2 if any("feeder" in str(each["kind"]) for each in self.plan.servers) else 0.3)
        if self.fault["at"] == "start" and not absent:
            self.servers[self.fault["server"]].harm(self.fault["kind"], self.fault)
        said = None
        if self.role == "ours":
            said = Said(f"http://127.0.0.1:{PORT}")
            said.secrets = self.plan.secrets
        self.watch = Watch(self.folder, self.plan, said)

    @staticmethod
    def script(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def pipes(self):
        """The command's stdin and stdout: ends of pipelines where the plan has them."""
        ends = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        for each in self.servers.values():
            if each.options["kind"] == "stdin":
                ends["stdin"] = each.read_end
            elif each.options["kind"] == "stdout":
                ends["stdout"] = each.write_end
        return ends

    def environment(self):
        return {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "MATRIX_SIDE": "1"}

    # The command

    def launch(self):
        self.record["t0"] = time.time()
        if self.role == "loop":
            threading.Thread(target=self.loop, daemon=True).start()
        else:
            self.supervise()

    def loop(self):
        while not self.over:
            with open(f"{self.folder}/bare-{len(self.runs)}.log", "wb") as log:
                self.child = subprocess.Popen(self.plan.command, cwd=self.work, env=self.environment(), stderr=log,
                                              start_new_session=True, **self.pipes())
                run = {"at": time.time(), "ended": None, "code": None}
                self.runs.append(run)
                run["code"] = self.child.wait()
                run["ended"] = time.time()
            time.sleep(LOOP_SLEEP_S)

    def supervise(self):
        stream = {"name": "radio", "command": self.plan.command, **KEYS}
        if self.plan.statistics:
            stream["sink"] = {"nginx_rtmp_stat": self.plan.statistics}
        config = {"http": {"listen": f"127.0.0.1:{PORT}"}, "log": {"format": "json"}, "streams": [stream]}
        with open(f"{self.folder}/config.yml", "w", encoding="utf-8") as file:
            json.dump(config, file)  # JSON is YAML
        self.log = open(f"{self.folder}/supervisor.log", "wb")
        self.child = subprocess.Popen([self.binary, "--config", f"{self.folder}/config.yml"], cwd=self.work,
                                      env=self.environment(), stderr=self.log, start_new_session=True, **self.pipes())

    # The trial

    def run(self):
        self.set_up()
        self.launch()
        if not self.fault["side"]:
            self.pause(WELL_S)
        elif self.fault["at"] == "start":
            self.record["fault_at"] = self.record["t0"]
            self.through()
        else:
            self.wait(lambda: self.flowing(SETTLE_S), UP_S)
            self.record["never_up"] = not self.flowing(SETTLE_S)
            self.record["fault_at"] = time.time()
            self.servers[self.fault["server"]].harm(self.fault["kind"], self.fault)
            self.through()
        self.record["end_at"] = time.time()
        self.finish()

    def through(self):
        """From the fault to the end."""
        kind = self.fault["kind"]
        if kind == "gone":
            return self.pause(GONE_S)
        if kind not in ("restarted", "reloaded"):
            hold = START_HOLD_S if self.fault["at"] == "start" else HOLD_S
            self.pause(hold + (self.plan.gap_s if self.plan.pieces else 0))
            self.servers[self.fault["server"]].heal(kind)
        self.record["heal_at"] = time.time()
        self.pause(QUIET_S if kind in ("restarted", "reloaded") else AFTER_S)
        return self.wait(lambda: self.flowing(STEADY_S), BACK_S - AFTER_S + STEADY_S)

    def flowing(self, seconds):
        return self.watch.flowing(seconds, self.plan.gap_s)

    def ended(self):
        return self.role == "ours" and self.child.poll() is not None

    def pause(self, seconds):
        self.wait(lambda: False, seconds)

    def wait(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not condition() and not self.ended():
            time.sleep(0.1)

    def finish(self):
        self.over = True
        self.record["starvation"] = self.starvation.told()
        if self.role == "ours":
            self.stop()
        self.watch.stop()
        self.record.update(samples=self.watch.samples, launches=self.watch.launches.all, runs=self.runs,
                           connections=self.connections.seen, logins=self.logins())
        with open(f"{self.folder}/record.json", "w", encoding="utf-8") as file:
            json.dump(self.record, file)

    def stop(self):
        """By SIGTERM as a container is stopped, or by SIGKILL; nothing may be left."""
        ended = self.child.poll() is not None
        self.record["exit_code"] = self.child.poll()
        if not ended:
            self.child.send_signal(signal.SIGKILL if self.plan.end == "kill" else signal.SIGTERM)
            began = time.monotonic()
            try:
                self.record["stop_code"] = self.child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.record["stop_code"] = None
                self.child.kill()
            self.record["stop_s"] = round(time.monotonic() - began, 2)
        deadline = time.monotonic() + 2
        while self.left() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.record["orphans"] = [self.words(pid) for pid in self.left()]
        self.log.close()
        self.record["leaks"] = sorted(self.watch.said.leaks | self.leaks())

    def left(self):
        """Living processes that came from the supervisor: the mark is in their environment."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if b"MATRIX_SIDE=1" in file.read() and state_of(int(entry)):
                        found.append(int(entry))
            except OSError:
                pass
        return found

    @staticmethod
    def words(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return file.read().replace(b"\0", b" ").decode(errors="replace")[:200]
        except OSError:
            return "?"

    def leaks(self):
        found = set()
        texts = {"log": open(f"{self.folder}/supervisor.log", encoding="utf-8", errors="replace").read()}
        check = subprocess.run([self.binary, "check", "--config", f"{self.folder}/config.yml"], capture_output=True,
                               text=True, errors="replace", check=False, cwd=self.work, env=self.environment(), timeout=20)
        texts["check"] = check.stdout + check.stderr
        for name, text in texts.items():
            found |= {name for secret in self.plan.secrets if secret in text}
        return found

    def logins(self):
        found = [(at, name) for at, name in self.gate.asked]
        for name, each in self.servers.items():
            try:
                with open(f"{each.folder}/requests", encoding="utf-8") as file:
                    found += [(line["at"], name) for line in map(json.loads, file) if line["login"]]
            except OSError:
                pass
        return sorted(found)


def main():
    role, folder, binary = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "mtu", "1500", "up"], check=True)
    side = Side(role, folder, binary)
    if (side.fault["side"], side.fault["kind"]) == ("sink", "hung"):
        # Small, so that the kernel does not go on taking what the server no longer reads.
        with open("/proc/sys/net/ipv4/tcp_rmem", "w", encoding="ascii") as file:
            file.write("4096 16384 16384")
    side.run()


if __name__ == "__main__":
    main()
