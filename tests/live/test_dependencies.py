"""What else the stream needs: a real database that dies and comes back, a web site that fails."""

import base64
import glob
import http.server
import json
import os
import shutil
import subprocess
import threading
import time
import unittest

from harness import TONE, LiveTest, free_port, holds, listens, wait_until

INTERVAL = 0.5  # seconds between looks


class Postgres:
    """The real one, in a data directory of the test's own; it refuses to be root."""

    def __init__(self, test):
        self.test, self.port, self.data = test, free_port(), test.path("postgres")
        self.programs = max(glob.glob("/usr/lib/postgresql/*/bin"))
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                     "--pdeathsig=KILL", "--"] if os.geteuid() == 0 else []
        os.mkdir(self.data, 0o700)
        if self.user:
            os.chmod(test.folder, 0o777)
            shutil.chown(self.data, "postgres", "postgres")
        subprocess.run([*self.user, f"{self.programs}/initdb", "-D", self.data, "-U", "test", "-A",
                        "trust", "--no-sync", "--locale=C"], check=True, timeout=60, cwd="/",
                       stdout=subprocess.DEVNULL, env=test.environment())
        self.start()

    def start(self):
        """Again and again: what is left of a killed one must see that first."""
        def runs():
            process = self.test.start(
                *self.user, f"{self.programs}/postgres", "-D", self.data, "-p", str(self.port), "-c",
                "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", cwd="/")
            wait_until(lambda: listens(self.port) or process.popen.poll() is not None, 10,
                       "PostgreSQL listens")
            self.process = process
            return process.popen.poll() is None
        wait_until(runs, 20, lambda: f"PostgreSQL: {self.process.log()}")

    def kill(self):
        self.process.end()
        wait_until(lambda: not listens(self.port), 5, "PostgreSQL is gone")


class Website:
    """Lets in who knows the password, and answers with `status`."""

    def __init__(self, test, password):
        site = self
        self.status = 200
        login = "Basic " + base64.b64encode(f"user:{password}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(site.status if self.headers["Authorization"] == login else 401)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addCleanup(self.server.server_close)
        test.addCleanup(self.server.shutdown)
        self.url = f"http://user:{password}@127.0.0.1:{self.server.server_address[1]}/status"


class Dependencies(LiveTest):
    def radio(self, *dependencies):
        return self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *TONE, "-f", "null", "-"],
              "monitor": {"probe_interval": INTERVAL}},
             {"name": "other", "command": ["ffmpeg", *TONE, "-f", "null", "-"]}],
            sections={"dependencies": list(dependencies)})

    def component(self, supervisor, name):
        return supervisor.json("/health/detailed")["details"]["components"].get(name)

    def wait_up(self, supervisor, name, up, seconds):
        wait_until(supervisor.answers, 5, "HTTP")
        wait_until(lambda: supervisor.metric("radio_dependency_up", dependency=name) == up, seconds,
                   lambda: f"{name} up={up}; {supervisor.account()}")

    def test_a_database_is_down_when_it_is_killed_and_up_when_it_is_back(self):
        database = Postgres(self)
        supervisor = self.radio({"name": "database", "tcp": f"localhost:{database.port}"})
        supervisor.wait_on_air()
        self.wait_up(supervisor, "database", 1, 5)
        self.assertLess(supervisor.metric("radio_dependency_probe_seconds", dependency="database"), 1)
        status, body = supervisor.get("/health/detailed")
        self.assertEqual((status, json.loads(body)["status"]), (200, "healthy"))
        self.assertEqual(supervisor.events("dependency_up"), [])
        pid = supervisor.child_pid()

        killed_at = time.time()
        database.kill()
        self.wait_up(supervisor, "database", 0, INTERVAL + 2)
        down = supervisor.wait_event("dependency_down", 2)
        self.assertLess(supervisor.seconds_between(killed_at, down), INTERVAL + 2)
        status, body = supervisor.get("/health/detailed")
        health = json.loads(body)
        self.assertEqual((status, health["status"]), (200, "degraded"))
        self.assertEqual(health["message"], "Down: database")
        database_health = health["details"]["components"]["database"]
        self.assertEqual(database_health["status"], "unhealthy")
        self.assertIn("refused", database_health["message"])
        self.assertEqual(supervisor.get("/health/readiness")[0], 200)
        event = supervisor.wait_event("dependency_down", 2)
        self.assertEqual((event["dependency"], event["level"]), ("database", "warning"))
        self.assertIn("refused", event["msg"])

        database.start()
        self.wait_up(supervisor, "database", 1, INTERVAL + 2)
        supervisor.wait_event("dependency_up", 2, dependency="database")
        self.assertEqual(self.component(supervisor, "database")["status"], "healthy")
        self.assertEqual(json.loads(supervisor.get("/health/detailed")[1])["status"], "healthy")
        self.assertTrue(holds(lambda: len(supervisor.events("dependency_down")) == 1
                              and len(supervisor.events("dependency_up")) == 1, 3 * INTERVAL))
        self.assertEqual(supervisor.child_pid(), pid, "nothing is restarted because of it")

    def test_a_web_site_is_up_by_its_status_and_its_password_stays_secret(self):
        password = "pLaNtEdsite9x7q"
        site = Website(self, password)
        supervisor = self.radio({"name": "site", "http": site.url},
                                {"name": "nobody", "tcp": "127.0.0.1:1"})
        self.wait_up(supervisor, "site", 1, 5)
        supervisor.wait_event("dependency_down", 5, dependency="nobody")
        site.status = 503
        self.wait_up(supervisor, "site", 0, INTERVAL + 2)
        self.assertIn("answers 503", self.component(supervisor, "site")["message"])
        site.status = 204
        self.wait_up(supervisor, "site", 1, INTERVAL + 2)
        supervisor.wait_event("dependency_up", 2, dependency="site")
        self.assertEqual(len(supervisor.events("dependency_down", dependency="nobody")), 1)
        said = "".join([supervisor.log(), supervisor.get("/metrics")[1],
                        supervisor.get("/health/detailed")[1]])
        self.assertNotIn(password, said)
        self.assertNotIn(base64.b64encode(f"user:{password}".encode()).decode().rstrip("="), said)


if __name__ == "__main__":
    unittest.main()
