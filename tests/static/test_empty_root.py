"""Nothing in the root but the program, /etc/hosts and a command: no library, no /proc, no /dev."""

import os
import unittest

from roots import NAME_SERVER, OUTSIDE, PORT, NameServer, Root, must, run

# Loading it ends whoever does: as a library made for another glibc may.
BOMB = "__attribute__((constructor)) static void explode(void) { __builtin_trap(); }"
BOMB_FLAGS = ("-shared", "-fPIC", "-nostdlib")


class Streams(Root):
    def test_a_stream_is_on_air_and_stops_well(self):
        self.stand_in("-static")
        self.on_air("/bin/ffmpeg", "-i", "x", "-f", "null", "-")
        self.stops_well()

    def test_a_command_that_is_not_there_is_named(self):
        done = self.inside("/ffsupervisor", "--listen", f"127.0.0.1:{PORT}", "ffmpeg", "-i", "x", "-f", "null", "-")
        self.assertEqual(done.returncode, 127, done.stderr)
        self.assertIn("ffmpeg", done.stderr)

    def test_the_program_needs_no_other_file(self):
        self.assertNotIn("NEEDED", must("readelf", "-d", self.path("ffsupervisor")))
        self.assertEqual(self.inside("/ffsupervisor", "--version").returncode, 0)


class Names(Root):
    def setUp(self):
        super().setUp()
        self.write("etc/resolv.conf", f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n")
        NameServer(self)

    def status(self, host):
        return self.inside("/ffsupervisor", "healthcheck", "readiness", "--url", f"http://{host}:{PORT}")

    def serves(self):
        self.stand_in("-static")
        self.on_air("/bin/ffmpeg", "-i", "x", "-f", "null", "-")

    def test_by_the_hosts_file_and_by_dns(self):
        self.serves()
        for host in (OUTSIDE, "by-hosts.example", "by-dns.example"):
            with self.subTest(host=host):
                self.assertEqual(self.status(host).returncode, 0, self.status(host).stderr)

    def test_a_name_that_is_nowhere_is_said_so(self):
        self.assertRegex(self.status("nowhere.example").stdout + self.status("nowhere.example").stderr, "Host not found")

    def test_name_services_of_the_machine_are_not_loaded(self):
        self.serves()
        self.write("etc/nsswitch.conf", "hosts: bomb [NOTFOUND=return] files dns\n")
        for folder in ("lib", "usr/lib", "lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64"):
            self.compile(f"{folder}/libnss_bomb.so.2", BOMB, *BOMB_FLAGS)
        for host in ("by-hosts.example", "by-dns.example"):
            with self.subTest(host=host):
                self.assertEqual(self.status(host).returncode, 0, self.status(host).stderr)

    def test_the_bomb_is_one(self):
        self.compile("bomb.so", BOMB, *BOMB_FLAGS)
        loader = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
        self.assertLess(run("python3", "-c", loader, os.path.join(self.root, "bomb.so")).returncode, 0)


if __name__ == "__main__":
    unittest.main()
