"""Commands taken apart for held outputs, with FFmpeg 7.1: each output is what the command itself makes. The cases, and
those with the machine's own FFmpeg, are of the supervisor's unit tests."""

import os
import subprocess
import unittest

import newer_ffmpeg


class HeldCommands(unittest.TestCase):
    def test_with_ffmpeg_7_1(self):
        ffmpeg = os.path.join(newer_ffmpeg.install_for(self.addCleanup), "ffmpeg")
        version = subprocess.run([ffmpeg, "-version"], capture_output=True, text=True, timeout=60)
        self.assertIn("ffmpeg version 7.", version.stdout)
        done = subprocess.run(
            [os.environ["SUPERVISOR_TESTS"], "--gtest_filter=*HeldCommands*"], capture_output=True, text=True,
            timeout=1000, env={**os.environ, "FFSUPERVISOR_TEST_FFMPEG": ffmpeg})
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        self.assertRegex(done.stdout, r"\[  PASSED  \] [1-9]\d+ tests")


if __name__ == "__main__":
    unittest.main()
