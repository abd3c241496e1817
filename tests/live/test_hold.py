"""Held outputs: whatever becomes of the encoder, the servers keep their publishers and a player is never cut."""

import os
import signal
import sys
import time
import unittest

from harness import holds, wait_until
from held import ENCODE, INPUT, HeldTest
from servers import RtmpServer

A, B = "127.0.0.1", "127.0.0.1-2"


class Hold(HeldTest):
    def setUp(self):
        super().setUp()
        self.a, self.b = RtmpServer(self), RtmpServer(self)

    def hold(self):
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE, "-flags", "+global_header", "-f", "tee", "-map", "0:v", "-map", "1:a",
                             f"[f=flv:onfail=ignore]{self.a.url('k')}|[f=flv:onfail=ignore]{self.b.url('k')}"])
        self.supervisor.wait_on_air(30)

    def lose_encoder(self, end, hole):
        self.hold()
        player = self.play_rtmp(self.a)
        before = self.publishers(self.a)
        self.replace_encoder(end)
        self.wait_flashes(player, 4)
        self.assertEqual(self.publishers(self.a), before, "the server has another publisher")
        self.assertEqual(len(before), 1)
        self.judge(player, hole)

    def test_encoder_is_killed(self):
        self.lose_encoder(lambda pid: os.kill(pid, signal.SIGKILL), 4)

    def test_encoder_crashes(self):
        self.lose_encoder(lambda pid: os.kill(pid, signal.SIGSEGV), 4)

    def test_encoder_freezes(self):
        self.lose_encoder(lambda pid: os.kill(pid, signal.SIGSTOP), 8)

    def lose_server(self, lose, back, cause):
        """The output at B goes and comes back; the player at A notices nothing."""
        self.hold()
        player = self.play_rtmp(self.a)
        self.b.wait_receiving("k")
        lose()
        self.wait_output(B, "lost", 20)
        opened = self.supervisor.wait_event("incident_opened", 10, output=B)
        self.assertIn(opened["cause"], cause)
        self.assertEqual(self.supervisor.stream()["state"], "on_air")
        self.assertTrue(holds(lambda: self.output(A)["state"] == "on_air", 8), "A goes on")
        back()
        returned = time.monotonic()
        self.b.wait_receiving("k", 20)
        self.wait_output(B, "on_air", 10)
        print(f"\nB is back after {time.monotonic() - returned:.1f} s", file=sys.stderr)
        self.supervisor.wait_event("incident_closed", 10)
        self.assertEqual(len(self.encoders()), 1, "the encoder goes on")
        self.judge(player, 0.1)

    def test_server_is_killed(self):
        self.lose_server(self.b.process.end, self.b.start, ("sink_lost", "sink_unreachable"))

    def test_server_hangs(self):
        self.lose_server(lambda: self.b.process.signal(signal.SIGSTOP), lambda: self.b.process.signal(signal.SIGCONT),
                         ("sink_stalled", "sink_lost"))

    def test_publisher_is_killed(self):
        self.hold()
        player = self.play_rtmp(self.a)
        self.b.wait_receiving("k")
        os.kill(self.output(B)["pid"], signal.SIGKILL)
        killed = time.monotonic()
        wait_until(lambda: self.output(B)["restarts"] == 1 and self.output(B)["state"] == "on_air", 10, "B is back")
        self.b.wait_receiving("k")
        print(f"\nB is back after {time.monotonic() - killed:.1f} s", file=sys.stderr)
        self.wait_flashes(player, 2)
        self.judge(player, 0.1)

    def assert_gone(self):
        for server in (self.a, self.b):
            server.process.end()
        self.assert_nothing_left()

    def test_stop_leaves_nothing(self):
        self.hold()
        self.b.wait_receiving("k")
        self.supervisor.signal(signal.SIGTERM)
        self.assertEqual(self.supervisor.wait(8), 0)
        self.assert_gone()

    def test_killed_it_leaves_nothing(self):
        self.hold()
        self.b.wait_receiving("k")
        self.supervisor.signal(signal.SIGKILL)
        self.supervisor.wait(5)
        self.assert_gone()


if __name__ == "__main__":
    unittest.main()
