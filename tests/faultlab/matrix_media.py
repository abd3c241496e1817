"""What the matrix's servers share: a folder that tells them how to behave, and media in real time."""

import json
import os
import time

TICK_S = 0.1
UNITS = {"ts": 188, "mp3": 384}  # packets and frames are sent whole
SLOW = 0.4


class Folder:
    def __init__(self, path):
        self.path = path
        os.makedirs(f"{path}/received", exist_ok=True)
        self.log = open(f"{path}/requests", "a", buffering=1, encoding="utf-8")
        with open(f"{path}/options.json", encoding="utf-8") as file:
            self.options = json.load(file)

    def mode(self):
        try:
            with open(f"{self.path}/mode", encoding="utf-8") as file:
                return file.read().strip() or "ok"
        except OSError:
            return "ok"

    def note(self, **fields):
        self.log.write(json.dumps({"at": time.time(), **fields}) + "\n")

    def sink(self, name):
        return open(f"{self.path}/received/{name}", "ab", buffering=0)


def paced(path, rate, send, mode=lambda: "ok", offset=0):
    """Sends the file at its rate for ever; the mode may hold it back."""
    unit = UNITS[path.rpartition(".")[2]]
    with open(path, "rb") as file:
        size, due, last = os.path.getsize(path), 0.0, time.monotonic()
        file.seek(offset % size // unit * unit)
        while True:
            now = time.monotonic()
            word = mode()
            if word != "silent":
                due += (now - last) * rate * (SLOW if word == "slow" else 1)
            last = now
            while due > 0:
                data = file.read(min(int(due) // unit * unit + unit, unit * 300))
                if not data:
                    file.seek(0)
                    continue
                due -= len(data)
                send(data)
            time.sleep(TICK_S)
