"""The fallback of a held stream stands by: the outputs carry it at once, and it costs no publisher its connection."""

import os
import signal
import unittest

from harness import wait_until
from held import ENCODE, INPUT, HeldTest
from servers import RtmpServer

GREY = 96  # luma of its picture; the programme's is black and white
FALLBACK = ["-re", "-f", "lavfi", "-i", "color=gray:size=320x180:rate=25,format=yuv420p,lutyuv=y=96",
            "-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]


class CoverFallback(HeldTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def hold(self, standby, *source):
        out = ["-f", "flv", self.server.url("k")]
        self.supervise_held(["ffmpeg", *(source or INPUT), *ENCODE, *out], fallback=["ffmpeg", *FALLBACK, *ENCODE, *out],
                            fallback_standby=standby, recovery={"audio_stream": {"retry_interval": "1s"}})
        self.supervisor.wait_on_air(30)
        return self.play_rtmp(self.server)

    def fallback(self):
        return self.supervisor.stream()["fallback"]

    def wait_seen(self, player, luma, seconds):
        wait_until(lambda: abs(player.pictures[-1][1] - luma) < 12, seconds,
                   lambda: f"a picture of {luma}: {player.pictures[-3:]}; {self.supervisor.log()[-3000:]}")

    def test_stands_in_while_the_encoder_pauses_and_when_it_is_killed(self):
        player = self.hold(True)
        publishers = self.publishers(self.server)
        wait_until(lambda: self.fallback()["stands_by"], 10, "the fallback stands by")
        self.assertFalse(self.fallback()["on_air"])
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_seen(player, GREY, 6)
        wait_until(lambda: self.supervisor.stream()["covered"] == "fallback", 5, lambda: str(self.supervisor.stream()))
        self.assertTrue(self.fallback()["on_air"])
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 3)
        self.assertEqual(self.supervisor.child_pid(), encoder)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.wait_flashes(player, 3)
        self.assertEqual(self.publishers(self.server), publishers)
        self.judge(player, 0.6)

    def test_source_is_gone(self):
        """Whichever way the fallback comes, the publisher is the same."""
        for standby in (True, False):
            with self.subTest(standby=standby):
                away, source = self.path(f"away{standby}.ts"), self.path(f"source{standby}.ts")
                self.ffmpeg(*[each for each in INPUT if each != "-re"], *ENCODE, "-t", "60", "-f", "mpegts", source)
                player = self.hold(standby, "-re", "-i", source)
                publishers = self.publishers(self.server)
                os.rename(source, away)
                os.kill(self.supervisor.child_pid(), signal.SIGKILL)
                self.wait_seen(player, GREY, 40)
                wait_until(lambda: self.supervisor.stream()["covered"] == "fallback", 5, lambda: str(self.supervisor.stream()))
                os.rename(away, source)
                self.wait_flashes(player, 3)
                self.assertEqual(self.publishers(self.server), publishers)
                self.judge(player, 0.6)
                self.supervisor.end()

    def test_fallback_is_killed_while_it_stands_in(self):
        player = self.hold(True)
        wait_until(lambda: self.fallback()["stands_by"], 10, "the fallback stands by")
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_seen(player, GREY, 6)
        started = [each for each in self.supervisor.events("ffmpeg_started") if each.get("role") == "fallback"]
        os.kill(started[-1]["pid"], signal.SIGKILL)
        wait_until(lambda: len([each for each in self.supervisor.events("ffmpeg_started")
                                if each.get("role") == "fallback"]) > len(started), 15, "another fallback")
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 3)
        self.judge(player, 1.2)


if __name__ == "__main__":
    unittest.main()
