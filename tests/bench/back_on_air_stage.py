"""A stage for one trial: its folder, its processes, and nothing left when it is over."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
from harness import CONTRACT_VARIABLES, Process, processes_with  # noqa: E402

LOOK_S = 0.002  # between looks for a server that comes up: small beside the poll
CLEAN_S = 10


class Broken(Exception):
    """The trial did not happen as meant: its figure would be a lie."""


def first_instant(condition, seconds, what):
    """When the first look that succeeded began."""
    deadline = time.monotonic() + seconds
    while True:
        looked = time.monotonic()
        if condition():
            return looked
        if looked > deadline:
            raise Broken(f"not within {seconds} s: {what}")
        time.sleep(LOOK_S)


def quiet_port():
    """Below the ephemeral range: a client that connects to a server that is down could be given the
    port it connects to as its own, and reach itself."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Stage:
    """Everything that is started carries the marker in its environment, and is killed by it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="back-on-air-")
        os.chmod(self.folder, 0o777)  # Icecast refuses to be root and writes its logs here
        self.marker = uuid.uuid4().hex
        self.processes = []
        return self

    def __exit__(self, *_):
        held = {number: signal.signal(number, signal.SIG_IGN)
                for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._kill_all()
            shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            for number, handler in held.items():
                signal.signal(number, handler)

    def _kill_all(self):
        """Until two looks in a row find nothing: a loop starts another while it is being killed."""
        deadline, empty = time.monotonic() + CLEAN_S, 0
        while empty < 2 and time.monotonic() < deadline:
            left = processes_with(self.marker)
            empty = 0 if left else empty + 1
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.05)
        for process in self.processes:
            process.end()
        if empty < 2:
            raise RuntimeError(f"still running: {processes_with(self.marker)}")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def start(self, *argv, env=None):
        clean = {name: value for name, value in os.environ.items() if name not in CONTRACT_VARIABLES}
        with open(self.path("output.log"), "ab") as log:
            process = Process(list(argv), stderr=log, stdout=log, cwd=self.folder,
                              env={**clean, "BACK_ON_AIR": self.marker, **(env or {})})
        self.processes.append(process)
        return process

    def output(self):
        with open(self.path("output.log"), errors="replace", encoding="utf-8") as log:
            return log.read()


def version(*command):
    """What a program says of itself, one line."""
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    lines = (answer.stdout + answer.stderr).strip().splitlines()
    return lines[0].strip() if lines else "unknown"
