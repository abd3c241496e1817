"""The main cases again with FFmpeg 7.1, whose blocks go on while it is frozen."""

import os
import signal
import time
import unittest

import newer_ffmpeg
from harness import AAC, H264, TONE, VIDEO, LiveTest, holds, stat_fields, wait_until
from servers import RtmpServer
from test_on_air import HIGH_RATE


class Ffmpeg7(LiveTest):
    @classmethod
    def setUpClass(cls):
        cls.programs = newer_ffmpeg.install_for(cls.addClassCleanup)

    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def supervise_stream(self, *arguments, **stream):
        path = f"{self.programs}:{os.environ['PATH']}"
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *arguments],
              **{"monitor": {"freeze_timeout": "3s", "startup_timeout": "5s"}, **stream}}],
            env={"PATH": path, "LOG_LEVEL": "debug"})
        supervisor.wait_on_air()
        wait_until(lambda: "ffmpeg version 7." in supervisor.log(), 2, "7.1's banner")
        return supervisor

    def on_air(self, *extra, **stream):
        supervisor = self.supervise_stream(*VIDEO, *TONE, *H264, *extra, *AAC, "-f", "flv",
                                           self.server.url("radio"), **stream)
        self.server.wait_receiving("radio")
        return supervisor

    def test_a_crash_is_mended(self):
        supervisor = self.on_air()
        first = supervisor.child_pid()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor.child_pid() not in (None, first), 3, "another FFmpeg")
        supervisor.wait_on_air(5)
        self.server.wait_receiving("radio", 5)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 1)
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(6), 0)

    def test_a_stopped_ffmpeg_is_killed_without_grace(self):
        supervisor = self.on_air()
        frozen = supervisor.child_pid()
        stopped_at = time.time()
        os.kill(frozen, signal.SIGSTOP)
        fault = supervisor.wait_event("fault_detected", 5)
        self.assertLess(supervisor.seconds_between(stopped_at, fault), 4)
        exited = supervisor.wait_event("ffmpeg_exited", 2)
        self.assertLess(supervisor.seconds_between(fault, exited), 2)
        self.assertIsNone(stat_fields(frozen))
        supervisor.wait_on_air(5)
        self.server.wait_receiving("radio", 5)

    def test_blocks_that_do_not_advance_are_a_freeze(self):
        supervisor = self.on_air(*HIGH_RATE, monitor={"freeze_timeout": "8s", "startup_timeout": "8s"},
                                 recovery={"restart_cooldown": "2s", "stop_grace": "2s"})
        self.server.process.signal(signal.SIGSTOP)

        def stalled():
            frames = supervisor.metric("radio_ffmpeg_frames_total")
            return holds(lambda: supervisor.metric("radio_ffmpeg_frames_total") == frames, 1.2)
        wait_until(stalled, 10, "frames at a standstill")
        # The blocks themselves go on: no block would leave this time standing.
        seen = supervisor.metric("radio_ffmpeg_last_progress_timestamp_seconds")
        wait_until(lambda: supervisor.metric("radio_ffmpeg_last_progress_timestamp_seconds") > seen, 2,
                   "another block")
        self.assertEqual(supervisor.events("fault_detected"), [])
        supervisor.wait_event("fault_detected", 9)
        self.server.process.signal(signal.SIGCONT)
        supervisor.wait_on_air(15)
        self.server.wait_receiving("radio", 5)

    def test_a_healthy_audio_stream_is_left_alone(self):
        supervisor = self.supervise_stream(*TONE, *AAC, "-f", "flv", self.server.url("tone"))
        self.assertTrue(holds(supervisor.is_ready, 8), supervisor.log()[-2000:])
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 0)
        self.server.wait_receiving("tone")


if __name__ == "__main__":
    unittest.main()
