"""Held outputs are covered whatever becomes of the source, of every kind, and it is taken back: once, and nobody is cut off.

One supervisor holds a stream of each kind of source, and each event comes upon all of them at once. The sources are on another
machine (a network namespace) where this one allows that.
"""

import os
import sys
import time
import unittest

from harness import wait_until
from held import FLASH, PICTURE, HeldTest
from held_sources import Hls, Mount, Rtsp
from network import Network, available, remove_namespaces
from player import Player
from servers import RtmpServer
from stage import root

SLACK = 0.7  # of a busy machine, beside what is promised
AFTER_END, AFTER_PAUSE = 0.3, 1.3
LIVED_S = 12  # a connection that ends after 10 s was no file's
AWAY_S = 5
KINDS = ("moving", "looped", "alone", "hls", "rtsp")
END = {"alone"}  # its encoder ends with its only source
OWN_PICTURE = {"moving", "looped"}  # another input, which goes on when the sound has ended


class CoverSources(HeldTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o777)  # of Icecast, which is not root
        self.server = RtmpServer(self)
        self.far = self.another_machine() if available() else None
        self.mount, self.hls, self.rtsp = (kind(self, self.far) for kind in (Mount, Hls, Rtsp))
        self.sources = {"moving": self.mount, "looped": self.mount, "alone": self.mount, "hls": self.hls, "rtsp": self.rtsp}
        self.hold()
        self.players = {kind: self.play_kind(kind) for kind in KINDS}

    def another_machine(self):
        name = f"lt{os.getpid() % 10**7}"
        self.addCleanup(remove_namespaces, name)
        return Network(name, root)

    def hold(self):
        picture = self.path("cover.png")
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180", "-frames:v", "1", picture)
        with_mount = [*self.mount.input(), "-map", "0:v", "-map", "1:a", *PICTURE]
        commands = {
            "moving": ["-re", "-f", "lavfi", "-i", FLASH, *with_mount],
            "looped": ["-re", "-loop", "1", "-framerate", "25", "-i", picture, *with_mount],
            "alone": self.mount.input(),
            "hls": [*self.hls.input(), *PICTURE],
            "rtsp": [*self.rtsp.input(), *PICTURE],
        }
        self.supervisor = self.supervise_file([{
            "name": kind, "command": ["ffmpeg", *words, "-c:a", "aac", "-f", "flv", self.server.url("k_" + kind)], "hold": True,
            "recovery": {"audio_stream": {"retry_interval": "1s"}, "restart_cooldown": "1s"},
            "monitor": {"freeze_timeout": "15s", "startup_timeout": "8s", "probe_interval": "1s"}}
            for kind, words in commands.items()])
        self.supervisor.wait_on_air(40)

    def play_kind(self, kind):
        self.server.wait_receiving("k_" + kind)
        player = Player(self, self.server.url("k_" + kind), picture=kind != "alone")
        self.addCleanup(player.process.end)
        return player

    def wait_state(self, kind, state, seconds):
        wait_until(lambda: self.supervisor.stream(kind)["state"] == state, seconds,
                   lambda: f"{kind} {state}; {self.supervisor.account()}")

    def sees_picture(self, kind):
        """The picture itself, not its repeats."""
        self.assertEqual(self.supervisor.stream(kind)["covered"], "sound", kind)
        player = self.players[kind]
        seen, since = len(player.pictures), time.monotonic()
        wait_until(lambda: len(player.pictures) > seen + 25, 3, lambda: f"the picture of {kind} goes on; {self.supervisor.log()[-3000:]}")
        self.assertLess(time.monotonic() - since, 1 + SLACK)

    def lose(self, lose, ends=(), goes_on=()):
        """`ends`: the kinds whose encoder ends at this. `goes_on`: those whose picture does."""
        for kind, player in self.players.items():
            wait_until(lambda: len(player.sounds) > 300, 20, lambda: f"sound of {kind}; {player.process.log()}")
            player.joined()
        wait_until(lambda: all(self.supervisor.stream(kind)["uptime_seconds"] > LIVED_S for kind in KINDS), 20, "lives")
        publishers = {kind: self.publishers(self.server, "k_" + kind) for kind in KINDS}
        fault = time.monotonic()
        for source in (self.mount, self.hls, self.rtsp):
            lose(source)
        for kind in KINDS:
            self.wait_state(kind, "covered", 15)
            if kind in goes_on:
                self.sees_picture(kind)
            else:
                self.assertIn("sound", self.supervisor.stream(kind)["covered"], kind)
        away = time.monotonic() + AWAY_S
        wait_until(lambda: time.monotonic() > away, AWAY_S, "some time")
        beeps = {kind: len(player.beeps) for kind, player in self.players.items()}
        for source in (self.mount, self.hls, self.rtsp):
            source.back()
        back = {}
        for kind, player in self.players.items():
            self.wait_state(kind, "on_air", 60)
            back[kind] = time.monotonic()
            wait_until(lambda: len(player.beeps) > beeps[kind], 20, lambda: f"sound of {kind} again; {self.supervisor.account()}")
        for kind, player in self.players.items():
            with self.subTest(kind=kind):
                self.judge_kind(kind, (fault, back[kind]), AFTER_END if kind in ends else AFTER_PAUSE, publishers[kind])

    def judge_kind(self, kind, times, hole, publishers):
        player = self.players[kind]
        picture, sound = (player.standstill(frames, *times) for frames in (player.pictures, player.sounds))
        covers, ends = (self.supervisor.events(name, stream=kind) for name in ("covered", "cover_ended"))
        print("\n{}, {}: picture stood {:.2f} s, skipped {:.2f} s, sound {:.2f}, {:.2f} s, covers {}".format(
            self.id().split(".")[-1], kind, *picture, *sound, len(covers)), file=sys.stderr)
        self.assertTrue(player.lives(), player.process.log())
        self.assertEqual(player.errors(), [])
        self.assertEqual(self.publishers(self.server, "k_" + kind), publishers, "the server has another publisher")
        self.assertLessEqual(max(sound), hole + SLACK)
        self.assertLessEqual(max(picture), hole + SLACK)
        self.assertEqual((len(covers), len(ends)), (1, 1), covers + ends)
        if kind == "hls":  # of RTSP, FFmpeg itself knows only 5 s after it has joined how sound and picture belong together
            self.judge(player, hole + SLACK, kind)

    def test_client_is_killed(self):
        self.lose(lambda source: source.kill_client(), END, OWN_PICTURE)

    def test_server_is_killed(self):
        self.lose(lambda source: source.kill_server(), END, OWN_PICTURE)

    def test_server_hangs(self):
        self.lose(lambda source: source.hang_server())

    def test_path_is_blackholed(self):
        if not self.far:
            why = "this machine allows no network namespace, veth or nft: nobody's path can be cut off"
            print(f"\nNOT RUN: {why}", file=sys.stderr)
            self.skipTest(why)
        self.lose(lambda source: source.cut_off())


if __name__ == "__main__":
    unittest.main()
