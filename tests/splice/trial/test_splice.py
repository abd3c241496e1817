"""The splicer between real encoders, a publisher and nginx-rtmp: what a player sees of each fault.

A white picture each second and a beep at the same moment tell, at the far end, whether sound and picture still belong
together. Environment: FFSUPERVISOR: the program `splice_trial`; SPLICE_SWITCHES: how many random switches (default 12);
SPLICE_FFMPEG, SPLICE_PUBLISHER: other FFmpegs than that of PATH.
"""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "live")]

import harness
from harness import LiveTest, get, wait_until
from player import Player
from servers import RtmpServer

SWITCHES = int(os.environ.get("SPLICE_SWITCHES", "12"))
ENCODER = os.environ.get("SPLICE_FFMPEG", "ffmpeg")
PUBLISHER = os.environ.get("SPLICE_PUBLISHER", ENCODER)
FRAME = 0.04
# What two encoders of one command differ by: B-frames do not hold sound back, priming may.
ONE_FRAME = FRAME + 0.005

FLASH = ("color={dark}:size={size}:rate=25,drawbox=color=white:thickness=fill:"
         "enable='lt(mod(t+0.001,1),0.04)',format=yuv420p")
GREY = "0x404040"
BEEP = "aevalsrc=exprs='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.04)':sample_rate=48000"
BURSTS = """
import sys, time
while True:
    end, held = time.time() + 6, b""
    while time.time() < end:
        held += sys.stdin.buffer.read1(65536)
    sys.stdout.buffer.write(held)
    sys.stdout.buffer.flush()
"""


def encoder(*, b_frames=0, realtime=True, audio=BEEP, before_audio=(), output=(), gop=25, size="320x180", dark="black"):
    pace = ["-re"] if realtime else []
    video = FLASH.format(dark=dark, size=size)
    return [ENCODER, "-nostdin", "-v", "error", *pace, "-f", "lavfi", "-i", video, *pace, *before_audio, "-f", "lavfi",
            "-i", audio, "-c:v", "libx264", "-profile:v", "main", "-preset", "ultrafast", "-x264opts", "cabac=1:b-pyramid=1",
            "-bf", str(b_frames), "-g", str(gop), "-b:v", "300k", "-c:a", "aac", "-b:a", "64k", *output,
            "-f", "mpegts", "-flush_packets", "1", "-pes_payload_size", "0",
            *(["-omit_video_pes_length", "0", "-muxdelay", "0"] if b_frames else []),
            # Else a stream that falls silent holds the other one back for ten seconds, in the encoder, too.
            "-max_interleave_delta", "500000", "pipe:1"]


class Splice(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def begin(self, *arguments):
        self.trial = self.start(harness.BINARY, *arguments, stdin=subprocess.PIPE)
        self.tell("output", "out", PUBLISHER, "-nostdin", "-v", "warning", "-probesize", "500000", "-analyzeduration",
                  "500000", "-f", "mpegts", "-i", "pipe:0", "-max_interleave_delta", "500000", "-map", "0", "-c", "copy",
                  "-f", "flv", self.server.url("k"))

    def tell(self, *words):
        self.trial.popen.stdin.write(("\t".join(words) + "\n").encode())
        self.trial.popen.stdin.flush()

    def source(self, name, argv, role="encoder"):
        self.tell("source", name, role, *argv)

    def play(self):
        self.server.wait_receiving("k")
        self.player = Player(self, self.server.url("k"))
        self.addCleanup(self.player.process.end)
        wait_until(lambda: len(self.player.flashes()) >= 2 and len(self.player.beeps) >= 2, 20,
                   lambda: f"flashes and beeps; {self.player.process.log()}; {self.trial.log()}")
        self.player.joined()
        self.client = self.publisher_id()

    def tearDown(self):
        if self.trial.popen.stdin:
            self.trial.popen.stdin.close()

    def publisher_id(self):
        """The server's name for the connection that publishes."""
        stream = self.server._stream("k")
        ids = [client.findtext("id") for client in stream.iterfind("client") if client.find("publishing") is not None]
        return ids

    def events(self, what, **fields):
        found = []
        for line in list(self.trial.lines):
            if line.startswith("{"):
                event = json.loads(line)
                if event["event"] == what and fields.items() <= event.items():
                    found.append(event)
        return found

    def wait_event(self, event, seconds, count=1, **fields):
        return wait_until(lambda: self.events(event, **fields)[count - 1:], seconds,
                          lambda: f"{event} {fields} x{count}; {self.trial.log()[-3000:]}")[0]

    def foreign_lines(self):
        return [line for line in self.trial.lines if not line.startswith("{")]

    def counts(self):
        before = len(self.events("counts"))
        self.tell("counts")
        return self.wait_event("counts", 5, count=before + 1)

    def judge(self, *, hole, lead=0.5, offset=ONE_FRAME, since=0):
        """What holds after every fault. `hole`: seconds between two pictures at most; `since`: a time of the stream,
        before which offsets are not compared."""
        player = self.player
        self.assertTrue(player.lives(), player.process.log())
        self.assertEqual(self.publisher_id(), self.client, "the server sees another client")
        self.assertEqual(len(self.events("publisher_started")), 1, self.trial.log())
        step, where = player.greatest_step([each[0] for each in player.pictures])
        offsets = player.offsets()
        base = statistics.median(each for _, each in offsets[:3])
        worst = max(((abs(each - base), at) for at, each in offsets if at >= since), default=(0, 0))
        leads = player.leads()[-50:]
        end = statistics.median(each for _, each in leads)
        counts = self.counts()
        print(f"\n{self.id().split('.')[-1]}: greatest step {step:.3f} s at {where:.2f}, A/V {base * 1000:.0f} ms and up to "
              f"{worst[0] * 1000:.0f} ms off that in {len(offsets)} flashes, {len(player.seams())} seams, lead at the end {end:.3f} s, "
              f"publisher says {self.foreign_lines()}, {counts}", file=sys.stderr)
        self.assertEqual(player.errors(), [], "the player's decoder")
        self.assertLessEqual(worst[0], offset, f"A/V at {worst[1]}: {offsets}")
        self.assertLessEqual(step, hole)
        self.assertLessEqual(abs(end), lead)

    def test_random_switches_between_two_that_run(self):
        self.begin()
        self.source("a", encoder())
        self.tell("select", "a")
        self.source("b", encoder(b_frames=3, dark=GREY))
        self.play()
        dice = random.Random(int(os.environ.get("SPLICE_SEED", "1")))
        for i in range(SWITCHES):
            time.sleep(dice.uniform(0.5, 2))
            to = "ba"[i % 2]
            before = len(self.events("switched", stream="video"))
            self.tell("select", to)
            self.wait_event("switched", 4, count=before + 1, stream="video")
        flashes = len(self.player.flashes())
        wait_until(lambda: len(self.player.flashes()) >= flashes + 3, 20, "flashes go on")
        self.judge(hole=5 * FRAME + 0.01)
        audio = self.player.greatest_step([each[0] for each in self.player.sounds])
        print(f"greatest step of sound {audio}", file=sys.stderr)
        self.assertLessEqual(audio[0], 0.045, "two frames of sound")

    def test_encoder_is_killed(self):
        self.begin()
        self.source("a", encoder())
        self.tell("select", "a")
        self.play()
        for i in range(3):
            time.sleep(2.3)
            self.tell("signal", "ab"[i % 2] if i < 2 else "c", str(int(signal.SIGKILL)))
            name = "bcd"[i]
            self.source(name, encoder(b_frames=3 if i == 1 else 0, dark=GREY if i % 2 == 0 else "black"))
            self.tell("select", name)
            self.wait_event("switched", 10, name=name, stream="video")
        time.sleep(4)
        self.judge(hole=1.5)

    def test_encoder_is_stopped_for_four_seconds(self):
        self.begin()
        self.source("a", encoder())
        self.tell("select", "a")
        self.play()
        self.tell("signal", "a", str(int(signal.SIGSTOP)))
        self.wait_event("silent", 3, stream="video")
        time.sleep(3)
        self.tell("signal", "a", str(int(signal.SIGCONT)))
        time.sleep(6)
        self.judge(hole=FRAME + 0.01, lead=1)

    def test_stopped_encoder_is_covered_and_returns(self):
        self.begin()
        self.source("a", encoder())
        self.source("cover", encoder(dark=GREY), role="cover")
        self.tell("select", "a")
        self.play()
        self.tell("signal", "a", str(int(signal.SIGSTOP)))
        self.wait_event("silent", 3, stream="video", name="a")
        self.tell("select", "cover")
        self.wait_event("switched", 3, stream="video", name="cover")
        time.sleep(3)
        self.tell("select", "a")
        self.tell("signal", "a", str(int(signal.SIGCONT)))
        wait_until(lambda: len(self.events("switched", stream="video", name="a")) == 2, 6, self.trial.log)
        time.sleep(4)
        self.judge(hole=2.6)

    def test_sound_goes_away(self):
        self.begin()
        self.source("a", encoder(audio=BEEP + ":duration=6"))
        self.source("b", encoder(dark=GREY))
        self.tell("select", "a")
        self.play()
        self.wait_event("silent", 12, stream="audio", name="a")
        time.sleep(2)
        self.assertLess(len(self.events("silent", stream="video")), 1)
        self.tell("select", "b")
        self.wait_event("switched", 4, stream="audio", name="b")
        time.sleep(4)
        self.judge(hole=0.6)  # so long the encoder waits for its own sound

    def test_sound_begins_late(self):
        self.begin()
        self.source("a", encoder(before_audio=["-itsoffset", "2"]))
        self.tell("select", "a")
        self.play()
        known = self.wait_event("parameters_known", 1)
        started = self.wait_event("publisher_started", 1)
        self.assertTrue(known["complete"])
        self.assertGreaterEqual(started["t"], known["t"])
        time.sleep(3)
        self.judge(hole=FRAME + 0.01)

    def test_bursts(self):
        self.begin()
        burst = self.write("burst.py", BURSTS)
        self.source("a", ["bash", "-c", '"$@" | python3 ' + burst, "bash", *encoder()])
        self.tell("select", "a")
        self.play()
        time.sleep(20)
        self.assertEqual(self.events("silent"), [])
        self.judge(hole=FRAME + 0.01, lead=7)

    def test_encoder_that_does_not_pace_itself(self):
        self.begin()
        self.source("a", encoder(realtime=False))
        self.tell("select", "a")
        self.play()
        time.sleep(10)
        leads = self.player.leads()
        self.assertLess(leads[-1][1] - leads[0][1], 7)
        self.judge(hole=FRAME + 0.01, lead=7)

    def test_clocks_wrap(self):
        before_wrap = 2 ** 33 / 90000 - 30
        self.begin(str(before_wrap))
        for name, before in (("a", 8), ("b", 15)):
            self.source(name, encoder(b_frames=3 if name == "b" else 0, dark=GREY if name == "b" else "black",
                                      output=["-output_ts_offset", str(2 ** 33 / 90000 - before - 1.4)]))
        self.tell("select", "a")
        self.play()
        for i in range(12):
            time.sleep(2.5)
            self.tell("select", "ba"[i % 2])
        time.sleep(3)
        self.judge(hole=5 * FRAME + 0.01)

    def test_other_size_reconnects(self):
        self.begin()
        self.source("a", encoder())
        self.source("b", encoder(size="640x360"))
        self.tell("select", "a")
        self.play()
        self.tell("select", "b")
        self.wait_event("reconnect_needed", 4)
        self.wait_event("publisher_started", 6, count=2)
        self.server.wait_receiving("k")
        said = get(f"http://127.0.0.1:{self.server.http_port}/stat")[1]
        self.assertIn("<width>640</width>", said)


if __name__ == "__main__":
    unittest.main()
