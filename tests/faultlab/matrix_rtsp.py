"""RTSP over TCP, publishers and players."""

import base64
import re
import socket
import socketserver
import threading

SOURCE = "/cam"


class Rtsp(socketserver.StreamRequestHandler):
    """Interleaved transport only. The lab's feeder publishes SOURCE; what others publish is kept. With the option
    `ends_players` they go with their publisher, as at most servers."""
    disable_nagle_algorithm = True
    folder, published, players, lock = None, {}, {}, threading.Lock()
    role = url = None

    def handle(self):
        self.session, self.sink, self.out = f"{id(self):x}", None, threading.Lock()
        self.known = False  # a login is counted once a connection
        self.feeds = False  # the lab's own publisher of the source: never refused
        try:
            while self.one():
                pass
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.players.pop(self, None)
            if self.url and self.folder.options.get("ends_players"):
                self.end_players()

    def end_players(self):
        self.published.pop(self.url, None)
        with self.lock:
            left = [each for each, path in self.players.items() if path == self.url]
        for player in left:
            try:
                player.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

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
            self.folder.note(path=url, method=method, login=bool(given) and not self.known, status=status or 200)
            self.known = self.known or bool(given)
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
