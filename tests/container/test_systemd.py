"""The package on a Debian with a real systemd: the unit's sandbox lets everything through that is needed, its
watchdog bites, and it goes without a trace."""

import os
import unittest

from podman import Container, wait_until

PACKAGE = os.environ.get("FFSUPERVISOR_PACKAGE", "")
CONFIG = """
journal: {path: /var/lib/ffsupervisor/journal}
streams:
  - name: radio
    command: [ffmpeg, -v, error, -re, -f, lavfi, -i, "testsrc2=size=320x180:rate=25", -vf, "scale=640:360",
              -c:v, libx264, -preset, ultrafast, -f, mpegts, "tcp://127.0.0.1:5000"]
"""
RECEIVER = "exec ffmpeg -v error -i 'tcp://127.0.0.1:5000?listen=1' -c copy -f null -"


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not PACKAGE:
            raise unittest.SkipTest("set FFSUPERVISOR_PACKAGE to the .deb")

    def setUp(self):
        self.server = Container(self, "localhost/stand-in/server", options=[
            "--privileged", "--systemd", "always", "--volume", f"{PACKAGE}:/tmp/ffsupervisor.deb:ro"])
        self.server.wait_for(["systemctl", "is-active", "multi-user.target"], 30)
        self.shell("apt-get -qq install -y --no-install-recommends /tmp/ffsupervisor.deb >/dev/null")

    def shell(self, script):
        return self.server.run("sh", "-c", script).stdout.strip()

    def property(self, name):
        return self.shell(f"systemctl show --value --property {name} ffsupervisor")

    def start(self):
        self.shell(f"cat >/etc/ffsupervisor/ffsupervisor.yml <<'X'\n{CONFIG}\nX")
        self.shell(f"systemd-run -q --property Restart=always --property RestartSec=0 sh -c \"{RECEIVER}\"")
        self.shell("systemctl start ffsupervisor")
        self.wait_on_air()

    def wait_on_air(self):
        wait_until(lambda: self.server.succeeds("ffsupervisor", "healthcheck", "readiness"), 30,
                   lambda: self.shell("systemctl status ffsupervisor; journalctl -u ffsupervisor -o cat | tail -n 20"))

    def test_installed_it_waits_to_be_told_what_to_stream(self):
        self.assertEqual(self.property("ActiveState"), "inactive")
        self.assertEqual(self.property("UnitFileState"), "disabled")

    def test_the_sandbox_lets_the_stream_its_journal_and_the_witnesses_through(self):
        self.start()
        pid = self.property("MainPID")
        status = self.shell(f"cat /proc/{pid}/status")
        self.assertRegex(status, r"CapBnd:\t0+\n")
        self.assertRegex(status, r"Seccomp:\t2\n")
        self.assertNotRegex(status, r"Uid:\t0\b")
        self.assertIn("journal", self.shell("ls /var/lib/ffsupervisor/"))
        log = self.shell("journalctl -u ffsupervisor -o cat")
        self.assertNotIn('"witness_unavailable"', log)
        self.assertNotIn('"level":"error"', log)
        delivered = ("bash -c 'exec 3<>/dev/tcp/127.0.0.1/9090; printf \"GET /metrics HTTP/1.0\\r\\n\\r\\n\" >&3; "
                     "grep -a \"^radio_sink_delivered_bytes_total\" <&3'")
        wait_until(lambda: float(self.shell(delivered).split()[-1]) > 0, 10, "the kernel's view of the connection")

    def test_a_supervisor_that_is_stuck_is_replaced_and_its_ffmpeg_too(self):
        self.shell("mkdir -p /run/systemd/system/ffsupervisor.service.d && printf '[Service]\\nWatchdogSec=2\\n'"
                   " >/run/systemd/system/ffsupervisor.service.d/quick.conf && systemctl daemon-reload")
        self.start()
        stuck = self.property("MainPID")
        self.shell("sleep 5")
        self.assertEqual(self.property("MainPID"), stuck, "fed, it lives")
        ffmpeg = self.shell(f"pgrep -P {stuck}")
        self.shell(f"kill -STOP {stuck}")
        wait_until(lambda: self.property("MainPID") not in ("0", stuck), 30, "another one")
        self.wait_on_air()
        self.assertFalse(self.server.succeeds("kill", "-0", ffmpeg))
        self.assertIn("watchdog", self.shell("journalctl -u ffsupervisor -o cat").lower())

    def test_stopped_it_was_no_failure_and_purged_it_is_gone(self):
        self.start()
        self.shell("systemctl stop ffsupervisor")
        self.assertEqual(self.property("Result"), "success")
        self.shell("systemctl start ffsupervisor")
        self.shell("DEBIAN_FRONTEND=noninteractive apt-get -qq purge -y ffsupervisor >/dev/null 2>&1")
        self.assertFalse(self.server.succeeds("pgrep", "ffsupervisor"))
        left = self.shell("find /etc /usr /var/lib /run/systemd -name '*ffsupervisor*' -not -path '/var/lib/dpkg/*'")
        self.assertEqual(left, "")


if __name__ == "__main__":
    unittest.main()
