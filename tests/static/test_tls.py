"""Certificates are verified by the authorities of the system, wherever the distribution has them."""

import http.server
import shutil
import ssl
import threading
import unittest

from roots import OUTSIDE, Root, must
from test_empty_root import BOMB, BOMB_FLAGS

TLS_PORT = 9443
URL = f"https://{OUTSIDE}:{TLS_PORT}"


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a client that does not trust it


class Authorities(Root):
    def setUp(self):
        super().setUp()
        self.certificate = self.path("outside/cert.pem")
        key = self.path("outside/key.pem")
        must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=test", "-addext", f"subjectAltName=IP:{OUTSIDE}", "-keyout", key, "-out", self.certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        server = Server((OUTSIDE, TLS_PORT), Answer)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def ask(self):
        return self.inside("/ffsupervisor", "healthcheck", "liveness", "--url", URL)

    def alert(self):
        self.write("config.yml", f"""
alerts:
  webhooks:
    - url: {URL}/
streams:
  - name: radio
    command: [ffmpeg, -i, x, -f, 'null', -]
""")
        return self.inside("/ffsupervisor", "alert-test", "--config", "/config.yml")

    def trusts(self):
        for done in (self.ask(), self.alert()):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_there_are_none(self):
        for done in (self.ask(), self.alert()):
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("this system has no certificates of authorities", done.stdout + done.stderr)

    def test_the_file_of_debian_and_alpine(self):
        shutil.copy(self.certificate, self.path("etc/ssl/certs/ca-certificates.crt"))
        self.trusts()

    def test_the_file_of_fedora(self):
        shutil.copy(self.certificate, self.path("etc/pki/tls/certs/ca-bundle.crt"))
        self.trusts()

    def test_a_folder_by_hash(self):
        digits = must("openssl", "x509", "-noout", "-hash", "-in", self.certificate).strip()
        shutil.copy(self.certificate, self.path(f"etc/ssl/certs/{digits}.0"))
        self.trusts()

    def test_those_of_others_do_not_do(self):
        must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=other", "-keyout", self.path("outside/other.key"), "-out", self.path("etc/ssl/cert.pem"))
        done = self.ask()
        self.assertEqual(done.returncode, 1)
        self.assertIn("certificate verify failed", done.stderr)
        self.assertNotIn("no certificates of authorities", done.stderr)

    def test_the_openssl_of_the_machine_is_not_asked(self):
        shutil.copy(self.certificate, self.path("etc/ssl/certs/ca-certificates.crt"))
        self.compile("usr/lib/ssl/bomb.so", BOMB, *BOMB_FLAGS)
        self.write("usr/lib/ssl/openssl.cnf", "openssl_conf = all\n[all]\nproviders = some\n[some]\nbomb = bomb\n"
                   "default = default\n[bomb]\nmodule = /usr/lib/ssl/bomb.so\nactivate = 1\n[default]\nactivate = 1\n")
        self.trusts()


if __name__ == "__main__":
    unittest.main()
