"""HTTP: media in real time, whole files, HLS by the clock, and what is put."""

import base64
import http.server
import os
import re
import threading
import time

from matrix_media import TICK_S, paced

HELD_S = 3  # a single-slot server keeps the slot for so long after its listener left


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder, began, slot = None, time.monotonic(), threading.Lock()

    def log_message(self, *_):
        pass

    def refused(self):
        mode = self.folder.mode()
        option = self.folder.options
        authorization = self.headers.get("Authorization", "")
        login = option.get("login")
        status = int(mode) if mode.isdigit() else 0
        if login and not status and authorization != "Basic " + base64.b64encode(login.encode()).decode():
            status = 401
        self.folder.note(path=self.path, method=self.command, login=bool(authorization), status=status or 200)
        if not status:
            return False
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="lab"')
        if status == 429:
            self.send_header("Retry-After", "8")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        return True

    def do_GET(self):
        while self.folder.mode() == "silent" and self.path.startswith("/live"):
            time.sleep(TICK_S)
        if self.refused():
            return None
        name = os.path.basename(self.path.partition("?")[0])
        if name.endswith(".m3u8"):
            return self.whole(self.playlist().encode(), "application/vnd.apple.mpegurl")
        if self.path.startswith("/live"):
            return self.single(name) if self.folder.options.get("single") else self.live(name)
        try:
            with open(f"{self.folder.options['material']}/{name}", "rb") as file:
                return self.whole(file.read(), "audio/mpeg" if name.endswith("mp3") else "video/mp2t")
        except OSError:
            return self.whole(b"", "text/plain", 404)

    def whole(self, data, kind, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def single(self, name):
        if not self.slot.acquire(blocking=False):
            return self.whole(b"", "text/plain", 403)
        try:
            return self.live(name)
        finally:
            threading.Timer(HELD_S, self.slot.release).start()

    def live(self, name):
        path = f"{self.folder.options['material']}/{name}"
        rate = self.folder.options["rates"][name]
        self.send_response(200)
        self.send_header("Content-Type", "audio/mpeg" if name.endswith("mp3") else "video/mp2t")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b"")
        try:
            paced(path, rate, self.wfile.write, self.folder.mode, int((time.monotonic() - self.began) * rate))
        except OSError:
            pass

    def playlist(self):
        """Of prebuilt segments, by the clock; with a `break`, blocks of them come from another port."""
        option = self.folder.options
        second, away = option["segment_s"], option.get("break_port")
        if self.folder.mode() != "silent":
            type(self).position = int((time.time() - option["epoch"]) / second)
        first = self.position
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{second}",
                 f"#EXT-X-MEDIA-SEQUENCE:{first}"]
        for number in range(first, first + 4):
            block = number * second // option.get("break_s", 8) % 2
            base = f"http://127.0.0.1:{away}/" if away and block else ""
            lines += [f"#EXTINF:{second}.0,", f"{base}seg{number % option['segments']:03d}.ts"]
        return "\n".join(lines) + "\n"

    def take(self):
        if self.refused():
            for _ in self.parts() if self.folder.options.get("lingers") else ():
                pass
            return
        name = re.sub(r"\W", "_", self.path)
        with self.folder.sink(f"{time.time():.3f}{name}") as sink:
            for part in self.parts():
                sink.write(part)
        self.whole(b"", "text/plain", 201)

    do_PUT = do_POST = take

    def parts(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            left = int(self.headers.get("Content-Length", 0))
            while left and (data := self.rfile.read1(min(left, 65536))):
                left -= len(data)
                yield data
            return
        while size := int(self.rfile.readline() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
