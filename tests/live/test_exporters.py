"""What other systems hold of the metrics is what /metrics says; none of them holds anything up."""

import base64
import json
import os
import re
import signal
import subprocess
import time
import unittest

from harness import BINARY, TONE, VIDEO, LiveTest, free_port, parse_metrics, wait_until
from metric_receivers import Collectd, DogStatsd, Otlp, Pushgateway
from servers import Silent

NULL = ["-f", "null", "-"]
# Move between any two looks.
RUNNING = ("radio_stream_off_air_seconds_total", "radio_exports_total")
GRACE = 2


def of_stream(series, stream):
    """An empty label is none."""
    return {(name, frozenset(each for each in labels if each[1])): value for (name, labels), value in series.items()
            if ("stream", stream) in labels and name not in RUNNING}


def near(held, said):
    """A StatsD server keeps a gauge that is sent no more. One that counts in whole numbers (int) is half a one off."""
    def is_near(one, other):
        return abs(one - other) <= (0.5 if isinstance(one, int) else 0) + 1e-6 * max(1, abs(other))
    return held.keys() >= said.keys() and all(is_near(held[key], said[key]) for key in said)


def in_plain_names(series):
    """Dots part a name's nodes."""
    return {(name, frozenset((label, re.sub("[^-+a-zA-Z0-9_]", "_", value)) for label, value in labels)): value
            for (name, labels), value in series.items()}


def difference(held, said):
    return {key: (held.get(key), said.get(key)) for key in held.keys() | said.keys()
            if held.get(key) != said.get(key)}


class Exporters(LiveTest):
    def radio(self, exporters, *more, env=None):
        endless = {"name": "radio", "command": ["ffmpeg", *VIDEO, *TONE, *NULL],
                   "recovery": {"stop_grace": f"{GRACE}s"}}
        return self.supervise_file([endless, *more], sections={"exporters": exporters}, env=env)

    def jingle(self, seconds):
        """Ends by itself, and what is said of it stands still from then on."""
        return {"name": "jingle", "restart": "never",
                "command": ["ffmpeg", *VIDEO, *TONE, "-t", str(seconds), *NULL]}

    def assert_holds(self, supervisor, receiver, spelt=dict):
        """The receiver (a function) holds of the ended stream what /metrics says, and the other's series."""
        def metrics():
            return spelt(parse_metrics(supervisor.get("/metrics")[1]))

        def both():
            return receiver(), metrics()

        def agree():
            held, said = both()
            return near(of_stream(held, "jingle"), of_stream(said, "jingle"))
        wait_until(agree, 10, lambda: difference(*[of_stream(each, "jingle") for each in both()]))
        before = metrics()
        self.assertGreater(before["radio_ffmpeg_frames_total", frozenset({("stream", "jingle")})], 25)
        frames = ("radio_ffmpeg_frames_total", frozenset({("stream", "radio")}))
        held = wait_until(lambda: receiver()[frames] >= before[frames] and receiver(), 5, "newer ones")
        self.assertLessEqual(held[frames], metrics()[frames])
        self.assertGreaterEqual(of_stream(held, "radio").keys(), of_stream(before, "radio").keys())

    def wait_ended(self, supervisor):
        supervisor.wait_event("ffmpeg_exited", 15, stream="jingle")

    def test_pushgateway_and_otlp_hold_what_metrics_says(self):
        pushgateway, otlp = Pushgateway(self), Otlp(self)
        supervisor = self.radio({"instance": "studio/1", "pushgateway": {
            "url": pushgateway.url(), "job": "tv", "interval": "1s"},
            "otlp": {"url": otlp.url(), "service_name": "tv", "interval": "1s"}}, self.jingle(2))
        self.wait_ended(supervisor)
        self.assert_holds(supervisor, lambda: pushgateway.series("tv", "studio/1"))
        self.assert_holds(supervisor, otlp.series)
        resource = otlp.newest().resource
        self.assertEqual((resource["service.name"], resource["service.instance.id"]), ("tv", "studio/1"))
        self.assertEqual(otlp.newest().units["radio_ffmpeg_output_bytes_total"], "By")
        for exporter in ("pushgateway", "otlp"):
            self.assertGreater(supervisor.metric("radio_exports_total", exporter=exporter,
                                                 outcome="delivered"), 1)
            self.assertEqual(supervisor.metric("radio_exports_total", exporter=exporter, outcome="failed"), 0)
        self.assertEqual(supervisor.events("export_failed"), [])

    def assert_adds_up(self, first, statsd, again):
        """Over all lives of the supervisor: the next one begins at 0, the server does not."""
        key = ("radio_ffmpeg_frames_total", frozenset({("stream", "jingle")}))
        before = statsd.series()[key]
        first.signal(signal.SIGTERM)
        first.wait(10)
        second = again()
        self.wait_ended(second)
        total = before + second.metric("radio_ffmpeg_frames_total", stream="jingle")
        wait_until(lambda: statsd.series()[key] == total, 10, lambda: f"{total} frames, not {statsd.series()[key]}")
        self.assertEqual(statsd.bad_lines(), [])

    def test_dogstatsd_adds_up_what_metrics_says(self):
        statsd = DogStatsd(self)

        def supervise():
            return self.radio({"statsd": {"address": statsd.address(), "interval": "1s"}}, self.jingle(2))
        supervisor = supervise()
        self.wait_ended(supervisor)
        self.assert_holds(supervisor, statsd.series)
        self.assert_adds_up(supervisor, statsd, supervise)

    def test_a_statsd_that_was_away_and_knows_no_tags_gets_all_of_it(self):
        port = free_port()

        def supervise():
            return self.radio({"statsd": {"address": f"localhost:{port}", "format": "plain", "interval": "1s"}},
                              self.jingle(2))
        supervisor = supervise()
        supervisor.wait_event("export_failed", 5, exporter="statsd")
        self.wait_ended(supervisor)
        statsd = Collectd(self, port)
        supervisor.wait_event("export_resumed", 15, exporter="statsd")
        self.assert_holds(supervisor, statsd.series, spelt=in_plain_names)
        self.assertEqual(len(supervisor.events("export_failed")), 1)
        self.assert_adds_up(supervisor, statsd, supervise)

    def test_dead_receivers_hold_up_nothing_and_are_told_of_once(self):
        hanging, failing = Silent(self), Otlp(self, status=503)
        supervisor = self.radio({"pushgateway": {"url": hanging.url(), "interval": "1s"},
                                 "statsd": {"address": f"127.0.0.1:{free_port()}", "interval": "1s"},
                                 "otlp": {"url": failing.url(), "interval": "1s"}})
        supervisor.wait_on_air()
        wait_until(lambda: hanging.taken, 5, "a push under way")
        pid = supervisor.child_pid()
        killed_at = time.time()
        os.kill(pid, signal.SIGKILL)
        launched = supervisor.wait_event("ffmpeg_started", 5, count=2)
        self.assertLess(supervisor.seconds_between(killed_at, launched), 2)
        wait_until(lambda: len(failing.requests) >= 3, 10, "tried again")
        self.assertEqual(supervisor.get("/health/liveness")[0], 200)
        supervisor.wait_event("export_failed", 10, exporter="pushgateway")
        for exporter in ("pushgateway", "statsd", "otlp"):
            event, = supervisor.events("export_failed", exporter=exporter)
            self.assertEqual(event["level"], "warning")
            self.assertGreater(supervisor.metric("radio_exports_total", exporter=exporter, outcome="failed"), 0)
        failing.status = 200
        supervisor.wait_event("export_resumed", 20, exporter="otlp")
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(10), 0)
        self.assertLess(time.monotonic() - asked_at, GRACE + 2)

    def short_job(self, pushgateway, **settings):
        return self.supervise_file([self.jingle(1)], sections={"exporters": {
            "instance": "batch", "pushgateway": {"url": pushgateway.url(), "interval": "1h", **settings}}})

    def test_a_short_job_leaves_its_final_state(self):
        pushgateway = Pushgateway(self)
        supervisor = self.short_job(pushgateway)
        self.assertEqual(supervisor.wait(15), 0)
        held = pushgateway.series("ffsupervisor", "batch")
        stream = ("stream", "jingle")
        self.assertEqual(held["radio_ffmpeg_status", frozenset({stream, ("status", "stopped")})], 1)
        self.assertEqual(held["radio_stream_state", frozenset({stream, ("state", "stopped")})], 1)
        self.assertEqual(held["radio_ffmpeg_frames_total", frozenset({stream})], 25)

    def test_or_nothing_where_it_is_not_to_be_kept(self):
        pushgateway = Pushgateway(self)
        supervisor = self.short_job(pushgateway, keep=False)
        wait_until(lambda: pushgateway.series("ffsupervisor", "batch"), 10, "the first push")
        self.assertEqual(supervisor.wait(15), 0)
        self.assertEqual(pushgateway.series("ffsupervisor", "batch"), {})

    def test_nothing_secret_is_exported_or_said(self):
        key, password, token, other = "Str3amK3y77x", "p4sswordPlanted", "t0kenPlanted99", "h3aderPlanted55"
        first, second = Otlp(self), Otlp(self)
        exporters = {"pushgateway": {"url": first.url().replace("//", f"//user:{password}@"), "interval": "1s"},
                     "otlp": {"url": {"env": "OTLP_URL"}, "interval": "1s", "headers": {
                         "Authorization": {"file": self.write("token", f"Bearer {token}\n")},
                         "X-Api-Key": {"env": "API_KEY"}}}}
        env = {"OTLP_URL": second.url("/in"), "API_KEY": other}
        config = self.write("checked.yml", json.dumps({"exporters": exporters, "streams": [
            {"command": ["ffmpeg", "-i", "a", "b"]}]}))
        checked = subprocess.run([BINARY, "check", "--config", config], env=self.environment(**env),
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        supervisor = self.radio(exporters, {"name": "sink", "command": [
            "ffmpeg", *TONE, "-f", "flv", f"rtmp://127.0.0.1:{free_port()}/live/{key}"]}, env=env)
        wait_until(lambda: len(second.requests) > 2, 10, "exports")
        path, headers, _ = second.requests[-1]
        self.assertEqual((path, headers["Authorization"], headers["X-Api-Key"]),
                         ("/in/v1/metrics", f"Bearer {token}", other))
        first.status = second.status = 401
        supervisor.wait_event("export_failed", 10, exporter="otlp")
        bodies = "".join(body for _, _, body in first.requests + second.requests)
        said = checked.stdout + checked.stderr + supervisor.log() + supervisor.get("/metrics")[1] + bodies
        for secret in (key, password, token, other, base64.b64encode(f"user:{password}".encode()).decode()):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    unittest.main()
