"""What the dashboard and the rules ask for, a real run with faults answers."""

import json
import math
import os
import re
import signal
import socket
import unittest

from azuracast import AzuraCast
from harness import AAC, H264, TONE, VIDEO, LiveTest, wait_until
from prometheus_server import ROOT, PrometheusServer, load, metric_names
from servers import Receiver, RtmpServer

DASHBOARD = os.path.join(ROOT, "etc", "grafana", "dashboards", "radio_stream_dashboard.json")
OF_HELD_OUTPUTS = {"radio_encoder_state"}  # the run has none
OF_DEAD_SOURCES = {"source:radio_off_air:streams"}  # … and none; servers_test.yml has them
# FFmpeg must have lived for 10 minutes and grow; http/metrics_test holds that it is given then.
NEEDS_MINUTES = {"radio_ffmpeg_memory_limit_forecast_seconds"}
VARIABLES = {"$stream": "radio", "$__rate_interval": "10s", "$__range": "5m", "$__interval": "5s"}
RUN = 300  # seconds that the queries look back


def queries():
    """(panel, expression, whether it is of one moment) of each target, variables put in."""
    with open(DASHBOARD, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    for panel in panels:
        for target in panel.get("targets", []):
            expression = target["expr"]
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            assert "$" not in expression, expression
            yield panel["title"], expression, target.get("instant", False)


def expressions():
    """All PromQL that is shipped, the queries within annotations too."""
    found = [expression for _, expression, _ in queries()]
    for name in ("recording_rules.yml", "alerting_rules.yml"):
        for group in load(name)["groups"]:
            for rule in group["rules"]:
                found.append(rule["expr"])
                found += re.findall(r"printf `([^`]*)`", rule.get("annotations", {}).get("description", ""))
    return found


class Dashboard(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)
        self.people = Receiver(self)
        self.database = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.database.close)
        self.station = AzuraCast()
        self.addCleanup(self.station.stop)
        self.station.play("Ana", "Dusk")
        self.supervisor = self.supervise_file(
            [{"name": "radio", "source": {"azuracast": {"url": self.station.url, "station": "night_fm"}},
              "command": ["ffmpeg", *VIDEO, *TONE, *H264, *AAC, "-f", "flv", self.server.url("show")],
              "monitor": {"freeze_timeout": "2s", "probe_interval": "500ms"},
              "recovery": {"max_restart_attempts": 1, "restart_cooldown": "2s"}}],
            sections={"alerts": {"webhooks": [{"url": self.people.url()}]},
                      "dependencies": [{"name": "database",
                                        "tcp": f"127.0.0.1:{self.database.getsockname()[1]}"}]})
        self.supervisor.wait_on_air()
        self.prometheus = PrometheusServer(self, self.supervisor)

    def back_on_air(self, count):
        self.supervisor.wait_event("on_air", 20, count=count)

    def have_faults(self):
        """Another track; a crash, a freeze, a server that goes and comes, a database that goes."""
        wait_until(lambda: self.prometheus.value("radio_tracks_played_total") == 1, 10, "the first track")
        self.station.play("Bo", "Dawn")
        wait_until(lambda: self.prometheus.value("radio_track_switch_duration_seconds_count") == 1, 10, "a switch")
        os.kill(self.supervisor.child_pid(), signal.SIGKILL)
        self.back_on_air(2)
        os.kill(self.supervisor.child_pid(), signal.SIGSTOP)
        self.back_on_air(3)
        self.database.close()
        self.server.process.end()
        self.supervisor.wait_event("escalated", 20)
        wait_until(lambda: "StreamOffAir" in self.prometheus.firing(), 20, self.prometheus.firing)

    def test_every_query_of_every_panel_has_data(self):
        self.have_faults()
        empty = {}

        def ask():
            empty.clear()
            for panel, expression, is_instant in queries():
                if metric_names(expression) & NEEDS_MINUTES:
                    continue
                if is_instant:
                    values = [value for _, value in self.prometheus.query(expression)]
                else:
                    values = [value for _, values in self.prometheus.query_range(expression, RUN)
                              for value in values]
                if all(math.isnan(value) for value in values):
                    empty[panel] = expression
            return not empty
        wait_until(ask, 20, lambda: f"data of {empty}")

        self.server.start()
        self.back_on_air(4)
        causes = [labels["cause"] for labels, _ in
                  self.prometheus.query("round(sum by (cause) (increase(radio_incidents_total[5m]))) > 0")]
        self.assertIn("encoder_crashed", causes)
        self.assertIn("encoder_frozen", causes)
        self.assertEqual(self.asked_in_vain(), set())

    def asked_in_vain(self):
        """The metrics of rules and dashboard, and the values of labels that they ask for, that are not there."""
        values = {}  # (metric, label) → values that were scraped or recorded
        for labels, _ in self.prometheus.query('last_over_time({__name__!=""}[10m])'):
            for label, value in labels.items():
                values.setdefault((labels["__name__"], label), set()).add(value)
        missing = set()
        for expression in expressions():
            missing |= {name for name in metric_names(expression) if (name, "__name__") not in values}
            for name, matchers in re.findall(r"\b(radio_\w+)\{([^}]*)\}", expression):
                for label, wanted in re.findall(r'(\w+)=~?"([a-z_|]+)"', matchers):
                    missing |= {f"{name} with {label} {value}" for value in wanted.split("|")
                                if value not in values.get((name, label), set())}
        return {each for each in missing if each.split()[0] not in NEEDS_MINUTES | OF_HELD_OUTPUTS | OF_DEAD_SOURCES}


if __name__ == "__main__":
    unittest.main()
