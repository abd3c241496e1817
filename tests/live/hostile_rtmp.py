"""An RTMP server that refuses each connection with a status text of its own choice, line ends and all (Adobe's RTMP
specification 1.0, sections 5.2, 5.3 and 7.2.1.1)."""

import socket
import struct
import threading

HANDSHAKE = 1536


def amf_string(text):
    return struct.pack(">BH", 2, len(text)) + text


def amf_property(name, value):
    return struct.pack(">H", len(name)) + name + amf_string(value)


def refusal(words):
    """A command message `_error` for the transaction 1."""
    body = amf_string(b"_error") + b"\x00" + struct.pack(">d", 1) + b"\x05\x03"
    body += amf_property(b"level", b"error") + amf_property(b"code", b"NetConnection.Connect.Rejected")
    body += amf_property(b"description", words) + b"\x00\x00\x09"
    chunks = [body[at:at + 128] for at in range(0, len(body), 128)]
    header = b"\x03\x00\x00\x00" + struct.pack(">I", len(body))[1:] + b"\x14\x00\x00\x00\x00"
    return header + b"\xc3".join(chunks)


class HostileRtmp:
    def __init__(self, test, words):
        self.words = words
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        test.addCleanup(self.listener.close)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.refuse, args=(client,), daemon=True).start()

    def refuse(self, client):
        with client:
            client.settimeout(10)
            try:
                stream = client.makefile("rb")
                stream.read(1 + HANDSHAKE)
                client.sendall(b"\x03" + bytes(HANDSHAKE) * 2)
                stream.read(HANDSHAKE)
                client.recv(1)  # its connect
                client.sendall(refusal(self.words))
                client.recv(1 << 16)
                while client.recv(1 << 16):
                    pass
            except OSError:
                pass
