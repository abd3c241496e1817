"""Commands that are right and cannot run yet are retried under the cause that real FFmpeg's words show; none ends the
program. Only a command that FFmpeg itself proves wrong does."""

import http.server
import shlex
import threading
import unittest

from harness import AAC, H264, TONE, VIDEO, LiveTest, free_port, wait_until
from hostile_rtmp import HostileRtmp

TO_NULL = ["-f", "null", "-"]


def video(*rest):
    return ["ffmpeg", *VIDEO, *rest]


class Hostile(http.server.BaseHTTPRequestHandler):
    """Puts FFmpeg's own phrases wherever a server can put words."""

    def do_GET(self):
        if self.path == "/redirect":
            self.answer(302, Location="http://Unknown encoder 'libx264'/")
        elif self.path == "/reason":
            self.send_response_only(404, "Unknown encoder 'libx264'")
            self.end_headers()
        elif self.path == "/forged":
            self.send_response_only(404, "x\r[fatal] Unknown encoder 'libx264'")
            self.end_headers()
        elif self.path == "/type":
            self.answer(200, b"--x\r\nContent-Type: x: No space left on device\r\n\r\n",
                        **{"Content-Type": "multipart/x-mixed-replace;boundary=x"})
        elif self.path == "/key.m3u8":
            self.answer(200, b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://127.0.0.1:9/"
                             b"x: No space left on device\"\n#EXTINF:4,\nx.ts\n#EXT-X-ENDLIST\n")
        elif self.path == "/list.m3u8":
            self.answer(200, b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:9/Option not found.ts\n"
                             b"#EXT-X-ENDLIST\n")
        else:
            self.answer(200, b"<html><body>Unknown encoder 'libx264'</body></html>", **{"Content-Type": "text/html"})

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Verdicts(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hear(self, cases):
        """name: (command, cause, words of the evidence)"""
        supervisor = self.supervise_file(
            [{"name": name, "command": command, "monitor": {"startup_timeout": "60s"}}
             for name, (command, _, _) in cases.items()])
        for name, (_, cause, words) in cases.items():
            with self.subTest(name):
                incident = supervisor.wait_event("incident_opened", 40, stream=name)
                self.assertEqual(incident["cause"], cause, incident["msg"])
                self.assertIn(words, incident["msg"])
        for name in cases:
            self.assertNotEqual(supervisor.stream(name)["state"], "stopped", name)
        self.assertIsNone(supervisor.popen.poll(), "retried, not given up")
        return supervisor

    def test_outputs_that_are_not_there_yet(self):
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-t", "2", *H264, self.path("f.mp4"))
        loop = ["ffmpeg", "-re", "-stream_loop", "-1", "-i", self.path("f.mp4"), "-c", "copy"]
        a, b = free_port(), free_port()
        refused = "Connection refused"
        tee = f"[f=flv]rtmp://127.0.0.1:{a}/l/k|[f=flv]rtmp://127.0.0.1:{b}/l/k"
        self.hear({
            "rtsp": ([*loop, "-f", "rtsp", "-rtsp_transport", "tcp", f"rtsp://127.0.0.1:{a}/live"], "sink_unreachable",
                     refused),
            "tee": ([*loop, "-map", "0", "-f", "tee", tee], "sink_unreachable", refused),
            "dash": ([*loop, "-f", "dash", f"http://127.0.0.1:{a}/x.mpd"], "sink_unreachable", refused),
            "put": ([*loop, "-f", "hls", "-method", "PUT", f"http://127.0.0.1:{a}/x.m3u8"], "sink_unreachable",
                    refused),
            "folder": ([*loop, "-f", "mpegts", self.path("not-here", "o.ts")], "command_invalid", "No such file"),
            "mount": (["ffmpeg", *TONE, "-c:a", "libmp3lame", "-f", "mp3", f"icecast://source:pw@127.0.0.1:{a}/"],
                      "command_invalid", "No mountpoint (path) specified!"),
        })

    def test_devices_and_inputs_that_are_not_there_yet(self):
        port = free_port()
        sdp = self.write("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                                        f"m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n")
        files = self.write("list.txt", "file missing.ts\n")
        opening = "opening encoder"
        self.hear({
            "qsv": (video("-c:v", "h264_qsv", *TO_NULL), "encoder_failed", opening),
            "nvenc": (video("-c:v", "h264_nvenc", "-preset", "p4", *TO_NULL), "encoder_failed", opening),
            "v4l2m2m": (video("-c:v", "h264_v4l2m2m", *TO_NULL), "encoder_failed", opening),
            "vaapi": (["ffmpeg", "-vaapi_device", "/dev/dri/renderD199", *VIDEO, "-vf", "format=nv12,hwupload", "-c:v",
                       "h264_vaapi", *TO_NULL], "encoder_failed", "Device creation failed"),
            "pulse": (["ffmpeg", "-f", "pulse", "-server", "127.0.0.1:9", "-i", "default", *TO_NULL],
                      "source_unreachable", "default: "),
            "camera": (["ffmpeg", "-f", "v4l2", "-i", "/dev/video99", *TO_NULL], "source_missing", "/dev/video99"),
            "concat": (["ffmpeg", "-f", "concat", "-safe", "0", "-i", files, *TO_NULL], "source_missing",
                       f"Impossible to open '{self.path('missing.ts')}'"),
            "sdp": (["ffmpeg", "-protocol_whitelist", "file,udp,rtp", "-i", sdp, "-c", "copy", "-f", "mpegts", "-y",
                     "/dev/null"], "source_missing", "does not contain any stream"),
        })

    def test_a_server_cannot_end_the_program_with_ffmpegs_phrases(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        encode = [*H264, *AAC, *TO_NULL]
        supervisor = self.hear({
            "redirect": (["ffmpeg", "-i", f"{base}/redirect", *encode], "source_unreachable", ""),
            "reason": (["ffmpeg", "-i", f"{base}/reason", *encode], "source_missing", "HTTP error 404"),
            "forged": (["ffmpeg", "-i", f"{base}/forged", *encode], "source_missing", "HTTP error 404"),
            "list": (["ffmpeg", "-i", f"{base}/list.m3u8", *encode], "source_unreachable", ""),
            "html": (["ffmpeg", "-f", "mp3", "-i", f"{base}/page", *encode], "source_unreachable", ""),
        })
        self.wait_for_cause(supervisor, "html", "source_corrupt")

    def test_a_servers_words_move_no_blame(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        forged = b"x\n[fatal] Unknown encoder 'libx264'\n[error] /rec/x.ts: No space left on device\n"
        rtmp = f"rtmp://127.0.0.1:{HostileRtmp(self, forged).port}/live/k"
        encode = [*H264, *AAC, *TO_NULL]
        supervisor = self.hear({
            "type": (["ffmpeg", "-f", "mpjpeg", "-i", f"{base}/type", *encode], "source_missing", ""),
            "key": (["ffmpeg", "-i", f"{base}/key.m3u8", *encode], "source_unreachable", ""),
            "play": (["ffmpeg", "-i", rtmp, *encode], "source_refused", "Server error: x"),
            "publish": (video("-c:v", "flv", "-f", "flv", rtmp), "sink_rejected", "Server error: x"),
        })
        lines = [event for event in supervisor.events("ffmpeg_log") if "Unknown encoder" in event["msg"]]
        self.assertTrue(lines, "what the server wrote is logged")
        self.assertEqual({line["ffmpeg_level"] for line in lines}, {"info"}, "as nobody's level")

    def wait_for_cause(self, supervisor, stream, cause):
        def incident():
            every = supervisor.json("/api/v1/incidents?limit=50")["incidents"]
            return next(item for item in every if item["stream"] == stream)
        wait_until(lambda: incident()["cause"] == cause, 20, incident)
        self.assertIn("text/html", " ".join(incident()["evidence"]))

    def test_ffmpegs_own_proof_ends_it(self):
        for arguments in ("-c:v libx264 -preset nosuch", "-vf scale=foo:bar", "-vf nosuch", "-c:v nosuch", "-b:v abc -c:v mpeg4",
                          "-r abc", "-map 7:v", "-filter_complex [0:v]scale=2:2[v -map [v]", "-bsf:v nosuch -c:v copy"):
            with self.subTest(arguments):
                code, log = self.run_to_end(*video(*shlex.split(arguments), *TO_NULL))
                self.assertEqual(code, 78, log)


if __name__ == "__main__":
    unittest.main()
