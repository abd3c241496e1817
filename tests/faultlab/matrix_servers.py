#!/usr/bin/python3
"""The matrix's own server programs: each one process, so that one signal kills or hangs it.

  matrix_servers.py web   PORT FOLDER    HTTP: media in real time, whole files, HLS, PUT
  matrix_servers.py rtsp  PORT FOLDER    RTSP over TCP: passes one publisher on to its players
  matrix_servers.py udp   PORT FILE      keeps what comes
  matrix_servers.py silent PORT FOLDER   takes connections and says nothing
  matrix_servers.py play  FILE BYTES_PER_SECOND [FIFO]   writes FILE in real time to stdout or to a FIFO

`FOLDER/mode` says how a server behaves (`ok`, a status, `silent`, `slow`), `FOLDER/requests` gets a line of JSON a
request, `FOLDER/received/` what was sent to it.
"""

import base64
import http.server
import json
import os
import re
import signal
import socket
import socketserver
import sys
import threading
import time

TICK_S = 0.1
UNITS = {"ts": 188, "mp3": 384}  # packets and frames are sent whole
SLOW = 0.4
SOURCE = "/cam"
HELD_S = 3      # a single-slot server keeps the slot for so long after its listener left


class Folder:
    def __init__(self, path):
        self.path = path
        os.makedirs(f"{path}/received", exist_ok=True)
        self.log = open(f"{path}/requests", "a", buffering=1, encoding="utf-8")
        with open(f"{path}/options.json", encoding="utf-8") as file:
            self.options = json.load(file)

    def mode(self):
        try:
            with open(f"{self.path}/mode", encoding="utf-8") as file:
                return file.read().strip() or "ok"
        except OSError:
            return "ok"

    def note(self, **fields):
        self.log.write(json.dumps({"at": time.time(), **fields}) + "\n")

    def sink(self, name):
        return open(f"{self.path}/received/{name}", "ab", buffering=0)


def paced(path, rate, send, mode=lambda: "ok", offset=0):
    """Sends the file at its rate for ever; the mode may hold it back."""
    unit = UNITS[path.rpartition(".")[2]]
    with open(path, "rb") as file:
        size, due, last = os.path.getsize(path), 0.0, time.monotonic()
        file.seek(offset % size // unit * unit)
        while True:
            now = time.monotonic()
            word = mode()
            if word != "silent":
                due += (now - last) * rate * (SLOW if word == "slow" else 1)
            last = now
            while due > 0:
                data = file.read(min(int(due) // unit * unit + unit, unit * 300))
                if not data:
                    file.seek(0)
                    continue
                due -= len(data)
                send(data)
            time.sleep(TICK_S)


# HTTP

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


class Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


# RTSP

class Rtsp(socketserver.StreamRequestHandler):
    """Interleaved transport only. The lab's feeder publishes SOURCE; what others publish is kept."""
    folder, published, players, lock = None, {}, {}, threading.Lock()
    role = url = None

    def handle(self):
        self.session, self.sink, self.out = f"{id(self):x}", None, threading.Lock()
        self.feeds = False  # the lab's own publisher of the source: never refused
        try:
            while self.one():
                pass
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.players.pop(self, None)

    def one(self):
        first = self.rfile.read(1)
        if not first:
            return False
        if first == b"$":
            head = self.rfile.read(3)
            self.media(first + head, self.rfile.read(int.from_bytes(head[1:], "big")))
            return True
        line = (first + self.rfile.readline()).decode("latin1").split()
        headers = {}
        while (text := self.rfile.readline().decode("latin1").strip()):
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        if len(line) == 3:
            self.answer(line[0], line[1], headers, body)
        return True

    def media(self, head, data):
        if self.folder.mode() == "silent":
            return
        if self.sink:
            self.sink.write(data)
        with self.lock:
            players = [each for each, path in self.players.items() if path == self.url]
        for player in players:
            try:
                player.send(head + data)
            except OSError:
                pass

    def send(self, data):
        with self.out:
            self.connection.sendall(data)

    def say(self, headers, status="200 OK", body=b"", **extra):
        lines = [f"RTSP/1.0 {status}", f"CSeq: {headers.get('cseq', 0)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in extra.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    def answer(self, method, url, headers, body):
        path = re.sub(r"rtsp://[^/]*", "", url).partition("/streamid")[0].rstrip("/")
        self.feeds = self.feeds or (method, path) == ("ANNOUNCE", SOURCE)
        mode, login = self.folder.mode(), self.folder.options.get("login")
        given = headers.get("authorization", "")
        refusing = mode.isdigit() and method in ("DESCRIBE", "ANNOUNCE") and not self.feeds
        status = int(mode) if refusing else 0
        lacking = login and given != "Basic " + base64.b64encode(login.encode()).decode()
        if lacking and method != "OPTIONS" and not status and not self.feeds:
            status = 401
        if not self.feeds:
            self.folder.note(path=url, method=method, login=bool(given), status=status or 200)
        if status:
            extra = {"WWW_Authenticate": 'Basic realm="lab"'} if status == 401 else {}
            return self.say(headers, f"{status} No", **extra)
        if method == "OPTIONS":
            return self.say(headers, Public="OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, TEARDOWN")
        if method == "ANNOUNCE":
            self.published[path] = body
            return self.say(headers)
        if method == "DESCRIBE":
            if path not in self.published:
                return self.say(headers, "404 Not Found")
            return self.say(headers, body=self.published[path], Content_Base=url + "/",
                            Content_Type="application/sdp")
        if method == "SETUP":
            return self.say(headers, Transport=headers.get("transport", ""), Session=self.session)
        if method == "PLAY":
            self.say(headers, Session=self.session, Range="npt=0.000-")
            with self.lock:
                self.players[self] = path
            return None
        if method == "RECORD":
            self.url = path
            self.sink = self.folder.sink(path.strip("/") or "root") if path != SOURCE else None
            return self.say(headers, Session=self.session)
        self.say(headers, Session=self.session)
        if method == "TEARDOWN":
            raise OSError("over")


class Silent(socketserver.BaseRequestHandler):
    def handle(self):
        time.sleep(3600)


def keep_datagrams(port, path):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", port))
    with open(path, "ab", buffering=0) as file:
        while True:
            file.write(receiver.recv(65536))


def serve(handler, port, folder):
    handler.folder = Folder(folder)
    Threaded(("127.0.0.1", port), handler).serve_forever()


def play(path, rate, fifo=None):
    mode = {"word": "ok"}
    signal.signal(signal.SIGUSR1, lambda *_: mode.update(word="slow"))
    signal.signal(signal.SIGUSR2, lambda *_: mode.update(word="ok"))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    began = time.monotonic()
    while True:
        out = os.open(fifo, os.O_WRONLY) if fifo else 1
        try:
            paced(path, rate, lambda data: write_all(out, data), lambda: mode["word"],
                  int((time.monotonic() - began) * rate))
        except OSError:
            if not fifo:
                return
        os.close(out)


def write_all(out, data):
    view = memoryview(data)
    while view:
        view = view[os.write(out, view):]


def main():
    kind, *words = sys.argv[1:]
    if kind == "web":
        serve(Web, int(words[0]), words[1])
    elif kind == "rtsp":
        serve(Rtsp, int(words[0]), words[1])
    elif kind == "silent":
        serve(Silent, int(words[0]), words[1])
    elif kind == "udp":
        keep_datagrams(int(words[0]), words[1])
    elif kind == "play":
        play(words[0], float(words[1]), *words[2:])


if __name__ == "__main__":
    main()
