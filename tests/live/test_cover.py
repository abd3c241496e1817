"""Held outputs are covered: whatever becomes of source and encoder, the audience is given something."""

import os
import signal
import sys
import unittest

from harness import holds, wait_until
from held import ENCODE, INPUT, HeldTest
from servers import RtmpServer

SLACK = 0.5  # of a busy machine, beside what is promised


class Cover(HeldTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def hold(self, *source, **keys):
        self.supervise_held(["ffmpeg", *(source or INPUT), *ENCODE, "-f", "flv", self.server.url("k")], **keys)
        self.supervisor.wait_on_air(30)
        return self.play_rtmp(self.server)

    def state(self):
        return self.supervisor.stream()["state"]

    def wait_covered(self, what, seconds=10):
        wait_until(lambda: self.state() == "covered", seconds, lambda: f"covered; {self.supervisor.log()[-3000:]}")
        wait_until(lambda: self.supervisor.stream()["covered"] == what, 3, lambda: str(self.supervisor.stream()["covered"]))

    def wait_uncovered(self, seconds=20):
        wait_until(lambda: self.state() == "on_air", seconds, lambda: f"on air; {self.supervisor.log()[-3000:]}")

    @staticmethod
    def holes(player):
        """The longest time of the wall in which nothing came, of pictures and of sounds."""
        return [player.greatest_step([each[-1] for each in came])[0] for came in (player.pictures, player.sounds)]

    def judge_cover(self, player, hole, publishers):
        came = self.holes(player)
        print(f"\n{self.id().split('.')[-1]}: without a picture {came[0]:.2f} s, without sound {came[1]:.2f} s", file=sys.stderr)
        self.assertEqual(self.publishers(self.server), publishers, "the server has another publisher")
        self.assertLessEqual(max(came), hole)
        # The cover's pictures come each half second.
        self.judge(player, 0.6)

    def test_encoder_pauses(self):
        player = self.hold(monitor={"freeze_timeout": "20s"})
        before = self.publishers(self.server)
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_covered("picture and sound", 1.3 + SLACK)
        self.assertTrue(holds(lambda: self.state() == "covered", 3))
        os.kill(encoder, signal.SIGCONT)
        self.wait_uncovered(5)
        self.wait_flashes(player, 4)
        self.assertEqual(self.supervisor.child_pid(), encoder)
        self.assertLess(player.leads()[-1][1], 0.25, "a lead over the clock")
        self.assertGreater(player.leads()[-1][1], -1, "a lag behind it")
        self.judge_cover(player, 1.3 + SLACK, before)

    def test_encoder_is_killed(self):
        player = self.hold()
        before = self.publishers(self.server)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.wait_flashes(player, 4)
        self.judge_cover(player, 0.6 + SLACK, before)

    def test_encoder_cannot_begin_anew(self):
        """Its source is gone for a while; the stream says so, and the player sees a picture all the time."""
        away = self.path("away.ts")
        source = self.path("source.ts")
        self.ffmpeg(*[each for each in INPUT if each != "-re"], *ENCODE, "-t", "60", "-f", "mpegts", source)
        player = self.hold("-re", "-i", source)
        before = self.publishers(self.server)
        os.rename(source, away)
        os.kill(self.supervisor.child_pid(), signal.SIGKILL)
        self.wait_covered("picture and sound", 0.6 + SLACK)
        self.assertEqual(self.supervisor.metric("radio_stream_state", state="covered"), 1)
        self.assertFalse(self.supervisor.is_ready())
        self.assertTrue(holds(lambda: self.state() == "covered", 4))
        os.rename(away, source)
        self.wait_uncovered(40)
        self.wait_flashes(player, 4)
        self.judge_cover(player, 0.6 + SLACK, before)


if __name__ == "__main__":
    unittest.main()
