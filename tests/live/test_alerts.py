"""One escalation, one alert, as the far end sees it: Alertmanager, web hooks, a command."""

import json
import os
import signal
import unittest

from harness import LiveTest, holds, wait_until
from servers import Alertmanager, Receiver, RtmpServer

KEY = "Str3am-K3y-7"
TONE_MP3 = "-re -f lavfi -i sine=frequency=440 -c:a libmp3lame -b:a 64k -f flv".split()


class Alerts(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def radio(self, alerts, env=None, **sections):
        """A stream that escalates at its second failure and is healthy after 2 s on air."""
        return self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *TONE_MP3, self.server.url(KEY)],
              "recovery": {"max_restart_attempts": 1, "restart_cooldown": "2s"}}],
            sections={"alerts": alerts, **sections}, env=env)

    def escalate(self, supervisor):
        supervisor.wait_on_air()
        self.server.process.end()
        supervisor.wait_event("escalated", 10)

    def heal(self, supervisor):
        self.server.start()
        supervisor.wait_event("escalation_resolved", 15)

    def test_alertmanager_shows_it_firing_once_and_resolved(self):
        alertmanager = Alertmanager(self)
        supervisor = self.radio({"alertmanager": [alertmanager.url()]})
        self.escalate(supervisor)
        alert, = wait_until(alertmanager.firing, 5, "an alert")
        labels = alert["labels"]
        self.assertEqual({name: labels[name] for name in ("stream", "component", "severity")},
                         {"stream": "radio", "component": "sink", "severity": "critical"})
        self.assertTrue(labels["alertname"] and labels["cause"] and labels["instance"])
        annotations = alert["annotations"]
        self.assertIn("radio", annotations["summary"])
        self.assertIn("Connection", annotations["description"])
        self.assertRegex(annotations["description"],
                         r"^It was on air until \d+ s before the alert\. What ended that: sink_\w+\.")
        self.assertIn("The latest attempt: FFmpeg ended", annotations["description"])
        self.assertRegex(annotations["runbook_url"], "#streamoffair$")
        self.assertIn("Restarted FFmpeg", annotations["tried"])
        self.assertNotIn(KEY, json.dumps(alert))
        # It goes on failing: no second one.
        self.assertTrue(holds(lambda: len(alertmanager.firing()) == 1, 5))
        self.assertEqual(supervisor.metric("radio_alerts_sent_total", receiver="alertmanager",
                                           outcome="delivered"), 1)
        self.heal(supervisor)
        wait_until(lambda: not alertmanager.firing(), 5, "resolved")
        self.assertEqual(supervisor.metric("radio_alerts_sent_total", receiver="alertmanager",
                                           outcome="failed"), 0)

    def test_web_hooks_hear_it_once_with_their_headers_and_their_secrets_stay_secret(self):
        receiver = Receiver(self)
        token = self.write("token", "Bearer t0p-s3cret-token\n")
        hooks = [{"url": receiver.url("/generic"), "headers": {"Authorization": {"file": token}}},
                 {"url": {"env": "SLACK_URL"}, "template": "slack"},
                 {"url": receiver.url("/discord/h00k-s3cret"), "template": "discord"}]
        supervisor = self.radio({"webhooks": hooks},
                                env={"SLACK_URL": receiver.url("/slack/T0K3N-abc")})
        self.escalate(supervisor)
        wait_until(lambda: len(receiver.requests) == 3, 5, "three posts")
        self.assertTrue(holds(lambda: len(receiver.requests) == 3, 4), "a storm")
        by_path = {path: (headers, json.loads(body)) for path, headers, body in receiver.requests}
        headers, generic = by_path["/generic"]
        self.assertEqual(headers["Authorization"], "Bearer t0p-s3cret-token")
        self.assertEqual((generic["status"], generic["stream"], generic["component"]),
                         ("firing", "radio", "sink"))
        self.assertIn("radio", json.dumps(by_path["/slack/T0K3N-abc"][1]))
        self.assertIn("radio", json.dumps(by_path["/discord/h00k-s3cret"][1]))
        self.heal(supervisor)
        wait_until(lambda: len(receiver.requests) == 6, 5, "three more")
        generic = [json.loads(body) for path, _, body in receiver.requests if path == "/generic"]
        self.assertEqual(generic[1]["status"], "resolved")
        said = supervisor.log() + supervisor.get("/metrics")[1] + json.dumps(supervisor.stream())
        for secret in ("t0p-s3cret-token", "T0K3N-abc", "h00k-s3cret", KEY):
            self.assertNotIn(secret, said)

    def test_a_receiver_that_is_down_is_told_later_and_holds_up_nobody(self):
        down, up = Receiver(self, status=503), Receiver(self)
        supervisor = self.radio({"webhooks": [{"url": down.url()}, {"url": up.url()}]})
        self.escalate(supervisor)
        wait_until(lambda: up.requests, 5, "the other one is told")
        wait_until(lambda: len(down.requests) >= 2, 10, "tried again")
        self.assertGreaterEqual(
            supervisor.metric("radio_alerts_sent_total", receiver="generic", outcome="failed"), 1)
        supervisor.wait_event("alert_failed", 1)
        down.status = 200
        wait_until(lambda: supervisor.metric("radio_alerts_sent_total", receiver="generic",
                                             outcome="delivered") == 1, 15, "told at last")

    def test_a_command_gets_the_alert_as_json_on_its_stdin(self):
        script = self.write("tell", f"#!/bin/sh\ncat >> {self.path('told')}\n"
                                    f"echo >> {self.path('told')}\necho on stdout\n", mode=0o755)
        supervisor = self.radio({"command": [script]})
        self.escalate(supervisor)
        wait_until(lambda: os.path.exists(self.path("told")), 5, "the command ran")
        supervisor.wait_event("alert_sent", 5, status="firing")
        self.heal(supervisor)
        supervisor.wait_event("alert_sent", 5, status="resolved")
        with open(self.path("told")) as told:
            alerts = [json.loads(line) for line in told if line.strip()]
        self.assertEqual([alert["status"] for alert in alerts], ["firing", "resolved"])

    def test_an_alert_is_resolved_by_the_next_life(self):
        alertmanager, receiver = Alertmanager(self), Receiver(self)
        alerts = {"alertmanager": [alertmanager.url()], "webhooks": [{"url": receiver.url()}]}
        journal = {"path": self.path("journal")}
        first = self.radio(alerts, journal=journal)
        self.escalate(first)
        wait_until(lambda: alertmanager.firing() and receiver.requests, 5, "told")
        wait_until(lambda: '"told":true' in self.read("journal"), 5, "noted")
        first.signal(signal.SIGKILL)
        first.wait(5)

        second = self.radio(alerts, journal=journal)
        wait_until(lambda: second.answers(), 5, "HTTP")
        self.assertEqual(second.metric("radio_recovery_escalated"), 1)
        self.heal(second)
        wait_until(lambda: not alertmanager.firing(), 5, "resolved")
        wait_until(lambda: len(receiver.requests) == 2, 5, "told of the end")
        self.assertEqual([body["status"] for body in receiver.bodies()], ["firing", "resolved"])
        self.assertEqual(len({body["id"] for body in receiver.bodies()}), 1)
        self.assertEqual(second.events("escalated"), [])

    def test_switched_off_recovery_still_tells(self):
        receiver = Receiver(self)
        supervisor = self.radio({"webhooks": [{"url": receiver.url()}]},
                                env={"ENABLE_AUTO_RECOVERY": "false"})
        supervisor.wait_on_air()
        self.server.process.end()
        wait_until(lambda: receiver.requests, 5, "an alert")
        self.assertTrue(holds(lambda: len(receiver.requests) == 1, 3))
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)

    def test_giving_up_tells_before_it_ends(self):
        receiver = Receiver(self)
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *TONE_MP3, self.server.url(KEY)],
              "recovery": {"max_restart_attempts": 0, "restart_cooldown": "2s",
                           "on_exhausted": "exit"}}],
            sections={"alerts": {"webhooks": [{"url": receiver.url()}]}})
        supervisor.wait_on_air()
        self.server.process.end()
        self.assertEqual(supervisor.wait(10), 69)
        self.assertEqual([body["status"] for body in receiver.bodies()], ["firing"])


if __name__ == "__main__":
    unittest.main()
