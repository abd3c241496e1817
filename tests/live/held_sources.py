"""Sources of held streams that can be lost in every way. `far`: the other machine that they are on, a namespace of the
network, or None. Each is what a client sends to a server, and an FFmpeg reads there.
"""

import json
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "faultlab"))

from far_ends import Radio, Rtmp, wait_accepting
from harness import free_port, wait_until
from held import BEEP, ENCODE, FLASH

FEED = ["ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", FLASH, "-re", "-f", "lavfi", "-i", BEEP, *ENCODE]


class Source:
    """Of picture and sound; the next ones say how it is served."""

    def __init__(self, test, far):
        self.test, self.far = test, far
        self.host, self.enter = (far.address, far.enter) if far else ("127.0.0.1", ())
        self.port = free_port()
        self.start()

    def run(self, *command):
        return self.test.start(*self.enter, *command)

    def start(self):
        self.start_server()
        wait_accepting(self.host, self.port, self.server)
        self.start_client()

    def kill_client(self):
        self.client.signal(signal.SIGKILL)
        self.client.popen.wait()

    def hang_client(self):
        self.client.signal(signal.SIGSTOP)

    def kill_server(self):
        self.server.signal(signal.SIGKILL)
        self.server.popen.wait()

    def hang_server(self):
        self.server.signal(signal.SIGSTOP)

    def cut_off(self):
        """Whatever is sent is lost, and nobody is told."""
        self.far.cut_off(self.port)

    def back(self):
        """Whatever was done to it."""
        if self.far:
            self.far.heal()
        for process in (self.server, self.client):
            process.signal(signal.SIGCONT)
        if self.server.popen.poll() is not None:
            self.client.end()
            self.start()
        elif self.client.popen.poll() is not None:
            self.start_client()


class Mount(Source):
    """Sound alone, at an Icecast."""

    def start_server(self):
        if hasattr(self, "radio"):
            self.radio.start()
        else:
            self.radio = Radio(self.test, self.far)
            self.port = self.radio.port
        self.server = self.radio.process

    def start_client(self):
        self.client = self.radio.feed()

    def input(self):
        return ["-i", self.radio.listen_url()]


class Hls(Source):
    """Segments of 2 s in a folder, which a web server hands out."""

    def start_server(self):
        self.folder = self.test.path("segments")
        os.makedirs(self.folder, exist_ok=True)
        self.server = self.run("/usr/bin/python3", "-m", "http.server", str(self.port), "--bind", self.host, "--directory",
                               self.folder)

    def start_client(self):
        written = set(os.listdir(self.folder))
        self.client = self.run(*FEED, "-f", "hls", "-hls_time", "2", "-hls_list_size", "4", "-hls_flags",
                               "append_list+delete_segments", f"{self.folder}/live.m3u8")
        wait_until(lambda: len(set(os.listdir(self.folder)) - written) > 3, 20, "segments")

    def input(self):
        return ["-i", f"http://{self.host}:{self.port}/live.m3u8"]


class Rtsp(Source):
    """Over TCP."""

    def start_server(self):
        self.test.write("options.json", json.dumps({"ends_players": True}))
        self.server = self.run("/usr/bin/python3", os.path.join(HERE, "..", "faultlab", "matrix_servers.py"), "rtsp",
                               str(self.port), self.test.folder, self.host)

    def start_client(self):
        self.client = self.run(*FEED, "-f", "rtsp", "-rtsp_transport", "tcp", f"rtsp://{self.host}:{self.port}/cam")

    def input(self):
        return ["-rtsp_transport", "tcp", "-i", f"rtsp://{self.host}:{self.port}/cam"]


class Push(Source):
    """At an RTMP server."""

    def start_server(self):
        if hasattr(self, "rtmp"):
            self.rtmp.start()
        else:
            self.rtmp = Rtmp(self.test, self.far)
            self.port = self.rtmp.rtmp_port
        self.server = self.rtmp.process

    def start_client(self):
        self.client = self.run(*FEED, "-f", "flv", self.rtmp.url("source"))

    def input(self):
        return ["-i", self.rtmp.url("source")]
