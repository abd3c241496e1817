"""What really happens on one side of a trial, seen from outside: bytes at the far ends, launches, connections."""

import json
import os
import socket
import struct
import threading
import time
import urllib.error
import urllib.request

LOOK_S = 0.25
ETH_P_IP, PACKET_OUTGOING, SO_ATTACH_FILTER = 0x0800, 4, 26
ETHERNET = 14
# SYN without ACK of TCP over IPv4, as `tcpdump -dd` would spell it.
SYN_FILTER = ((0x28, 0, 0, 12), (0x15, 0, 9, 0x0800), (0x30, 0, 0, 23), (0x15, 0, 7, 6), (0x28, 0, 0, 20),
              (0x45, 5, 0, 0x1fff), (0xb1, 0, 0, 14), (0x50, 0, 0, 27), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02),
              (0x06, 0, 0, 96), (0x06, 0, 0, 0))


class Connections(threading.Thread):
    """Each connection that is asked for, at its instant: (time, port)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        program = b"".join(struct.pack("HBBI", *line) for line in SYN_FILTER)
        import ctypes
        self.program = ctypes.create_string_buffer(program)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                               struct.pack("HL", len(SYN_FILTER), ctypes.addressof(self.program)))
        self.socket.bind(("lo", 0))
        self.start()

    def run(self):
        while True:
            packet, address = self.socket.recvfrom(128)
            if address[2] == PACKET_OUTGOING:
                continue
            start = ETHERNET + (packet[ETHERNET] & 15) * 4
            self.seen.append((time.time(), int.from_bytes(packet[start + 2:start + 4], "big")))


class Received:
    """Bytes at each far end so far; files that vanish have counted."""

    def __init__(self, folder, outputs):
        self.folder, self.outputs = folder, outputs
        self.sizes = {name: {} for name in outputs}
        self.totals = {name: 0 for name in outputs}

    def files(self, path):
        if not os.path.isdir(path):
            return [path]
        return [os.path.join(top, name) for top, _, names in os.walk(path) for name in names
                if not name.endswith((".m3u8", ".tmp"))]

    def look(self):
        for name, place in self.outputs.items():
            known = self.sizes[name]
            for path in self.files(os.path.join(self.folder, place)):
                try:
                    state = os.stat(path)
                except OSError:
                    continue
                before = known.get(path, (0, 0))
                shrunk = state.st_size < before[1] or state.st_ino != before[0]
                self.totals[name] += state.st_size - (0 if shrunk else before[1])
                known[path] = (state.st_ino, state.st_size)
        return dict(self.totals)


def state_of(pid):
    """State letter; nothing once it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin1") as file:
            letter = file.read().rpartition(")")[2].split()[0]
        return "" if letter in "ZX" else letter
    except OSError:
        return ""


class Launches:
    """Every FFmpeg under test leaves its pid (a shim that becomes FFmpeg writes it)."""

    def __init__(self, path):
        self.path, self.all, self.read = path, [], 0

    def look(self):
        now = time.time()
        try:
            with open(self.path, encoding="ascii") as file:
                pids = [int(line) for line in file.read().split()]
        except OSError:
            pids = []
        for pid in pids[len(self.all):]:
            self.all.append({"pid": pid, "at": now, "ended": None})
        for each in self.all:
            if not each["ended"] and not state_of(each["pid"]):
                each["ended"] = now
        return sum(not each["ended"] for each in self.all)


class Starvation(threading.Thread):
    """How late a thread wakes up: what the trial's programs had to put up with."""

    def __init__(self):
        super().__init__(daemon=True)
        self.late = []
        self.start()

    def run(self):
        while True:
            before = time.monotonic()
            time.sleep(0.05)
            self.late.append(time.monotonic() - before - 0.05)

    def told(self):
        late = sorted(self.late) or [0]
        return {"p95": round(late[int(len(late) * 0.95)], 3), "max": round(late[-1], 3)}


class Said:
    """What the supervisor answers by HTTP."""

    def __init__(self, base):
        self.base, self.secrets, self.leaks = base, [], set()

    def get(self, path):
        try:
            with urllib.request.urlopen(self.base + path, timeout=2) as answer:
                status, text = answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""
        for secret in self.secrets:
            if secret in text:
                self.leaks.add(path)
        return status, text

    def look(self):
        status = self.get("/health/readiness")[0]
        if not status:
            return {"ready": None}
        try:
            stream = json.loads(self.get("/api/v1/streams/radio")[1])
        except ValueError:
            return {"ready": None}
        return {"ready": status == 200, "state": stream.get("state"), "pid": stream.get("pid"),
                "verdict": (stream.get("verdict") or {}).get("cause"), "gauges": self.gauges(),
                "progress": stream.get("reports_progress", True),
                "unseen": [each["name"] for each in stream.get("outputs") or [] if each.get("unseen")]}

    GAUGES = ("radio_audio_stream_available", "radio_rtmp_connection_status", "radio_ffmpeg_status",
              "radio_stream_state", "radio_output_up")

    def gauges(self):
        found = {}
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(self.GAUGES):
                name, _, value = line.rpartition(" ")
                found[name.replace('stream="radio",', "").replace('{stream="radio"}', "")] = float(value)
        return {name: value for name, value in found.items()
                if value or name in ("radio_audio_stream_available", "radio_rtmp_connection_status")
                or name.startswith("radio_output_up")}


class Watch(threading.Thread):
    """All of it, several times a second."""

    def __init__(self, folder, plan, said=None):
        super().__init__(daemon=True)
        self.received = Received(folder, plan.outputs)
        self.launches = Launches(f"{folder}/launches")
        self.said, self.samples, self.over = said, [], False
        self.start()

    def run(self):
        turn = 0
        while not self.over:
            sample = {"t": time.time(), "alive": self.launches.look(), "bytes": self.received.look()}
            if self.said and turn % 2 == 0:
                sample.update(self.said.look())
            self.samples.append(sample)
            turn += 1
            time.sleep(LOOK_S)

    def stop(self):
        self.over = True
        self.join(5)

    def flowing(self, seconds, gap=2.0):
        """Whether every far end has been getting bytes for so long, without a gap of more than that."""
        now = time.time()
        recent = [each for each in self.samples if each["t"] >= now - seconds - gap]
        if not recent or recent[0]["t"] > now - seconds:
            return False
        for name in recent[0]["bytes"]:
            grown = [late["t"] for early, late in zip(recent, recent[1:]) if late["bytes"][name] > early["bytes"][name]]
            marks = [now - seconds - gap, *grown, now]
            if not grown or max(b - a for a, b in zip(marks, marks[1:])) > gap + 0.5:
                return False
        return True
