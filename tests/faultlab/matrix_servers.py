#!/usr/bin/python3
"""The matrix's own server programs: each one process, so that one signal kills or hangs it.

  matrix_servers.py web   PORT FOLDER    HTTP: media in real time, whole files, HLS, PUT
  matrix_servers.py rtsp  PORT FOLDER [ADDRESS]   RTSP over TCP: passes one publisher on to its players
  matrix_servers.py udp   PORT FILE      keeps what comes
  matrix_servers.py silent PORT FOLDER   takes connections and says nothing
  matrix_servers.py play  FILE BYTES_PER_SECOND [FIFO]   writes FILE in real time to stdout or to a FIFO

`FOLDER/mode` says how a server behaves (`ok`, a status, `silent`, `slow`), `FOLDER/requests` gets a line of JSON a
request, `FOLDER/received/` what was sent to it.
"""

import os
import signal
import socket
import socketserver
import sys
import time

from matrix_http import Web
from matrix_media import Folder, paced
from matrix_rtsp import Rtsp


class Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


class Silent(socketserver.BaseRequestHandler):
    def handle(self):
        time.sleep(3600)


def keep_datagrams(port, path):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", port))
    with open(path, "ab", buffering=0) as file:
        while True:
            file.write(receiver.recv(65536))


def serve(handler, port, folder, address="127.0.0.1"):
    handler.folder = Folder(folder)
    Threaded((address, port), handler).serve_forever()


def play(path, rate, fifo=None):
    mode = {"word": "ok"}
    signal.signal(signal.SIGUSR1, lambda *_: mode.update(word="slow"))
    signal.signal(signal.SIGUSR2, lambda *_: mode.update(word="ok"))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    began = time.monotonic()
    while True:
        out = os.open(fifo, os.O_WRONLY) if fifo else 1
        try:
            paced(path, rate, lambda data: write_all(out, data), lambda: mode["word"],
                  int((time.monotonic() - began) * rate))
        except OSError:
            if not fifo:
                return
        os.close(out)


def write_all(out, data):
    view = memoryview(data)
    while view:
        view = view[os.write(out, view):]


def main():
    kind, *words = sys.argv[1:]
    if kind == "web":
        serve(Web, int(words[0]), words[1])
    elif kind == "rtsp":
        serve(Rtsp, int(words[0]), *words[1:])
    elif kind == "silent":
        serve(Silent, int(words[0]), words[1])
    elif kind == "udp":
        keep_datagrams(int(words[0]), words[1])
    elif kind == "play":
        play(words[0], float(words[1]), *words[2:])


if __name__ == "__main__":
    main()
