"""A small AzuraCast for tests: its status, now-playing, feed and web hook, played as a script says.

It keeps its own clock (`clock`, seconds since 1970) and a list of plays; `play()` changes the track.
Nothing is sent by itself but the feed's pings: a test sends a hook when it wants one.

    radio = AzuraCast(api_key="key")            # serves on radio.port until radio.stop()
    radio.play("Ana", "Dusk", duration=212)
    radio.hook("http://127.0.0.1:9090/webhook/azuracast", password="secret")

By hand: `azuracast.py PORT` plays made-up tracks of 20 s and prints them.
"""

import base64
import hashlib
import http.server
import json
import socketserver
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

STATUS = "/api/status"
NOW_PLAYING = "/api/nowplaying"
STATIC = "/api/nowplaying_static/"
FEED = "/api/live/nowplaying/sse"
HISTORY_ITEMS = 5  # AzuraCast's default
OFFLINE_TITLE = "Station Offline"


class AzuraCast:
    """One station. Every method may be called from any thread."""

    def __init__(self, port=0, shortcode="night_fm", station_id=4, api_key=None, clock=time.time,
                 ping_interval=25, certificate=None, key=None):
        self.shortcode = shortcode
        self.station_id = station_id
        self.api_key = api_key      # None: the public API is on
        self.clock = clock
        self.ping_interval = ping_interval
        self.delay = 0              # s before each answer
        self.status_code = 200      # of now-playing
        self.body = None            # sent for now-playing as it is, instead of what is on air
        self.is_online = True
        self.serves_etag = True
        self.requests = []          # (path, headers) of each, newest last
        self.feeds = 0              # connections to the feed that are open
        self.live = None            # (streamer's name, start of the show)
        self._plays = []            # newest last
        self._next_sh_id = 9000
        self._change = threading.Condition(threading.RLock())
        self._version = 0           # of what is on air, for the feed
        self._server = None
        self._certificate = certificate, key
        self.start(port)

    # The station.

    def play(self, artist, title, duration=200, album="", playlist="Main", is_request=False,
             sh_id=None, played_at=None):
        """The next track; its `sh_id`."""
        with self._change:
            if sh_id is None:
                self._next_sh_id += 1
                sh_id = self._next_sh_id
            self._plays.append({
                "sh_id": sh_id, "duration": duration, "playlist": playlist, "streamer": "",
                "played_at": int(self.clock() if played_at is None else played_at),
                "is_request": is_request, "song": song(artist, title, album)})
            self._publish()
            return sh_id

    def retitle(self, artist, title):
        """Other words under the same number, as a live title or a correction."""
        with self._change:
            self._plays[-1] = {**self._plays[-1], "song": song(artist, title, "")}
            self._publish()

    def go_live(self, streamer):
        with self._change:
            self.live = streamer, int(self.clock())
            self._publish()

    def end_live(self):
        with self._change:
            self.live = None
            self._publish()

    def set_online(self, is_online):
        """Off line with the last track still displayed."""
        with self._change:
            self.is_online = is_online
            self._publish()

    def forget(self):
        """As after an outage: nothing is on air, `sh_id` is 0."""
        with self._change:
            self._plays = []
            self.is_online = False
            self._publish()

    def restore_database(self, sh_id):
        """Numbers are given out again from here."""
        with self._change:
            self._next_sh_id = sh_id

    def plays(self):
        with self._change:
            return [play["sh_id"] for play in self._plays]

    def now_playing(self):
        """What AzuraCast says now, as an object."""
        with self._change:
            current = dict(self._plays[-1]) if self._plays else offline()
            now = int(self.clock())
            elapsed = max(0, now - current["played_at"])
            if current["duration"]:
                elapsed = min(elapsed, int(current["duration"]))
            current["elapsed"] = elapsed
            current["remaining"] = max(0, int(current["duration"]) - elapsed)
            history = [play for play in reversed(self._plays[:-1])][:HISTORY_ITEMS]
            streamer, began = self.live or ("", None)
            return {
                "station": self._station(), "listeners": {"total": 0, "unique": 0, "current": 0},
                "live": {"is_live": self.live is not None, "streamer_name": streamer,
                         "broadcast_start": began, "art": None},
                "now_playing": current, "playing_next": None, "song_history": history,
                "is_online": self.is_online, "cache": None}

    def _station(self):
        return {"id": self.station_id, "name": "Night FM", "shortcode": self.shortcode,
                "frontend": "icecast", "backend": "liquidsoap", "timezone": "UTC",
                "listen_url": "http://localhost:8000/radio.mp3", "is_public": True,
                "mounts": [{"path": "/radio.mp3", "is_default": True, "bitrate": 128,
                            "format": "mp3"}]}

    def _publish(self):
        self._version += 1
        self._change.notify_all()

    # The web hook.

    def hook(self, url, user="azuracast", password=None, body=None, timeout=20,
             content_type="application/json"):
        """Sends what is on air as AzuraCast does: no retry, no redirect. The status, 0 for none."""
        data = json.dumps(self.now_playing()).encode() if body is None else body
        request = urllib.request.Request(url, data, {"Content-Type": content_type,
                                                     "User-Agent": "AzuraCast"}, method="POST")
        if password is not None:
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            request.add_header("Authorization", "Basic " + token)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                self.refusal = error.read().decode(errors="replace")
                return error.code
        except OSError:
            return 0

    # The server.

    def start(self, port=None):
        """Serves, again after stop() on the same port."""
        port = self.port if port is None else port
        self._server = Server(("127.0.0.1", port), Handler, self, *self._certificate)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Goes down: the port is closed, feeds end."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.shutdown()
        server.server_close()
        server.close_connections()
        with self._change:
            self._change.notify_all()

    @property
    def url(self):
        scheme = "https" if self._certificate[0] else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def requests_of(self, path):
        return [headers for asked, headers in list(self.requests) if asked.startswith(path)]

    def wait_change(self, seen, seconds):
        """The version of what is on air, once it is another or the time is over."""
        with self._change:
            self._change.wait_for(lambda: self._version != seen or self._server is None, seconds)
            return self._version

    @property
    def version(self):
        with self._change:
            return self._version

    @property
    def is_up(self):
        return self._server is not None


def song(artist, title, album):
    text = " - ".join(part for part in (artist, title) if part)
    return {"id": hashlib.md5(text.encode(errors="replace")).hexdigest(), "text": text,
            "artist": artist, "title": title, "album": album, "genre": "", "isrc": "",
            "lyrics": "", "art": "", "custom_fields": []}


def offline():
    return {"sh_id": 0, "played_at": 0, "duration": 0, "playlist": "", "streamer": "",
            "is_request": False, "song": song("", OFFLINE_TITLE, "")}


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address, handler, radio, certificate=None, key=None):
        self.radio = radio
        self.connections = set()
        super().__init__(address, handler)
        if certificate:
            import ssl
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request, client_address):
        pass  # clients hang up

    def close_connections(self):
        for connection in list(self.connections):
            try:
                connection.shutdown(2)
            except OSError:
                pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.server.connections.add(self.request)
        super().setup()

    def finish(self):
        self.server.connections.discard(self.request)
        super().finish()

    def log_message(self, *_):
        pass

    @property
    def radio(self):
        return self.server.radio

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.radio.requests.append((self.path, dict(self.headers)))
        time.sleep(self.radio.delay)
        parameters = urllib.parse.parse_qs(query)
        if path == STATUS:
            self.answer(200, {"online": True, "timestamp": int(self.radio.clock())})
        elif path == NOW_PLAYING or path.startswith((NOW_PLAYING + "/", STATIC)):
            self.answer_now_playing(path, parameters)
        elif path == FEED:
            self.feed(parameters)
        else:
            self.answer(404, error(404, "Page not found."))

    def may(self, parameters):
        """Bearer, X-API-Key, ?api_key=, in this order, as AzuraCast takes them."""
        if self.radio.api_key is None:
            return True
        bearer = self.headers.get("Authorization", "")
        given = (bearer[len("Bearer "):] if bearer.startswith("Bearer ") else None,
                 self.headers.get("X-API-Key"), parameters.get("api_key", [None])[0])
        return next((key for key in given if key), None) == self.radio.api_key

    def answer_now_playing(self, path, parameters):
        named = path[len(STATIC):].removesuffix(".json") if path.startswith(STATIC) \
            else path[len(NOW_PLAYING) + 1:]
        known = ("", self.radio.shortcode, str(self.radio.station_id))
        if not self.may(parameters):
            self.answer(403, error(403, "You must be logged in to access this page."))
        elif urllib.parse.unquote(named) not in known:
            self.answer(404, error(404, "Record not found."))
        elif self.radio.status_code != 200:
            self.answer(self.radio.status_code, error(self.radio.status_code, "Test."))
        elif self.radio.body is not None:
            self.send(200, self.radio.body)
        else:
            report = self.radio.now_playing()
            self.answer(200, report if named else [report], with_etag=self.radio.serves_etag)

    def answer(self, status, value, with_etag=False):
        body = json.dumps(value).encode()
        etag = '"' + hashlib.md5(body).hexdigest() + '"' if with_etag else None
        if etag and self.headers.get("If-None-Match") == etag:
            self.send(304, b"", etag)
        else:
            self.send(status, body, etag)

    def send(self, status, body, etag=None):
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)

    # As Centrifugo: chunked, the last publication in the answer to the connection, empty pings.

    def feed(self, parameters):
        try:
            channels = json.loads(parameters.get("cf_connect", ["{}"])[0]).get("subs", {})
        except ValueError:
            return self.answer(400, error(400, "bad cf_connect"))
        channel = "station:" + self.radio.shortcode
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.radio.feeds += 1
        try:
            self.stream(channel if channel in channels else None)
        except OSError:
            pass
        finally:
            self.radio.feeds -= 1
            self.close_connection = True

    def stream(self, channel):
        seen = self.radio.version
        rows = [self.row()] if channel else []
        self.event({"connect": {"client": "test", "version": "5", "data": rows, "ping": 25,
                                "subs": {channel: {"recoverable": True}} if channel else {}}})
        while self.radio.is_up:
            version = self.radio.wait_change(seen, self.radio.ping_interval)
            if channel and version != seen:
                self.event({"channel": channel, "pub": {"data": self.row(), "offset": version}})
            else:
                self.event({})
            seen = version

    def row(self):
        return {"np": self.radio.now_playing(), "triggers": [],
                "current_time": int(self.radio.clock())}

    def event(self, value):
        data = f"data: {json.dumps(value)}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def error(code, message):
    return {"code": code, "type": "Error", "message": message, "success": False}


def main():
    radio = AzuraCast(int(sys.argv[1]) if len(sys.argv) > 1 else 8080)
    print(radio.url + NOW_PLAYING, flush=True)
    for number in range(1, 1_000_000):
        print(radio.play("Artist", f"Title {number}", duration=20), flush=True)
        time.sleep(20)


if __name__ == "__main__":
    main()
