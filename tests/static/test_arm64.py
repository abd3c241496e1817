"""The arm64 program with Debian's arm64 FFmpeg, emulated: `tests/static/run.sh --arm64`. The kernel's socket tables
(sock_diag) are not there under qemu-user."""

import unittest

from roots import Root, must
from test_foreign_roots import Debian


class Arm64(Debian, Root):
    system = "bookworm-arm64"
    version = "5.1"

    def test_it_is_arm64(self):
        self.assertIn("AArch64", must("readelf", "-h", self.path("ffsupervisor")))
        self.assertEqual(self.inside("dpkg", "--print-architecture").stdout, "arm64\n")
        self.assertRegex(self.inside("/ffsupervisor", "--version").stdout, r"^ffsupervisor \d")


if __name__ == "__main__":
    unittest.main()
