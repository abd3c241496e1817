"""One server of a side: a process group, and every circumstance that can befall it."""

import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = [sys.executable, "-B", f"{HERE}/matrix_servers.py"]
RESTART_S = 2


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
        asks_anew = fault["side"] == "sink" and self.options["kind"] == "web"
        if fault["at"] == "air" and not asks_anew:  # what is connected already would not be asked
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
