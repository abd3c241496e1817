#!/usr/bin/python3
"""What strangers on the network cost a stream: relaunch latency idle and under attack, memory and CPU.

Each attack has a supervisor of its own with one stand-in for FFmpeg, which is killed ten times before the attack and ten
times under it. Printed are the medians from the kill to the next child, their ratio and that of a loop in bash beside it,
which nobody attacks but which has the same machine (both contain the start of an interpreter), the longest, how much later than without the attack one that hangs is replaced, how long a stop takes, the
supervisor's memory and CPU, what the kernel holds for TCP, and how many of the health checks of another client were
answered meanwhile.

Usage: attacks.py FFSUPERVISOR [--only ATTACK,…] [--kills 10]
"""
import argparse
import http.client
import multiprocessing
import os
import pty
import resource
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live")]
STRANGER = "127.0.0.2"  # the health checks come from 127.0.0.1
NEXT_CHILD_S = 20
HEIGHT_S = 8  # an attack takes some seconds to be at its height
COST_12 = "$2b$12$gGejLYeGWaGZrzhy/3dJIOGy6d00Y7tvdM9jL7cwt8sSpczXiaL72"  # of the password "a"


def connection(port, source=STRANGER, receive=None):
    client = socket.socket()
    if receive:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    client.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
    client.bind((source, 0))
    client.settimeout(5)
    client.connect(("127.0.0.1", port))
    return client


def keep_making(port, count, request, receive=None):
    """Connections that send and never read, the newest `count` of them."""
    kept = []
    while True:
        try:
            client = connection(port, receive=receive)
            client.setblocking(False)
            kept = kept[-count + 1:] + [client]
            client.send(request)
        except OSError:
            pass


def get_flood(port):
    while True:
        try:
            client = connection(port)
            client.settimeout(None)
            threading.Thread(target=read_all, args=(client,), daemon=True).start()
            while True:
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        except OSError:
            pass  # it was this client that had to give way


def read_all(client):
    try:
        while client.recv(1 << 20):
            pass
    except OSError:
        pass


def pipelining_readers(port):
    keep_making(port, 500, b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 600, receive=2048)


def slow_readers(port):
    keep_making(port, 505, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 300, receive=4096)


def unfinished_requests(port):
    keep_making(port, 3000, b"GET / HTTP/1.1\r\nX:")


def announced_bodies(port):
    keep_making(port, 500, b"POST /webhook/azuracast HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: 1000000\r\n\r\n" + b"x" * 60000)


def password_guesses(port):
    def guess(number):
        while True:
            try:
                with connection(port, source=f"127.0.1.{number}") as client:
                    client.sendall(b"POST /api/v1/streams/radio/stop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                   b"Authorization: Basic YW5uOng=\r\n\r\n")
                    while client.recv(4096):
                        pass
            except OSError:
                pass
    beside(guess, range(1, 61))


def handshakes(port):
    context = ssl._create_unverified_context()

    def shake(_):
        while True:
            try:
                context.wrap_socket(connection(port)).close()
            except OSError:
                pass
    beside(shake, range(8))


def beside(work, arguments):
    for each in arguments:
        threading.Thread(target=work, args=(each,), daemon=True).start()
    threading.Event().wait()


def tls_files(stage):
    certificate, key = stage.path("cert.pem"), stage.path("key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes", "-days", "2", "-subj", "/CN=t",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return {"http": {"tls": {"certificate": certificate, "private_key": key}}}


def with_password(_):
    return {"http": {"auth": {"basic_users": {"ann": COST_12}}}}


def hung_surroundings(stage):
    """A web hook and a dependency that never answer, beside a terminal that nobody reads."""
    return {"journal": {"path": stage.path("journal")}, "alerts": {"webhooks": ["http://10.255.255.1:9/x"]},
            "dependencies": [{"name": "nowhere", "tcp": "nowhere.invalid:1"}]}


ATTACKS = {  # name → (what strangers do, how often at a time, the configuration's sections)
    "none": ((), None),
    "GET /metrics without end": ((get_flood,), None),
    "readers that pipeline and do not read": ((pipelining_readers,), None),
    "505 slow readers": ((slow_readers,), None),
    "3,000 unfinished requests": ((unfinished_requests,), None),
    "announced bodies": ((announced_bodies,), None),
    "passwords from 60 addresses": ((password_guesses,), with_password),
    "TLS handshakes, RSA 4096": ((handshakes,), tls_files),
    "all, and hung surroundings": ((pipelining_readers, slow_readers, unfinished_requests, get_flood), hung_surroundings),
}


def full_terminal():
    """The descriptor of a terminal that nobody reads and that takes nothing more."""
    _, terminal = pty.openpty()
    os.set_blocking(terminal, False)
    try:
        while True:
            os.write(terminal, b"x" * 64)
    except BlockingIOError:
        pass
    os.set_blocking(terminal, True)
    return terminal


def child_of(parent, other_than, names):
    """The pid of a living child of one of these names that is not this one; polled twice a millisecond."""
    from harness import children_of, command_name
    until = time.monotonic() + NEXT_CHILD_S
    while time.monotonic() < until:
        for pid, state in children_of(parent):
            if state != "Z" and pid != other_than and command_name(pid) in names:
                return pid
        time.sleep(0.0005)
    sys.exit(f"no child within {NEXT_CHILD_S} s")


class BashLoop:
    """What the machine itself costs: `while :; do sleep 1000; done`."""

    def __init__(self):
        self.process = subprocess.Popen(["bash", "-c", "while :; do sleep 1000; done"], stderr=subprocess.DEVNULL)

    def child(self, other_than):
        return child_of(self.process.pid, other_than, ("sleep",))

    def relaunches(self, kills):
        return relaunches(self, kills)

    def end(self):
        child = self.child(None)
        self.process.kill()
        self.process.wait()
        os.kill(child, signal.SIGKILL)


def relaunches(what, kills):
    """Milliseconds from each kill to the next child."""
    found = []
    for _ in range(kills):
        pid = what.child(None)
        begun = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        what.child(pid)
        found.append((time.monotonic() - begun) * 1000)
    return found


class Stream:
    """A supervisor and its stand-in for FFmpeg."""

    def __init__(self, sections):
        from fakes import fake_ffmpeg
        from harness import LiveTest

        class Stage(LiveTest):
            def runTest(self):
                pass
        self.stage = Stage()
        self.stage.setUp()
        options = {"stderr": full_terminal()} if sections is hung_surroundings else {}
        stream = {"name": "radio", "command": [fake_ffmpeg(self.stage, "stream()\n"), "-i", "x", "y"],
                  "monitor": {"freeze_timeout": "3s"},
                  "recovery": {"restart_delay": {"step": "0s"}, "max_restart_attempts": 1000, "stop_grace": "1s"}}
        self.supervisor = self.stage.supervise_file([stream], sections=sections(self.stage) if sections else {}, **options)
        self.child(None)

    def end(self):
        self.stage.doCleanups()

    def child(self, other_than):
        return child_of(self.supervisor.pid, other_than, ("ffmpeg", "python3"))

    def relaunches(self, kills):
        return relaunches(self, kills)

    def replaced_after_hanging(self):
        """Seconds from a child's last progress, about, to the next child."""
        pid = self.child(None)
        time.sleep(1)  # so that it has made progress
        begun = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        self.child(pid)
        return time.monotonic() - begun

    def stopped(self):
        """Seconds from SIGTERM to the end of the program."""
        begun = time.monotonic()
        self.supervisor.signal(signal.SIGTERM)
        self.supervisor.wait(NEXT_CHILD_S)
        return time.monotonic() - begun

    def cpu_seconds(self):
        with open(f"/proc/{self.supervisor.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tcp_mib():
    with open("/proc/net/sockstat", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("TCP:"))
    return int(line.split()[-1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class HealthChecks:
    """Of another client, one after the other, while the attack lasts."""

    def __init__(self, port, is_tls):
        self.port, self.is_tls, self.answered, self.asked = port, is_tls, 0, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over.wait(0.05):
            self.asked += 1
            self.answered += self.ask()

    def ask(self):
        if self.is_tls:
            client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=ssl._create_unverified_context())
        else:
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            client.request("GET", "/health/liveness")
            return client.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()

    def end(self):
        self.over.set()
        self.thread.join()
        return f"{self.answered} of {self.asked}"


def measure(name, kills):
    from harness import resident_mib
    strangers, sections = ATTACKS[name]
    stream, loop = Stream(sections), BashLoop()
    idle, kernel = stream.relaunches(kills), tcp_mib()
    loop_idle = statistics.median(loop.relaunches(kills))
    hung = stream.replaced_after_hanging()
    attackers = [multiprocessing.Process(target=work, args=(stream.supervisor.port,), daemon=True) for work in strangers]
    for attacker in attackers:
        attacker.start()
    checks = HealthChecks(stream.supervisor.port, sections is tls_files)
    cpu, begun = stream.cpu_seconds(), time.monotonic()
    while time.monotonic() - begun < HEIGHT_S:
        stream.relaunches(1)
        time.sleep(0.2)  # a thousand attempts at most
    attacked = stream.relaunches(kills)
    used = (stream.cpu_seconds() - cpu) / (time.monotonic() - begun)
    loop_ratio = statistics.median(loop.relaunches(kills)) / loop_idle
    later = stream.replaced_after_hanging() - hung
    row = [name, statistics.median(idle), statistics.median(attacked), statistics.median(attacked) / statistics.median(idle),
           loop_ratio, max(attacked), later, used * 100, resident_mib(stream.supervisor.pid), tcp_mib() - kernel, checks.end()]
    row.append(stream.stopped())
    for attacker in attackers:
        attacker.kill()
        attacker.join()
    loop.end()
    stream.end()
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ffsupervisor")
    parser.add_argument("--only", help="names of attacks, separated by commas")
    parser.add_argument("--kills", type=int, default=10)
    arguments = parser.parse_args()
    os.environ["FFSUPERVISOR"] = os.path.abspath(arguments.ffsupervisor)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    print("| attack | relaunch idle, ms | attacked, ms | ratio | of a loop | longest, ms | a hang is seen later by, s | CPU, % | RSS, MiB | "
          "TCP, MiB | health checks | stop, s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in arguments.only.split(",") if arguments.only else ATTACKS:
        print("| {} | {:.1f} | {:.1f} | {:.2f} | {:.2f} | {:.0f} | {:.2f} | {:.0f} | {:.1f} | {:.0f} | {} | {:.2f} |".format(*measure(name, arguments.kills)),
              flush=True)


if __name__ == "__main__":
    main()
