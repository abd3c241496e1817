"""Held outputs: what an end, a stop and a format ask of them."""

import contextlib
import http.server
import os
import signal
import subprocess
import threading
import unittest
import urllib.request

from harness import free_port, holds, wait_until
from held import ENCODE, INPUT, HeldTest
from servers import RtmpServer

TOKEN = "a-token-of-the-test"


class Files(http.server.BaseHTTPRequestHandler):
    """Keeps what is put, and gives it."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        self.server.files[self.path] = data
        self._answer(200, b"")

    def do_GET(self):
        found = self.server.files.get(self.path)
        self._answer(404 if found is None else 200, found or b"")

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # FFmpeg closes once it has what it wants
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class HoldEnds(HeldTest):
    def receive(self, *options):
        """FFmpeg as the server of one client, by HTTP; what it writes."""
        port, path = free_port(), self.path("received.ts")
        self.receiver = self.start("ffmpeg", "-v", "error", "-y", "-listen", "1", *options, "-i", f"http://127.0.0.1:{port}/k",
                                   "-c", "copy", "-f", "mpegts", path)
        return f"http://127.0.0.1:{port}/k", path

    @staticmethod
    def frames(path):
        found = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v", "-show_entries",
                                "stream=nb_read_packets", "-of", "csv=p=0", path], capture_output=True, text=True, timeout=60)
        return int(found.stdout.split()[0].strip(",") or 0)

    def test_a_command_that_ends_is_published_to_its_end(self):
        source = self.path("source.ts")
        self.ffmpeg(*[each for each in INPUT if each != "-re"], *ENCODE, "-t", "12", "-f", "mpegts", source)
        url, received = self.receive()
        supervisor = self.supervise_held(["ffmpeg", "-i", source, "-c", "copy", "-f", "mpegts", url], restart="never")
        self.assertEqual(supervisor.wait(40), 0)
        wait_until(lambda: self.receiver.popen.poll() is not None, 10, "the receiver ends with its client")
        self.assertGreaterEqual(self.frames(received), 299, supervisor.log()[-6000:])

    def test_a_playlist_goes_on_when_its_publisher_is_launched_again(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        server.files = {}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

        def playlist():
            return server.files.get("/i.m3u8", b"").decode()
        supervisor = self.supervise_held(["ffmpeg", *INPUT, *ENCODE, "-f", "hls", "-hls_time", "1", "-hls_list_size", "8", "-method",
                                          "PUT", f"http://127.0.0.1:{server.server_address[1]}/i.m3u8"])
        supervisor.wait_on_air(30)
        wait_until(lambda: "i3.ts" in playlist(), 20, "segments")
        os.kill(supervisor.stream()["outputs"][0]["pid"], signal.SIGKILL)
        wait_until(lambda: "#EXT-X-DISCONTINUITY\n" in playlist(), 20, playlist)
        self.assertNotIn("ENDLIST", playlist())
        self.assertNotIn("i0.ts", playlist().rpartition("#EXT-X-DISCONTINUITY\n")[2])

    def test_mp4_by_http(self):
        url, received = self.receive("-f", "mp4")
        supervisor = self.supervise_held(["ffmpeg", *INPUT, *ENCODE, "-t", "6", "-f", "mp4", "-movflags",
                                          "frag_keyframe+empty_moov", "-method", "POST", url], restart="never")
        self.assertEqual(supervisor.wait(40), 0)
        wait_until(lambda: self.receiver.popen.poll() is not None, 10, "the receiver ends with its client")
        self.assertGreaterEqual(self.frames(received), 140)

    def test_an_output_that_is_stopped_stays_so(self):
        one, other = RtmpServer(self), RtmpServer(self)
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *INPUT, *ENCODE],
              "outputs": {"a": ["-f", "flv", one.url("k")], "b": ["-f", "flv", other.url("k")]}}],
            env={"FFSUPERVISOR_TOKEN": TOKEN})
        self.supervisor = supervisor

        def ask(path):
            request = urllib.request.Request(f"http://127.0.0.1:{supervisor.port}/api/v1/streams/radio/{path}", method="POST",
                                             headers={"Authorization": f"Bearer {TOKEN}"})
            with urllib.request.urlopen(request, timeout=10) as reply:
                self.assertEqual(reply.status, 202)
        supervisor.wait_on_air(30)
        self.wait_output("b", "on_air", 20)
        ask("outputs/b/stop")
        self.wait_output("b", "stopped", 10)
        # It is required, and a person has stopped it: nothing is wrong.
        self.assertTrue(holds(lambda: supervisor.stream()["state"] == "on_air", 2))
        self.assertEqual(supervisor.events("incident_opened"), [])
        ask("stop")
        wait_until(lambda: supervisor.stream()["state"] == "stopped" and supervisor.child_pid() is None, 15, "stopped")
        wait_until(lambda: not one.has_publisher("k"), 15, "the outputs have ended")
        ask("start")
        supervisor.wait_on_air(30)
        self.wait_output("a", "on_air", 20)
        self.assertTrue(holds(lambda: not other.has_publisher("k"), 3), "b is published again")
        ask("outputs/b/start")
        self.wait_output("b", "on_air", 20)


if __name__ == "__main__":
    unittest.main()
