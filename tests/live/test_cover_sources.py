"""Held outputs are covered whatever becomes of the source, and it is taken back."""

import signal
import sys
import time
import unittest

from harness import wait_until
from held import BEEP, FLASH, PICTURE, HeldTest
from player import Player
from servers import Icecast, RtmpServer

SLACK = 0.7  # of a busy machine, beside what is promised
AFTER_PAUSE = 1.3


class CoverSources(HeldTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)
        self.radio = Icecast(self)

    def feed(self):
        self.feeder = self.start("ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", BEEP, "-c:a", "libmp3lame", "-b:a", "128k",
                                 "-content_type", "audio/mpeg", "-f", "mp3", self.radio.url("radio"))
        wait_until(lambda: self.radio.has_mount("radio"), 10, "the mount")

    def hold(self, *source):
        self.feed()
        self.supervise_held(["ffmpeg", *source, "-i", self.radio.listen_url("radio"), "-map", "0:v", "-map", "1:a", *PICTURE,
                             "-c:a", "aac", "-f", "flv", self.server.url("k")],
                            recovery={"audio_stream": {"retry_interval": "1s"}})
        self.supervisor.wait_on_air(30)
        self.server.wait_receiving("k")

    def play(self, url):
        player = Player(self, url)
        self.addCleanup(player.process.end)
        wait_until(lambda: len(player.pictures) > 100 and len(player.beeps) >= 3, 30, lambda: f"beeps; {player.process.log()}")
        player.joined()
        return player

    def state(self):
        return self.supervisor.stream()["state"]

    def lose(self, player, lose, back, hole, what=None):
        publishers = self.publishers(self.server)
        # A connection that ends after 10 s was no file's.
        wait_until(lambda: self.supervisor.stream()["uptime_seconds"] > 12, 20, "a source that has lived")
        lose()
        wait_until(lambda: self.state() == "covered", 15, lambda: f"covered; {self.supervisor.log()[-3000:]}")
        if what:
            self.assertEqual(self.supervisor.stream()["covered"], what)
        beeps = len(player.beeps)
        end = time.monotonic() + 5
        wait_until(lambda: time.monotonic() > end, 10, "some time")
        back()
        wait_until(lambda: self.state() == "on_air", 60, lambda: f"on air; {self.supervisor.log()[-4000:]}")
        wait_until(lambda: len(player.beeps) > beeps + 3, 20, lambda: f"beeps again; {self.supervisor.log()[-3000:]}")
        came = [player.greatest_step([each[-1] for each in frames])[0] for frames in (player.pictures, player.sounds)]
        print(f"\n{self.id().split('.')[-1]}: without a picture {came[0]:.2f} s, without sound {came[1]:.2f} s, "
              f"launches {len(self.encoders())}", file=sys.stderr)
        self.assertTrue(player.lives(), player.process.log())
        self.assertEqual(player.errors(), [])
        self.assertEqual(self.publishers(self.server), publishers)
        self.assertLessEqual(max(came), hole + SLACK)

    def with_moving_picture(self):
        self.hold("-re", "-f", "lavfi", "-i", FLASH)
        return self.play(self.server.url("k"))

    def with_looped_picture(self):
        picture = self.path("cover.png")
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180", "-frames:v", "1", picture)
        self.hold("-re", "-loop", "1", "-framerate", "25", "-i", picture)
        return self.play(self.server.url("k"))

    def test_client_is_killed(self):
        self.lose(self.with_moving_picture(), lambda: self.feeder.signal(signal.SIGKILL), self.feed, AFTER_PAUSE)

    def test_client_is_killed_under_a_looped_picture(self):
        self.lose(self.with_looped_picture(), lambda: self.feeder.signal(signal.SIGKILL), self.feed, AFTER_PAUSE)

    def test_server_is_killed(self):
        def back():
            self.radio.start()
            self.feed()
        self.lose(self.with_looped_picture(), lambda: self.radio.process.signal(signal.SIGKILL), back, AFTER_PAUSE)

    def test_server_hangs(self):
        self.lose(self.with_looped_picture(), lambda: self.radio.process.signal(signal.SIGSTOP),
                  lambda: self.radio.process.signal(signal.SIGCONT), AFTER_PAUSE)


if __name__ == "__main__":
    unittest.main()
