"""What Prometheus and its own linter say of /metrics."""

import gzip
import json
import subprocess
import unittest
import urllib.parse
import urllib.request

from harness import TONE, VIDEO, LiveTest, free_port, get, parse_metrics, wait_until

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 900ms}}
scrape_configs:
  - job_name: radio
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
FIRST_BLOCK = """radio_tracks_played_total radio_ffmpeg_restarts_total radio_errors_total
  radio_ffmpeg_status radio_stream_uptime_seconds radio_current_track_duration_seconds
  radio_ffmpeg_cpu_usage_percent radio_ffmpeg_memory_mb radio_audio_stream_available
  radio_rtmp_connection_status radio_track_switch_duration_seconds_count""".split()


class Prometheus(LiveTest):
    def setUp(self):
        super().setUp()
        self.supervisor = self.supervise("ffmpeg", *VIDEO, *TONE, "-f", "null", "-")

    def test_the_first_block_is_complete_from_the_first_scrape_on(self):
        text = wait_until(lambda: self.supervisor.answers() and self.supervisor.get("/metrics")[1], 5,
                          "the first scrape")
        series = parse_metrics(text)
        self.assertEqual([name for name in FIRST_BLOCK if name not in {key for key, _ in series}], [])
        severities = {dict(labels)["severity"] for name, labels in series if name == "radio_errors_total"}
        self.assertEqual(severities, {"warning", "error", "critical"})
        states = {dict(labels)["status"]: value for (name, labels), value in series.items()
                  if name == "radio_ffmpeg_status"}
        self.assertEqual(sorted(states), ["crashed", "running", "stopped"])
        self.assertEqual(sum(states.values()), 1)

    def test_promtool_has_nothing_to_say(self):
        self.supervisor.wait_on_air()
        # The one name with a unit that Prometheus would not have chosen is a promise to dashboards.
        lines = [line for line in self.supervisor.get("/metrics")[1].splitlines(keepends=True)
                 if "radio_ffmpeg_memory_mb" not in line]
        linted = subprocess.run(["promtool", "check", "metrics"], input="".join(lines), capture_output=True,
                                text=True, timeout=20)
        self.assertEqual((linted.returncode, linted.stdout, linted.stderr), (0, "", ""))

    def test_the_answer_is_compressed_when_asked_for(self):
        self.supervisor.wait_on_air()
        request = urllib.request.Request(f"http://127.0.0.1:{self.supervisor.port}/metrics",
                                         headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            self.assertEqual(answer.headers["Content-Encoding"], "gzip")
            self.assertIn("version=0.0.4", answer.headers["Content-Type"])
            self.assertIn("radio_ffmpeg_status", gzip.decompress(answer.read()).decode())

    def test_a_real_prometheus_scrapes_it(self):
        self.supervisor.wait_on_air()
        port = free_port()
        config = self.write("prometheus.yml", CONFIG.format(port=self.supervisor.port))
        server = self.start("prometheus", f"--config.file={config}",
                            f"--storage.tsdb.path={self.path('tsdb')}",
                            f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn")

        def query(path):
            try:
                return json.loads(get(f"http://127.0.0.1:{port}/api/v1/{path}")[1])["data"]
            except (OSError, ValueError):
                return None

        def is_up():
            targets = (query("targets") or {}).get("activeTargets", [])
            return targets and targets[0]["health"] == "up"
        wait_until(is_up, 20, f"the target up; Prometheus says {server.log()}")

        on_air = urllib.parse.quote('radio_stream_state{state="on_air",stream="radio"}')
        def value():
            found = (query(f"query?query={on_air}") or {}).get("result")
            return found and found[0]["value"][1]
        self.assertEqual(wait_until(value, 10, "the series"), "1")


if __name__ == "__main__":
    unittest.main()
