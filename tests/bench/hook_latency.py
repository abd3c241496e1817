#!/usr/bin/python3
"""AzuraCast's web hook under a flood: how long each of 1,000 a second takes to be answered, and how
long a killed FFmpeg takes to be launched again meanwhile.

Usage: hook_latency.py FFSUPERVISOR [--rate 1000] [--seconds 10]
"""
import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
from azuracast import AzuraCast  # noqa: E402
from harness import AAC, TONE, children_of, free_port, get, wait_until  # noqa: E402

CONNECTIONS = 4
KILLS = 10
CONFIG = {"streams": [{"name": "radio", "command": ["ffmpeg", *TONE, *AAC, "-f", "null", "-"],
                       "recovery": {"max_restart_attempts": 1000, "restart_delay": {"step": "0s"}},
                       "source": {"azuracast": {"station": "night_fm"}}}]}


def request(body):
    return (b"POST /webhook/azuracast HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
            b"\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class Sender(threading.Thread):
    """Sends at its own pace, whatever the answers take: one that is late counts from its time."""

    def __init__(self, port, radio, rate, seconds):
        super().__init__(daemon=True)
        self.port, self.radio, self.rate, self.seconds = port, radio, rate, seconds
        self.latencies, self.statuses = [], set()

    def run(self):
        body = request(json.dumps(self.radio.now_playing()).encode())
        with socket.create_connection(("127.0.0.1", self.port)) as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = peer.makefile("rb")
            began = time.perf_counter()
            for number in range(int(self.rate * self.seconds)):
                due = began + number / self.rate
                time.sleep(max(0, due - time.perf_counter()))
                peer.sendall(body)
                self.statuses.add(self.read(answers))
                self.latencies.append(time.perf_counter() - due)

    @staticmethod
    def read(answers):
        status, length = int(answers.readline().split()[1]), 0
        while (line := answers.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answers.read(length)
        return status


def child_of(supervisor):
    return next((pid for pid, state in children_of(supervisor.pid) if state != "Z"), None)


def relaunches(supervisor, port):
    """Seconds from a kill to the next child, several times."""
    took = []
    for _ in range(KILLS):
        wait_until(lambda: get(f"http://127.0.0.1:{port}/health/readiness")[0] == 200, 20, "on air")
        old = child_of(supervisor)
        os.kill(old, signal.SIGKILL)
        began = time.perf_counter()
        while child_of(supervisor) in (None, old):
            if time.perf_counter() - began > 90:
                raise AssertionError("no new child")
        took.append(time.perf_counter() - began)
        time.sleep(0.2)  # until the board says that the old one is gone
    return took


def share(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000


def flood(port, radio, rate, seconds):
    senders = [Sender(port, radio, rate / CONNECTIONS, seconds) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    latencies = [value for sender in senders for value in sender.latencies]
    statuses = set().union(*(sender.statuses for sender in senders))
    print(f"{len(latencies)} hooks in {time.perf_counter() - began:.1f} s, answered {sorted(statuses)}: "
          f"p50 {share(latencies, 0.5):.2f} ms, p99 {share(latencies, 0.99):.2f} ms, "
          f"max {max(latencies) * 1000:.2f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ffsupervisor")
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    radio, port = AzuraCast(), free_port()
    radio.play("Ana", "Dusk")
    config = os.memfd_create("streams.yml")
    os.write(config, json.dumps(CONFIG).encode())
    supervisor = subprocess.Popen(
        [options.ffsupervisor, "--config", f"/proc/self/fd/{config}", "--listen", f"127.0.0.1:{port}"],
        pass_fds=[config], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: child_of(supervisor), 10, "a child")
        quiet = relaunches(supervisor, port)
        meanwhile = []
        killer = threading.Thread(target=lambda: meanwhile.extend(relaunches(supervisor, port)))
        flood(port, radio, options.rate, options.seconds)
        killer.start()
        flood(port, radio, options.rate, options.seconds)
        killer.join()
        for name, took in (("without hooks", quiet), ("during the second flood", meanwhile)):
            print(f"kill to next launch, {name}: median {statistics.median(took) * 1000:.1f} ms, "
                  f"max {max(took) * 1000:.1f} ms of {len(took)}")
    finally:
        supervisor.terminate()
        supervisor.wait()
        radio.stop()


if __name__ == "__main__":
    main()
