"""Planted keys, tokens and passwords are in nothing that the program says, whatever happens to it."""

import base64
import json
import signal
import subprocess
import unittest

from harness import AAC, BINARY, H264, TONE, VIDEO, LiveTest, wait_until
from servers import Icecast, RtmpServer

ROUTES = ("/", "/metrics", "/health/liveness", "/health/readiness", "/health/detailed",
          "/api/v1/streams", "/api/v1/incidents", "/nothing")
STREAM_ROUTES = ("/api/v1/streams/{}", "/api/v1/streams/{}/recovery")


class Secrets(LiveTest):
    def setUp(self):
        super().setUp()
        self.planted = []
        self.rtmp = RtmpServer(self)
        self.icecast = Icecast(self, password=self.plant("icecast"))

    def plant(self, what):
        secret = f"pLaNtEd{what}9x7q"
        self.planted.append(secret)
        return secret

    def plant_login(self, what):
        """A user's password, and the form in which FFmpeg's own debug lines show it."""
        secret = self.plant(what)
        self.planted.append(base64.b64encode(f"user:{secret}".encode()).decode().rstrip("="))
        return f"user:{secret}"

    def streams(self):
        """Name → FFmpeg's arguments: those that come on air, and those that never do."""
        encoded, tone = [*VIDEO, *TONE, *H264, *AAC, "-f", "flv"], [*TONE, "-c:a", "libmp3lame", "-f", "mp3"]
        http = f"127.0.0.1:{self.rtmp.http_port}"
        null = ["-f", "null", "-"]
        self.planted.append(base64.b64encode(
            f"source:{self.icecast.password}".encode()).decode().rstrip("="))
        healthy = {
            "rtmp": [*encoded, self.rtmp.url(f"{self.plant('rtmpkey')}?token={self.plant('rtmpquery')}")],
            "ice": [*tone, self.icecast.url("radio.mp3")],
        }
        failing = {
            "refused": [*encoded, f"rtmp://127.0.0.1:1/live/{self.plant('refusedkey')}"],
            "denied": [*encoded, self.rtmp.url(self.plant("deniedkey"), application="closed")],
            "rtmplogin": [*encoded, f"rtmp://{self.plant_login('rtmplogin')}@127.0.0.1:1/live/"
                          f"{self.plant('loginkey')}"],
            "tcurl": [*encoded, "-rtmp_playpath", self.plant("playpath"), "rtmp://127.0.0.1:1/live"],
            "missing": ["-headers", f"Authorization: Bearer {self.plant('bearer')}\r\nX-Api-Key: "
                        f"{self.plant('xapikey')}\r\n", "-i",
                        f"http://{self.plant_login('httplogin')}@{http}/a.mp3?api_key={self.plant('apikey')}"
                        f"&x=1&access_token={self.plant('accesstoken')}", *null],
            "cookies": ["-cookies", f"session={self.plant('cookie')}; path=/", "-i", f"http://{http}/b.mp3",
                        *null],
            "icewrong": [*tone, f"icecast://source:{self.plant('iceagain')}@127.0.0.1:{self.icecast.port}/x"],
            "slash": [*encoded, f"rtmp://127.0.0.1:1/live/someone/{self.plant('slashkey')}/"],
            "tee": [*VIDEO, *TONE, *H264, *AAC, "-map", "0", "-map", "1", "-f", "tee",
                    f"[f=hls:method=PUT:headers='X-Any\\: {self.plant('teeheader')}']http://127.0.0.1:1/"
                    f"{self.plant('hlskey')}/i.m3u8|[f=flv]rtmp://127.0.0.1:1/live/{self.plant('teekey')}"],
            "put": [*VIDEO, *TONE, *H264, *AAC, "-f", "hls", "-method", "PUT",
                    f"http://127.0.0.1:1/{self.plant('putkey')}/i.m3u8?{self.plant('barequery')}"],
            "camera": ["-i", f"rtsp://user:a b|{self.plant('blank')}@127.0.0.1:1/s1", *null],
            "slashed": ["-i", f"http://user:p@ss/{self.plant('slashed')}@{http}/c.mp3"
                        f"?wmsAuthSign={self.plant('cdn')}&pin={self.plant('pin')}", *null],
            "app": [*encoded, "-rtmp_app", f"live/{self.plant('app')}", "rtmp://127.0.0.1:1/x/y"],
            "reference": [*encoded, f"rtmp://127.0.0.1:1/{{file: {self.write('app', self.plant('reference'))}}}/x"],
            "srt": [*encoded[:-1], "mpegts", f"srt://127.0.0.1:1?streamid={self.plant('streamid')}"
                    f"&passphrase={self.plant('passphrase')}&connect_timeout=300"],
        }
        return healthy, failing

    def assert_clean(self, where, text):
        for secret in self.planted:
            at = text.find(secret)
            self.assertEqual(at, -1, f"{where} tells {secret}: …{text[max(0, at - 150):at + 60]}…")

    def run_and_grep(self, log_format):
        healthy, failing = self.streams()
        commands = {name: ["ffmpeg", "-loglevel", "debug", *arguments]
                    for name, arguments in {**healthy, **failing}.items()}
        supervisor = self.supervise_file(
            [{"name": name, "command": command, "recovery": {
                "max_restart_attempts": 1, "restart_delay": {"step": "200ms"},
                "audio_stream": {"retry_interval": "500ms", "max_retries": 1}}}
             for name, command in commands.items()],
            options=["--log-format", log_format, "--log-level", "trace"])
        wait_until(supervisor.answers, 5, "HTTP")

        def state(name, label, value):
            return supervisor.metric(label, stream=name, **({"state": value} if value else {}))
        for name in healthy:
            wait_until(lambda: state(name, "radio_stream_state", "on_air"), 15,
                       lambda: f"{name} on air; {supervisor.account()}")
        for name in failing:
            wait_until(lambda: state(name, "radio_ffmpeg_restarts_total", None) or
                       state(name, "radio_recovery_escalated", None) or
                       state(name, "radio_stream_state", "stopped"), 30, f"{name} has failed twice")

        self.assertIn("***", supervisor.get("/api/v1/streams")[1])
        for route in ROUTES:
            self.assert_clean(route, supervisor.get(route)[1])
        for route in STREAM_ROUTES:
            for name in commands:
                self.assert_clean(route, supervisor.get(route.format(name))[1])
        url = f"http://127.0.0.1:{supervisor.port}"
        for words in (["status"], ["status", "--json"], ["healthcheck"]):
            self.assert_clean(words, self.output_of(*words, "--url", url))
        self.assert_clean("check", self.output_of("check", "--config", self.path("streams.yml")))
        supervisor.signal(signal.SIGTERM)
        supervisor.wait(8)
        self.assertIn("rtmp://", supervisor.log())
        self.assert_clean("the log", supervisor.log())

    def output_of(self, *words):
        done = subprocess.run([BINARY, *words], env=self.environment(), capture_output=True, text=True,
                              timeout=60)
        return done.stdout + done.stderr

    def test_everything_said_in_json(self):
        self.run_and_grep("json")

    def test_everything_said_in_text(self):
        self.run_and_grep("text")

    def test_what_is_said_of_commands_that_cannot_run(self):
        url = f"rtmp://127.0.0.1:1/live/{self.plant('key')}"
        for command in (["ffmpeg", "-progress", "x", "-i", url, "y"], ["ffmpeg-not-here", "-i", url],
                        [self.folder, url], ["ffmpeg", "-nonsense", "-i", url],
                        ["ffmpeg", *VIDEO, "-c:v", "nonsense", "-f", "flv", url]):
            for format in ("json", "text"):
                with self.subTest(command=command[0], format=format):
                    code, log = self.run_to_end("--log-format", format, *command)
                    self.assertNotEqual(code, 0)
                    self.assert_clean(command, log)
            self.assert_clean("check", self.output_of("check", "--", *command))

    def test_what_is_said_of_wrong_files(self):
        url = f"rtmp://127.0.0.1:1/live/{self.plant('key')}"
        streams = [{"name": "a", "command": f"ffmpeg -i x {url} | y"},
                   {"name": "a", "command": ["ffmpeg", {"u": url}]},
                   {"name": "a", "command": ["ffmpeg"], url: 1}, {"name": url, "command": ["ffmpeg"]}]
        for stream in streams:
            config = self.write("bad.yml", json.dumps({"streams": [stream]}))
            said = self.output_of("check", "--config", config)
            self.assertIn("bad.yml", said)
            self.assert_clean("check", said)


if __name__ == "__main__":
    unittest.main()
