"""Icecast → FFmpeg → nginx-rtmp, and the source goes away: waited for, bridged, taken back."""

import os
import signal
import time
import unittest

from harness import LiveTest, holds, wait_until
from servers import Icecast, RtmpServer

MOUNT = "radio.mp3"


class SourceOutage(LiveTest):
    def setUp(self):
        super().setUp()
        self.icecast = Icecast(self)
        self.server = RtmpServer(self)

    def command(self):
        return ["ffmpeg", "-i", self.icecast.listen_url(MOUNT), "-c", "copy", "-f", "flv",
                self.server.url("radio")]

    def slate(self, frequency=200):
        return ["ffmpeg", "-re", "-f", "lavfi", "-i", f"sine=frequency={frequency}", "-c:a",
                "libmp3lame", "-b:a", "64k", "-f", "flv", self.server.url("radio")]

    def radio(self, retry_interval="1s", max_retries=20, cooldown="3s", sections=None, **stream):
        return self.supervise_file(
            [{"name": "radio", "command": self.command(),
              "recovery": {"restart_cooldown": cooldown, "audio_stream": {
                  "retry_interval": retry_interval, "max_retries": max_retries}}, **stream}],
            sections=sections)

    def on_air(self, **stream):
        self.feeder = self.icecast.feed(MOUNT)
        supervisor = self.radio(**stream)
        supervisor.wait_on_air()
        self.server.wait_receiving("radio")
        return supervisor

    def available(self, supervisor):
        return supervisor.metric("radio_audio_stream_available")

    def test_a_source_that_goes_is_waited_for_without_spending_a_restart(self):
        supervisor = self.on_air()
        self.assertEqual(self.available(supervisor), 1)
        launches = len(supervisor.events("ffmpeg_started"))
        self.feeder.end()
        supervisor.wait_event("recovery_decision", 5, action="wait_for_source")
        supervisor.wait_event("source_probe", 5, available=False)
        self.assertEqual(supervisor.stream()["state"], "waiting_for_source")
        wait_until(lambda: supervisor.json("/api/v1/streams/radio/recovery")["audio_retry_count"] >= 2,
                   5, "retries counted")
        self.assertEqual(self.available(supervisor), 0)
        self.assertFalse(supervisor.is_ready())
        evidence = supervisor.stream()["verdict"]["evidence"]
        self.assertTrue(any("404" in sentence for sentence in evidence), evidence)
        # FFmpeg itself tries it, once a retry interval.
        tried = len(supervisor.events("ffmpeg_started")) - launches
        self.assertLessEqual(tried, supervisor.json("/api/v1/streams/radio/recovery")["audio_retry_count"] + 1)

        self.icecast.feed(MOUNT)
        back_at = time.time()
        self.server.wait_receiving("radio", 5)
        launched = supervisor.events("ffmpeg_started")[-1]
        self.assertLess(supervisor.seconds_between(back_at, launched), 3)  # it is looked for each second
        self.assertEqual(supervisor.metric("radio_recovery_attempts"), 0)
        self.assertEqual(self.available(supervisor), 1)
        history = supervisor.json("/api/v1/streams/radio/recovery")["history"]
        restarts = [entry for entry in history if entry["action"] == "restart_ffmpeg"]
        self.assertIs(restarts[0]["success"], True)

    def test_a_mount_that_is_not_there_yet_is_waited_for_from_the_start(self):
        supervisor = self.radio()
        supervisor.wait_event("recovery_decision", 5, action="wait_for_source")
        self.assertEqual(supervisor.stream()["verdict"]["cause"], "source_missing")
        self.icecast.feed(MOUNT)
        supervisor.wait_on_air(5)
        self.server.wait_receiving("radio", 5)

    def test_a_server_that_stops_and_returns(self):
        supervisor = self.on_air()
        self.icecast.process.end()
        supervisor.wait_event("recovery_decision", 5, action="wait_for_source")
        wait_until(lambda: any("refused" in text
                               for text in supervisor.stream()["verdict"]["evidence"]), 5, "refused")
        # What to do follows what was found.
        verdict = supervisor.stream()["verdict"]
        self.assertEqual(verdict["cause"], "source_unreachable")
        self.assertIn("does not take connections", verdict["what_now"])
        self.icecast.start()
        self.icecast.feed(MOUNT)
        self.server.wait_receiving("radio", 5)
        self.assertEqual(supervisor.metric("radio_recovery_attempts"), 0)

    def test_a_page_in_place_of_the_mount_is_no_audio(self):
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", "-i",
                                           self.icecast.listen_url("status.xsl"), "-f", "null", "-"],
              "recovery": {"audio_stream": {"retry_interval": "1s"}}}])
        supervisor.wait_event("recovery_decision", 8, action="wait_for_source")
        wait_until(lambda: supervisor.stream()["source"]["retries"] >= 1, 5, "a retry")
        self.assertEqual(supervisor.metric("radio_recovery_attempts"), 0)

    def test_after_the_last_retry_it_escalates_and_goes_on_looking(self):
        supervisor = self.on_air(retry_interval="500ms", max_retries=3)
        self.feeder.end()
        supervisor.wait_event("escalated", 8, component="source")
        self.assertEqual(supervisor.metric("radio_recovery_escalated"), 1)
        retries = supervisor.stream()["source"]["retries"]
        wait_until(lambda: supervisor.stream()["source"]["retries"] > retries + 2, 5, "more retries")
        self.icecast.feed(MOUNT)
        self.server.wait_receiving("radio", 5)
        supervisor.wait_event("escalation_resolved", 6)
        self.assertEqual(len(supervisor.events("escalated")), 1)

    def test_the_fallback_bridges_the_outage_and_yields(self):
        supervisor = self.on_air(fallback=self.slate())
        self.feeder.end()
        lost_at = time.monotonic()
        supervisor.wait_event("fallback_started", 5)
        self.server.wait_receiving("radio", 5)
        bridged_after = time.monotonic() - lost_at
        wait_until(lambda: supervisor.stream()["fallback"]["on_air"], 5, supervisor.account)
        self.assertEqual(supervisor.stream()["state"], "fallback")
        self.assertEqual(supervisor.metric("radio_stream_state", state="fallback"), 1)
        self.assertFalse(supervisor.is_ready())
        self.assertTrue(holds(lambda: self.server.has_publisher("radio"), 2))

        gap = self.measure_gap(lambda: self.icecast.feed(MOUNT))
        supervisor.wait_on_air(5)
        self.assertEqual(supervisor.metric("radio_recovery_attempts"), 0)
        self.assertEqual(len(supervisor.events("incident_closed")), 1)
        self.assertNotIn("Already publishing", supervisor.log())
        print(f"source lost → fallback at the server {bridged_after:.2f} s; "
              f"fallback → primary: no publisher for {gap:.2f} s", flush=True)
        # Of the gap, the supervisor's part: FFmpeg opens the source as fast as the machine lets it.
        exited, launched = supervisor.events("ffmpeg_exited")[-1], supervisor.events("ffmpeg_started")[-1]
        self.assertEqual(launched["generation"], 3, "command, fallback, command")
        self.assertLess(supervisor.seconds_between(exited, launched), 3)

    def measure_gap(self, bring_source_back):
        """How long the server has no publisher while the fallback yields."""
        bring_source_back()
        wait_until(lambda: not self.server.has_publisher("radio"), 8, "the fallback leaves")
        gone_at = time.monotonic()
        wait_until(lambda: self.server.has_publisher("radio"), 8, "the primary comes")
        gap = time.monotonic() - gone_at
        self.server.wait_receiving("radio", 5)
        return gap

    def test_a_fallback_that_dies_comes_back(self):
        supervisor = self.on_air(fallback=self.slate())
        self.feeder.end()
        supervisor.wait_event("fallback_started", 5)
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        supervisor.wait_event("fallback_started", 5, count=2)
        self.server.wait_receiving("radio", 5)

    def test_two_inputs_are_both_looked_at(self):
        self.icecast.feed(MOUNT)
        supervisor = self.supervise_file(
            [{"name": "radio",
              "command": ["ffmpeg", "-i", self.icecast.listen_url(MOUNT), "-i",
                          self.icecast.listen_url("jingle.mp3"), "-filter_complex", "amix", "-f",
                          "flv", self.server.url("radio")],
              "recovery": {"audio_stream": {"retry_interval": "1s"}}}])
        supervisor.wait_event("recovery_decision", 8, action="wait_for_source")
        wait_until(lambda: "jingle.mp3" in supervisor.stream()["verdict"]["evidence"][0], 5,
                   "the missing one is named")
        self.icecast.feed("jingle.mp3")
        self.server.wait_receiving("radio", 8)


if __name__ == "__main__":
    unittest.main()
