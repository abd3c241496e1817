"""A card of the stream's own parameters stands in for the picture of held outputs."""

import os
import signal
import subprocess
import sys
import unittest

from harness import wait_until
from held import ENCODE, INPUT, HeldTest
from servers import RtmpServer

SLACK = 0.7  # of a busy machine, beside what is promised
GREEN_LUMA = (60, 90)  # of the image, in the middle of the range; the programme's own is black with white flashes
BLACK = 30


class CoverSlate(HeldTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def command(self):
        return ["ffmpeg", *INPUT, *ENCODE, "-f", "flv", self.server.url("k")]

    def hold(self, slate, made=True):
        self.supervise_held(self.command(), cover="slate", slate=slate, monitor={"freeze_timeout": "60s"})
        self.supervisor.wait_on_air(30)
        self.supervisor.wait_event("slate_made" if made else "slate_failed", 30)
        return self.play_rtmp(self.server)

    def green(self):
        self.ffmpeg("-f", "lavfi", "-i", "color=0x008000:size=640x480", "-frames:v", "1", self.path("green.png"))
        return self.path("green.png")

    def wait_covered(self):
        wait_until(lambda: self.supervisor.stream()["state"] == "covered", 10,
                   lambda: f"covered; {self.supervisor.log()[-3000:]}")

    def see(self, player, low, high):
        """A picture of that luma is seen from now on."""
        before = len(player.pictures)
        wait_until(lambda: any(low <= luma <= high for _, luma, _ in player.pictures[before:]), 10,
                   lambda: f"a luma of {low} to {high}: {player.pictures[before:]}; {self.supervisor.log()[-3000:]}")

    def judge_slate(self, player, hole, publishers):
        came = player.greatest_step([each[-1] for each in player.pictures])[0]
        print(f"\n{self.id().split('.')[-1]}: without a picture {came:.2f} s", file=sys.stderr)
        self.assertEqual(self.publishers(self.server), publishers, "the server has another publisher")
        self.assertLessEqual(came, hole)
        self.assertTrue(player.lives(), player.process.log())
        self.assertEqual(player.errors(), [])
        self.assertEqual(self.supervisor.events("output_behind"), [])

    def frame(self):
        """What a viewer who joins now sees: red, green and blue in the middle of the picture."""
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-fpsprobesize", "0", "-i", self.server.url("k"), "-frames:v", "1", "-vf",
             "scale=out_color_matrix=auto,crop=8:8,scale=1:1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        return tuple(done.stdout[:3])

    def test_encoder_pauses_and_the_image_is_seen(self):
        player = self.hold({"image": self.green()})
        before = self.publishers(self.server)
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_covered()
        self.see(player, *GREEN_LUMA)
        red, green, blue = self.frame()
        self.assertTrue(green > 100 and red < 40 and blue < 40, (red, green, blue))
        self.assertIn("the slate", self.supervisor.events("covered")[0]["msg"])
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 4)
        self.judge_slate(player, 1.3 + SLACK, before)

    def test_encoder_is_killed_and_its_slate_is_made_once(self):
        player = self.hold({"image": self.green(), "text": "a:b'c\"%{pts}\\ é\nback soon"})
        before = self.publishers(self.server)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.wait_flashes(player, 4)
        self.judge_slate(player, 0.6 + SLACK, before)
        self.assertEqual(len(self.supervisor.events("slate_made")), 1)

    def test_text_alone(self):
        player = self.hold({"text": "Technical difficulties: 100%"})
        before = self.publishers(self.server)
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_covered()
        self.see(player, BLACK, 60)  # a dark card with letters
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 4)
        self.judge_slate(player, 1.3 + SLACK, before)

    def test_image_is_broken(self):
        """One warning that names the trouble, and the last picture stands in."""
        player = self.hold({"image": self.write("broken.png", b"\x89PNG\r\n\x1a\nno picture")}, made=False)
        before = self.publishers(self.server)
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_covered()
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 4)
        self.judge_slate(player, 1.3 + SLACK, before)
        told = self.supervisor.events("slate_failed")
        self.assertEqual([each["level"] for each in told], ["warning"])
        self.assertIn("the last picture stands in", told[0]["msg"])
        self.assertIn("the last picture", self.supervisor.events("covered")[0]["msg"])
        self.assertFalse(any(GREEN_LUMA[0] < luma < GREEN_LUMA[1] for _, luma, _ in player.pictures))

    def test_reload_makes_another_without_touching_the_encoder(self):
        player = self.hold({"text": "before"})
        before, encoder = self.publishers(self.server), self.supervisor.child_pid()
        text = self.read("streams.yml").replace('"text": "before"', f'"image": "{self.green()}"')
        self.write("streams.yml", text)
        self.supervisor.signal(signal.SIGHUP)
        self.supervisor.wait_event("slate_made", 20, count=2)
        self.assertEqual(self.supervisor.child_pid(), encoder)
        os.kill(encoder, signal.SIGSTOP)
        self.wait_covered()
        self.see(player, *GREEN_LUMA)
        os.kill(encoder, signal.SIGCONT)
        self.wait_flashes(player, 4)
        self.judge_slate(player, 1.3 + SLACK, before)


if __name__ == "__main__":
    unittest.main()
