#!/usr/bin/python3
"""Stands in for `ffmpeg` where an encoder has to misbehave: what FFmpeg is asked, and what publishes, is FFmpeg itself.

The encoder is known by its pipe. BAD_ENCODER says what it does:
  garbage   FFmpeg encodes and reports, and random bytes go into the pipe
  torn      … and every 50th piece of what it writes is missing
  switches  after 8 s another FFmpeg writes into the same pipe: other streams, other PIDs
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading

FFMPEG = "/usr/bin/ffmpeg"
PIPE = re.compile(r"pipe:(\d+)$")
CHUNK = 188 * 7


def split(argv):
    """(words with the encoder's pipe replaced, its number); nothing where this is no encoder."""
    for at in range(len(argv) - 1, 0, -1):
        found = PIPE.match(argv[at])
        if found and argv[at - 1] == "mpegts" and argv[at - 2] == "-f":
            return argv[:at] + ["pipe:1"] + argv[at + 1:], int(found[1])
    return None, None


def run(argv, numbers):
    """FFmpeg, whose MPEG-TS comes here; it dies with this."""
    child = subprocess.Popen([FFMPEG, *argv], stdout=subprocess.PIPE, pass_fds=numbers)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: child.send_signal(number))
    return child


def copy(child, write):
    while True:
        data = child.stdout.read1(CHUNK)
        if not data:
            return
        write(data)


def main():
    argv, number = split(sys.argv[1:])
    if argv is None:
        os.execv(FFMPEG, ["ffmpeg", *sys.argv[1:]])
    kept = [int(word[5:]) for word in argv if word.startswith("pipe:") and word[5:].isdigit() and int(word[5:]) > 2]
    what = os.environ["BAD_ENCODER"]
    child = run(argv, kept)
    count = 0

    def write(data):
        nonlocal count
        count += 1
        if what == "garbage":
            data = random.randbytes(len(data))
        if what == "torn" and count % 50 == 0:
            return
        os.write(number, data)

    if what == "switches":
        threading.Timer(8, child.send_signal, [signal.SIGTERM]).start()
    copy(child, write)
    code = child.wait()
    if what == "switches":
        at = argv.index("-c:a")
        other = argv[:at] + ["-mpegts_start_pid", "0x200", "-s", "160x120", "-ar", "44100"] + argv[at:]
        child = run(other, kept)
        copy(child, write)
        code = child.wait()
    sys.exit(code if code >= 0 else 128 - code)


main()
