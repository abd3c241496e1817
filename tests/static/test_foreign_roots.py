"""musl without glibc, and Debian 11 and 13 with their own FFmpeg."""

import os
import shutil
import subprocess
import unittest

from roots import Root, must, run, wait_until

ARCH = must("dpkg", "--print-architecture").strip()
PICTURE = ("ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=160x90", "-f", "null", "-")


class Musl(Root):
    def setUp(self):
        super().setUp()
        loader, = [path for path in must("dpkg", "-L", "musl").split() if path.startswith("/lib/ld-musl-")]
        shutil.copy(os.path.realpath(loader), self.path(loader.lstrip("/")))
        shutil.copy("/bin/busybox", self.path("bin/busybox"))
        os.symlink("busybox", self.path("bin/timeout"))
        self.stand_in()
        self.assertIn("ld-musl", must("readelf", "-l", self.path("bin/ffmpeg")))

    def test_no_glibc_is_there(self):
        self.assertEqual([name for _, _, names in os.walk(self.root) for name in names if name.startswith("libc.so")], [])

    def test_a_stream_is_on_air_and_stops_well(self):
        self.on_air("ffmpeg", "-i", "x", "-f", "null", "-")
        self.stops_well()

    def test_behind_a_wrapper(self):
        self.on_air("timeout", "60", "ffmpeg", "-i", "x", "-f", "null", "-")
        self.stops_well()


class Debian:
    """The FFmpeg of that release is on air, comes back when it is killed, and stops well."""

    def setUp(self):
        super().setUp()
        must("mount", "-t", "proc", "proc", self.path("proc"))
        self.addCleanup(must, "umount", "-l", self.path("proc"))

    def ffmpegs(self):
        """Pids of those that the supervisor has started."""
        return run("pgrep", "-x", "-P", str(self.child.pid), "ffmpeg").stdout.split()

    def test_its_own_ffmpeg(self):
        self.assertIn(f"ffmpeg version {self.version}", self.inside("ffmpeg", "-version").stdout)
        self.on_air(*PICTURE)
        first = self.ffmpegs()
        self.assertEqual(len(first), 1, self.log())
        subprocess.run(["kill", "-9", *first], check=True)
        wait_until(lambda: self.ffmpegs() not in ([], first), 15, self.log)
        wait_until(self.is_on_air, 30, self.log)
        self.stops_well()

    def test_a_wrong_option_ends_with_its_code(self):
        done = self.inside("/ffsupervisor", "--listen", "127.0.0.1:9090", "ffmpeg", "-no_such_option", "1")
        self.assertEqual(done.returncode, 78, done.stderr)


class Debian11(Debian, Root):
    system = f"bullseye-{ARCH}"
    version = "4.3"


class Debian13(Debian, Root):
    system = f"trixie-{ARCH}"
    version = "7.1"


if __name__ == "__main__":
    unittest.main()
