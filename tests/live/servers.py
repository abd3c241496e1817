"""Real servers on free ports, and what they say of a stream."""

import os
import xml.etree.ElementTree

from harness import free_port, get, listens, wait_until

NGINX = """
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log info;
events {{ worker_connections 256; }}
rtmp {{
  access_log off;
  server {{
    listen 127.0.0.1:{rtmp_port};
    application live {{ live on; }}
    application closed {{ live on; deny publish all; }}
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
        self.config = test.write("nginx.conf", NGINX.format(
            folder=test.folder, rtmp_port=self.rtmp_port, http_port=self.http_port))
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
        for stream in tree.iterfind("./server/application[name='live']/live/stream"):
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


class Icecast:
    def __init__(self, test, password="hackme"):
        self.port, self.password = free_port(), password
        owner = "<changeowner><user>icecast2</user><group>icecast</group></changeowner>"
        if os.geteuid() == 0:  # Icecast refuses to be root
            os.chmod(test.folder, 0o777)
        config = test.write("icecast.xml", ICECAST.format(
            folder=test.folder, port=self.port, password=password,
            change_owner=owner if os.geteuid() == 0 else ""))
        process = test.start("/usr/bin/icecast2", "-c", config)
        wait_until(lambda: listens(self.port) or process.popen.poll() is not None, 5,
                   "Icecast listens")
        assert process.popen.poll() is None, f"icecast2: {process.log()}"

    def url(self, mount):
        return f"icecast://source:{self.password}@127.0.0.1:{self.port}/{mount}"

    def has_mount(self, mount):
        return f"/{mount}" in get(f"http://127.0.0.1:{self.port}/status-json.xsl")[1]
