"""The machine, or the container, has too little of something."""

import os
import time

from commands import picture
from far_ends import Rtmp
from harness import AAC, H264, TONE, VIDEO
from scenario import Scenario, Stream

# A crowd that eats until the kernel has killed somebody: FFmpeg, for each of the crowd is smaller.
HOGS = """
import os, signal, time
counter = lambda: open("{group}/memory.oom_control").read()
before, crowd = counter(), []
while counter() == before and len(crowd) < 60:
    child = os.fork()
    if not child:
        held = b"x" * (8 << 20)
        time.sleep(20)
        os._exit(0)
    crowd.append(child)
    time.sleep(0.03)
for child in crowd:
    os.kill(child, signal.SIGKILL)
"""
MEMORY_MB = 250
DISK_MB = 12


def in_cpu_group(stage):
    stage.rtmp, stage.group = Rtmp(stage), stage.control_group("cpu")
    return picture(stage.rtmp, wrapper=stage.group.enter)


def in_memory_group(stage):
    stage.rtmp, stage.group = Rtmp(stage), stage.control_group("memory")
    stage.group.limit_memory(MEMORY_MB)
    return picture(stage.rtmp, wrapper=stage.group.enter)


def eat_memory(trial):
    stage = trial.stage
    before = stage.group.kills()
    stage.start(*stage.group.enter, "/usr/bin/python3", "-c", HOGS.format(group=stage.group.folder))
    trial.wait(lambda: stage.group.kills() > before, 20, "the kernel's OOM killer")
    return time.time()


def to_file(stage):
    stage.disk = stage.small_disk(DISK_MB)
    target = f"{stage.disk}/record.ts"
    return Stream(["ffmpeg", "-y", *VIDEO, *TONE, *H264, *AAC, "-f", "mpegts", target],
                  lambda: written(stage.disk))


def to_hls(stage):
    stage.disk = stage.small_disk(DISK_MB)
    return Stream(["ffmpeg", *VIDEO, *TONE, *H264, "-g", "25", *AAC, "-f", "hls", "-hls_time", "1",
                   "-hls_list_size", "4", "-hls_flags", "delete_segments", f"{stage.disk}/live.m3u8"],
                  lambda: written(stage.disk))


def written(disk):
    """Grows while media is written, though files are deleted or begun anew: the sum over what was seen."""
    seen = SEEN.setdefault(disk, {})
    for name in os.listdir(disk):
        if name.endswith(".ts"):
            status = os.stat(f"{disk}/{name}")
            sizes = seen.setdefault((name, status.st_ino), [0])
            if status.st_size < sizes[-1]:
                sizes.append(0)
            sizes[-1] = status.st_size
    return sum(size for sizes in seen.values() for size in sizes)


SEEN = {}


def fill_disk(trial):
    with open(f"{trial.stage.disk}/filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def empty_disk(trial):
    os.remove(f"{trial.stage.disk}/filler")


SCENARIOS = [
    Scenario("cpu_quota", "CPU quota of the control group too small", in_cpu_group,
             ("host_cpu_throttled",), lambda trial: trial.stage.group.limit_cpus(0.02),
             lambda trial: trial.stage.group.limit_cpus(2), settle_s=8, bound_s=25, needs=("cpu",),
             short=True),
    Scenario("oom_kill", "Killed by the OOM killer of its control group", in_memory_group,
             ("host_out_of_memory",), eat_memory, bound_s=10, needs=("memory",), short=True),
    Scenario("disk_full_file", "Disk full, file output", to_file, ("host_disk_full",), fill_disk,
             empty_disk, needs=("mount",), short=True),
    Scenario("disk_full_hls", "Disk full, HLS output", to_hls, ("host_disk_full",), fill_disk,
             empty_disk, needs=("mount",)),
]
