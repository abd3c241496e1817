"""Who keeps the same FFmpeg command running: ffsupervisor and its peers, each at its fastest."""

import json
import os
import shlex
import shutil

from back_on_air_stage import quiet_port

KEY = "radio"

# Each launch leaves its pid, which exec keeps; the same for all candidates.
WRAPPER = """#!/bin/sh
echo $$ >>{launches}
exec /usr/bin/ffmpeg "$@"
"""

SUPERVISORD = """[supervisord]
nodaemon=true
user=root
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/supervisord.pid
[program:radio]
command={command}
autorestart=true
startsecs=0
startretries=1000000
stdout_logfile=NONE
stderr_logfile=NONE
"""

# s6 waits a second before any restart of what never said that it is ready: this one says so at once.
S6_RUN = """#!/bin/sh
echo >&3
exec 3>&-
exec {command}
"""


class Launches:
    """The wrapper's record."""

    def __init__(self, stage):
        self.path = stage.path("launches")
        self.program = stage.write("bin/ffmpeg", WRAPPER.format(launches=shlex.quote(self.path)), 0o755)

    def _pids(self):
        try:
            with open(self.path, encoding="ascii") as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    def count(self):
        return len(self._pids())

    def last_pid(self):
        return int(self._pids()[-1])


def ffmpeg_command(program, source, sink):
    # The format is given: guessing costs FFmpeg 4 s of every start, the same for all.
    return [program, "-nostdin", "-hide_banner", "-f", "mp3", "-i", source,
            "-c:a", "aac", "-b:a", "64k", "-f", "flv", sink]


def _bash(loop):
    return lambda stage, command, _: stage.start("bash", "-c", loop, "bash", *command)


def _supervisord(stage, command, _):
    config = stage.write("supervisord.conf", SUPERVISORD.format(
        folder=stage.folder, command=shlex.join(command).replace("%", "%%")))
    return stage.start("/usr/bin/supervisord", "-c", config)


def _s6(stage, command, _):
    stage.write("services/radio/run", S6_RUN.format(command=shlex.join(command)), 0o755)
    stage.write("services/radio/notification-fd", "3\n")
    return stage.start("s6-svscan", stage.path("services"))


def _ours(stage, command, args):
    config = stage.write("ffsupervisor.yml", json.dumps({  # JSON is YAML
        "http": {"listen": f"127.0.0.1:{quiet_port()}"},
        "streams": [{"name": KEY, "command": command, "monitor": {"freeze_timeout": "5s"}}]}))
    return stage.start(args.binary, "--config", config,
                       env=dict(pair.split("=", 1) for pair in args.env))


OURS = "ffsupervisor"
CANDIDATES = {
    OURS: _ours,
    "bash loop": _bash('while :; do "$@"; done'),
    "bash loop, sleep 1": _bash('while :; do "$@"; sleep 1; done'),
    "supervisord": _supervisord,
    "s6": _s6,
}
NEEDS = {"bash loop": "bash", "bash loop, sleep 1": "bash", "supervisord": "/usr/bin/supervisord",
         "s6": "s6-svscan"}


def missing(name, binary):
    """The program that this candidate needs and that is not here, or None."""
    program = NEEDS.get(name, binary)
    found = shutil.which(program) or (os.access(program, os.X_OK) and program)
    return None if found else program
