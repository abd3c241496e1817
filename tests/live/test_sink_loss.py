"""The RTMP server goes, hangs, refuses: paced restarts, and it is taken again as soon as it is back."""

import os
import signal
import time
import unittest

from harness import LiveTest, holds, wait_until
from servers import RtmpServer

TONE_MP3 = "-re -f lavfi -i sine=frequency=440 -c:a libmp3lame -b:a 64k -f flv".split()


class SinkLoss(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def radio(self, url=None, env=None, **recovery):
        return self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *TONE_MP3, url or self.server.url("radio")],
              "recovery": {"restart_cooldown": "20s", **recovery}}], env=env)

    def on_air(self, **arguments):
        supervisor = self.radio(**arguments)
        supervisor.wait_on_air()
        self.server.wait_receiving("radio")
        return supervisor

    def test_a_server_that_comes_back_is_used_before_the_attempt_is_due(self):
        supervisor = self.on_air(max_restart_attempts=1)
        self.server.process.end()
        decision = supervisor.wait_event("escalated", 10)
        self.assertEqual(decision["component"], "sink")
        wait_until(lambda: (supervisor.stream()["recovery"]["next_launch_in_seconds"] or 0) > 10, 5,
                   "a long cooldown")
        launches = len(supervisor.events("ffmpeg_started"))
        self.assertTrue(holds(lambda: len(supervisor.events("ffmpeg_started")) == launches, 2))

        self.server.start()
        back_at = time.time()
        self.server.wait_receiving("radio", 6)
        launched = supervisor.events("ffmpeg_started")[-1]
        self.assertLess(supervisor.seconds_between(back_at, launched), 4)
        history = supervisor.json("/api/v1/streams/radio/recovery")["history"]
        self.assertIn("the sink is back", history[0]["reason"])

    def test_what_the_server_takes_is_what_the_kernel_says_it_takes(self):
        supervisor = self.on_air()

        def sink(name):
            return supervisor.metric(f"radio_sink_{name}", stream="radio")

        def agrees():
            return abs(sink("delivered_bytes_total") - self.server.bytes_in("radio")) < 20_000  # 2 s
        wait_until(lambda: (sink("delivered_bytes_total") or 0) > 50_000, 15, "delivered bytes")
        wait_until(agrees, 5, "the same count at both ends")
        wait_until(lambda: abs(sink("delivered_bitrate_bps") - 66_000) < 15_000 and sink("unsent_bytes") < 20_000
                   and sink("rtt_seconds") < 0.1, 10,
                   lambda: [sink(name) for name in ("delivered_bitrate_bps", "unsent_bytes", "rtt_seconds")])
        self.assertEqual(sink("retransmits_total"), 0)
        self.assertEqual(supervisor.metric("radio_rtmp_connection_status", stream="radio"), 1)
        self.server.process.end()
        wait_until(lambda: supervisor.metric("radio_rtmp_connection_status", stream="radio") == 0, 5,
                   "no connection")
        self.assertGreater(sink("delivered_bytes_total"), 50_000)

    def test_a_server_that_hangs_is_used_when_it_goes_on(self):
        supervisor = self.radio(env={"STREAM_FREEZE_TIMEOUT": 3})
        supervisor.wait_on_air()
        self.server.process.signal(signal.SIGSTOP)
        self.addCleanup(self.server.process.signal, signal.SIGCONT)
        # A tone of 64 kbit/s would fill the socket's buffers for minutes: start against the hung one.
        first = supervisor.child_pid()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor.child_pid() not in (None, first), 5, "another FFmpeg")
        self.assertTrue(holds(lambda: supervisor.stream()["state"] != "on_air", 2))
        self.server.process.signal(signal.SIGCONT)
        self.server.wait_receiving("radio", 10)
        supervisor.wait_on_air(5)

    def test_a_publisher_that_is_refused_is_tried_at_a_pace_and_let_in_later(self):
        self.server.gate.close()
        supervisor = self.radio(url=self.server.url("radio", "guarded"), restart_cooldown="3s")
        supervisor.wait_event("escalated", 15, component="sink", cause="sink_rejected")
        self.assertLessEqual(len(supervisor.events("ffmpeg_started")), 5)
        self.server.gate.open()
        self.server.wait_receiving("radio", 8)
        supervisor.wait_event("escalation_resolved", 8)

    def test_a_name_in_use_is_given_time_to_settle(self):
        holder = self.start("ffmpeg", "-v", "error", *TONE_MP3, self.server.url("radio"))
        self.server.wait_receiving("radio")
        supervisor = self.radio()
        decision = supervisor.wait_event("recovery_decision", 8, action="restart_ffmpeg")
        self.assertEqual(supervisor.stream()["verdict"]["cause"], "sink_rejected")
        self.assertGreaterEqual(decision["delay_seconds"], 2)
        holder.end()
        wait_until(lambda: supervisor.stream()["state"] == "on_air", 10, "on air")
        self.server.wait_receiving("radio")

    def test_a_name_that_does_not_resolve_is_paced(self):
        supervisor = self.radio(url="rtmp://nowhere.invalid/live/radio", restart_cooldown="3s")
        supervisor.wait_event("escalated", 30, component="sink", cause="sink_unreachable")
        self.assertLessEqual(len(supervisor.events("ffmpeg_started")), 5)


if __name__ == "__main__":
    unittest.main()
