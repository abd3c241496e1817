"""The .deb: what is in it, and that it is what it says."""

import glob
import os
import re
import subprocess
import tempfile
import unittest

BUILD = os.environ["FFSUPERVISOR_BUILD"]
ROOT = os.path.join(os.path.dirname(__file__), "..", "..")


def output(*argv, **options):
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=90, **options).stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="ffsupervisor-package-")
        cls.addClassCleanup(cls.folder.cleanup)
        output("cpack", "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", cls.folder.name)
        cls.package, = glob.glob(os.path.join(cls.folder.name, "*.deb"))
        cls.root = os.path.join(cls.folder.name, "root")
        output("dpkg-deb", "--raw-extract", cls.package, cls.root)

    def path(self, *names):
        return os.path.join(self.root, *names)

    def field(self, name):
        return output("dpkg-deb", "--field", self.package, name).strip()

    def test_everything_is_where_debian_has_it(self):
        for path in ("usr/bin/ffsupervisor", "etc/ffsupervisor/ffsupervisor.yml",
                     "usr/lib/systemd/system/ffsupervisor.service", "usr/share/man/man1/ffsupervisor.1.gz",
                     "usr/share/man/man5/ffsupervisor.yml.5.gz", "usr/share/doc/ffsupervisor/copyright",
                     "usr/share/doc/ffsupervisor/changelog.gz",
                     "usr/share/bash-completion/completions/ffsupervisor",
                     "usr/share/ffsupervisor/prometheus/alerting_rules.yml",
                     "usr/share/ffsupervisor/grafana/dashboards/radio_stream_dashboard.json"):
            self.assertTrue(os.path.isfile(self.path(path)), path)

    def test_its_program_runs_and_is_the_version_of_the_package(self):
        said = output(self.path("usr/bin/ffsupervisor"), "--version")
        self.assertEqual(said.split()[1], self.field("Version"))
        with open(os.path.join(ROOT, "etc", "debian", "changelog")) as changelog:
            self.assertIn(f"({self.field('Version')})", changelog.readline())

    def test_its_configuration_is_valid_and_kept_on_upgrade(self):
        output(self.path("usr/bin/ffsupervisor"), "check", "--config", self.path("etc/ffsupervisor/ffsupervisor.yml"))
        configurations = [os.path.join("/", os.path.relpath(os.path.join(folder, file), self.root))
                          for folder, _, files in os.walk(self.path("etc")) for file in files]
        with open(self.path("DEBIAN/conffiles")) as conffiles:
            self.assertEqual(sorted(conffiles.read().split()), sorted(configurations))

    def test_it_depends_on_ffmpeg_and_on_the_libraries_of_the_program(self):
        depends = self.field("Depends")
        self.assertRegex(depends, r"\bffmpeg\b")
        needed = re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", self.path("usr/bin/ffsupervisor")))
        self.assertIn("libyaml-cpp.so.0.7", needed)
        self.assertRegex(depends, r"\blibyaml-cpp0\.7\b")
        self.assertRegex(depends, r"\blibc6 \(>= ")

    def test_containers_install_the_same_libraries(self):
        """etc/packages.sh has the one list for machines where nothing is built."""
        listed = set(output(os.path.join(ROOT, "etc", "packages.sh"), "--list", "run").split())
        needed = {name.split()[0] for name in self.field("Depends").split(", ")}
        self.assertEqual(needed - listed, {"libc6", "libgcc-s1", "libstdc++6"})  # of every Debian

    def test_the_unit_starts_what_the_package_has(self):
        with open(self.path("usr/lib/systemd/system/ffsupervisor.service")) as unit:
            started, = re.findall(r"^ExecStart=(\S+) --config (\S+)$", unit.read(), re.MULTILINE)
        for path in started:
            self.assertTrue(os.path.exists(self.path(path.lstrip("/"))), path)


if __name__ == "__main__":
    unittest.main()
