"""A stage for one trial: its folder, processes, namespaces, control groups and mounts; all gone afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
from harness import CONTRACT_VARIABLES, Process, Supervisor, free_port, processes_with, wait_until  # noqa: E402

from control_group import ControlGroup, remove_groups  # noqa: E402
from network import Network, remove_namespaces  # noqa: E402

RUN_VARIABLE = "FAULTLAB_RUN"      # in the environment of all that one call of run.py starts
TRIAL_VARIABLE = "FAULTLAB_TRIAL"  # … of all that one trial starts
CLEAN_S = 10


class Broken(Exception):
    """The trial did not happen as meant: its figure would be a lie."""


def root(*command):
    """What needs privilege, quietly; its words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise Broken(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def kill_marked(marker, spare=()):
    """Until two looks in a row find nothing: a loop starts another while it is being killed."""
    deadline, empty = time.monotonic() + CLEAN_S, 0
    while empty < 2 and time.monotonic() < deadline:
        left = [pid for pid in processes_with(marker) if pid not in spare]
        empty = 0 if left else empty + 1
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.05)


def unmount_below(folder):
    with open("/proc/mounts", encoding="utf-8") as mounts:
        places = [line.split()[1] for line in mounts]
    for place in reversed([p for p in places if p.startswith(folder + "/")]):
        subprocess.run(["umount", "-l", place], check=False, timeout=20)


def sweep(name, folder, marker, spare=()):
    """Takes away whatever was made under this name, in the order in which it can go."""
    remove_groups(name, thaw_only=True)  # a throttled process would be slow to die
    kill_marked(marker, spare)
    remove_namespaces(name)
    remove_groups(name)
    unmount_below(folder)
    shutil.rmtree(folder, ignore_errors=True)


class Stage:
    def __enter__(self):
        # At most 9 letters: a network interface may have 15.
        self.name = f"fl{os.getpid() % 10**7}"
        self.folder = tempfile.mkdtemp(prefix=self.name + "-", dir=os.environ.get("FAULTLAB_FOLDER"))
        os.chmod(self.folder, 0o777)  # Icecast refuses to be root and writes its logs here
        self.cleanups, self.processes = [], []
        return self

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for cleanup, arguments in reversed(self.cleanups):
            cleanup(*arguments)
        sweep(self.name, self.folder, f"{TRIAL_VARIABLE}={self.name}")
        for process in self.processes:
            process.end()

    def addCleanup(self, cleanup, *arguments):  # as unittest spells it: the live tests' servers use it
        self.cleanups.append((cleanup, arguments))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def environment(self, extra=()):
        env = {name: value for name, value in os.environ.items() if name not in CONTRACT_VARIABLES}
        return {**env, TRIAL_VARIABLE: self.name, **dict(extra)}

    def start(self, *argv, env=(), **options):
        process = Process([str(word) for word in argv], env=self.environment(env), cwd=self.folder,
                          **options)
        self.processes.append(process)
        return process

    def supervise(self, binary, config, port, env, wrapper):
        supervisor = Supervisor([*wrapper, binary, "--config", config], port,
                                self.environment(env), cwd=self.folder)
        self.processes.append(supervisor)
        return supervisor

    def ffmpeg(self, *arguments):
        """Makes test material; to its end."""
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True, timeout=60)

    def wait_for_file(self, path):
        wait_until(lambda: os.path.exists(path), CLEAN_S, path)

    def network(self):
        return Network(self.name, root)

    def control_group(self, controller):
        return ControlGroup(controller, self.name)

    def small_disk(self, megabytes):
        folder = self.path("disk")
        os.makedirs(folder)
        root("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "faultlab", folder)
        return folder

    def free_port(self):
        return free_port()
