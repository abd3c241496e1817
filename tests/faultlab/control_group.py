"""Control groups v1, as containers have them."""

import os
import time

ROOT = "/sys/fs/cgroup"
CONTROLLERS = ("cpu", "memory")


def available(controller):
    return os.access(f"{ROOT}/{controller}/cgroup.procs", os.W_OK)


def groups(name):
    """Those whose name begins so."""
    for controller in CONTROLLERS:
        parent = f"{ROOT}/{controller}"
        if os.path.isdir(parent):
            yield from (f"{parent}/{entry}" for entry in os.listdir(parent)
                        if entry.startswith(name + "-"))


def remove_groups(name, thaw_only=False):
    for folder in groups(name):
        quota = f"{folder}/cpu.cfs_quota_us"
        if os.path.exists(quota):
            with open(quota, "w", encoding="ascii") as file:
                file.write("-1")
        if not thaw_only:
            remove(folder)


def remove(folder):
    """The kernel lets a process go a moment after its end."""
    for _ in range(50):
        try:
            os.rmdir(folder)
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)


class ControlGroup:
    def __init__(self, controller, name):
        self.folder = f"{ROOT}/{controller}/{name}-{controller}"
        os.mkdir(self.folder)
        # Puts itself in, then becomes what follows: that and its children are inside.
        self.enter = ("sh", "-c", f'echo $$ >{self.folder}/cgroup.procs; exec "$@"', "sh")

    def set(self, key, value):
        with open(f"{self.folder}/{key}", "w", encoding="ascii") as file:
            file.write(str(value))

    def read(self, key):
        with open(f"{self.folder}/{key}", encoding="ascii") as file:
            return file.read()

    def limit_cpus(self, cpus):
        self.set("cpu.cfs_period_us", 100000)
        self.set("cpu.cfs_quota_us", int(cpus * 100000))

    def limit_memory(self, megabytes):
        self.set("memory.limit_in_bytes", megabytes << 20)

    def kills(self):
        """Processes that the kernel killed in it for want of memory."""
        fields = dict(line.split() for line in self.read("memory.oom_control").splitlines())
        return int(fields["oom_kill"])
