"""The live tests' servers, here or on the far machine, and what they have received."""

import http.client
import os
import threading
import time
import xml.etree.ElementTree

from stage import Broken  # first: it finds the live tests' modules
from harness import get, wait_until
from servers import Icecast, RtmpServer

UP_S = 10


def accepts(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.connect()
        return True
    except OSError:
        return False
    finally:
        connection.close()


def wait_accepting(host, port, process):
    wait_until(lambda: accepts(host, port) or process.popen.poll() is not None, UP_S, "a server")
    if process.popen.poll() is not None:
        raise Broken(f"the server ended: {process.log()}")


class Rtmp(RtmpServer):
    """nginx-rtmp; on the far machine where a network is given."""

    def __init__(self, stage, network=None):
        self.network = network
        self.host = network.address if network else "127.0.0.1"
        super().__init__(stage)

    def start(self):
        if self.network:
            with open(self.config, encoding="utf-8") as file:
                text = file.read().replace("listen 127.0.0.1:", "listen ")
            self.test.write(os.path.basename(self.config), text)
        enter = self.network.enter if self.network else ()
        self.process = self.test.start(*enter, "/usr/sbin/nginx", "-e", "stderr", "-p",
                                       self.test.folder, "-c", self.config)
        wait_accepting(self.host, self.rtmp_port, self.process)

    def url(self, key="radio", application="live"):
        return f"rtmp://{self.host}:{self.rtmp_port}/{application}/{key}"

    @property
    def statistics(self):
        return f"http://{self.host}:{self.http_port}/stat"

    def bytes_of(self, key="radio", application="live"):
        """Of the present publisher; 0 while nobody can be asked or nobody publishes."""
        try:
            text = get(self.statistics, timeout=1)[1]
        except (OSError, http.client.HTTPException):
            return 0
        return bytes_in(text, application, key)


def bytes_in(text, application, key):
    for stream in xml.etree.ElementTree.fromstring(text).iterfind(
            f"./server/application[name='{application}']/live/stream[name='{key}']"):
        if stream.find("publishing") is not None:
            return int(stream.findtext("bytes_in"))
    return 0


class Radio(Icecast):
    """Icecast with its feeders; both on the far machine where a network is given."""

    def __init__(self, stage, network=None):
        self.network = network
        self.host = network.address if network else "127.0.0.1"
        super().__init__(stage)

    def start(self):
        if self.network:
            with open(self.config, encoding="utf-8") as file:
                text = file.read().replace("<bind-address>127.0.0.1</bind-address>", "")
            self.test.write("icecast.xml", text)
        for _ in range(3):
            self.launch()
            if self.process.popen.poll() is None:
                break
        wait_accepting(self.host, self.port, self.process)

    def launch(self):
        """It opens its sockets twice, and a client that comes within its first instants can make 2.4.4
        crash: nobody does."""
        enter = self.network.enter if self.network else ()
        self.process = self.test.start(*enter, "/usr/bin/icecast2", "-c", self.config)
        time.sleep(0.7)

    def feed(self, mount="radio.mp3"):
        enter = self.network.enter if self.network else ()
        self.feeder = self.test.start(
            *enter, "ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i",
            "sine=frequency=440:sample_rate=44100", "-c:a", "libmp3lame", "-b:a", "128k",
            "-id3v2_version", "0", "-write_xing", "0", "-flush_packets", "1", "-content_type",
            "audio/mpeg", "-f", "mp3", self.url(mount))
        wait_until(lambda: self.has_mount(mount), UP_S, f"mount {mount}")
        return self.feeder

    def listen_url(self, mount="radio.mp3"):
        return f"http://{self.host}:{self.port}/{mount}"

    def has_mount(self, mount="radio.mp3"):
        return f"/{mount}" in get(f"http://{self.host}:{self.port}/status-json.xsl")[1]


class Listener:
    """Listens to a mount all the time: what it has heard is what the far end passes on."""

    def __init__(self, stage, host, port, mount):
        self.address, self.mount = (host, port), mount
        self.heard, self.over = 0, False
        stage.addCleanup(self.stop)
        threading.Thread(target=self.listen, daemon=True).start()

    def stop(self):
        self.over = True

    def listen(self):
        while not self.over:
            connection = http.client.HTTPConnection(*self.address, timeout=1)
            try:
                connection.request("GET", "/" + self.mount)
                answer = connection.getresponse()
                while answer.status == 200 and not self.over and (data := answer.read1(4096)):
                    self.heard += len(data)
            except (OSError, http.client.HTTPException):
                pass
            connection.close()
            time.sleep(0.2)

    def bytes(self):
        return self.heard
