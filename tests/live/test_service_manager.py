"""systemd's side: what the service manager is told, and what it thinks of our unit."""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import unittest

from harness import BINARY, LIBC, VIDEO, LiveTest, get, wait_until

UNIT = os.path.join(os.path.dirname(__file__), "..", "..", "etc", "systemd", "ffsupervisor.service")
NULL = ["ffmpeg", *VIDEO, "-f", "null", "-"]
TOLERATED_S = 1.0
PTRACE_ATTACH, PTRACE_DETACH = 16, 17
SO_TIMESTAMP = 29  # the kernel notes when each message was sent


@contextlib.contextmanager
def stuck_loop(supervisor):
    """The supervising loop's thread stands still; the others, HTTP's among them, go on."""
    pid, nothing = ctypes.c_int(supervisor.pid), ctypes.c_void_p()
    if LIBC.ptrace(PTRACE_ATTACH, pid, nothing, nothing) != 0:
        raise unittest.SkipTest("ptrace is forbidden here")
    os.waitpid(supervisor.pid, 0)
    try:
        yield
    finally:
        LIBC.ptrace(PTRACE_DETACH, pid, nothing, nothing)


class ServiceManager(LiveTest):
    """A NOTIFY_SOCKET of the test's own."""

    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.addCleanup(self.socket.close)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
        self.socket.bind(self.path("notify"))
        self.said, self.sent_at = [], []

    def start_service(self, **env):
        # PIDs are known only once there is a process: a shell passes its own on.
        ask = 'WATCHDOG_PID=$$ exec "$@"'
        return self.supervise(*NULL, wrapper=["sh", "-c", ask, "sh"],
                              env={"NOTIFY_SOCKET": self.path("notify"),
                                   "WATCHDOG_USEC": int(TOLERATED_S * 1e6), **env})

    def heard(self):
        """What came since the last call."""
        fresh = []
        with contextlib.suppress(BlockingIOError):
            while True:
                text, ((_, _, stamp),), _, _ = self.socket.recvmsg(1024, 64)
                seconds, microseconds = struct.unpack("ll", stamp)
                fresh.append(text.decode())
                self.sent_at.append(seconds + microseconds / 1e6)
        self.said += fresh
        return fresh

    def wait_for(self, message, seconds):
        wait_until(lambda: message in self.heard(), seconds, lambda: f"{message}; so far {self.said}")

    def test_ready_then_fed_in_time_and_stopping_at_the_end(self):
        supervisor = self.start_service()
        self.wait_for("READY=1", 5)
        for _ in range(4):
            self.wait_for("WATCHDOG=1", TOLERATED_S)
        gaps = [later - earlier for earlier, later in zip(self.sent_at, self.sent_at[1:])]
        self.assertLess(max(gaps), TOLERATED_S)
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(5), 0)
        self.heard()
        self.assertIn("STOPPING=1", self.said)

    def test_a_stuck_loop_falls_silent_though_http_answers(self):
        supervisor = self.start_service()
        self.wait_for("WATCHDOG=1", 5)
        with stuck_loop(supervisor):
            self.heard()
            until = time.monotonic() + 2 * TOLERATED_S
            while time.monotonic() < until:
                self.assertEqual(self.heard(), [])
                time.sleep(0.05)
            self.assertEqual(get(f"http://127.0.0.1:{supervisor.port}/metrics")[0], 200)
            self.assertEqual(get(f"http://127.0.0.1:{supervisor.port}/health/liveness")[0], 503)
        self.wait_for("WATCHDOG=1", TOLERATED_S)

    def test_another_process_watchdog_is_not_ours(self):
        supervisor = self.supervise(*NULL, env={
            "NOTIFY_SOCKET": self.path("notify"), "WATCHDOG_USEC": 10000, "WATCHDOG_PID": os.getpid()})
        supervisor.wait_on_air()
        self.heard()
        self.assertEqual(self.said, ["READY=1"])


class Unit(LiveTest):
    def test_systemd_finds_no_fault_with_it(self):
        shutil.copytree("/lib/systemd/system", self.path("lib/systemd/system"), symlinks=True)
        shutil.copy(UNIT, self.path("lib/systemd/system"))
        for program in (BINARY, "/bin/kill"):
            target = self.path("usr/bin", os.path.basename(program))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(program, target)
        os.symlink("usr/bin", self.path("bin"))
        verified = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", f"--root={self.folder}", "ffsupervisor.service"],
            capture_output=True, text=True, timeout=60)
        complaints = [line for line in verified.stderr.splitlines() if "ffsupervisor" in line]
        self.assertEqual((verified.returncode, complaints), (0, []), verified.stderr)

    def test_it_is_hardened(self):
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", UNIT],
            capture_output=True, text=True, timeout=60)
        exposure = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
        self.assertEqual(judged.returncode, 0, exposure.group() if exposure else judged.stderr)


if __name__ == "__main__":
    unittest.main()
