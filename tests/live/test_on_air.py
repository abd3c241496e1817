"""FFmpeg to a real RTMP server: on air, and back on air after each kind of harm, as the server sees it."""

import os
import signal
import time
import unittest

from harness import (AAC, H264, TONE, VIDEO, LiveTest, children_of, command_name, stat_fields,
                     wait_until)
from servers import RtmpServer

# Filler keeps the rate up whatever the picture: the socket buffers (about 3 MB) fill within seconds.
HIGH_RATE = ("-b:v 16M -minrate 16M -maxrate 16M -bufsize 1M -x264-params nal-hrd=cbr:keyint=50").split()


class OnAir(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def command(self, *extra):
        return ["ffmpeg", *VIDEO, *TONE, *H264, *extra, *AAC, "-f", "flv", self.server.url("radio")]

    def on_air(self, env=None, extra=(), **stream):
        if stream:
            supervisor = self.supervise_file(
                [{"name": "radio", "command": self.command(*extra), **stream}], env=env)
        else:
            supervisor = self.supervise(*self.command(*extra), env=env)
        supervisor.wait_on_air()
        self.server.wait_receiving("radio")
        return supervisor

    def test_a_crash_is_noticed_and_mended_within_seconds(self):
        supervisor = self.on_air()
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 0)
        first = supervisor.child_pid()
        self.assertEqual(command_name(first), "ffmpeg")

        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor.child_pid() not in (None, first), 3, "another FFmpeg")
        supervisor.wait_on_air(5)
        self.server.wait_receiving("radio", 5)

        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 1)
        self.assertEqual(supervisor.metric("radio_ffmpeg_status", status="running"), 1)
        self.assertEqual(supervisor.metric("radio_stream_state", state="on_air"), 1)
        self.assertEqual(supervisor.metric("radio_incidents_total", component="encoder",
                                           cause="encoder_crashed"), 1)
        opened = supervisor.wait_event("incident_opened", 2)
        self.assertEqual(opened["cause"], "encoder_crashed")
        supervisor.wait_event("incident_closed", 5)

    def test_a_freeze_is_noticed_in_time_and_mended(self):
        supervisor = self.on_air(env={"STREAM_FREEZE_TIMEOUT": 3})
        frozen = supervisor.child_pid()
        stopped_at = time.time()
        os.kill(frozen, signal.SIGSTOP)
        fault = supervisor.wait_event("fault_detected", 5)
        # Counted from the last block, which is up to a stats_period older than the stop.
        noticed_after = supervisor.seconds_between(stopped_at, fault)
        self.assertGreater(noticed_after, 2.0)
        self.assertLess(noticed_after, 4)

        # A stopped process cannot act on SIGTERM: no grace (5 s) is spent on it.
        exited = supervisor.wait_event("ffmpeg_exited", 2)
        self.assertLess(supervisor.seconds_between(fault, exited), 2)
        self.assertIsNone(stat_fields(frozen))
        supervisor.wait_on_air(5)
        self.server.wait_receiving("radio", 5)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 1)
        self.assertEqual(supervisor.metric("radio_incidents_total", component="encoder",
                                           cause="encoder_frozen"), 1)

    def test_a_lost_server_is_tried_at_a_pace_and_taken_when_it_is_back(self):
        supervisor = self.on_air(env={"MAX_RESTART_ATTEMPTS": 3, "RESTART_COOLDOWN": 3})
        launches = len(supervisor.events("ffmpeg_started"))
        self.server.process.end()
        supervisor.wait_event("escalated", 20)
        # 0, 1 and 2 s of delay, then one every cooldown.
        self.assertLessEqual(len(supervisor.events("ffmpeg_started")), launches + 4)
        self.assertFalse(supervisor.is_ready())
        self.assertEqual(supervisor.metric("radio_recovery_escalated"), 1)
        self.assertEqual(supervisor.events("incident_opened")[0]["component"], "sink")

        self.server.start()
        supervisor.wait_on_air(8)
        self.server.wait_receiving("radio", 5)
        supervisor.wait_event("escalation_resolved", 8)

    def test_a_server_that_hangs_is_noticed_by_the_pipe(self):
        supervisor = self.on_air(
            extra=HIGH_RATE, monitor={"freeze_timeout": "3s", "startup_timeout": "3s"},
            recovery={"restart_cooldown": "2s", "stop_grace": "2s"})
        self.server.process.signal(signal.SIGSTOP)
        supervisor.wait_event("fault_detected", 15)
        self.assertFalse(supervisor.is_ready())
        self.server.process.signal(signal.SIGCONT)
        supervisor.wait_on_air(15)
        self.server.wait_receiving("radio", 5)
        self.assertGreaterEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 1)

    def stops_cleanly(self, number):
        supervisor = self.on_air()
        asked_at = time.monotonic()
        supervisor.signal(number)
        self.assertEqual(supervisor.wait(6), 0)
        self.assertLess(time.monotonic() - asked_at, 4)  # FFmpeg itself needs 40 ms, the grace ends after 5 s
        self.assertEqual([name for name in map(command_name, self.alive()) if name == "ffmpeg"], [])
        self.assertTrue(supervisor.events("supervisor_stopping"))
        self.assertFalse(supervisor.events("incident_opened"))
        wait_until(lambda: not self.server.has_publisher("radio"), 2, "the server without publisher")

    def test_sigterm_stops_everything(self):
        self.stops_cleanly(signal.SIGTERM)

    def test_sigint_stops_everything(self):
        self.stops_cleanly(signal.SIGINT)


class Deaf(LiveTest):
    """A child that ignores SIGTERM."""

    def deaf(self):
        supervisor = self.supervise("sh", "-c", "trap '' TERM; touch deaf; while :; do sleep 1; done",
                                    cwd=self.folder)
        wait_until(lambda: os.path.exists(self.path("deaf")), 5, "the trap is set")
        wait_until(lambda: supervisor.answers() and children_of(supervisor.pid), 5, "it runs")
        return supervisor

    def test_the_grace_is_waited_for_and_not_longer(self):
        supervisor = self.deaf()
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(8), 0)
        took = time.monotonic() - asked_at
        self.assertGreater(took, 4)  # stop_grace is 5 s
        self.assertLess(took, 8)
        self.assert_nothing_left()

    def test_a_second_signal_forces(self):
        supervisor = self.deaf()
        supervisor.signal(signal.SIGTERM)
        supervisor.wait_event("supervisor_stopping", 2)
        time.sleep(0.2)  # two within 100 ms are one wish, as timeout(1) sends it
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(2), 0)
        self.assertLess(time.monotonic() - asked_at, 4, "before the grace of 5 s ends")
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
