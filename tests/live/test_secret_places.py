"""A secret in each place of a command and in each form is in nothing that the program says or keeps."""

import itertools
import json
import signal
import socket
import subprocess
import time
import unittest

from harness import BINARY, H264, TONE, VIDEO, LiveTest, wait_until
from secret_places import FORMS, planted
from servers import Receiver

ROUTES = ("/", "/metrics", "/health/detailed", "/api/v1/streams", "/api/v1/incidents?limit=1000", "/api/v1/timeline")


class SecretPlaces(LiveTest):
    def setUp(self):
        super().setUp()
        self.ffmpeg(*VIDEO, *TONE, "-t", "1", *H264, "-c:a", "aac", "-f", "nut", self.path("media.nut"))
        self.said = {}  # where → text

    def test_each_place_in_each_form(self):
        for seed, (form, log_format) in enumerate(zip(FORMS, itertools.cycle(("json", "text")))):
            with self.subTest(form=form, log=log_format):
                self.said = {}
                places = planted(form, seed)
                self.run_all([arguments for arguments, _ in places.values()], log_format, f"journal-{seed}")
                self.assertEqual(self.found(places), [])

    def run_all(self, commands, log_format, journal):
        receiver, collector, gateway = Receiver(self), Receiver(self), Receiver(self)
        streams = [{"name": f"s{number}", "command": ["ffmpeg", "-loglevel", "debug", *arguments],
                    "recovery": {"max_restart_attempts": 1, "restart_delay": {"step": "100ms"},
                                 "audio_stream": {"retry_interval": "300ms", "max_retries": 1}}}
                   for number, arguments in enumerate(commands)]
        supervisor = self.supervise_file(streams, options=["--log-format", log_format, "--log-level", "trace"], cwd=self.folder,
                                         sections={"journal": {"path": self.path(journal)},
                                                   "alerts": {"webhooks": [receiver.url()]},
                                                   "exporters": {"pushgateway": {"url": gateway.url(""), "interval": "1s"},
                                                                 "otlp": {"url": collector.url(""), "interval": "1s"}}})
        wait_until(supervisor.answers, 5, "HTTP")
        events = self.events(supervisor)
        ended = "ffmpeg_exited" if log_format == "json" else "FFmpeg ended"
        wait_until(lambda: supervisor.log().count(ended) >= len(commands), 60,
                   lambda: f"{supervisor.log().count(ended)} of {len(commands)} ended")
        wait_until(lambda: receiver.requests, 30, "an alert")
        for exporter in (gateway, collector):
            seen = len(exporter.requests)
            wait_until(lambda: len(exporter.requests) > seen, 30, "metrics of now")
        self.ask(supervisor, len(commands))
        self.said["events"] = self.read_all(events)
        supervisor.signal(signal.SIGTERM)
        supervisor.wait(8)
        self.said["log"] = supervisor.log()
        self.said["journal"] = self.read(journal)
        for name, to in (("alerts", receiver), ("pushgateway", gateway), ("otlp", collector)):
            self.said[name] = json.dumps([(path, body) for path, _, body in to.requests])

    def events(self, supervisor):
        client = socket.create_connection(("127.0.0.1", supervisor.port))
        self.addCleanup(client.close)
        client.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return client

    def read_all(self, client):
        """What has come: up to a pause, or for three seconds where there is none."""
        client.settimeout(0.5)
        until, text = time.monotonic() + 3, b""
        try:
            while time.monotonic() < until and (more := client.recv(1 << 16)):
                text += more
        except socket.timeout:
            pass
        return text.decode(errors="replace")

    def ask(self, supervisor, count):
        url = f"http://127.0.0.1:{supervisor.port}"
        for route in [*ROUTES, *(f"/api/v1/streams/s{number}" for number in range(count))]:
            self.said[route] = supervisor.get(route)[1]
        for words in (["status", "--url", url], ["logs", "--url", url], ["check", "--config", self.path("streams.yml")]):
            done = subprocess.run([BINARY, *words], env=self.environment(), capture_output=True, text=True, timeout=60)
            self.said[" ".join(words[:1])] = done.stdout + done.stderr

    def found(self, places):
        """(place, where, the text around it) of each secret that is said."""
        found = []
        for place, (_, secrets) in places.items():
            for secret in secrets:
                for where, text in self.said.items():
                    at = text.find(secret)
                    if at >= 0:
                        found.append((place, where, text[max(0, at - 60):at + len(secret) + 10]))
        return found


if __name__ == "__main__":
    unittest.main()
