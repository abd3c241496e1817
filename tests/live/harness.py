"""What the live tests share: a supervisor to start and ask, and a machine that is clean afterwards."""

import ctypes
import datetime
import json
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
import uuid

BINARY = os.environ.get("FFSUPERVISOR", "")
# Every limit of a wait is what an idle machine needs, times this: the tests hold beside other work. What has to be
# prompt is judged by the supervisor's own time stamps (Supervisor.seconds_between), not by how long a test waited.
PATIENCE = 4
HTTP_TIMEOUT_S = 20
CONTRACT_VARIABLES = (
    "METRICS_PORT METRICS_PATH HEALTH_CHECK_INTERVAL FFMPEG_CHECK_INTERVAL STREAM_FREEZE_TIMEOUT "
    "ENABLE_AUTO_RECOVERY MAX_RESTART_ATTEMPTS RESTART_COOLDOWN AUDIO_STREAM_RETRY_INTERVAL "
    "AUDIO_STREAM_MAX_RETRIES CPU_THRESHOLD_PERCENT MEMORY_THRESHOLD_MB "
    "BITRATE_DROP_THRESHOLD_PERCENT AZURACAST_URL AZURACAST_API_KEY AZURACAST_WEBHOOK_PASSWORD "
    "RTMP_ENDPOINT FFSUPERVISOR_TOKEN NOTIFY_SOCKET").split()
CLAIMS = []  # of ports, as long as this process lives
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)

# Small enough that many run at once on two cores.
VIDEO = "-re -f lavfi -i testsrc2=size=320x180:rate=25".split()
TONE = "-re -f lavfi -i sine=frequency=440:sample_rate=44100".split()
H264 = "-c:v libx264 -preset ultrafast -tune zerolatency -g 50 -pix_fmt yuv420p".split()
AAC = "-c:a aac -b:a 64k".split()


def wait_until(condition, seconds, what):
    """Polls until the condition gives something true, and returns it. `seconds`: on an idle machine. `what` may be a
    function."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds * PATIENCE} s: {what() if callable(what) else what}")
        time.sleep(0.02)


def holds(condition, seconds):
    """Whether the condition is true all this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            return False
        time.sleep(0.1)
    return True


def is_reserved(port):
    """Takes the port for this process among all tests that run at the same time: an abstract address of that name."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0ffsupervisor-live-test-{port}")
    except OSError:
        claim.close()
        return False
    CLAIMS.append(claim)
    return True


def free_port():
    """From below the range that the kernel gives to outgoing connections: nothing else takes it meanwhile."""
    while True:
        port = random.randrange(10000, 32000)
        if not is_reserved(port):
            continue
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def die_with_parent():
    """In the child: a test that is killed leaves nothing running."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def processes_with(marker):
    """Pids of living processes whose environment holds the marker (a zombie's is empty)."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as environ:
                if marker.encode() in environ.read():
                    found.append(int(entry))
        except OSError:
            pass
    return found


def stat_fields(pid):
    """State letter and parent's pid of a process, or None."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return fields[0], int(fields[1])
    except OSError:
        return None


def children_of(parent):
    """(pid, state letter) of each child."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    seen = [(pid, stat_fields(pid)) for pid in pids]
    return [(pid, fields[0]) for pid, fields in seen if fields and fields[1] == parent]


def command_name(pid):
    try:
        with open(f"/proc/{pid}/comm") as comm:
            return comm.read().strip()
    except OSError:
        return ""


def threads_of(pid):
    """State letter and kernel function of each thread."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/wchan") as wchan:
                found.append(f"{(stat_fields(thread) or '?')[0]} {wchan.read()}")
    except OSError as error:
        found.append(str(error))
    return ", ".join(found)


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def get(url, timeout=HTTP_TIMEOUT_S):
    """(status, body) of a GET; HTTP errors are answers too."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def parse_metrics(text):
    """{(name, frozenset of labels): value}"""
    series = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r"([a-z_A-Z0-9:]+)(?:\{(.*)\})? (\S+)", line).groups()
        pairs = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))
        series[name, pairs] = float(value)
    return series


class Process:
    """A child of the test; its stderr is read all the time, line by line."""

    def __init__(self, argv, env=None, cwd=None, pass_fds=(), stdin=subprocess.DEVNULL,
                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE):
        self.popen = subprocess.Popen(argv, env=env, cwd=cwd, stdin=stdin, stdout=stdout,
                                      stderr=stderr, pass_fds=pass_fds, preexec_fn=die_with_parent)
        self.pid = self.popen.pid
        self.lines = []
        self.reader = None
        if stderr == subprocess.PIPE:
            self.reader = threading.Thread(target=self._read, daemon=True)
            self.reader.start()

    def _read(self):
        with self.popen.stderr as pipe:
            for line in pipe:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))

    def log(self):
        return "\n".join(self.lines)

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, seconds):
        """The exit code; stderr has been read to its end then, unless something holds it open. `seconds`: on an idle
        machine."""
        code = self.popen.wait(seconds * PATIENCE)
        if self.reader:
            self.reader.join(PATIENCE)
        return code

    def end(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.kill()
        self.popen.wait()
        if self.reader:
            self.reader.join(1)


class Supervisor(Process):
    """A running ffsupervisor, asked over HTTP and read by its JSON log."""

    def __init__(self, argv, port, env, **options):
        super().__init__(argv, env=env, **options)
        self.port = port

    def events(self, name, **fields):
        found = []
        for line in list(self.lines):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("event") == name and fields.items() <= event.items():
                found.append(event)
        return found

    def wait_event(self, name, seconds, count=1, **fields):
        return wait_until(lambda: self.events(name, **fields)[count - 1:], seconds,
                          lambda: f"event {name} {fields} ×{count}; {self.account()}")[0]

    @staticmethod
    def seconds_between(earlier, later):
        """By the time stamps of two events of the log; a number is a time.time()."""
        def moment(event):
            if isinstance(event, float):
                return event
            return datetime.datetime.fromisoformat(event["ts"].replace("Z", "+00:00")).timestamp()
        return moment(later) - moment(earlier)

    def account(self):
        """What it says of itself, for the message of a test that failed."""
        try:
            told = "\n".join(self.get(path)[1] for path in ("/api/v1/streams", "/api/v1/incidents"))
        except OSError as error:
            told = str(error)
        threads = [f"{pid} {command_name(pid)}: {threads_of(pid)}"
                   for pid in [self.pid, *(pid for pid, _ in children_of(self.pid))]]
        own = [line for line in self.lines if '"ffmpeg_log"' not in line]
        return ("the log says\n" + "\n".join(own)[-6000:] + f"\nHTTP says\n{told}\nthe kernel says\n"
                + "\n".join(threads))

    def get(self, path):
        return get(f"http://127.0.0.1:{self.port}{path}")

    def json(self, path):
        return json.loads(self.get(path)[1])

    def answers(self):
        try:
            return self.get("/health/liveness")[0] == 200
        except OSError:
            return False

    def metric(self, metric, **labels):
        """The one series of this name that has these labels; None when there is none."""
        series = parse_metrics(self.get("/metrics")[1])
        found = [value for (name, pairs), value in series.items()
                 if name == metric and set(labels.items()) <= pairs]
        assert len(found) < 2, f"{metric} {labels} is not one series"
        return found[0] if found else None

    def stream(self, name="radio"):
        return self.json(f"/api/v1/streams/{name}")

    def child_pid(self, name="radio"):
        return self.stream(name).get("pid")

    def is_ready(self):
        try:
            return self.get("/health/readiness")[0] == 200
        except OSError:
            return False

    def wait_on_air(self, seconds=15):
        wait_until(lambda: self.is_ready() or self.popen.poll() is not None, seconds,
                   lambda: f"readiness; {self.account()}")
        assert self.popen.poll() is None, f"ended with {self.popen.poll()}:\n{self.log()[-4000:]}"


class LiveTest(unittest.TestCase):
    """Each test has a folder, a marker in the environment of all it starts, and leaves nothing."""

    def setUp(self):
        self.assertTrue(BINARY, "set FFSUPERVISOR to the binary under test")
        folder = tempfile.TemporaryDirectory(prefix="ffsupervisor-live-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.marker = "FFSUPERVISOR_LIVE_TEST=" + uuid.uuid4().hex
        self.addCleanup(self.kill_what_is_left)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content, mode=0o644):
        data = content if isinstance(content, bytes) else content.encode()
        with open(self.path(name), "wb") as file:
            file.write(data)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    def environment(self, **extra):
        env = {name: value for name, value in os.environ.items() if name not in CONTRACT_VARIABLES}
        name, _, value = self.marker.partition("=")
        env[name] = value
        env.update({key: str(value) for key, value in extra.items()})
        return env

    def supervise(self, *command, options=(), env=None, wrapper=(), **popen):
        """`ffsupervisor OPTIONS COMMAND` on a free port."""
        port = free_port()
        variables = self.environment(**{"METRICS_PORT": port, **(env or {})})
        supervisor = Supervisor([*wrapper, BINARY, *options, *command], port, variables, **popen)
        self.addCleanup(supervisor.end)
        return supervisor

    def supervise_file(self, streams, options=(), sections=None, **arguments):
        """`ffsupervisor --config`; JSON is YAML. `sections`: those beside `streams`."""
        config = self.write("streams.yml", json.dumps({"streams": streams, **(sections or {})}))
        return self.supervise(options=["--config", config, *options], **arguments)

    def run_to_end(self, *arguments, seconds=10, env=None, **popen):
        """(exit code, stderr) of a call that is expected to end by itself."""
        supervisor = self.supervise(*arguments, env=env, **popen)
        try:
            code = supervisor.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end; it says\n{supervisor.log()[-4000:]}") from None
        return code, supervisor.log()

    def start(self, *argv, **options):
        """A process beside the supervisor: a server, a client."""
        process = Process(list(argv), env=self.environment(), **options)
        self.addCleanup(process.end)
        return process

    def ffmpeg(self, *arguments):
        """Makes test material; to its end."""
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True, timeout=240,
                       stdin=subprocess.DEVNULL)

    def alive(self):
        """All that this test started and that runs still."""
        return processes_with(self.marker)

    def assert_nothing_left(self, seconds=2):
        wait_until(lambda: not self.alive(), seconds,
                   f"end of {[(pid, command_name(pid)) for pid in self.alive()]}")

    def kill_what_is_left(self):
        for pid in self.alive():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
