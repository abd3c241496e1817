"""The servers of one side, as a plan asks for them."""

import fcntl
import os
import signal
import time

import matrix_gate
from matrix_group import PROGRAM, Group

PIPE_SIZE = 8192
NGINX = """
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
user root;
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 128; }}
rtmp {{
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    application source {{ live on; }}
    application live {{ live on; on_publish http://127.0.0.1:{gate}/{name}; record all; record_unique on;
                        record_path {folder}/record; }}
    application public {{ live on; }}
  }}
}}
http {{
  access_log off;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  server {{ listen 127.0.0.1:{stat_port}; location /stat {{ rtmp_stat all; }} }}
}}
"""
ICECAST = """
<icecast>
  <limits><sources>8</sources><source-timeout>30</source-timeout></limits>
  <authentication><source-password>{password}</source-password></authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <mount type="normal"><mount-name>/out.mp3</mount-name><dump-file>{folder}/record/out.mp3</dump-file></mount>
  <paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>
  <security><chroot>0</chroot>
    <changeowner><user>icecast2</user><group>icecast</group></changeowner></security>
</icecast>
"""


class Program(Group):
    """One of the matrix's own."""

    def argv(self):
        return [*PROGRAM, self.options["kind"], str(self.port), self.options_folder()]


class UdpSink(Group):
    ready_kind = "udp"

    def argv(self):
        return [*PROGRAM, "udp", str(self.port), f"{self.folder}/received/bytes"]


class Nginx(Group):
    def prepare(self):
        with open(f"{self.folder}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(NGINX.format(folder=self.folder, port=self.port, gate=matrix_gate.PORT, name=self.name,
                                    stat_port=self.port + 7000, workers=self.options.get("workers", 1)))

    def argv(self):
        return ["/usr/sbin/nginx", "-e", "stderr", "-p", self.folder, "-c", f"{self.folder}/nginx.conf"]

    def refuse(self, fault):
        self.side.gate.refuse(self.name)
        if fault["at"] == "air":
            self.kill()
            self.start()

    def accept(self):
        self.side.gate.accept(self.name)


class Icecast(Group):
    def prepare(self):
        self.configure(self.options.get("password", "feed"))

    def configure(self, password):
        with open(f"{self.folder}/icecast.xml", "w", encoding="utf-8") as file:
            file.write(ICECAST.format(folder=self.folder, port=self.port, password=password))

    def argv(self):
        return ["/usr/bin/icecast2", "-c", f"{self.folder}/icecast.xml"]

    def start(self, wait_s=5):
        """2.4.4 dies where a client comes within its first instants; then once more."""
        for _ in range(4):
            super().start(wait_s)
            time.sleep(0.3)
            if self.process.poll() is None:
                return

    def refuse(self, _):
        self.configure("another")
        self.kill()
        self.start()

    def accept(self):
        self.prepare()
        self.kill()
        self.start()


class Srt(Group):
    ready_kind = "udp"

    def argv(self):
        mode = self.options["mode"]
        line = (f"while :; do srt-live-transmit -q -a no 'srt://127.0.0.1:{self.port}?mode={mode}' file://con "
                f">>{self.folder}/received/bytes; sleep 0.2; done")
        return ["sh", "-c", line]

    def start(self, wait_s=5):
        super().start(wait_s if self.options["mode"] == "listener" else 0)


class Feeder(Group):
    """A client of the lab that sends; again when it is thrown out."""

    def argv(self):
        return ["sh", "-c", 'while :; do "$@"; sleep 0.3; done', "feeder", *self.options["argv"]]


class Player(Group):
    """Writes media in real time into a pipe or a FIFO."""

    def prepare(self):
        if self.options["kind"] == "fifo":
            os.mkfifo(f"{self.side.work}/{self.options['path']}")
        else:
            self.read_end, self.write_end = os.pipe()

    def argv(self):
        fifo = [f"{self.side.work}/{self.options['path']}"] if self.options["kind"] == "fifo" else []
        return [*PROGRAM, "play", self.options["file"], str(self.side.rates["av.ts"]), *fifo]

    def start(self, wait_s=0):
        if self.options["kind"] == "fifo":
            self.process = self.popen(self.argv())
        else:
            self.process = self.popen(self.argv(), stdout=self.write_end)

    def silence(self, fault):
        self.signal(signal.SIGSTOP)

    def speak(self):
        self.signal(signal.SIGCONT)

    def harm(self, kind, fault):
        if kind == "slow":
            return self.signal(signal.SIGUSR1)
        return super().harm(kind, fault)

    def heal(self, kind):
        if kind == "slow":
            return self.signal(signal.SIGUSR2)
        return super().heal(kind)


class StdoutReader(Group):
    """Behind the command in a pipeline."""

    def prepare(self):
        self.read_end, self.write_end = os.pipe()
        # What it holds is taken for received.
        fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, PIPE_SIZE)

    def start(self, wait_s=0):
        with open(f"{self.folder}/received/bytes", "ab") as file:
            self.process = self.popen(["cat"], stdin=self.read_end, stdout=file)


KINDS = {"web": Program, "rtsp": Program, "nginx": Nginx, "icecast": Icecast, "srt": Srt, "udp": UdpSink,
         "feeder": Feeder, "stdin": Player, "fifo": Player, "stdout": StdoutReader}


def build(side):
    return {each["name"]: KINDS[each["kind"]](side, each) for each in side.plan.servers}
