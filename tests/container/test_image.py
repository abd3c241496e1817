"""The image as a container: rights, PID 1, health, what is written where, how it ends."""

import json
import subprocess
import time
import unittest

from podman import HARDENED, Container, image_config, podman, wait_until

IMAGE = "localhost/ffsupervisor"
PROGRAM = "localhost/ffsupervisor-program"
MADE_BY_THE_RUNTIME = {"dev", "etc", "proc", "run", "sys"}
PICTURE = ["ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=160x90", "-f", "null", "-"]
ON_AIR = ["ffsupervisor", "healthcheck", "readiness"]


class Image(unittest.TestCase):
    def start(self, *command, options=()):
        return Container(self, IMAGE, *command, options=[*HARDENED, "--network", "none", *options])

    def health_command(self):
        test = image_config(IMAGE)["Healthcheck"]["Test"]
        self.assertEqual(test[0], "CMD")
        return test[1:]

    def test_a_command_is_supervised_by_an_ordinary_user_as_pid_1(self):
        container = self.start(*PICTURE)
        container.wait_for(ON_AIR, 20)
        self.assertEqual(container.run("cat", "/proc/1/comm").stdout.strip(), "ffsupervisor")
        status = container.run("cat", "/proc/1/status").stdout
        self.assertRegex(status, r"Uid:\t10001\t10001\t10001\t10001")
        self.assertRegex(status, r"CapEff:\t0+\n")
        self.assertEqual(container.run("id").stdout.strip(),
                         "uid=10001(ffsupervisor) gid=10001(ffsupervisor) groups=10001(ffsupervisor)")
        self.assertEqual(container.run("sh", "-c", "ls -A; stat -c %U:%G .").stdout, "ffsupervisor:ffsupervisor\n")
        self.assertFalse(container.succeeds("touch", "/etc/x"))

    def test_its_health_follows_the_loop_and_not_the_stream(self):
        container = self.start("ffmpeg", "-i", "rtmp://127.0.0.1:1/x", "-f", "null", "-")
        container.wait_for(self.health_command(), 10)
        self.assertFalse(container.succeeds(*ON_AIR))

    def test_its_health_follows_the_port(self):
        container = self.start(*PICTURE, options=["--env", "METRICS_PORT=9191"])
        container.wait_for(self.health_command(), 10)
        self.assertFalse(container.succeeds(*self.health_command(), "--url", "http://127.0.0.1:9090"))

    def test_stopping_takes_no_longer_than_ffmpeg_and_is_no_failure(self):
        container = self.start(*PICTURE)
        container.wait_for(ON_AIR, 20)
        asked_at = time.monotonic()
        podman("stop", "--time", "10", container.name)
        self.assertLess(time.monotonic() - asked_at, 5)
        self.assertEqual(container.state()["ExitCode"], 0)

    def test_orphans_are_reaped(self):
        container = self.start("sh", "-c", "(sleep 0.2 &) ; (sleep 0.3 &) ; exec sleep 60")
        wait_until(lambda: len(self.processes(container)) == 2, 5, lambda: self.processes(container))

    @staticmethod
    def processes(container):
        """All but the one that lists them."""
        listed = container.run("ps", "-e", "-o", "comm=").stdout.split()
        return [name for name in listed if name != "ps"]

    def test_the_journal_outlives_the_container(self):
        volume = "ffsupervisor-test-journal"
        self.addCleanup(podman, "volume", "rm", "--force", volume, check=False)
        config = {"journal": {"path": "/var/lib/ffsupervisor/journal"},
                  "streams": [{"name": "radio", "command": PICTURE}]}
        options = ["--volume", f"{volume}:/var/lib/ffsupervisor"]
        write = ["sh", "-c", f"echo '{json.dumps(config)}' >config.yml"]
        podman("run", "--rm", "--pull", "never", *options, "--entrypoint", write[0], IMAGE, *write[1:])
        for count in (1, 2):
            container = self.start("--config", "config.yml", options=options)
            container.wait_for(ON_AIR, 20)
            ffmpeg = container.run("pgrep", "ffmpeg").stdout.split()[0]
            container.run("kill", "-9", ffmpeg)
            wait_until(lambda: '"incident_closed"' in container.log(), 20, container.log)
            podman("stop", container.name)
            self.assertEqual(container.log().count('"incident_opened"'), 1)
            lines = podman("run", "--rm", "--pull", "never", *options, "--entrypoint", "grep", IMAGE,
                           "-c", "encoder_crashed", "journal").stdout
            self.assertGreaterEqual(int(lines), count)

    def test_the_stop_of_a_read_only_container_without_a_volume_is_clean_too(self):
        container = Container(self, IMAGE, *PICTURE, options=["--network", "none", "--read-only"])
        container.wait_for(ON_AIR, 20)
        podman("stop", container.name)
        self.assertEqual(container.state()["ExitCode"], 0)

    def test_a_wrong_command_ends_the_container_with_its_code(self):
        container = self.start("ffmpeg", "-no_such_option", "1")
        wait_until(lambda: container.state()["Status"] == "exited", 10, container.log)
        self.assertEqual(container.state()["ExitCode"], 78)

    def test_nothing_of_the_build_is_in_it(self):
        listed = podman("run", "--rm", "--pull", "never", "--entrypoint", "sh", IMAGE, "-c",
                        "command -v g++ cmake ninja; ls -A /src /out /var/lib/apt/lists 2>/dev/null",
                        check=False).stdout
        self.assertEqual(listed.strip().removeprefix("/var/lib/apt/lists:"), "")


class Program(unittest.TestCase):
    """The image to copy from."""

    def test_it_has_the_program_and_the_licences_only(self):
        self.assertIn("ffsupervisor ", podman("run", "--rm", "--pull", "never", PROGRAM, "--version").stdout)
        name = podman("create", "--pull", "never", PROGRAM).stdout.strip()
        self.addCleanup(podman, "rm", name)
        listed = subprocess.run(f"podman export {name} | tar -t", shell=True, capture_output=True, text=True, check=True)
        self.assertEqual({path.partition("/")[0] for path in listed.stdout.split()} - MADE_BY_THE_RUNTIME,
                         {"ffsupervisor", "licences"})


if __name__ == "__main__":
    unittest.main()
