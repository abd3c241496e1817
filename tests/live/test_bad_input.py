"""Pipes and clients that send rubbish, floods, or nothing: memory stays bounded, supervision goes on."""

import os
import resource
import signal
import socket
import subprocess
import time
import unittest

from fakes import fake_ffmpeg
from harness import VIDEO, LiveTest, resident_mib, wait_until

RESIDENT_MIB_MAX = 30


class BadPipes(LiveTest):
    def supervise_fake(self, body, **options):
        return self.supervise(fake_ffmpeg(self, body), "-i", "x", "y", **options)

    def assert_survives(self, supervisor):
        """On air behind the rubbish, with little memory, and the same child all the time."""
        supervisor.wait_on_air(30)
        wait_until(lambda: (supervisor.metric("radio_ffmpeg_frames_total") or 0) > 10, 20,
                   f"frames counted; the log says\n{supervisor.log()[-2000:]}")
        self.assertTrue(supervisor.is_ready())
        self.assertLess(resident_mib(supervisor.pid), RESIDENT_MIB_MAX)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 0)

    def test_garbage_on_the_progress_pipe(self):
        self.assert_survives(self.supervise_fake('''
write(progress, os.urandom(10 << 20))
write(progress, b"\\nframe=\\nframe=99999999999999999999999\\nfps=-\\n=\\n==\\nprogress\\nout_time_us=x\\n")
stream()
'''))

    def test_a_hundred_megabytes_without_a_newline(self):
        self.assert_survives(self.supervise_fake('''
for _ in range(100): write(progress, b"x" * (1 << 20))
write(progress, b"\\n")
stream()
'''))

    def test_nul_bytes(self):
        self.assert_survives(self.supervise_fake('''
write(progress, b"\\0" * (1 << 20))
write(progress, b"\\nfra\\0me=5\\n\\0\\n")
write(2, b"\\0" * (1 << 20) + b"\\n[error] a\\0b\\n")
stream()
'''))

    def test_a_line_of_stderr_without_an_end(self):
        self.assert_survives(self.supervise_fake('''
for _ in range(100): write(2, b"y" * (1 << 20))
stream()
'''))

    def test_stderr_flooded_for_ten_seconds(self):
        supervisor = self.supervise_fake('''
def flood():
    until = time.monotonic() + 10
    n = 0
    while time.monotonic() < until:
        n += 1
        write(2, b"".join(b"[h264 @ 0x55] [error] concealing %d DC errors in frame %d\\n" % (i, n)
                          for i in range(1000)))
    write(2, b"[info] the flood is over\\n")
threading.Thread(target=flood, daemon=True).start()
stream()
''')
        supervisor.wait_on_air()
        flooded_until = time.monotonic() + 9
        peak, lines_logged = 0.0, len(supervisor.lines)

        def watched():
            nonlocal peak
            frames = supervisor.metric("radio_ffmpeg_frames_total")
            wait_until(lambda: supervisor.metric("radio_ffmpeg_frames_total") > frames, 3,
                       "progress read beside the flood")
            self.assertTrue(supervisor.is_ready())
            peak = max(peak, resident_mib(supervisor.pid))
            return time.monotonic() > flooded_until
        wait_until(watched, 20, "the flood")

        self.assertLess(peak, RESIDENT_MIB_MAX)
        lines = supervisor.metric("radio_ffmpeg_log_lines_total", level="error")
        self.assertGreater(lines, 100_000)  # FFmpeg was not made to wait for a slow log
        self.assertGreater(supervisor.metric("radio_ffmpeg_log_lines_suppressed_total"), lines * 0.9)
        self.assertLess(len(supervisor.lines) - lines_logged, 3000)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 0)


class FullStderr(LiveTest):
    def test_a_log_that_nobody_reads_stops_nothing(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        os.set_blocking(write_end, False)
        try:
            while True:
                os.write(write_end, b"x" * 4096)
        except BlockingIOError:
            pass
        os.set_blocking(write_end, True)
        supervisor = self.supervise("ffmpeg", *VIDEO, "-f", "null", "-", stderr=write_end)
        os.close(write_end)
        supervisor.wait_on_air()
        pid = supervisor.child_pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: supervisor.child_pid() not in (None, pid), 5, "another FFmpeg")
        supervisor.wait_on_air(5)
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(6), 0)


class BadClients(LiveTest):
    def setUp(self):
        super().setUp()
        self.supervisor = self.supervise("ffmpeg", *VIDEO, "-f", "null", "-")
        self.supervisor.wait_on_air()

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.supervisor.port), timeout=60)
        self.addCleanup(client.close)
        return client

    def answer_to(self, request):
        client = self.connect()
        received = b""
        try:
            client.sendall(request)
            while chunk := client.recv(65536):
                received += chunk
        except ConnectionError:
            pass
        return received

    def assert_answers(self):
        self.assertEqual(self.supervisor.get("/metrics")[0], 200)
        self.assertEqual(self.supervisor.get("/health/liveness")[0], 200)
        self.assertTrue(self.supervisor.is_ready())

    def test_garbage(self):
        for request in (os.urandom(4096), b"\0" * 4096, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"GET /%zz%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                        b"POST /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):  # a TLS hello's beginning
            with self.subTest(request=request[:20]):
                answer = self.answer_to(request)
                self.assertTrue(not answer or answer.startswith(b"HTTP/1.1 4"), answer[:200])
        self.assert_answers()

    def test_too_large_a_header_or_body(self):
        header = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"
        self.assertTrue(self.answer_to(header).startswith(b"HTTP/1.1 431"))
        body = b"POST /health/liveness HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n"
        self.assertTrue(self.answer_to(body + b"z" * 100_000).startswith(b"HTTP/1.1 4"))
        self.assert_answers()

    def test_unknown_routes_and_methods(self):
        for path, status in (("/nothing", 404), ("/api/v1/streams/nobody", 404),
                             ("/api/v1/streams/radio/recovery?limit=many", 400), ("//", 404),
                             ("/api/v1/streams/../../etc/passwd", 404)):
            with self.subTest(path=path):
                code, body = self.supervisor.get(path)
                self.assertEqual(code, status)
                self.assertIn('"message"', body)
        answer = self.answer_to(b"DELETE /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 405"), answer[:100])

    def test_a_thousand_idle_connections(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        for _ in range(1000):
            self.connect()
        self.assert_answers()
        self.assertLess(resident_mib(self.supervisor.pid), RESIDENT_MIB_MAX)

    def test_status_and_healthcheck_ask_it(self):
        url = f"http://127.0.0.1:{self.supervisor.port}"
        def ask(*words):
            return subprocess.run([self.supervisor.popen.args[0], *words, "--url", url],
                                  capture_output=True, text=True, timeout=60)
        self.assertEqual(ask("healthcheck").returncode, 0)
        self.assertEqual(ask("healthcheck", "liveness").returncode, 0)
        status = ask("status")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertIn("radio", status.stdout)
        self.assertIn("on_air", ask("status", "--json").stdout)
        self.supervisor.end()
        for words, code in ((["healthcheck"], 1), (["healthcheck", "liveness"], 1), (["status"], 3)):
            done = ask(*words)
            self.assertEqual(done.returncode, code, words)
            self.assertIn(url, done.stderr)


if __name__ == "__main__":
    unittest.main()
