"""A program named ffmpeg that does to its pipes what the real one does on bad days."""

import os

HEAD = r'''#!/usr/bin/python3
import os, re, sys, threading, time
progress = int(re.search(r"-progress\0pipe:(\d+)", "\0".join(sys.argv)).group(1))

def write(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view[:1 << 20]):]

def block(n):
    write(progress, b"frame=%d\nfps=25.00\nbitrate= 100.0kbits/s\ntotal_size=%d\nout_time_us=%d\n"
          b"out_time_ms=%d\nout_time=00:00:00.000000\ndup_frames=0\ndrop_frames=0\nspeed=1.00x\n"
          b"progress=continue\n" % (n, n * 1000, n * 40000, n * 40000))

def stream():
    n = 0
    while True:
        n += 3
        block(n)
        time.sleep(0.1)

'''


def fake_ffmpeg(test, body):
    """Writes the program into the test's folder; the body follows HEAD's definitions."""
    os.makedirs(test.path("bin"), exist_ok=True)
    return test.write("bin/ffmpeg", HEAD + body, mode=0o755)
