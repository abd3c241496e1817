"""What scale.py measures: one ffsupervisor with N stand-ins for FFmpeg, a third of which send to a socket."""
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Sink:
    """Takes what the stand-ins send, and discards it."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        poll = select.epoll()
        poll.register(self.listener, select.EPOLLIN)
        known = {}
        while True:
            for fd, _ in poll.poll():
                if fd == self.listener.fileno():
                    one, _ = self.listener.accept()
                    known[one.fileno()] = one
                    poll.register(one, select.EPOLLIN)
                elif not os.read(fd, 65536):
                    poll.unregister(fd)
                    known.pop(fd).close()


class Stamps:
    """The FIFO to which each stand-in writes the instant of its start: (seconds, pid)."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "stamps")
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDWR)
        self.rest = b""

    def take(self, count, timeout):
        found, deadline = [], time.monotonic() + timeout
        while len(found) < count:
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"{len(found)} of {count} were launched within {timeout} s")
            *lines, self.rest = (self.rest + os.read(self.fd, 65536)).split(b"\n")
            found += [(int(at) / 1e9, int(pid)) for at, pid in map(bytes.split, lines)]
        return found


def cpu_seconds(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as f:
            total += int(f.read().split()[0])
    return total / 1e9


class Stage:
    def __init__(self, binary, stand_in, folder, count):
        self.count, self.folder, self.port = count, folder, free_port()
        self.ffmpeg = os.path.join(folder, "ffmpeg")
        shutil.copy(stand_in, self.ffmpeg)
        self.sink, self.stamps = Sink(), Stamps(folder)
        self.config = os.path.join(folder, "config.yml")
        self.write_config()
        begun = time.monotonic()
        self.log = open(os.path.join(folder, "log"), "wb")
        self.process = subprocess.Popen([binary, "--config", self.config], stderr=self.log,
                                        env={**os.environ, "STAND_IN_STAMPS": self.stamps.path})
        self.pid = self.process.pid
        stamps = self.stamps.take(count, 120)
        self.start_seconds = max(at for at, _ in stamps) - begun
        self.children = [pid for _, pid in stamps]

    def stream(self, number, changed):
        output = f"rtmp://127.0.0.1:{self.sink.port}/live/{number:04}-f3a9c2e7" if number % 3 == 0 else "-"
        kind = "flv" if number % 3 == 0 else "null"
        command = [self.ffmpeg, "-i", "in.mp3", "-f", kind, *(["-shortest"] if changed else []), output]
        return {"name": f"s{number}", "command": command}

    def write_config(self, changed=None):
        """`changed`: the number of the stream whose command is another one."""
        config = {"http": {"listen": f"127.0.0.1:{self.port}"}, "log": {"format": "json"},
                  "journal": {"path": os.path.join(self.folder, "journal.db"), "max_incidents": 50},
                  "defaults": {"recovery": {"restart_cooldown": "2s"}},
                  "streams": [self.stream(n, n == changed) for n in range(self.count)]}
        with open(self.config, "w") as f:
            json.dump(config, f)

    def get(self, path, packed=False):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}",
                                         headers={"Accept-Encoding": "gzip"} if packed else {})
        begun = time.monotonic()
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = answer.read()
        return time.monotonic() - begun, body

    def on_air(self):
        _, body = self.get("/metrics")
        return len(re.findall(rb'radio_stream_state\{[^}]*state="on_air"\} 1', body))

    def wait_on_air(self, timeout=120):
        deadline = time.monotonic() + timeout
        while self.on_air() < self.count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.on_air()} of {self.count} are on air")
            time.sleep(0.2)

    def footprint(self, seconds=15):
        before, begun = cpu_seconds(self.pid), time.monotonic()
        time.sleep(seconds)
        cpu = (cpu_seconds(self.pid) - before) * 60 / (time.monotonic() - begun)
        with open(f"/proc/{self.pid}/smaps_rollup") as f:
            sizes = {m[1]: int(m[2]) for m in re.finditer(r"^(\w+):\s+(\d+)", f.read(), re.M)}
        return {"cpu_ms_per_minute": cpu * 1000, "anonymous_kib": sizes["Anonymous"], "rss_kib": sizes["Rss"],
                "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")),
                "threads": len(os.listdir(f"/proc/{self.pid}/task"))}

    def kill(self, pids):
        """Kills them at once; the seconds until each has a successor, and these."""
        begun = time.monotonic()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        stamps = self.stamps.take(len(pids), 120)
        for pid in pids:
            self.children.remove(pid)
        self.children += [pid for _, pid in stamps]
        return sorted(at - begun for at, _ in stamps)

    def reload(self):
        """A reload that changes the last stream: seconds until its FFmpeg is another one."""
        self.write_config(changed=self.count - 1)
        begun = time.monotonic()
        self.process.send_signal(signal.SIGHUP)
        at, pid = self.stamps.take(1, 60)[0]
        self.children = [each for each in self.children if os.path.exists(f"/proc/{each}")] + [pid]
        return at - begun

    def stop(self):
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(60)
        return time.monotonic() - begun

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Scraper:
    """Asks for /metrics, or another path, one request after another, for as long as the block runs."""

    def __init__(self, stage, path, packed=False):
        self.stage, self.path, self.packed, self.times, self.ends = stage, path, packed, [], False

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        while not self.ends:
            self.times.append(self.stage.get(self.path, self.packed)[0])
            time.sleep(0.005)

    def __exit__(self, *_):
        self.ends = True
        self.thread.join()
