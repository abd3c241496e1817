"""Roots for the static program, what stands in them, and what it is asked there."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

PROGRAM = os.environ["FFSUPERVISOR"]
FOLDER = os.path.dirname(os.path.abspath(__file__))
PORT = 9090  # the network is the tests' own
URL = f"http://127.0.0.1:{PORT}"
# Not loopback, where certificates are not verified; run.sh gives it to this network.
OUTSIDE = "192.0.2.77"
NAME_SERVER = "127.77.0.1"


def run(*argv, **options):
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **options)


def must(*argv):
    done = run(*argv)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(argv)}\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what()}")
        time.sleep(0.1)


class Root(unittest.TestCase):
    """An empty root with the program and the hosts file, unless the folder of a whole system is named."""

    system = None

    def setUp(self):
        if self.system is None:
            self.root = tempfile.mkdtemp(prefix="ffsupervisor-root-")
            self.addCleanup(shutil.rmtree, self.root)
            self.write("etc/hosts", "127.0.0.1 localhost\n192.0.2.77 by-hosts.example\n")
        else:
            self.root = os.path.join(os.environ["ROOTS"], self.system)
        shutil.copy(PROGRAM, self.path("ffsupervisor"))

    def path(self, name):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def compile(self, name, text, *flags, compiler="gcc"):
        source = os.path.join(self.root, "source.c")
        with open(source, "w") as file:
            file.write(text)
        must(compiler, "-O1", source, "-o", self.path(name), *flags)
        os.remove(source)

    def stand_in(self, *flags):
        with open(os.path.join(FOLDER, "stand_in.c")) as file:
            self.compile("bin/ffmpeg", file.read(), *flags, compiler="musl-gcc")

    def inside(self, *argv):
        return run("/usr/sbin/chroot", self.root, *argv, env={"PATH": "/bin:/usr/bin"})

    def start(self, *command):
        """Supervises it until the test ends."""
        log = open(os.path.join(self.root, "log"), "w+")
        self.addCleanup(log.close)
        child = subprocess.Popen(
            ["/usr/sbin/chroot", self.root, "/ffsupervisor", "--listen", f"0.0.0.0:{PORT}", *command], stderr=log,
            stdin=subprocess.DEVNULL, env={"PATH": "/bin:/usr/bin"})
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.child = child

    def log(self):
        with open(os.path.join(self.root, "log")) as file:
            return file.read()

    def is_on_air(self):
        return self.inside("/ffsupervisor", "healthcheck", "readiness", "--url", URL).returncode == 0

    def on_air(self, *command):
        self.start(*command)
        wait_until(self.is_on_air, 30, self.log)

    def stops_well(self):
        self.child.send_signal(signal.SIGTERM)
        self.assertEqual(self.child.wait(timeout=15), 0, self.log())


class NameServer:
    """Answers for by-dns.example; there is no other name."""

    def __init__(self, test):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((NAME_SERVER, 53))
        self.socket.settimeout(0.1)
        self.is_asked = True
        test.addCleanup(self.socket.close)
        thread = threading.Thread(target=self.serve)
        test.addCleanup(thread.join)
        test.addCleanup(setattr, self, "is_asked", False)
        thread.start()

    def serve(self):
        while self.is_asked:
            try:
                asked, client = self.socket.recvfrom(512)
            except TimeoutError:
                continue
            end = asked.index(b"\0", 12) + 5
            question, kind = asked[12:end], asked[end - 4:end - 2]
            known = question.startswith(b"\x06by-dns\x07example\0")
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(OUTSIDE) if known and kind == b"\0\1" else b""
            flags = b"\x81\x80" if known else b"\x81\x83"
            head = asked[:2] + flags + b"\0\1" + (b"\0\1" if answer else b"\0\0") + b"\0\0\0\0"
            self.socket.sendto(head + question + answer, client)
