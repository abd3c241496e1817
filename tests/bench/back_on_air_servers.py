"""Real servers that can be killed and brought back, and say from which instant they are."""

import os
import socket
import time

from back_on_air_stage import first_instant, quiet_port

SERVER_UP_S = 10
ICECAST_REST_S = 0.3

# Configurations of their own, not the live tests': a figure must not change when a test's server does.
NGINX = """
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log info;
events {{ worker_connections 256; }}
rtmp {{
  access_log off;
  server {{ listen 127.0.0.1:{rtmp_port}; application live {{ live on; }} }}
}}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-tmp; proxy_temp_path {folder}/nginx-tmp;
  fastcgi_temp_path {folder}/nginx-tmp; uwsgi_temp_path {folder}/nginx-tmp;
  scgi_temp_path {folder}/nginx-tmp;
  server {{ listen 127.0.0.1:{http_port}; location /stat {{ rtmp_stat all; }} }}
}}
"""

ICECAST = """
<icecast>
  <authentication><source-password>hackme</source-password></authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>icecast-access.log</accesslog><errorlog>icecast-error.log</errorlog></logging>
  <security><chroot>0</chroot>{change_owner}</security>
</icecast>
"""


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Rtmp:
    def __init__(self, stage):
        self.stage = stage
        self.rtmp_port, self.http_port = quiet_port(), quiet_port()
        self.config = stage.write("nginx.conf", NGINX.format(
            folder=stage.folder, rtmp_port=self.rtmp_port, http_port=self.http_port))
        self.start()

    def start(self):
        """The instant from which it accepts connections."""
        self.process = self.stage.start("/usr/sbin/nginx", "-e", "stderr", "-p", self.stage.folder,
                                        "-c", self.config)
        return first_instant(lambda: accepts(self.rtmp_port), SERVER_UP_S, "nginx accepts")

    def kill(self):
        self.process.end()

    def url(self, key):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"


class Radio:
    """Icecast and the FFmpeg that feeds its one mount."""

    MOUNT = "radio.mp3"

    def __init__(self, stage):
        self.stage, self.port = stage, quiet_port()
        owner = "<changeowner><user>icecast2</user><group>icecast</group></changeowner>"
        self.config = stage.write("icecast.xml", ICECAST.format(
            folder=stage.folder, port=self.port,
            change_owner=owner if os.geteuid() == 0 else ""))
        self.start()

    def start(self):
        """The instant from which the mount is there."""
        self._launch()
        return self.feed()

    def _launch(self):
        """It opens its sockets twice, refusing in between, and of 100 clients that come within its first
        instants one makes 2.4.4 crash: the feeder, at least, comes later."""
        self.icecast = self.stage.start("/usr/bin/icecast2", "-c", self.config)
        time.sleep(ICECAST_REST_S)

    def feed(self):
        self._launch_feeder()
        return first_instant(self._has_mount, SERVER_UP_S, "the mount is there")

    def _launch_feeder(self):
        self.feeder = self.stage.start(
            "/usr/bin/ffmpeg", "-nostdin", "-v", "error",
            "-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100",
            "-c:a", "libmp3lame", "-b:a", "128k", "-id3v2_version", "0", "-write_xing", "0",
            "-flush_packets", "1", "-content_type", "audio/mpeg", "-f", "mp3",
            f"icecast://source:hackme@127.0.0.1:{self.port}/{self.MOUNT}")

    def _has_mount(self):
        """What died meanwhile is started again, as its own supervisor would."""
        if self.icecast.popen.poll() is not None:
            self._launch()
        if self.feeder.popen.poll() is not None:
            self._launch_feeder()
        return b" 200 " in self._status_line()

    def _status_line(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as listener:
                listener.sendall(f"GET /{self.MOUNT} HTTP/1.0\r\n\r\n".encode())
                return listener.recv(32)
        except OSError:
            return b""

    def starve(self):
        self.feeder.end()

    def kill(self):
        self.icecast.end()
        self.feeder.end()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/{self.MOUNT}"
