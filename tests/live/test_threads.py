"""What crosses threads while it happens, in a few short scenes: a kill, a freeze and reloads under HTTP
load, a log nobody reads, a reload in the last seconds. It judges no times, so that it runs with a
thread sanitizer, too; what that finds ends the program with another code."""

import json
import os
import pty
import signal
import socket
import threading
import unittest

from fakes import fake_ffmpeg
from harness import VIDEO, LiveTest, free_port, wait_until

NULL = ["ffmpeg", *VIDEO, "-f", "null", "-"]
PATIENCE = 60  # a sanitizer on a busy machine
SANITIZED = {"TSAN_OPTIONS": "exitcode=66", "ASAN_OPTIONS": "exitcode=66"}
QUICK = {"restart_cooldown": "1s", "restart_delay": {"initial": "0s", "step": "0s"}, "max_restart_attempts": 100}


class Silent:
    """A server that takes connections and requests, and never answers."""

    def __init__(self, test):
        self.listener = socket.create_server(("127.0.0.1", 0))
        test.addCleanup(self.listener.close)
        self.clients = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        try:
            while True:
                self.clients.append(self.listener.accept()[0])
        except OSError:
            pass

    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/"


class Threads(LiveTest):
    def configure(self, commands, **sections):
        streams = [{"name": name, "command": command, "recovery": QUICK,
                    "monitor": {"freeze_timeout": "3s"}} for name, command in commands.items()]
        return self.write("streams.yml", json.dumps({"streams": streams, **sections}))

    def supervise_streams(self, commands, stderr=None, **sections):
        options = ["--config", self.configure(commands, **sections)]
        arguments = {"stderr": stderr} if stderr else {}
        supervisor = self.supervise(options=options, env=SANITIZED, **arguments)
        supervisor.wait_on_air(PATIENCE)
        return supervisor

    def load(self, supervisor):
        """Clients that ask for everything, one after the other, until the test ends."""
        ends = threading.Event()

        def ask(path):
            while not ends.is_set():
                try:
                    supervisor.get(path, PATIENCE)
                except OSError:
                    pass
        threads = [threading.Thread(target=ask, args=(path,), daemon=True)
                   for path in ("/metrics", "/api/v1/streams", "/health/detailed", "/api/v1/incidents")]
        for thread in threads:
            thread.start()

        def end():
            ends.set()
            for thread in threads:
                thread.join()
        self.addCleanup(end)

    def stop(self, supervisor):
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(PATIENCE), 0, supervisor.log()[-6000:])
        self.assertNotIn("ThreadSanitizer", supervisor.log())

    def another_child(self, supervisor, pid):
        wait_until(lambda: supervisor.child_pid() not in (None, pid), PATIENCE,
                   lambda: f"another FFmpeg; {supervisor.account()}")
        supervisor.wait_on_air(PATIENCE)

    def test_a_kill_and_a_freeze_under_load(self):
        silent = Silent(self)
        supervisor = self.supervise_streams(
            {"radio": NULL}, alerts={"webhooks": [{"url": silent.url()}]},
            dependencies=[{"name": "player", "http": silent.url()},
                          {"name": "gone", "tcp": f"127.0.0.1:{free_port()}"}])
        self.load(supervisor)
        for number in (signal.SIGKILL, signal.SIGSTOP):
            pid = supervisor.child_pid()
            os.kill(pid, number)
            self.another_child(supervisor, pid)
        self.stop(supervisor)

    def test_reloads_under_load(self):
        silent = Silent(self)
        supervisor = self.supervise_streams({"radio": NULL})
        self.load(supervisor)
        for number in range(6):
            self.configure({"radio": [*NULL[:-3], "-t", str(600 + number), *NULL[-3:]], f"extra{number}": NULL},
                           alerts={"webhooks": [{"url": silent.url() + str(number)}]},
                           dependencies=[{"name": "player", "http": silent.url() + str(number)}])
            supervisor.signal(signal.SIGHUP)
            wait_until(lambda: [event for event in supervisor.events("config_loaded")
                                if event["msg"].startswith("Configuration reloaded")][number:],
                       PATIENCE, lambda: f"reload {number}; {supervisor.account()}")
        supervisor.wait_on_air(PATIENCE)
        self.stop(supervisor)

    def test_a_terminal_that_nobody_reads_keeps_no_stream_off_air(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        # Full but for some bytes: poll says that there is room, and a line that is longer waits.
        os.set_blocking(slave, False)
        try:
            while True:
                os.write(slave, b"x" * 64)
        except BlockingIOError:
            pass
        os.set_blocking(slave, True)
        os.read(master, 100)
        supervisor = self.supervise_streams({"radio": NULL}, stderr=slave)
        os.close(slave)
        pid = supervisor.child_pid()
        os.kill(pid, signal.SIGKILL)
        self.another_child(supervisor, pid)
        self.assertTrue(supervisor.answers(), "the loop turns")
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(PATIENCE), 0)

    def test_a_reload_in_the_last_seconds_is_refused(self):
        fake = fake_ffmpeg(self, "for n in range(1, 10):\n    block(n)\n    time.sleep(0.1)\nsys.exit(1)\n")
        silent = Silent(self)

        def configure(command):
            return self.write("streams.yml", json.dumps({
                "streams": [{"name": "radio", "command": [command, *NULL[1:]],
                             "recovery": {"max_restart_attempts": 0, "restart_cooldown": "2s",
                                          "on_exhausted": "exit"}}],
                "alerts": {"webhooks": [{"url": silent.url()}]}}))
        supervisor = self.supervise(options=["--config", configure(fake)], env=SANITIZED)
        supervisor.wait_event("escalated", PATIENCE)
        # The alert that is under way holds the end up: for five seconds, as nothing answers.
        wait_until(lambda: silent.clients, PATIENCE, "the alert")
        configure("ffmpeg")
        supervisor.signal(signal.SIGHUP)
        self.assertEqual(supervisor.wait(PATIENCE), 69, supervisor.log()[-4000:])
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)


if __name__ == "__main__":
    unittest.main()
