"""The servers of one side, as a plan asks for them, and what can be done to each.

A server is a process group; every circumstance is `harm(kind, fault)` and `heal(kind)`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = [sys.executable, "-B", f"{HERE}/matrix_servers.py"]
RESTART_S = 2
GATE_PORT = 8999  # asked by nginx about each publisher

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


def listening(port, kind="tcp"):
    """By the kernel's table: a connection would be seen by the server."""
    wanted, state = f":{port:04X}", "0A" if kind == "tcp" else "07"
    for table in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        try:
            with open(table, encoding="ascii") as file:
                if any(line.split()[1].endswith(wanted) and line.split()[3] == state for line in list(file)[1:]):
                    return True
        except OSError:
            pass
    return False


class Group:
    """One server program and what it starts."""
    ready_kind = "tcp"

    def __init__(self, side, options):
        self.side, self.options, self.name = side, options, options["name"]
        self.port = options.get("port")
        self.folder = f"{side.folder}/servers/{self.name}"
        for name in ("received", "record", "tmp"):
            os.makedirs(f"{self.folder}/{name}", exist_ok=True)
            os.chmod(f"{self.folder}/{name}", 0o777)
        os.chmod(self.folder, 0o777)
        self.process, self.hung = None, False
        self.prepare()

    def prepare(self):
        pass

    def argv(self):
        raise NotImplementedError

    def popen(self, argv, **options):
        with open(f"{self.folder}/log", "ab") as log:
            return subprocess.Popen(argv, cwd=self.folder, start_new_session=True,
                                    **{"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **options})

    def start(self, wait_s=5):
        self.process = self.popen(self.argv())
        deadline = time.monotonic() + wait_s
        while self.port and not listening(self.port, self.ready_kind) and time.monotonic() < deadline:
            time.sleep(0.02)

    def signal(self, number):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def kill(self):
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        self.process = None

    def mode(self, word):
        with open(f"{self.folder}/mode.new", "w", encoding="utf-8") as file:
            file.write(word)
        os.replace(f"{self.folder}/mode.new", f"{self.folder}/mode")

    # Circumstances

    def harm(self, kind, fault):
        {"absent": self.kill, "lost": self.kill, "gone": self.kill, "restarted": self.restart, "reloaded": self.reload,
         "hung": lambda: self.signal(signal.SIGSTOP), "refusing": lambda: self.refuse(fault),
         "silent": lambda: self.silence(fault), "slow": lambda: self.mode("slow")}[kind]()

    def heal(self, kind):
        {"absent": self.start, "lost": self.start, "restarted": lambda: None,
         "hung": lambda: self.signal(signal.SIGCONT), "refusing": self.accept, "silent": self.speak,
         "slow": lambda: self.mode("ok")}[kind]()

    def restart(self):
        self.kill()
        time.sleep(RESTART_S)
        self.start()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def refuse(self, fault):
        self.mode(str(fault["status"]))
        if fault["at"] == "air":  # what is connected already would not be asked
            self.kill()
            self.start()

    def accept(self):
        self.mode("ok")

    def silence(self, fault):
        """A source has nothing to send; a receiver takes connections and says nothing."""
        if fault["side"] == "sink":
            self.kill()
            self.stand_in = self.popen([*PROGRAM, "silent", str(self.port), self.options_folder()])
        elif feeder := self.side.servers.get("feeder"):
            feeder.kill() if fault["at"] == "start" else feeder.signal(signal.SIGSTOP)
        else:
            self.mode("silent")

    def speak(self):
        if getattr(self, "stand_in", None):
            os.killpg(self.stand_in.pid, signal.SIGKILL)
            self.stand_in.wait()
            self.start()
        elif feeder := self.side.servers.get("feeder"):
            feeder.signal(signal.SIGCONT) if feeder.process else feeder.start()
        else:
            self.mode("ok")

    def options_folder(self):
        with open(f"{self.folder}/options.json", "w", encoding="utf-8") as file:
            json.dump({"material": self.side.plan.material, "rates": self.side.rates, "segment_s": 2, "segments": 45,
                       "epoch": self.side.epoch, **self.options}, file)
        return self.folder


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
            file.write(NGINX.format(folder=self.folder, port=self.port, gate=GATE_PORT, name=self.name,
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

    def start(self, wait_s=0):
        with open(f"{self.folder}/received/bytes", "ab") as file:
            self.process = self.popen(["cat"], stdin=self.read_end, stdout=file)


class Gate(threading.Thread):
    """Answers nginx whether a publisher may, and counts them: each is a login."""

    def __init__(self, plan):
        super().__init__(daemon=True)
        self.closed, self.asked = set(), []
        self.redirects = {each["name"] for each in plan.servers if each.get("redirect")}
        self.listener = socket.create_server(("127.0.0.1", GATE_PORT), backlog=64)
        self.start()

    def refuse(self, name):
        self.closed.add(name)

    def accept(self, name):
        self.closed.discard(name)

    def run(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            connection.settimeout(2)
            try:
                text = connection.recv(65536).decode("latin1")
                name = text.split()[1].strip("/")
                self.asked.append((time.time(), name))
                status = "200 OK"
                if name in self.closed:
                    status = "403 Forbidden"
                elif name in self.redirects:
                    status = "302 Found\r\nLocation: public"
                connection.sendall(f"HTTP/1.0 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            except (OSError, IndexError):
                pass


KINDS = {"web": Program, "rtsp": Program, "nginx": Nginx, "icecast": Icecast, "srt": Srt, "udp": UdpSink,
         "feeder": Feeder, "stdin": Player, "fifo": Player, "stdout": StdoutReader}


def build(side):
    return {each["name"]: KINDS[each["kind"]](side, each) for each in side.plan.servers}
