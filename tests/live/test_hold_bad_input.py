"""Held outputs of encoders that misbehave, of servers that hang, of commands that are wrong: bounded, and said."""

import os
import shutil
import signal
import sys
import time
import unittest

from harness import holds, resident_mib, wait_until
from held import BEEP, ENCODE, FLASH, FRAME, INPUT, KEYS, HeldTest
from servers import RtmpServer

ONE = "127.0.0.1"
NO_TIME = {**KEYS["monitor"], "startup_timeout": "4s"}
RESIDENT_MIB = 90


class HoldBadInput(HeldTest):
    def one(self, arguments, **stream):
        """To one server."""
        self.server = RtmpServer(self)
        return self.supervise_held(["ffmpeg", *arguments, "-f", "flv", self.server.url("k")], **stream)

    def bad_encoder(self, what, *arguments, **stream):
        os.makedirs(self.path("bin"), exist_ok=True)
        program = self.path("bin", "ffmpeg")
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bad_encoder.py"), program)
        self.server = RtmpServer(self)
        self.supervisor = self.supervise_file(
            [{"name": "radio", "command": [program, *arguments, "-f", "flv", self.server.url("k")], **KEYS, **stream}],
            env={"BAD_ENCODER": what})
        return self.supervisor

    def is_small(self):
        resident = resident_mib(self.supervisor.popen.pid)
        self.assertLess(resident, RESIDENT_MIB)
        return resident

    def test_garbage_is_published_by_nobody_and_blamed_on_the_encoder(self):
        self.bad_encoder("garbage", *INPUT, *ENCODE, monitor=NO_TIME)
        opened = self.supervisor.wait_event("incident_opened", 60, cause="encoder_failed")
        self.assertIn("nothing of it can be published", opened["msg"])
        self.assertFalse(self.supervisor.is_ready())
        self.assertFalse(self.server.has_publisher("k"))
        self.is_small()

    def test_torn_media_is_published_as_far_as_it_goes(self):
        self.bad_encoder("torn", *INPUT, *ENCODE)
        self.supervisor.wait_on_air(30)
        self.server.wait_receiving("k")
        self.assertTrue(holds(lambda: self.supervisor.stream()["state"] == "on_air", 10))
        self.assertEqual(self.output(ONE)["restarts"], 0)

    def test_another_programme_makes_its_publishers_connect_anew(self):
        self.bad_encoder("switches", *INPUT, *ENCODE)
        self.supervisor.wait_on_air(30)
        self.server.wait_receiving("k")
        wait_until(lambda: self.output(ONE)["restarts"] >= 1, 30, lambda: f"another publisher; {self.supervisor.log()[-3000:]}")
        self.wait_output(ONE, "on_air", 20)
        self.server.wait_receiving("k")
        self.assertEqual(len(self.encoders()), 1)

    def test_a_flood_is_paced(self):
        self.one(["-f", "lavfi", "-i", FLASH, "-f", "lavfi", "-i", BEEP, *ENCODE])
        self.supervisor.wait_on_air(30)
        player = self.play_rtmp(self.server)
        first, began = max(pts for pts, _, _ in player.pictures), time.monotonic()
        self.wait_flashes(player, 10)
        last, ended = max(pts for pts, _, _ in player.pictures), time.monotonic()
        self.assertLess(abs((last - first) - (ended - began)), 6)
        self.is_small()

    def replace_before(self, player):
        """Another encoder, and the player sees it on the same connection."""
        before = self.publishers(self.server)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.wait_flashes(player, 6)
        self.assertEqual(self.publishers(self.server), before)

    def test_time_stamps_wrap(self):
        self.one([*INPUT, *ENCODE, "-output_ts_offset", "95435"])
        self.supervisor.wait_on_air(40)
        player = self.play_rtmp(self.server)
        self.replace_before(player)
        self.judge(player, 4)

    def test_sound_begins_late(self):
        self.one(["-re", "-f", "lavfi", "-i", FLASH, "-re", "-itsoffset", "2", "-f", "lavfi", "-i", BEEP, "-map", "0:v", "-map",
                  "1:a", *ENCODE])
        self.supervisor.wait_on_air(40)
        player = self.play_rtmp(self.server)
        self.replace_before(player)
        # The first flashes of an encoder have no beep.
        for _, offset in player.offsets()[:2] + player.offsets()[-2:]:
            self.assertLess(abs(offset), FRAME + 0.005, player.offsets())
        self.assertEqual(player.errors(), [])

    def test_two_pictures_a_second_and_a_key_frame_in_two_minutes(self):
        slides = FLASH.replace("rate=25", "rate=2")
        self.one(["-re", "-f", "lavfi", "-i", slides, "-re", "-f", "lavfi", "-i", BEEP, "-map", "0:v", "-map", "1:a", "-c:v",
                  "libx264", "-preset", "ultrafast", "-g", "250", "-c:a", "aac"])
        self.supervisor.wait_on_air(40)
        self.server.wait_receiving("k")
        before = self.publishers(self.server)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.server.wait_receiving("k", 20)
        self.assertEqual(self.publishers(self.server), before)
        self.assertEqual(self.output(ONE)["state"], "on_air")

    def test_without_another_key_frame_the_others_go_on(self):
        a, b = RtmpServer(self), RtmpServer(self)
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE, "-g", "100000", "-sc_threshold", "0"], outputs={
            "a": ["-f", "flv", a.url("k")], "b": {"args": ["-f", "flv", b.url("k")], "required": False}})
        self.supervisor.wait_on_air(30)
        self.wait_output("b", "on_air", 20)
        os.kill(self.output("b")["pid"], signal.SIGKILL)
        self.assertTrue(holds(lambda: self.supervisor.stream()["state"] == "on_air" and self.output("a")["state"] == "on_air", 15))
        a.wait_receiving("k")
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.wait_output("b", "on_air", 30)
        b.wait_receiving("k")

    def test_ten_outputs(self):
        server = RtmpServer(self)
        names = [f"k{number}" for number in range(10)]
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE],
                            outputs={name: ["-f", "flv", server.url(name)] for name in names})
        self.supervisor.wait_on_air(60)
        for name in names:
            server.wait_receiving(name, 20)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        for name in names:
            server.wait_receiving(name, 20)
        self.assertEqual([each["restarts"] for each in self.supervisor.stream()["outputs"]], [0] * 10)
        self.is_small()

    def test_a_wrong_command_is_that_outputs_alone(self):
        server = RtmpServer(self)
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE], outputs={
            "good": ["-f", "flv", server.url("k")],
            "bad": {"args": ["-flvflags", "no_such_flag", "-f", "flv", server.url("b")], "required": False}})
        self.supervisor.wait_on_air(30)
        self.wait_output("bad", "stopped", 20)
        opened = self.supervisor.wait_event("incident_opened", 10, output="bad")
        self.assertEqual((opened["cause"], opened["component"]), ("command_invalid", "config"))
        self.assertTrue(holds(lambda: self.supervisor.is_ready(), 4))

    def test_without_a_required_output_that_can_be_right_it_ends(self):
        server = RtmpServer(self)
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE], outputs={
            "bad": ["-flvflags", "no_such_flag", "-f", "flv", server.url("k")]})
        self.assertEqual(self.supervisor.wait(40), 78)
        server.process.end()
        self.assert_nothing_left()

    def test_memory_is_flat_while_every_output_hangs(self):
        a, b = RtmpServer(self), RtmpServer(self)
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25,noise=alls=40:allf=t", "-t", "10", "-c:v", "libx264",
                    "-preset", "ultrafast", "-g", "25", "-b:v", "8M", "-maxrate", "8M", "-bufsize", "2M", self.path("rich.ts"))
        self.supervise_held(["ffmpeg", "-re", "-stream_loop", "-1", "-i", self.path("rich.ts"), "-c", "copy"], outputs={
            name: {"args": ["-f", "flv", server.url("k")], "buffer": "2s 2MiB"} for name, server in (("a", a), ("b", b))},
            monitor={"freeze_timeout": "300s", "sink_stall_timeout": "300s"})
        self.supervisor.wait_on_air(30)
        for server in (a, b):
            server.wait_receiving("k")
            server.process.signal(signal.SIGSTOP)

        def dropped():
            return min(each["dropped_bytes"] or 0 for each in self.supervisor.stream()["outputs"])
        wait_until(lambda: dropped() > 4 << 20, 40, lambda: f"full queues; {self.supervisor.stream()['outputs']}")
        full = self.is_small()
        first = dropped()
        wait_until(lambda: dropped() > first + (8 << 20), 60, "more that could not be held")
        self.assertLess(self.is_small() - full, 4)
        for server in (a, b):
            server.process.signal(signal.SIGCONT)
            server.wait_receiving("k", 40)
        print(f"\nresident {full:.1f} MiB with full queues, {self.is_small():.1f} MiB after", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
