"""From a real fault by a real Prometheus, with the shipped rules, to a real Alertmanager, and back to calm."""

import json
import os
import signal
import unittest

from harness import LiveTest, get, holds, wait_until
from prometheus_server import FOLDER, PrometheusServer
from servers import Alertmanager, RtmpServer

TONE_MP3 = "-re -f lavfi -i sine=frequency=440 -c:a libmp3lame -b:a 64k -f flv".split()


class Alerting(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)
        self.alertmanager = Alertmanager(self, os.path.join(FOLDER, "alertmanager.yml"))
        self.supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *TONE_MP3, self.server.url("show")],
              "recovery": {"max_restart_attempts": 1, "restart_cooldown": "2s"}}],
            sections={"alerts": {"alertmanager": [self.alertmanager.url()]}})
        self.supervisor.wait_on_air()
        self.prometheus = PrometheusServer(self, self.supervisor, self.alertmanager)

    def alerts(self, name):
        """Those of this name that the Alertmanager holds firing."""
        return [alert for alert in self.alertmanager.firing() if alert["labels"]["alertname"] == name]

    def state(self, name, told_by_supervisor=False):
        for alert in self.alerts(name):
            if bool(alert["labels"].get("component")) == told_by_supervisor:
                return alert["status"]["state"]
        return None

    def wait_state(self, name, state, told_by_supervisor=False, seconds=20):
        wait_until(lambda: self.state(name, told_by_supervisor) == state, seconds,
                   lambda: f"{name} {state} at the Alertmanager, which has {self.alertmanager.firing()}; "
                           f"Prometheus fires {self.prometheus.firing()}; {self.supervisor.account()}")

    def test_a_dead_server_reaches_people_once_and_calm_returns_with_it(self):
        self.assertTrue(holds(lambda: not self.alertmanager.firing(), 4), self.alertmanager.firing())

        self.server.process.end()
        self.wait_state("StreamOffAir", "active", told_by_supervisor=True)
        # What both of them tell, people hear from the one who knows the cause.
        self.wait_state("StreamOffAir", "suppressed")
        self.wait_state("RecoveryEscalated", "suppressed")
        self.wait_state("RTMPRelayDown", "suppressed")
        alert, = self.alerts("RTMPRelayDown")
        self.assertEqual((alert["labels"]["severity"], alert["labels"]["stream"]), ("critical", "radio"))
        self.assertRegex(alert["annotations"]["description"], "Verdict: sink_(lost|unreachable)")
        self.assertRegex(alert["annotations"]["runbook_url"], "#rtmprelaydown$")
        # One fault, one notification.
        groups = json.loads(get(f"{self.alertmanager.url()}/api/v2/alerts/groups")[1])
        paging = [group["labels"] for group in groups if group["receiver"]["name"] == "pager" and
                  any(alert["status"]["state"] == "active" for alert in group["alerts"])]
        self.assertEqual(paging, [{"sink": f"127.0.0.1:{self.server.rtmp_port}"}])

        wait_until(lambda: self.prometheus.value("increase(radio_ffmpeg_restarts_total[10m])") > 4, 30,
                   lambda: f"more restarts than are rare; {self.supervisor.account()}")
        self.server.start()
        names = ("StreamOffAir", "RTMPRelayDown", "RecoveryEscalated", "StreamDown")
        wait_until(lambda: not any(self.alerts(name) for name in names), 30,
                   lambda: f"calm; there is {self.alertmanager.firing()}; {self.supervisor.account()}")
        # Nor is the outage told a second time by the restarts it had.
        self.assertTrue(holds(lambda: not self.alertmanager.firing(), 6), self.alertmanager.firing())

    def test_a_supervisor_that_is_gone_is_told_once(self):
        self.supervisor.signal(signal.SIGKILL)
        self.wait_state("SupervisorDown", "active")
        self.wait_state("StreamDown", "suppressed")


if __name__ == "__main__":
    unittest.main()
