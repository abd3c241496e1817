"""Dead air: silence, a frozen and a black picture, seen beside an output that stays as it is."""

import os
import unittest

import newer_ffmpeg
from harness import LiveTest, wait_until

LIMITS = {"silence": {"duration": "2s"}, "frozen_picture": {"duration": "2s"},
          "black": {"duration": "2s"}}
# Frozen from 3 s on, silent from 4 s, black from 10 s, each for 5 s.
PICTURE = ("testsrc2=s=160x90:r=25:d=3[a];"
           "testsrc2=s=160x90:r=25:d=0.04,tpad=stop_mode=clone:stop_duration=4.96[b];"
           "testsrc2=s=160x90:r=25:d=2[c];color=black:s=160x90:r=25:d=5[d];"
           "testsrc2=s=160x90:r=25:d=15[e];[a][b][c][d][e]concat=n=5:v=1:a=0")
SOUND = "aevalsrc='if(between(t,4,9),0,0.3*sin(2764*t))':s=44100:d=30"


class Content(LiveTest):
    def setUp(self):
        super().setUp()
        self.source = self.path("source.ts")
        self.ffmpeg("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND, "-c:v", "libx264",
                    "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", self.source)

    def supervise_copy(self, content, *options, out="out.ts", env=None, **stream):
        command = ["ffmpeg", "-y", *options, "-i", self.source, "-c", "copy", "-f", "mpegts",
                   self.path(out)]
        return self.supervise_file([{"name": "radio", "command": command,
                                     "monitor": {"content": content}, **stream}], env=env)

    def assert_all_is_seen(self, supervisor):
        supervisor.wait_on_air()
        for cause in ("source_frozen_picture", "source_silent", "source_black"):
            fault = supervisor.wait_event("fault_detected", 20, cause=cause)
            self.assertEqual((fault["component"], fault["level"]), ("source", "warning"), fault)
            self.assertRegex(fault["msg"], r"for [23] s, since 00:00:\d\d of the stream\.")
            supervisor.wait_event("incident_closed", 10, cause=cause)
        # By default it is told and nothing else is done.
        self.assertTrue(supervisor.is_ready())
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 0)
        for cause in ("source_frozen_picture", "source_silent", "source_black"):
            self.assertGreaterEqual(
                supervisor.metric("radio_incidents_total", component="source", cause=cause), 1)

    def test_dead_air_is_told_as_it_begins_and_ends(self):
        self.assert_all_is_seen(self.supervise_copy(LIMITS, "-re"))

    def test_a_quiet_log_level_hides_none_of_it(self):
        self.assert_all_is_seen(self.supervise_copy(LIMITS, "-re", "-loglevel", "quiet"))

    def test_with_ffmpeg_7_1(self):
        programs = newer_ffmpeg.install_for(self.addCleanup)
        supervisor = self.supervise_copy(LIMITS, "-re",
                                         env={"PATH": f"{programs}:{os.environ['PATH']}", "LOG_LEVEL": "debug"})
        self.assert_all_is_seen(supervisor)
        self.assertIn("ffmpeg version 7.", supervisor.log())

    def test_nothing_is_told_that_was_not_asked_for(self):
        supervisor = self.supervise_copy({"black": {"duration": "2s"}}, "-re")
        supervisor.wait_on_air()
        supervisor.wait_event("incident_closed", 30, cause="source_black")
        self.assertEqual([event["cause"] for event in supervisor.events("fault_detected")],
                         ["source_black"])

    def test_the_output_is_the_same_with_and_without(self):
        for content, out in (({}, "plain.ts"), (LIMITS, "looked_at.ts")):
            supervisor = self.supervise_copy(content, out=out, restart="never")
            self.assertEqual(supervisor.wait(30), 0, supervisor.log())
        with open(self.path("plain.ts"), "rb") as plain, open(self.path("looked_at.ts"), "rb") as other:
            expected = plain.read()
            self.assertGreater(len(expected), 100_000)
            self.assertTrue(expected == other.read())

    def test_a_command_that_ends_by_itself_still_does(self):
        supervisor = self.supervise_file([{
            "name": "radio", "restart": "never", "monitor": {"content": LIMITS},
            "command": ["ffmpeg", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x90", "-f", "lavfi", "-i",
                        "sine", "-t", "5", "-c:v", "mpeg4", "-f", "mpegts", self.path("out.ts")]}])
        self.assertEqual(supervisor.wait(20), 0, supervisor.log())

    def test_silence_leaves_the_air_to_the_fallback_and_the_command_is_tried_again(self):
        fallback = ["ffmpeg", "-y", "-re", "-f", "lavfi", "-i", "sine", "-flush_packets", "1", "-f", "mpegts",
                    self.path("slate.ts")]
        supervisor = self.supervise_copy({"silence": {"duration": "2s"}, "action": "fallback"}, "-re",
                                         fallback=fallback, recovery={"restart_cooldown": "10s"})
        supervisor.wait_event("fallback_started", 30)
        self.assertEqual(supervisor.stream()["state"], "fallback")
        wait_until(lambda: os.path.exists(self.path("slate.ts")) and os.path.getsize(self.path("slate.ts")) > 0, 4,
                   "the fallback's output")
        supervisor.wait_event("on_air", 25, count=2)
        self.assertEqual(supervisor.stream()["recovery"]["attempts"], 0)
        self.assertEqual(supervisor.events("escalated"), [])

    def test_what_cannot_be_looked_at_is_said(self):
        supervisor = self.supervise_file([{
            "name": "radio", "monitor": {"content": LIMITS},
            "command": ["ffmpeg", "-y", "-re", "-i", self.source, "-vn", "-c", "copy", "-f", "mpegts",
                        self.path("out.ts")]}])
        wait_until(lambda: "no picture to look at" in supervisor.log(), 10, supervisor.log)


if __name__ == "__main__":
    unittest.main()
