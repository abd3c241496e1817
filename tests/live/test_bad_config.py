"""Wrong settings end with 2 and a sentence that says what, where, and what was expected."""

import os
import socket
import subprocess
import unittest

from harness import BINARY, VIDEO, LiveTest

NULL = ["ffmpeg", *VIDEO, "-f", "null", "-"]

# Root without the right to read everything.
LIKE_ANYBODY = (["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
                if os.geteuid() == 0 else [])


class BadFile(LiveTest):
    def refused(self, path, *says, wrapper=()):
        for call in ([BINARY, "--config", path], [BINARY, "check", "--config", path]):
            done = subprocess.run([*wrapper, *call], env=self.environment(), capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            for words in (path, *says):
                self.assertIn(words, done.stderr)
            self.assertLess(len(done.stderr), 5000)

    def text_refused(self, text, *says):
        self.refused(self.write("bad.yml", text), *says)

    def test_a_file_that_cannot_be_read(self):
        self.refused(self.path("not-here.yml"), "No such file")
        self.refused(self.folder)
        self.refused("/dev/zero")

    def test_a_file_without_permission(self):
        self.refused(self.write("secret.yml", "streams: []\n", mode=0), "ermission denied",
                     wrapper=LIKE_ANYBODY)

    def test_a_file_with_nothing_in_it(self):
        self.text_refused("", "empty")
        self.text_refused("# only a comment\n", "empty")
        self.text_refused("http: {listen: 127.0.0.1:9090}\n", "stream")

    def test_a_file_that_is_no_yaml(self):
        self.text_refused(os.urandom(4096))
        self.text_refused(b"\0" * 4096)
        self.text_refused("streams: [\n")
        self.text_refused("just words\n", "expected a map")

    def test_a_huge_file(self):
        self.text_refused("#" * (8 << 20), "MiB")
        self.text_refused("[" * 100_000)
        self.text_refused("streams: " + "[" * 100 + "]" * 100 + "\n")
        bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{b}: &{b} [{','.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefghi", "bcdefghij"))
        self.text_refused(bomb)

    def stream_refused(self, line, *says):
        text = f"streams:\n  - name: radio\n    command: [ffmpeg, -i, a, b]\n    {line}\n"
        self.text_refused(text, "bad.yml:4", *says)

    def test_unknown_keys(self):
        self.text_refused("sterams: []\n", "bad.yml:1", "sterams")
        self.stream_refused("monitor: {freeze_timeot: 3s}", "freeze_timeot")
        self.stream_refused("recvery: {}", "recvery")

    def test_wrong_types(self):
        self.text_refused("streams: 3\n", "streams", "list")
        self.text_refused("http: 9090\nstreams: []\n", "http")
        self.stream_refused("monitor: [1, 2]", "monitor")
        self.stream_refused("monitor: {cpu_percent: lots}", "cpu_percent", "lots")
        self.stream_refused("recovery: {enabled: perhaps}", "enabled", "perhaps")
        self.stream_refused("recovery: {max_restart_attempts: 1.5}", "max_restart_attempts", "1.5")
        self.stream_refused("restart: sometimes", "sometimes", "on-failure")

    def test_durations_out_of_range(self):
        for text in ("-3s", "0s", "1e99", "99999999h", "3 parsecs", "s", "nan", "inf", '""'):
            with self.subTest(duration=text):
                self.stream_refused(f"monitor: {{freeze_timeout: {text}}}", "freeze_timeout")

    def test_secrets_that_are_not_where_they_should_be(self):
        for value, says in (("{env: NO_SUCH_HOOK}", "NO_SUCH_HOOK"),
                            ("{file: /nowhere/hook}", "/nowhere/hook")):
            self.text_refused(f"alerts: {{webhooks: [{{url: {value}}}]}}\n"
                              "streams: [{command: [ffmpeg, -i, a, b]}]\n",
                              "bad.yml:1", "alerts.webhooks[0].url", says)


class BadEnvironment(LiveTest):
    def refused(self, name, value, *says):
        code, log = self.run_to_end(*NULL, env={name: value})
        self.assertEqual(code, 2, log)
        for words in (name, value, *says):
            self.assertIn(words, log)

    def test_a_port_that_is_none(self):
        for value in ("abc", "0", "70000", "-1", "9090x"):
            with self.subTest(port=value):
                self.refused("METRICS_PORT", value, "65535")

    def test_a_port_that_is_taken_and_required(self):
        with socket.socket() as taken:
            taken.bind(("0.0.0.0", 0))
            taken.listen()
            port = taken.getsockname()[1]
            code, log = self.run_to_end("--require-listen", *NULL, env={"METRICS_PORT": port})
        self.assertEqual(code, 2, log)
        self.assertIn(str(port), log)
        self.assertIn("in use", log)
        self.assert_nothing_left()

    def test_values_that_make_no_sense(self):
        self.refused("STREAM_FREEZE_TIMEOUT", "-5")
        self.refused("STREAM_FREEZE_TIMEOUT", "soon")
        self.refused("RESTART_COOLDOWN", "1e12")
        self.refused("MAX_RESTART_ATTEMPTS", "many")
        self.refused("ENABLE_AUTO_RECOVERY", "perhaps")
        self.refused("BITRATE_DROP_THRESHOLD_PERCENT", "150")
        self.refused("METRICS_PATH", "metrics")
        self.refused("HEALTH_CHECK_INTERVAL", "2h")
        self.refused("AUDIO_STREAM_RETRY_INTERVAL", "0")
        self.refused("AUDIO_STREAM_MAX_RETRIES", "many")

    def test_an_endpoint_that_is_none_is_not_shown(self):
        code, log = self.run_to_end(*NULL, env={"RTMP_ENDPOINT": "host/live/pLaNtEd"})
        self.assertEqual(code, 2, log)
        self.assertIn("RTMP_ENDPOINT", log)
        self.assertNotIn("pLaNtEd", log)


if __name__ == "__main__":
    unittest.main()
