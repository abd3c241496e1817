"""What strangers who reach the port can see and keep from those who have credentials."""

import base64
import crypt
import os
import socket
import unittest
import warnings

from fakes import fake_ffmpeg
from harness import LiveTest
from http_client import ask, basic, bearer

TOKEN = "t" * 20
PASSWORD = "p" * 20
RESTART = "/api/v1/streams/radio/restart"
HOOK = "POST /webhook/azuracast HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def bcrypt(password, rounds=16):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=rounds))


class Strangers(LiveTest):
    def serve(self, users=None):
        self.supervisor = self.supervise_file(
            [{"name": "radio", "command": [fake_ffmpeg(self, "stream()\n"), "-i", "x", "y"]}],
            sections={"http": {"auth": {"basic_users": users or {}}, "allowed_hosts": ["radio.example.org"]}},
            env={"FFSUPERVISOR_TOKEN": TOKEN, "AZURACAST_WEBHOOK_PASSWORD": PASSWORD})
        self.supervisor.wait_on_air()

    def said(self, request):
        """The beginning of the answer."""
        client = socket.create_connection(("127.0.0.1", self.supervisor.port), timeout=20)
        self.addCleanup(client.close)
        client.sendall(request.encode())
        return client.recv(4096).decode()

    def status(self, request):
        return int(self.said(request).split()[1])

    def hold(self, request, count):
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", self.supervisor.port))
            self.addCleanup(client.close)
            client.sendall(request.encode())


class Names(Strangers):
    def asked(self, path, host, method="GET", fields=""):
        return self.status(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}"
                           "Content-Length: 0\r\n\r\n")

    def test_a_page_that_lets_its_name_stand_for_this_server_gets_nothing(self):
        self.serve()
        for path in ("/", "/api/v1/streams", "/api/v1/incidents", "/api/v1/timeline", "/api/v1/openapi.json"):
            self.assertEqual(self.asked(path, "evil.example"), 421, path)
        self.assertEqual(self.asked(RESTART, "evil.example", "POST", f"Authorization: Bearer {TOKEN}\r\n"
                                    "Origin: http://evil.example\r\n"), 421)
        self.assertEqual(self.asked("/webhook/azuracast", "evil.example", "POST"), 421)

    def test_addresses_local_names_and_those_of_the_configuration_are_taken(self):
        self.serve()
        for host in ("127.0.0.1:9090", "[::1]", "10.1.2.3:9090", "ffsupervisor:9090", "localhost", "radio.local",
                     "x.internal", "a.localhost", "radio.example.org"):
            self.assertEqual(self.asked("/api/v1/streams", host), 200, host)
        for path in ("/metrics", "/health/liveness", "/health/readiness", "/health/detailed"):
            self.assertEqual(self.asked(path, "ffsupervisor.radio.svc.cluster.local:9090"), 200, path)


class Shares(Strangers):
    def test_bodies_of_strangers_do_not_keep_azuracast_out(self):
        self.serve()
        self.hold(HOOK + "Content-Length: 1048000\r\n\r\n{", 8)
        credentials = base64.b64encode(f"a:{PASSWORD}".encode()).decode()
        body = "{" + " " * 19998 + "}"
        request = f"{HOOK}Authorization: Basic {credentials}\r\nContent-Length: 20000\r\n\r\n{body}"
        self.assertEqual(self.status(request), 422)

    def test_event_streams_of_strangers_leave_one_for_who_has_the_token(self):
        self.serve()
        request = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n"
        for _ in range(32):
            self.assertEqual(self.status(request + "\r\n"), 200)
        self.assertEqual(self.status(request + "\r\n"), 503)
        self.assertEqual(self.status(request + f"Authorization: Bearer {TOKEN}\r\n\r\n"), 200)

    def test_who_may_not_send_a_body_is_not_asked_for_it(self):
        self.serve()
        self.assertEqual(self.status(f"{HOOK}Expect: 100-continue\r\nContent-Length: 1048000\r\n\r\n"), 401)


class Guesses(Strangers):
    def restart(self, headers):
        return ask(self.supervisor, "POST", RESTART, headers)[0]

    def test_wrong_tokens_do_not_keep_the_right_one_out(self):
        self.serve()
        self.assertIn(429, [self.restart(bearer("wrong")) for _ in range(12)])
        self.assertEqual(self.restart(bearer(TOKEN)), 202)

    def test_a_password_ends_where_it_ends(self):
        long = "x" * 72
        self.serve({"ann": bcrypt("right"), "bob": bcrypt(long)})
        self.assertEqual(self.restart(basic("ann", "right\0junk")), 401)
        self.assertEqual(self.restart(basic("bob", long + "junk")), 401)
        self.assertEqual(self.restart(basic("ann", "right")), 202)
        self.assertEqual(self.restart(basic("bob", long)), 202)

    def test_who_checks_passwords_is_nice_to_the_encoders(self):
        self.serve({"ann": bcrypt("right")})
        tasks = f"/proc/{self.supervisor.pid}/task"
        before = set(os.listdir(tasks))
        self.restart(basic("ann", "wrong"))
        nices = []
        for thread in set(os.listdir(tasks)) - before:
            with open(f"{tasks}/{thread}/stat", encoding="ascii") as stat:
                nices.append(int(stat.read().rpartition(")")[2].split()[16]))
        self.assertGreater(max(nices), 0)


if __name__ == "__main__":
    unittest.main()
