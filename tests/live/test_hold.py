"""Held outputs: whatever becomes of the encoder, the servers keep their publishers and a player is never cut.

A white picture each second and a beep at the same moment tell, at the far end, whether sound and picture still belong
together.
"""

import os
import signal
import statistics
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "splice", "trial"))

from harness import LiveTest, holds, wait_until
from player import Player
from servers import RtmpServer

FLASH = ("color=black:size=320x180:rate=25,drawbox=color=white:thickness=fill:"
         "enable='lt(mod(t+0.001,1),0.04)',format=yuv420p")
BEEP = "aevalsrc=exprs='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.04)':sample_rate=48000"
ENCODE = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-b:v", "300k", "-c:a", "aac", "-b:a", "64k"]
INPUT = ["-re", "-f", "lavfi", "-i", FLASH, "-re", "-f", "lavfi", "-i", BEEP]
FRAME = 0.04
A, B = "127.0.0.1", "127.0.0.1-2"


class Hold(LiveTest):
    def setUp(self):
        super().setUp()
        self.a, self.b = RtmpServer(self), RtmpServer(self)

    def hold(self, command=None, **stream):
        keys = {"hold": True, "monitor": {"freeze_timeout": "4s", "startup_timeout": "8s", "sink_stall_timeout": "3s",
                                          "probe_interval": "1s"}}
        command = command or ["ffmpeg", *INPUT, *ENCODE, "-flags", "+global_header", "-f", "tee", "-map", "0:v", "-map", "1:a",
                              f"[f=flv:onfail=ignore]{self.a.url('k')}|[f=flv:onfail=ignore]{self.b.url('k')}"]
        self.supervisor = self.supervise_file([{"name": "radio", "command": command, **keys, **stream}])
        self.supervisor.wait_on_air(30)
        return self.supervisor

    def play(self, server):
        server.wait_receiving("k")
        player = Player(self, server.url("k"))
        self.addCleanup(player.process.end)
        wait_until(lambda: len(player.flashes()) >= 3 and len(player.beeps) >= 3, 30,
                   lambda: f"flashes and beeps; {player.process.log()}; {self.supervisor.log()[-3000:]}")
        player.joined()
        return player

    @staticmethod
    def publishers(server):
        stream = server._stream("k")
        return [] if stream is None else [client.findtext("id") for client in stream.iterfind("client")
                                          if client.find("publishing") is not None]

    def output(self, name):
        return next(each for each in self.supervisor.stream()["outputs"] if each["name"] == name)

    def wait_output(self, name, state, seconds):
        wait_until(lambda: self.output(name)["state"] == state, seconds, lambda: f"{name} {state}; {self.supervisor.stream()['outputs']}")

    def judge(self, player, hole, what=""):
        """Never cut, no decoder error, sound and picture as far apart as before."""
        self.assertTrue(player.lives(), player.process.log())
        step, where = player.greatest_step([each[0] for each in player.pictures])
        offsets = player.offsets()
        base = statistics.median(each for _, each in offsets[:3])
        worst = max((abs(each - base) for _, each in offsets), default=0)
        print(f"\n{what or self.id().split('.')[-1]}: greatest step {step:.3f} s at {where:.2f}, A/V within {worst * 1000:.0f} ms in "
              f"{len(offsets)} flashes", file=sys.stderr)
        self.assertEqual(player.errors(), [])
        self.assertLessEqual(worst, FRAME + 0.005, offsets)
        self.assertLessEqual(step, hole)

    def lose_encoder(self, end, hole):
        self.hold()
        player = self.play(self.a)
        before = self.publishers(self.a)
        encoder = self.supervisor.child_pid()
        end(encoder)
        wait_until(lambda: self.supervisor.child_pid() not in (None, encoder), 20, "another encoder")
        self.supervisor.wait_on_air(20)
        flashes = len(player.flashes())
        wait_until(lambda: len(player.flashes()) >= flashes + 4, 20, lambda: f"flashes go on; {player.process.log()}")
        self.assertEqual(self.publishers(self.a), before, "the server has another publisher")
        self.assertEqual(len(before), 1)
        self.judge(player, hole)

    def test_encoder_is_killed(self):
        self.lose_encoder(lambda pid: os.kill(pid, signal.SIGKILL), 1.5)

    def test_encoder_crashes(self):
        self.lose_encoder(lambda pid: os.kill(pid, signal.SIGSEGV), 1.5)

    def test_encoder_freezes(self):
        self.lose_encoder(lambda pid: os.kill(pid, signal.SIGSTOP), 8)

    def lose_server(self, lose, back, cause):
        """The output at B goes and comes back; the player at A notices nothing."""
        self.hold()
        player = self.play(self.a)
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
        encoders = [each for each in self.supervisor.events("ffmpeg_started") if "output" not in each]
        self.assertEqual(len(encoders), 1, "the encoder goes on")
        self.judge(player, 0.1)

    def test_server_is_killed(self):
        self.lose_server(self.b.process.end, self.b.start, ("sink_lost", "sink_unreachable"))

    def test_server_hangs(self):
        self.lose_server(lambda: self.b.process.signal(signal.SIGSTOP), lambda: self.b.process.signal(signal.SIGCONT),
                         ("sink_stalled", "sink_lost"))

    def test_publisher_is_killed(self):
        self.hold()
        player = self.play(self.a)
        self.b.wait_receiving("k")
        os.kill(self.output(B)["pid"], signal.SIGKILL)
        killed = time.monotonic()
        wait_until(lambda: self.output(B)["restarts"] == 1 and self.output(B)["state"] == "on_air", 10, "B is back")
        self.b.wait_receiving("k")
        print(f"\nB is back after {time.monotonic() - killed:.1f} s", file=sys.stderr)
        flashes = len(player.flashes())
        wait_until(lambda: len(player.flashes()) >= flashes + 2, 20, "flashes go on")
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
