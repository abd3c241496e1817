"""Strangers on 127.0.0.2 that take all they can get; a scraper and the health checks on 127.0.0.1 get their answers."""

import re
import resource
import socket
import time
import unittest

from fakes import fake_ffmpeg
from harness import LiveTest, get, resident_mib

WATCHED = ("/metrics", "/health/liveness", "/health/readiness")
SECONDS = 10

# Connects without end, keeps the last 500, and reads nothing. IP_BIND_ADDRESS_NO_PORT: more than 28,000 of them.
CHURN = """
import socket
clients = []
while True:
    try:
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_IP, 24, 1)
        client.bind(("127.0.0.2", 0))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_WINDOW_CLAMP, 2048)
        client.connect(("127.0.0.1", {port}))
        client.setblocking(False)
        client.send({request!r} * {times})
        clients = (clients + [client])[-500:]
    except OSError:
        pass
"""


def kernel_mib():
    """Memory of all TCP sockets of the machine."""
    with open("/proc/net/sockstat", encoding="ascii") as file:
        pages = int(re.search(r"TCP: .*mem (\d+)", file.read()).group(1))
    return pages * resource.getpagesize() / 2**20


class Bounds(LiveTest):
    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.supervisor = self.supervise(fake_ffmpeg(self, "stream()\n"), "-i", "x", "y")
        self.supervisor.wait_on_air()

    def what_went_wrong(self, seconds):
        """{(path, what came instead of 200): how often}, most memory of the process, of the kernel."""
        wrong, process, kernel = {}, 0, 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for path in WATCHED:
                try:
                    status = get(f"http://127.0.0.1:{self.supervisor.port}{path}")[0]
                except OSError as error:
                    status = type(error).__name__
                if status != 200:
                    wrong[path, status] = wrong.get((path, status), 0) + 1
            process = max(process, resident_mib(self.supervisor.pid))
            kernel = max(kernel, kernel_mib())
            time.sleep(0.05)
        return wrong, process, kernel

    def attack(self, request, times):
        before = kernel_mib()
        attacker = self.start("/usr/bin/python3", "-c",
                              CHURN.format(port=self.supervisor.port, request=request, times=times))
        wrong, process, kernel = self.what_went_wrong(SECONDS)
        attacker.end()
        print(f"\n{process:.0f} MiB resident, {kernel - before:.0f} MiB of the kernel", flush=True)
        self.assertEqual(wrong, {})
        self.assertLess(process, 64)
        self.assertLess(kernel - before, 200)

    def test_unfinished_requests_made_anew_all_the_time(self):
        self.attack(b"GET / HTTP/1.1\r\nX:", 1)

    def test_large_answers_that_nobody_reads_made_anew_all_the_time(self):
        self.attack(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n", 600)

    def test_pipelined_answers_that_nobody_reads_hold_little_memory_of_the_kernel(self):
        request = b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n" * 300
        before, most, clients = kernel_mib(), 0, []
        for _ in range(505):
            client = socket.socket()
            self.addCleanup(client.close)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", self.supervisor.port))
            client.setblocking(False)
            clients.append([client, request])
        until = time.monotonic() + 8
        while time.monotonic() < until:
            for entry in clients:
                try:
                    entry[1] = entry[1][entry[0].send(entry[1]):] if entry[1] else b""
                except BlockingIOError:
                    pass
                except OSError:
                    entry[1] = b""
            most = max(most, kernel_mib())
            time.sleep(0.02)
        print(f"\n{most - before:.0f} MiB of the kernel", flush=True)
        self.assertLess(most - before, 300, "of the whole machine, other tests included; unbounded it is 1,500")


if __name__ == "__main__":
    unittest.main()
