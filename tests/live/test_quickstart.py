"""etc/quickstart.sh as a newcomer uses it: look, kill, freeze, Ctrl-C."""

import os
import re
import signal
import time
import unittest

from harness import LiveTest, Process, children_of, command_name, free_port, get, parse_metrics, wait_until

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "etc", "quickstart.sh")


class Quickstart(LiveTest):
    def start_script(self):
        # Port 9090 may be anybody's here; the temporary folder is watched for what is left in it.
        self.port = free_port()
        env = self.environment(METRICS_PORT=self.port, TMPDIR=self.folder, STREAM_FREEZE_TIMEOUT=3)
        with open(self.path("said"), "wb") as said:
            script = Process(["bash", SCRIPT], env=env, stdout=said)
        self.addCleanup(script.end)
        wait_until(lambda: "On air" in self.said() or script.popen.poll() is not None, 300,
                   f"on air; it says {script.log()}")
        self.assertIsNone(script.popen.poll(), script.log())
        return script

    def said(self):
        with open(self.path("said")) as file:
            return file.read()

    def restarts(self):
        series = parse_metrics(get(f"http://127.0.0.1:{self.port}/metrics")[1])
        return next(value for (name, _), value in series.items() if name == "radio_ffmpeg_restarts_total")

    def test_the_first_ten_minutes(self):
        script = self.start_script()
        time_taken = r"(\d+ min )?\d+ s"
        for step in ("Installing packages", "Configuring", "Building"):
            self.assertRegex(self.said(), rf"(?m)^{step}: {time_taken}$")
        self.assertRegex(self.said(), rf"(?m)^On air after {time_taken}: ")
        for route in ("/metrics", "/health/readiness", "/api/v1/streams"):
            self.assertEqual(get(re.search(rf"http://\S+{route}", self.said()).group())[0], 200)
        supervisor = int(re.search(r"pgrep -P (\d+)", self.said()).group(1))

        for number, restarts in ((signal.SIGKILL, 1), (signal.SIGSTOP, 2)):
            wait_until(lambda: get(f"http://127.0.0.1:{self.port}/health/readiness")[0] == 200, 10, "ready")
            ffmpeg = next(pid for pid, _ in children_of(supervisor) if command_name(pid) == "ffmpeg")
            os.kill(ffmpeg, number)
            wait_until(lambda: self.restarts() == restarts, 8, f"restart {restarts}")

        asked_at = time.monotonic()
        script.signal(signal.SIGINT)
        self.assertEqual(script.wait(10), 0)
        self.assertLess(time.monotonic() - asked_at, 10)
        self.assert_nothing_left()
        self.assertEqual([name for name in os.listdir(self.folder) if "quickstart" in name], [])

    def test_a_killed_script_leaves_no_process(self):
        script = self.start_script()
        script.signal(signal.SIGKILL)
        self.assert_nothing_left(10)


if __name__ == "__main__":
    unittest.main()
