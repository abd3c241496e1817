"""What a command means to do is no fault: few frames, an end of its own."""

import unittest

from harness import LiveTest, holds, wait_until

PICTURE = ["-re", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25"]
LIMITS = {"startup_timeout": "3s", "freeze_timeout": "3s"}


class ByDesign(LiveTest):
    def supervise_stream(self, command, **keys):
        supervisor = self.supervise_file([{"name": "radio", "command": command, "monitor": LIMITS, **keys}])
        wait_until(supervisor.answers, 10, "answers")
        return supervisor

    def test_a_frame_now_and_then_is_a_warning_and_no_restart(self):
        supervisor = self.supervise_stream(
            ["ffmpeg", *PICTURE, "-vf", "select='eq(n,0)'", "-vsync", "vfr", "-f", "null", "-"])
        pid = wait_until(supervisor.child_pid, 10, "runs")
        self.assertTrue(holds(lambda: supervisor.child_pid() == pid, 8))

    def test_a_rate_in_the_command_raises_the_limits(self):
        supervisor = self.supervise_stream(
            ["ffmpeg", *PICTURE, "-vf", "fps=1/4", "-f", "null", "-"])
        supervisor.wait_on_air()
        pid = supervisor.child_pid()
        self.assertTrue(holds(lambda: supervisor.child_pid() == pid, 8))

    def test_a_file_that_ends_is_played_again_and_is_no_incident(self):
        name = self.path("loop.ts")
        self.ffmpeg("-f", "lavfi", "-i", "sine=frequency=440:duration=4", "-c:a", "aac", name)
        supervisor = self.supervise_stream(["ffmpeg", "-re", "-i", name, "-f", "null", "-"])
        wait_until(lambda: len(supervisor.events("ffmpeg_exited")) >= 3, 40, supervisor.log)
        self.assertEqual(supervisor.events("incident_opened"), [])
        self.assertEqual(supervisor.events("escalated"), [])

    def test_a_wrapper_whose_time_has_come_is_an_end(self):
        supervisor = self.supervise_stream(
            ["timeout", "4", "ffmpeg", *PICTURE, "-f", "null", "-"])
        wait_until(lambda: len(supervisor.events("ffmpeg_exited")) >= 3, 40, supervisor.log)
        self.assertEqual(supervisor.events("incident_opened"), [])


if __name__ == "__main__":
    unittest.main()
