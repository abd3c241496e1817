"""Sources that can be told to misbehave at a given instant."""

import http.server
import os
import random
import socket
import subprocess
import threading
import time

from harness import AAC, H264, TONE, VIDEO, Process, wait_until

CHUNK = 1316  # seven TS packets


class Console:
    """An FFmpeg that publishes picture and tone, and takes filter commands while it runs."""

    # The cover waits beside the picture until it is moved over it.
    GRAPH = "[0][2]overlay=x=2000:y=0,format=yuv420p[v];[1]volume=1[a]"

    def __init__(self, stage, output, cover="navy", video=H264):
        self.process = Process(
            ["ffmpeg", "-v", "error", *VIDEO, *TONE, "-re", "-f", "lavfi", "-i",
             f"color={cover}:size=320x180:rate=25", "-filter_complex", self.GRAPH, "-map", "[v]",
             "-map", "[a]", *video, *AAC, *output],
            env=stage.environment(), cwd=stage.folder, stdin=subprocess.PIPE)
        stage.processes.append(self.process)

    def command(self, text):
        for part in (b"c", f"all -1 {text}\n".encode()):
            self.process.popen.stdin.write(part)
            self.process.popen.stdin.flush()
            time.sleep(0.1)  # it reads a key once a round

    def silence(self):
        self.command("volume 0")

    def cover(self):
        self.command("x 0")

    def uncover(self):
        self.command("x 2000")

    def sound(self):
        self.command("volume 1")


def serve(stage, handle, keeps_alive=False):
    """`handle(request)` answers each GET; the port."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keeps_alive else "HTTP/1.0"

        def do_GET(self):
            try:
                handle(self)
            except OSError:
                pass  # the client left

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that leaves between two requests
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.addCleanup(server.server_close)
    stage.addCleanup(server.shutdown)
    return server.server_address[1]


def answer_401(request):
    request.send_response(401)
    request.send_header("WWW-Authenticate", 'Basic realm="radio"')
    request.send_header("Content-Length", "0")
    request.end_headers()


def folder_server(stage, folder, keeps_alive=False):
    def handle(request):
        path = os.path.join(folder, os.path.basename(request.path))
        if not os.path.exists(path):
            return request.send_error(404)
        with open(path, "rb") as file:
            data = file.read()
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        return request.wfile.write(data)

    return serve(stage, handle, keeps_alive)


class Relay:
    """Live MPEG-TS by HTTP, each listener with an FFmpeg of its own, damaged or held up on demand."""

    def __init__(self, stage, burst_s=0):
        self.stage, self.burst_s, self.damage = stage, burst_s, 0.0
        self.port = serve(stage, self.handle)

    def handle(self, request):
        request.send_response(200)
        request.send_header("Content-Type", "video/mp2t")
        request.end_headers()
        feeder = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "quiet", *VIDEO, *TONE, *H264, *AAC, "-f", "mpegts", "-"],
            env=self.stage.environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            self.pass_on(feeder.stdout, request.wfile)
        finally:
            feeder.kill()
            feeder.wait()

    def pass_on(self, source, listener):
        held, due = b"", time.monotonic() + self.burst_s
        while data := source.read1(CHUNK):
            held += self.damaged(data)
            if time.monotonic() >= due:
                listener.write(held)
                held, due = b"", time.monotonic() + self.burst_s

    def damaged(self, data):
        if not self.damage:
            return data
        noisy = bytearray(data)
        for place in range(len(noisy)):
            if random.random() < self.damage:
                noisy[place] ^= random.randrange(1, 256)
        return bytes(noisy)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/live.ts"


def hls_generator(stage, folder, segment_s=1):
    os.makedirs(folder, exist_ok=True)
    generator = stage.start(
        "ffmpeg", "-nostdin", "-v", "error", *VIDEO, *TONE, *H264, "-g", "25", *AAC, "-f", "hls",
        "-hls_time", str(segment_s), "-hls_list_size", "4", "-hls_flags", "delete_segments",
        f"{folder}/live.m3u8")
    wait_until(lambda: os.path.exists(f"{folder}/live2.ts"), 15 + 2 * segment_s, "segments")
    return generator


def fifo_writer(stage, path):
    os.mkfifo(path)
    # One after another: a reader that leaves takes its writer with it.
    return stage.start("sh", "-c", 'while :; do "$@"; done', "sh", "ffmpeg", "-nostdin", "-v", "error",
                       "-y", *VIDEO, *TONE, *H264, *AAC, "-f", "mpegts", path)


def datagram_feeder(stage, *output, rate=()):
    """Picture and tone by UDP, RTP or SRT; in place of one that is gone or stopped."""
    return stage.start("ffmpeg", "-nostdin", "-v", "error", *VIDEO, *TONE, *H264, *rate, *AAC, *output)


class DatagramBursts:
    """MPEG-TS by UDP that comes all at once every few seconds: what VBR and traffic shaping make of it."""

    def __init__(self, stage, port, burst_s):
        self.burst_s, self.address = burst_s, ("127.0.0.1", port)
        self.source = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "quiet", *VIDEO, *TONE, *H264, "-b:v", "150k", *AAC, "-f", "mpegts", "-"],
            env=stage.environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        stage.addCleanup(self.source.kill)
        threading.Thread(target=self.pass_on, daemon=True).start()

    def pass_on(self):
        held, due = [], time.monotonic() + self.burst_s
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while data := self.source.stdout.read(CHUNK):
                held.append(data)
                if time.monotonic() < due:
                    continue
                for datagram in held:
                    out.sendto(datagram, self.address)
                held, due = [], time.monotonic() + self.burst_s
