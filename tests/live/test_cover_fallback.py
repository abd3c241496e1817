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
LARGER = [word.replace("320x180", "640x360") for word in FALLBACK]


class CoverFallback(HeldTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def hold(self, standby, *source, fallback=FALLBACK):
        out = ["-f", "flv", self.server.url("k")]
        self.supervise_held(["ffmpeg", *(source or INPUT), *ENCODE, *out], fallback=["ffmpeg", *fallback, *ENCODE, *out],
                            fallback_standby=standby, recovery={"audio_stream": {"retry_interval": "1s"}})
        self.supervisor.wait_on_air(30)
        return self.play_rtmp(self.server)

    def fallback(self):
        return self.supervisor.stream()["fallback"]

    def standbys(self):
        return [each["pid"] for each in self.supervisor.events("ffmpeg_started") if each.get("role") == "fallback"]

    def wait_gone(self, pid):
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"), 10, f"{pid} is gone")

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
        started = self.standbys()
        os.kill(started[-1], signal.SIGKILL)
        wait_until(lambda: len(self.standbys()) > len(started), 15, "another fallback")
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 3)
        self.judge(player, 1.2)

    def test_one_of_another_size_is_launched_in_the_encoders_place(self):
        away, source = self.path("away.ts"), self.path("source.ts")
        self.ffmpeg(*[each for each in INPUT if each != "-re"], *ENCODE, "-t", "60", "-f", "mpegts", source)
        self.hold(True, "-re", "-i", source, fallback=LARGER)
        wait_until(lambda: self.supervisor.events("fallback_failed"), 20, lambda: self.supervisor.log()[-3000:])
        self.wait_gone(self.standbys()[-1])
        self.assertFalse(self.fallback()["stands_by"])
        os.rename(source, away)
        os.kill(self.supervisor.child_pid(), signal.SIGKILL)
        wait_until(lambda: self.supervisor.stream()["covered"] == "fallback", 30, lambda: str(self.supervisor.stream()))
        self.server.wait_receiving("k")
        self.assertEqual(len(self.standbys()), 1)

    def test_ends_with_the_stream(self):
        self.hold(True)
        wait_until(self.standbys, 10, "the fallback stands by")
        self.supervisor.signal(signal.SIGTERM)
        self.assertEqual(self.supervisor.wait(8), 0)
        self.wait_gone(self.standbys()[-1])


if __name__ == "__main__":
    unittest.main()
