"""Another publisher: the least RTMP that takes a name and holds it."""

import os
import socket
import struct

HANDSHAKE = 1536  # bytes of C1, S1, C2 and S2
CHUNK = 128       # bytes; a message here never needs a second one
COMMAND = 20      # message type: AMF0 command
ANSWER_S = 2


def amf(value):
    if isinstance(value, str):
        return b"\x02" + _text(value)
    if isinstance(value, dict):
        return b"\x03" + b"".join(_text(k) + amf(v) for k, v in value.items()) + b"\0\0\x09"
    return b"\x05" if value is None else b"\0" + struct.pack(">d", value)


def _text(value):
    return struct.pack(">H", len(value)) + value.encode()


class Intruder:
    """Connected and with a stream at hand, so that the name is one message away."""

    def __init__(self, port, name, application="live"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
        self.name = name
        self.socket.sendall(b"\3" + bytes(8) + os.urandom(HANDSHAKE - 8))
        answer = self._exactly(1 + 2 * HANDSHAKE)
        self.socket.sendall(answer[1:1 + HANDSHAKE])
        self._command(0, "connect", 1, {"app": application, "tcUrl": f"rtmp://127.0.0.1/{application}"})
        self._until(b"NetConnection.Connect.Success")
        self._command(0, "createStream", 2, None)
        self._until(b"_result")

    def take(self):
        """Whether the name is its own now; the server forgets it only when this one hangs up."""
        self._command(1, "publish", 3, None, self.name, "live")
        return b"Publish.Start" in self._until(b"Publish.Start", b"Publish.BadName")

    def close(self):
        self.socket.close()

    def _command(self, stream, *values):
        body = b"".join(map(amf, values))
        assert len(body) <= CHUNK
        header = struct.pack(">B3s3sB", 3, bytes(3), len(body).to_bytes(3, "big"), COMMAND)
        self.socket.sendall(header + struct.pack("<I", stream) + body)

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            data += self._some()
        return data

    def _until(self, *words):
        """All that came, at least up to one of the words."""
        data = b""
        while not any(word in data for word in words):
            data += self._some()
        return data

    def _some(self):
        data = self.socket.recv(4096)
        if not data:
            raise OSError("the RTMP server hung up on the intruder")
        return data
