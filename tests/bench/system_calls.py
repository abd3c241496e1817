#!/usr/bin/python3
"""What the supervising of healthy RTMP streams costs the kernel: system calls by call and by file, wake-ups, descriptors, CPU.

Counts do not drift with the machine. CPU is measured before strace is attached, and does. The streams are published to an
nginx-rtmp on this machine; one is encoded, of several each is a copy of a file.

Usage: system_calls.py FFSUPERVISOR [--streams 1] [--seconds 20] [--files 15]
"""
import argparse
import collections
import os
import re
import subprocess
import sys
import time

from held_outputs import HERE, make_stage

sys.path.insert(1, os.path.join(HERE, "..", "live"))
SETTLED_S = 20  # it has looked for FFmpeg behind a wrapper often enough by then
CALL = re.compile(r"(\d+) +[\d.]+ (\w+)\((.*)")
WAITED = re.compile(r"epoll_wait(?: resumed>|\(\d).* = [1-9]")


class Counts:
    """Of an strace: of each call, of each call and file, of each thread that was woken."""

    def __init__(self, lines):
        self.calls, self.files, self.wakeups = collections.Counter(), collections.Counter(), collections.Counter()
        for line in lines:
            if WAITED.search(line):
                self.wakeups[line.split()[0]] += 1
            if call := CALL.match(line):
                self.calls[call[2]] += 1
                self.files[call[2], self.file_of(call[3])] += 1

    @staticmethod
    def file_of(arguments):
        named = re.search(r'^(?:\d+<|AT_FDCWD<[^>]*>, "|")([^>"]*(?:>[^>,"]*(?=>))?)', arguments)
        at = re.search(r'^\d+<[^>]*>, "([a-z][\w/.]*)"', arguments)
        name = (named[1] if named else "") + ("/" + at[1] if at else "")
        return re.sub(r"[0-9a-f]{16,}|\d{2,}", "N", name) or "-"


def command(server, index, material):
    from harness import AAC, H264, TONE, VIDEO
    source = [*VIDEO, *TONE, *H264, *AAC]
    if material:
        source = ["-re", "-stream_loop", "-1", "-i", material, "-c", "copy"]
    return ["ffmpeg", *source, "-f", "flv", server.url(f"k{index}")]


def start(stage, streams):
    from harness import AAC, H264, TONE, VIDEO
    from servers import RtmpServer
    server, material = RtmpServer(stage), None
    if streams > 1:
        material = stage.path("material.flv")
        stage.ffmpeg("-t", "20", *VIDEO[1:], "-t", "20", *TONE[1:], *H264, *AAC, material)
    supervisor = stage.supervise_file(
        [{"name": f"s{n}", "command": command(server, n, material)} for n in range(streams)])
    supervisor.wait_on_air(20 + streams)
    time.sleep(SETTLED_S)
    return supervisor


def cpu_ms_a_minute(pid, seconds):
    def used():
        tasks = f"/proc/{pid}/task"
        return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks)) / 1e6
    before, begun = used(), time.monotonic()
    time.sleep(seconds)
    return (used() - before) * 60 / (time.monotonic() - begun)


def traced(stage, pid, seconds):
    path = stage.path("calls")
    trace = subprocess.Popen(["strace", "-f", "-ttt", "-y", "-o", path, "-p", str(pid)], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    trace.terminate()
    trace.wait()
    with open(path, errors="replace") as file:
        lines = file.readlines()
    times = [float(line.split()[1]) for line in (lines[0], lines[-1])]
    return Counts(lines), times[1] - times[0]


def table(title, counter, seconds, most=None):
    print(f"\n{title}")
    for name, count in counter.most_common(most):
        print(f"  {count / seconds:8.2f}  {name if isinstance(name, str) else ' '.join(name)}")


def report(supervisor, args):
    cpu = cpu_ms_a_minute(supervisor.pid, args.seconds)
    descriptors = len(os.listdir(f"/proc/{supervisor.pid}/fd"))
    counts, seconds = traced(supervisor.stage, supervisor.pid, args.seconds)
    restarts = len(supervisor.events("child_started")) - args.streams
    print(f"{args.streams} healthy RTMP stream(s), {seconds:.0f} s; launches beyond the first: {max(0, restarts)}")
    print(f"  system calls a second  {sum(counts.calls.values()) / seconds:8.1f}")
    print(f"  wake-ups a second      {sum(counts.wakeups.values()) / seconds:8.1f}")
    print(f"  descriptors            {descriptors:8}")
    print(f"  CPU, ms a minute       {cpu:8.1f}")
    table("a second, by call", counts.calls, seconds)
    table("a second, by call and file", counts.files, seconds, args.files)
    table("wake-ups a second, by thread", counts.wakeups, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--files", type=int, default=15)
    args = parser.parse_args()
    os.environ["FFSUPERVISOR"] = os.path.abspath(args.binary)
    stage = make_stage()
    try:
        supervisor = start(stage, args.streams)
        supervisor.stage = stage
        report(supervisor, args)
    finally:
        stage.doCleanups()


if __name__ == "__main__":
    main()
