"""What nginx asks about each publisher."""

import socket
import threading
import time

PORT = 8999


class Gate(threading.Thread):
    """Answers nginx whether a publisher may, and counts them: each is a login."""

    def __init__(self, plan):
        super().__init__(daemon=True)
        self.closed, self.asked = set(), []
        self.redirects = {each["name"] for each in plan.servers if each.get("redirect")}
        self.listener = socket.create_server(("127.0.0.1", PORT), backlog=64)
        self.start()

    def refuse(self, name):
        self.closed.add(name)

    def accept(self, name):
        self.closed.discard(name)

    def run(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            connection.settimeout(2)
            try:
                text = connection.recv(65536).decode("latin1")
                name = text.split()[1].strip("/")
                self.asked.append((time.time(), name))
                status = "200 OK"
                if name in self.closed:
                    status = "403 Forbidden"
                elif name in self.redirects:
                    status = "302 Found\r\nLocation: public"
                connection.sendall(f"HTTP/1.0 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            except (OSError, IndexError):
                pass
