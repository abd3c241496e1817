#!/usr/bin/python3
"""The whole process beside its peers, interleaved in one run: ratios, not absolute times.

Usage: whole_process.py FFSUPERVISOR STAMP [--static FFSUPERVISOR] [--only NAME,...]
NAME: launch stopping relaunch footprint frozen metrics load. --static: the static program, beside the other.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROUNDS = 15
AUDIO = ["ffmpeg", "-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100",
         "-c:a", "aac", "-b:a", "128k", "-f", "null", "-"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def median_ms(values):
    return statistics.median(values) * 1000


class Stamps:
    """The FIFO the children write their first instant to."""

    def __init__(self, folder):
        self.path = os.path.join(folder, f"stamp{time.monotonic_ns()}")
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDWR)

    def next(self, timeout=10):
        """(instant in seconds, pid) of the next child to start."""
        import select
        line = b""
        deadline = time.monotonic() + timeout
        while not line.endswith(b"\n"):
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("no child started")
            line += os.read(self.fd, 1)
        instant, pid = line.split()
        return int(instant) / 1e9, int(pid)


class Candidate:
    def __init__(self, name, command, env=None):
        self.name, self.command, self.env = name, command, env or {}

    def start(self, child, port=None):
        command = [word.replace("{port}", str(port or free_port())) for word in self.command]
        if self.name == "bash loop":
            command = ["bash", "-c", "while :; do \"$@\"; done", "bash"]
        return subprocess.Popen(command + child, env={**os.environ, **self.env},
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True)


def stop(process, child_pid=None):
    process.kill()
    process.wait()
    for pid in (child_pid,):
        try:
            if pid:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def ours(binary, name="ffsupervisor", **env):
    return Candidate(name, [binary, "--listen", "127.0.0.1:{port}", "--"], env)


def all_of_ours(args, **env):
    return [ours(args.binary, **env)] + ([ours(args.static, "ffsupervisor, static", **env)] if args.static else [])


def peers(*names):
    known = {"tini": ["tini", "--"], "dumb-init": ["dumb-init", "--"], "bash loop": ["bash"]}
    return [Candidate(n, known[n]) for n in names if shutil.which(known[n][0])]


def table(title, rows, floor):
    print(f"\n{title}")
    base = median_ms(rows[floor])
    for name, values in rows.items():
        print(f"  {name:<24} median {median_ms(values):8.2f} ms   x {median_ms(values) / base:5.2f}")


def launch(args, folder):
    stamps = Stamps(folder)
    candidates = peers("tini", "dumb-init", "bash loop") + all_of_ours(args)
    rows = {c.name: [] for c in candidates}
    for _ in range(ROUNDS):
        for candidate in candidates:
            begun = time.monotonic()
            process = candidate.start([args.stamp, stamps.path])
            at, pid = stamps.next()
            rows[candidate.name].append(at - begun)
            stop(process, pid)
    table("launch: start of the supervisor -> first instruction of the child (goal: 2 x tini; static: 1.5)",
          rows, "tini")


def stopping(args, folder):
    stamps = Stamps(folder)
    candidates = peers("tini", "dumb-init") + all_of_ours(args)
    rows = {c.name: [] for c in candidates}
    for _ in range(ROUNDS):
        for candidate in candidates:
            process = candidate.start([args.stamp, stamps.path])
            stamps.next()
            time.sleep(0.3)  # all that follows the launch is over
            begun = time.monotonic()
            process.terminate()
            process.wait()
            rows[candidate.name].append(time.monotonic() - begun)
    table("stop: SIGTERM -> the supervisor is gone, of a child that ends at once (goal: 2 x tini)", rows, "tini")


def relaunch_times(candidate, args, folder, rounds, port=None):
    stamps = Stamps(folder)
    process = candidate.start([args.stamp, stamps.path], port)
    _, pid = stamps.next()
    times = []
    for _ in range(rounds):
        time.sleep(2.2)  # the child's life: longer than the cooldown set below
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        at, pid = stamps.next()
        times.append(at - killed)
    stop(process, pid)
    return times


def relaunch(args, folder):
    candidates = peers("bash loop") + all_of_ours(args, RESTART_COOLDOWN="1")
    rows = {c.name: [] for c in candidates}
    for _ in range(4):
        for candidate in candidates:
            rows[candidate.name] += relaunch_times(candidate, args, folder, 3)
    table("relaunch: SIGKILL of a child that lived > 2 s -> next child (goal: 1 x bash loop)", rows,
          "bash loop")


def cpu_seconds(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as f:
            total += int(f.read().split()[0])
    return total / 1e9


def footprint(args, _folder):
    for candidate in all_of_ours(args):
        footprint_of(candidate)


def footprint_of(candidate):
    process = candidate.start(AUDIO)
    time.sleep(5)
    before, begun = cpu_seconds(process.pid), time.monotonic()
    time.sleep(30)
    used = (cpu_seconds(process.pid) - before) * 60 / (time.monotonic() - begun)
    with open(f"/proc/{process.pid}/smaps_rollup") as f:
        sizes = {m[1]: int(m[2]) for m in re.finditer(r"^(Rss|Pss|Anonymous):\s+(\d+)", f.read(), re.M)}
    print(f"\nfootprint of {candidate.name}, supervising one FFmpeg at the default periods")
    print(f"  CPU {used * 1000:.1f} ms per minute (goal: 10)")
    print(f"  RSS {sizes['Rss'] / 1024:.2f} MiB (goal: 7)   PSS {sizes['Pss'] / 1024:.2f} MiB   "
          f"anonymous {sizes['Anonymous'] / 1024:.2f} MiB (goal: 0.7)")
    process.terminate()
    process.wait()


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        words = f.read().split()
    return int(words[0]) if words else None


def frozen(args, _folder):
    limit, excess = 2.0, []
    for _ in range(5):
        process = ours(args.binary, STREAM_FREEZE_TIMEOUT=str(limit),
                       RESTART_COOLDOWN="1").start(AUDIO)
        time.sleep(3)
        old = child_of(process.pid)
        os.kill(old, signal.SIGSTOP)
        begun = time.monotonic()
        while child_of(process.pid) in (old, None) and time.monotonic() < begun + 20:
            time.sleep(0.002)
        excess.append(time.monotonic() - begun - limit)
        process.terminate()
        process.wait()
    print("\nfrozen: SIGSTOP of FFmpeg -> next FFmpeg launched, beyond freeze_timeout (goal: 200 ms)")
    print(f"  median {median_ms(excess):.0f} ms   worst {max(excess) * 1000:.0f} ms")


def wait_http(url):
    deadline = time.monotonic() + 20
    while True:
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def wrk(url, seconds):
    out = subprocess.run(["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency", url],
                         capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), re.search(r"99%\s+(\S+)", out)[1]


def metrics(args, _folder):
    port, reference_port = free_port(), free_port()
    process = ours(args.binary).start(AUDIO, port)
    here = os.path.dirname(os.path.abspath(__file__))
    reference = subprocess.Popen(["/usr/bin/python3", f"{here}/python_reference.py", str(reference_port)])
    rates = {"ffsupervisor": [], "Python reference": []}
    try:
        urls = {"ffsupervisor": f"http://127.0.0.1:{port}/metrics",
                "Python reference": f"http://127.0.0.1:{reference_port}/metrics"}
        size = {name: len(wait_http(url)) for name, url in urls.items()}
        for _ in range(3):
            for name, url in urls.items():
                rates[name].append(wrk(url, 3))
    finally:
        process.terminate()
        reference.terminate()
        process.wait()
        reference.wait()
    print("\nmetrics: GET /metrics over 4 connections (goal: 5 x the Python reference)")
    base = statistics.median(r for r, _ in rates["Python reference"])
    for name, values in rates.items():
        rate = statistics.median(r for r, _ in values)
        print(f"  {name:<24} {rate:9.0f} requests/s   x {rate / base:5.2f}   p99 {values[-1][1]}   "
              f"body {size[name]} bytes")


def load(args, folder):
    candidate = ours(args.binary, RESTART_COOLDOWN="1")
    rows = {"idle": [], "under /metrics load": []}
    for _ in range(3):
        rows["idle"] += relaunch_times(candidate, args, folder, 3, free_port())
        port = free_port()
        hammer = subprocess.Popen(["sh", "-c", f"while :; do wrk -t1 -c4 -d60s "
                                   f"http://127.0.0.1:{port}/metrics; done"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  start_new_session=True)
        try:
            rows["under /metrics load"] += relaunch_times(candidate, args, folder, 3, port)
        finally:
            os.killpg(hammer.pid, signal.SIGKILL)
            hammer.wait()
    table("relaunch under full /metrics load (goal: 2 x idle)", rows, "idle")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("stamp")
    parser.add_argument("--static")
    parser.add_argument("--only", default="launch,stopping,relaunch,footprint,frozen,metrics,load")
    args = parser.parse_args()
    args.static = args.static and os.path.abspath(args.static)
    args.binary, args.stamp = os.path.abspath(args.binary), os.path.abspath(args.stamp)
    print(f"{os.cpu_count()} CPUs; medians of interleaved runs")
    with tempfile.TemporaryDirectory() as folder:
        for name in args.only.split(","):
            globals()[name](args, folder)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
