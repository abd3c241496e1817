"""podman, and what the tests ask of a container. The settings come by the environment, from run.sh."""

import json
import subprocess
import time
import uuid

# As docker/compose.yml has it.
HARDENED = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges"]
OFFLINE = ["--pull", "never", "--no-healthcheck"]  # podman's health timer is systemd's


def podman(*arguments, check=True, seconds=60):
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True, timeout=seconds,
                          stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise AssertionError(f"podman {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def image_config(image):
    return json.loads(podman("image", "inspect", image).stdout)[0]


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.2)
    return result


class Container:
    """Runs from here to the end of the test."""

    def __init__(self, test, image, *command, options=(), name=None):
        self.name = name or "ffsupervisor-test-" + uuid.uuid4().hex[:8]
        test.addCleanup(podman, "rm", "--force", "--time", "1", "--volumes", self.name, check=False)
        podman("run", "--detach", "--name", self.name, *OFFLINE, *options, image, *command)

    def run(self, *command, check=True):
        return podman("exec", self.name, *command, check=check)

    def succeeds(self, *command):
        return self.run(*command, check=False).returncode == 0

    def log(self):
        done = podman("logs", self.name, check=False)
        return done.stdout + done.stderr

    def state(self):
        return json.loads(podman("inspect", self.name).stdout)[0]["State"]

    def wait_for(self, command, seconds):
        return wait_until(lambda: self.succeeds(*command), seconds,
                          lambda: f"{' '.join(command)} in {self.name}; its log ends\n{self.log()[-3000:]}")
