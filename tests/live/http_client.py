"""HTTP as other people's clients speak it: methods, credentials, TLS, server-sent events."""

import base64
import http.client
import json
import ssl
import threading


def ask(supervisor, method, path, headers=None, tls=None):
    """(status, headers in lower case, body). `tls`: an ssl.SSLContext for HTTPS."""
    if tls:
        connection = http.client.HTTPSConnection("127.0.0.1", supervisor.port, timeout=30, context=tls)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", supervisor.port, timeout=30)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def any_certificate():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Events:
    """Follows /api/v1/events from a thread."""

    def __init__(self, test, supervisor, headers=None, tls=None):
        factory = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        options = {"context": tls} if tls else {}
        self.connection = factory("127.0.0.1", supervisor.port, timeout=120, **options)
        self.connection.request("GET", "/api/v1/events", headers=headers or {})
        self.answer = self.connection.getresponse()
        self.text, self.heard = "", []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        test.addCleanup(self.connection.close)

    def _read(self):
        try:
            for line in self.answer:
                line = line.decode()
                self.text += line
                if line.startswith("event: "):
                    name = line[len("event: "):].strip()
                elif line.startswith("data: "):
                    self.heard.append((name, json.loads(line[len("data: "):])))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # closed

    def of(self, name, **fields):
        return [data for event, data in list(self.heard) if event == name and fields.items() <= data.items()]
