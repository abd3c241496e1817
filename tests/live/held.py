"""What tests of held outputs share: a programme that can be judged at the far end, and the supervision of it.

A white picture each second and a beep at the same moment tell, at the far end, whether sound and picture still belong
together.
"""

import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "splice", "trial"))

from harness import LiveTest, wait_until
from player import Player

FLASH = ("color=black:size=320x180:rate=25,drawbox=color=white:thickness=fill:"
         "enable='lt(mod(t+0.001,1),0.04)',format=yuv420p")
BEEP = "aevalsrc=exprs='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.04)':sample_rate=48000"
PICTURE = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-b:v", "300k"]
ENCODE = [*PICTURE, "-c:a", "aac", "-b:a", "64k"]
INPUT = ["-re", "-f", "lavfi", "-i", FLASH, "-re", "-f", "lavfi", "-i", BEEP]
FRAME = 0.04
KEYS = {"hold": True, "monitor": {"freeze_timeout": "4s", "startup_timeout": "8s", "sink_stall_timeout": "3s",
                                  "probe_interval": "1s"}}


class HeldTest(LiveTest):
    def supervise_held(self, command, **stream):
        self.supervisor = self.supervise_file([{"name": "radio", "command": command, **KEYS, **stream}])
        return self.supervisor

    def play(self, url):
        player = Player(self, url)
        self.addCleanup(player.process.end)
        wait_until(lambda: len(player.flashes()) >= 3 and len(player.beeps) >= 3, 30,
                   lambda: f"flashes and beeps; {player.process.log()}; {self.supervisor.log()[-3000:]}")
        player.joined()
        return player

    def play_rtmp(self, server):
        server.wait_receiving("k")
        return self.play(server.url("k"))

    @staticmethod
    def publishers(server, key="k"):
        stream = server._stream(key)
        return [] if stream is None else [client.findtext("id") for client in stream.iterfind("client")
                                          if client.find("publishing") is not None]

    def output(self, name):
        return next(each for each in self.supervisor.stream()["outputs"] if each["name"] == name)

    def wait_output(self, name, state, seconds):
        wait_until(lambda: self.output(name)["state"] == state, seconds,
                   lambda: f"{name} {state}; {self.supervisor.stream()['outputs']}; {self.supervisor.log()[-3000:]}")

    def wait_flashes(self, player, more):
        flashes = len(player.flashes())
        wait_until(lambda: len(player.flashes()) >= flashes + more, 20,
                   lambda: f"flashes go on; {player.process.log()}")

    def judge(self, player, hole, what=""):
        """Never cut, no decoder error, sound and picture as far apart as before."""
        self.assertTrue(player.lives(), player.process.log())
        step, where = player.greatest_step([each[0] for each in player.pictures])
        offsets = self.steady_offsets(player)
        base = statistics.median(each for _, each in offsets[:3])
        worst = max((abs(each - base) for _, each in offsets), default=0)
        print(f"\n{what or self.id().split('.')[-1]}: greatest step {step:.3f} s at {where:.2f}, A/V within {worst * 1000:.0f} ms in "
              f"{len(offsets)} flashes", file=sys.stderr)
        self.assertEqual(player.errors(), [])
        self.assertLessEqual(worst, FRAME + 0.005, offsets)
        self.assertLessEqual(step, hole)

    @staticmethod
    def steady_offsets(player):
        """Of flashes a second after another: at a seam one encoder's flash may stand beside the other's beep, and where a
        flash was the last key frame it is repeated."""
        flashes = player.flashes()
        return [(flash, offset) for flash, offset in player.offsets()
                if any(abs(flash - other - 1) < 2 * FRAME for other in flashes)
                and not any(0 < flash - other < 0.9 for other in flashes)]

    def encoders(self):
        return [each for each in self.supervisor.events("ffmpeg_started") if not {"output", "role"} & each.keys()]

    def replace_encoder(self, end):
        """Ends it so; the next one is on air."""
        encoder = self.supervisor.child_pid()
        end(encoder)
        wait_until(lambda: self.supervisor.child_pid() not in (None, encoder), 20, "another encoder")
        self.supervisor.wait_on_air(20)
