"""The live page with as many streams as a test wants, and no FFmpeg: serves the page's own files and plays the API."""

import gzip
import json
import queue
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "http/page"
DYGRAPHS = Path("/usr/share/javascript/dygraphs/dygraph.min.js")
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SECURITY = ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


def moment(ago=0):
    return datetime.fromtimestamp(time.time() - ago, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stream(name, **members):
    """As GET /api/v1/streams/NAME answers: on air for five minutes, nothing wrong."""
    return {
        "name": name, "state": "on_air", "encoder": None, "covered": None, "pid": 4711, "generation": 1,
        "uptime_seconds": 300, "launched_at": moment(301), "reports_progress": True, "ended": False,
        "servers": {"source": f"{name}.example:554", "sink": "sink.example:1935"}, "fault_since": None,
        "availability": {"since": moment(7200), "off_air_seconds": 0, "unwatched_seconds": 0, "unwatched": [], "ratio": 1},
        "command": ["ffmpeg", "-i", f"rtsp://{name}.example/live", "-c", "copy", "-f", "flv", "rtmp://sink.example/***"],
        "progress": None, "process": None, "source": {"available": True, "retries": 0}, "outputs": [], "fallback": None,
        "track": None, "tracks_played": 0, "picture": None, "level": None, "verdict": None, "no_progress": None, "unstable": None, "doubts": [],
        "evidence": {"witnesses": [], "sink_is_taking": True, "delivered_bps": None, "connections": [], "host": None},
        "anomalies": [], "last_exit": None,
        "recovery": {"restart_count": 0, "last_restart_time": None, "audio_retry_count": 0, "recent_attempts": 0,
                     "auto_recovery_enabled": True, "escalated": False, "attempts": 0, "next_launch_in_seconds": None},
        **members}


def off_air(name, cause="source_unreachable", since=192, **members):
    verdict = {"component": cause.split("_")[0], "cause": cause, "output": None, "confidence": "high", "evidence": []}
    return stream(name, state="cooling_down", pid=None, verdict=verdict, fault_since=moment(since), **members)


def incident(name, number, cause="source_ended", ago=60, lasted=0.2):
    return {"id": f"{name}-{number}", "stream": name, "component": cause.split("_")[0], "cause": cause, "output": None,
            "off_air": True, "last_good_at": moment(ago), "detected_at": moment(ago - 0.1),
            "resolved_at": moment(ago - lasted), "off_air_seconds": lasted, "covered_seconds": 0,
            "evidence": [], "actions": []}


class PageStage:
    """`timeline`: cells by name, where a stream has others than an hour on air."""

    def __init__(self, test, streams, incidents=(), timeline=None, token=None):
        self.streams = {each["name"]: each for each in streams}
        self.incidents, self.timeline, self.token = list(incidents), timeline or {}, token
        self.config = {"successful": True, "message": None, "succeeded_at": moment(60)}
        self.clients, self.lock, self.over = [], threading.Lock(), threading.Event()
        self.stands = {}  # name → seconds without progress
        self.pictures, self.asked_pictures = {}, []  # name → JPEG; the names that were asked for
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        for work in (self.server.serve_forever, self.tick):
            threading.Thread(target=work, daemon=True).start()
        test.addCleanup(self.end)

    def end(self):
        if self.over.is_set():
            return
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def update(self, *streams):
        for each in streams:
            self.streams[each["name"]] = each
            self.send("state", each)

    def reload_fails(self, message):
        self.config = {**self.config, "successful": False, "message": message}
        self.send("config", self.config)

    def stand(self, name, seconds):
        self.stands[name] = seconds

    def send(self, kind, data):
        text = event(kind, data)
        with self.lock:
            for client in self.clients:
                client.put(text)

    def tick(self):
        while not self.over.wait(1):
            self.send_all([event("progress", self.sample(each)) for each in self.streams.values()])

    def send_all(self, events):
        text = "".join(events)
        with self.lock:
            for client in self.clients:
                client.put(text)

    def sample(self, each):
        return {"stream": each["name"], "t": time.time(), "fps": 25, "speed": 1, "bitrate_bps": 1.5e6, "delivered_bps": 1.5e6,
                "cpu_percent": 12, "memory_bytes": 2e7, "frames": 7500, "uptime_seconds": each["uptime_seconds"],
                "state": each["state"], "no_progress_seconds": self.stands.get(each["name"], 0),
                "picture": each["picture"], "level": each["level"]}

    def first_events(self):
        yield "retry: 2000\n\n"
        yield from (event("state", each) for each in self.streams.values())
        yield event("config", self.config)
        yield from (event("incident", each) for each in self.incidents)

    def picture(self, path):
        """The JPEG that a path asks for; None: it asks for something else."""
        name = path.removeprefix("/api/v1/streams/").removesuffix("/picture")
        if not path.endswith("/picture"):
            return None
        self.asked_pictures.append(name)
        return self.pictures[name]

    def answer(self, path):
        if path == "/api/v1/timeline":
            cells = {"hour": "+" * 60, "day": "+" * 60, "month": "." * 59 + "+"}
            return {"at": moment(), "cell_seconds": {}, "streams": [
                {"name": name, **cells, **self.timeline.get(name, {})} for name in self.streams]}
        parts = path.split("/")
        if parts[:4] == ["", "api", "v1", "streams"] and len(parts) > 4 and parts[4] in self.streams:
            name = parts[4]
            return {"stream": name, "interval_seconds": 1, "samples": []} if parts[-1] == "samples" else self.streams[name]
        return {"name": "ffsupervisor", "version": "test", "streams": [], "routes": []}

    def handler(stage):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                path = self.path.split("?")[0]
                if path.startswith("/page/") or (path == "/" and "html" in self.headers.get("Accept", "")):
                    return self.file(path)
                if stage.token and self.headers.get("Authorization") != f"Bearer {stage.token}":
                    return self.reply(401, b"{}", "application/json")
                if path == "/api/v1/events":
                    return self.events()
                if (picture := stage.picture(path)) is not None:
                    return self.reply(200, picture, "image/jpeg")
                self.reply(200, json.dumps(stage.answer(path)).encode(), "application/json")

            def file(self, path):
                name = "index.html" if path == "/" else path.removeprefix("/page/")
                source = DYGRAPHS if name == "dygraph.js" else PAGE / name
                self.reply(200, source.read_bytes(), TYPES[source.suffix])

            def reply(self, status, body, kind):
                body = gzip.compress(body, 1)
                self.send_response(status)
                for key, value in (("Content-Type", kind), ("Content-Length", len(body)), ("Content-Encoding", "gzip"),
                                   ("Content-Security-Policy", SECURITY), ("Cache-Control", "no-cache")):
                    self.send_header(key, str(value))
                self.end_headers()
                self.wfile.write(body)

            def events(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                mine = queue.Queue(1000)
                with stage.lock:
                    stage.clients.append(mine)
                try:
                    self.wfile.write("".join(stage.first_events()).encode())
                    while not stage.over.is_set():
                        self.follow(mine)
                except OSError:
                    pass  # the browser has gone
                finally:
                    with stage.lock:
                        stage.clients.remove(mine)

            def follow(self, mine):
                try:
                    self.wfile.write(mine.get(timeout=0.2).encode())
                except queue.Empty:
                    pass

        return Handler


def event(kind, data):
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"
