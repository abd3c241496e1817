"""Real servers on free ports, and what they say of a stream."""

import http.server
import json
import os
import socket
import threading
import xml.etree.ElementTree

from harness import free_port, get, holds, listens, wait_until

NGINX = """
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
master_process off;
pid {folder}/nginx-{rtmp_port}.pid;
error_log {folder}/nginx.log info;
events {{ worker_connections 256; }}
rtmp {{
  access_log off;
  server {{
    listen 127.0.0.1:{rtmp_port};
    application live {{ live on; }}
    application closed {{ live on; deny publish all; }}
    application guarded {{ live on; on_publish http://127.0.0.1:{gate_port}/; }}
  }}
}}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-tmp; proxy_temp_path {folder}/nginx-tmp;
  fastcgi_temp_path {folder}/nginx-tmp; uwsgi_temp_path {folder}/nginx-tmp;
  scgi_temp_path {folder}/nginx-tmp;
  server {{
    listen 127.0.0.1:{http_port};
    location /stat {{ rtmp_stat all; }}
  }}
}}
"""

ICECAST = """
<icecast>
  <limits><sources>8</sources></limits>
  <authentication><source-password>{password}</source-password></authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>icecast-access.log</accesslog><errorlog>icecast-error.log</errorlog></logging>
  <security><chroot>0</chroot>{change_owner}</security>
</icecast>
"""


class RtmpServer:
    """nginx-rtmp as one process, so that one signal stops all of it."""

    def __init__(self, test):
        self.test = test
        self.rtmp_port, self.http_port = free_port(), free_port()
        self.gate = Gate(test)
        self.config = test.write(f"nginx-{self.rtmp_port}.conf", NGINX.format(
            folder=test.folder, rtmp_port=self.rtmp_port, http_port=self.http_port,
            gate_port=self.gate.port))
        self.start()

    def start(self):
        self.process = self.test.start("/usr/sbin/nginx", "-e", "stderr", "-p", self.test.folder,
                                       "-c", self.config)
        wait_until(lambda: listens(self.rtmp_port) or self.process.popen.poll() is not None, 5,
                   "nginx listens")
        assert self.process.popen.poll() is None, f"nginx: {self.process.log()}"

    def url(self, key, application="live"):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/{application}/{key}"

    def _stream(self, key):
        tree = xml.etree.ElementTree.fromstring(get(f"http://127.0.0.1:{self.http_port}/stat")[1])
        for stream in tree.iterfind("./server/application/live/stream"):
            if stream.findtext("name") == key:
                return stream
        return None

    def bytes_in(self, key):
        stream = self._stream(key)
        return int(stream.findtext("bytes_in")) if stream is not None else 0

    def has_publisher(self, key):
        stream = self._stream(key)
        return stream is not None and stream.find("publishing") is not None

    def wait_receiving(self, key, seconds=10):
        """A publisher is there and what it sends grows again and again: on air as the server sees it."""
        seen = []

        def grows():
            now = self.bytes_in(key) if self.has_publisher(key) else 0
            if seen and now < seen[-1]:
                seen.clear()  # another publisher
            if now and (not seen or now > seen[-1]):
                seen.append(now)
            return len(seen) >= 4

        wait_until(grows, seconds, f"growing bytes_in of {key} at the server")


class Receiver:
    """An HTTP server of the test's own: keeps what is posted to it, answers what it is told to."""

    def __init__(self, test, status=200):
        receiver = self
        self.status = status
        self.requests = []  # (path, headers, body)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                receiver.requests.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_PUT = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addCleanup(self.server.server_close)
        test.addCleanup(self.server.shutdown)

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def bodies(self):
        return [json.loads(body) for _, _, body in list(self.requests)]


class Gate(Receiver):
    """What nginx asks whether somebody may publish to `guarded`."""

    def __init__(self, test):
        super().__init__(test)

    def close(self):
        self.status = 403

    def open(self):
        self.status = 200


class Alertmanager:
    """The real one, with nobody behind it. `config`: the path of another configuration."""

    def __init__(self, test, config=None):
        self.test, self.port = test, free_port()
        config = config or test.write("alertmanager.yml", "route: {receiver: nobody}\n"
                                                          "receivers: [{name: nobody}]\n")
        os.makedirs(test.path("alertmanager"), exist_ok=True)
        process = test.start("/usr/bin/prometheus-alertmanager", f"--config.file={config}",
                             f"--storage.path={test.path('alertmanager')}",
                             f"--web.listen-address=127.0.0.1:{self.port}",
                             "--cluster.listen-address=")
        wait_until(lambda: listens(self.port) or process.popen.poll() is not None, 10,
                   "Alertmanager listens")
        assert process.popen.poll() is None, f"prometheus-alertmanager: {process.log()}"

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def firing(self):
        """Active alerts: those that were resolved are not listed."""
        return json.loads(get(f"{self.url()}/api/v2/alerts")[1])


class Icecast:
    def __init__(self, test, password="hackme"):
        self.test, self.port, self.password = test, free_port(), password
        owner = "<changeowner><user>icecast2</user><group>icecast</group></changeowner>"
        if os.geteuid() == 0:  # Icecast refuses to be root
            os.chmod(test.folder, 0o777)
        self.config = test.write("icecast.xml", ICECAST.format(
            folder=test.folder, port=self.port, password=password,
            change_owner=owner if os.geteuid() == 0 else ""))
        self.start()

    def start(self):
        """Icecast 2.4.4 dies of SIGSEGV where somebody connects while it starts: then once more."""
        for _ in range(5):
            self.process = self.test.start("/usr/bin/icecast2", "-c", self.config)
            wait_until(lambda: self.answers() or self.process.popen.poll() is not None, 5,
                       "Icecast answers")
            if holds(self.answers, 0.3):
                return
        raise AssertionError(f"icecast2: {self.process.log()}")

    def answers(self):
        try:
            return get(f"http://127.0.0.1:{self.port}/status-json.xsl")[0] == 200
        except OSError:
            return False

    def url(self, mount):
        return f"icecast://source:{self.password}@127.0.0.1:{self.port}/{mount}"

    def listen_url(self, mount):
        return f"http://127.0.0.1:{self.port}/{mount}"

    def feed(self, mount):
        """A source client; returns when its mount is there."""
        feeder = self.test.start(
            "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "sine=frequency=440", "-c:a",
            "libmp3lame", "-b:a", "128k", "-content_type", "audio/mpeg", "-f", "mp3",
            self.url(mount))
        wait_until(lambda: self.has_mount(mount), 10, lambda: f"mount {mount}; the feeder ended with "
                   f"{feeder.popen.poll()} and says {feeder.log()}; {self.log()}")
        return feeder

    def log(self):
        with open(self.test.path("icecast-error.log"), errors="replace") as file:
            return file.read()[-3000:]

    def has_mount(self, mount):
        return f"/{mount}" in get(f"http://127.0.0.1:{self.port}/status-json.xsl")[1]

class Silent:
    """Takes connections and says nothing."""

    def __init__(self, test):
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.server.getsockname()[1]
        self.taken = []
        test.addCleanup(self.server.close)
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            try:
                self.taken.append(self.server.accept()[0])
            except OSError:
                return

    def url(self):
        return f"http://127.0.0.1:{self.port}"
