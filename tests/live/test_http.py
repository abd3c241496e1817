"""What operators do over HTTP: follow the streams, control them, with credentials and through TLS."""

import crypt
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import unittest
import warnings

from harness import BINARY, H264, TONE, AAC, VIDEO, LiveTest, holds, wait_until
from http_client import Events, any_certificate, ask, basic, bearer
from servers import RtmpServer

NULL = ["ffmpeg", *VIDEO, "-f", "null", "-"]
TOKEN = "a-token-planted-for-the-test"
STREAM = "/api/v1/streams/radio"


def bcrypt(password):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=32))


def client(test, *words, **env):
    """(exit code, what it says) of `ffsupervisor status` and the like."""
    done = subprocess.run([BINARY, *words], env=test.environment(**env), capture_output=True, text=True,
                          timeout=60)
    return done.returncode, done.stdout + done.stderr


class Control(LiveTest):
    def test_a_stream_is_stopped_started_and_restarted_by_who_has_the_token(self):
        supervisor = self.supervise(*NULL, env={"FFSUPERVISOR_TOKEN": TOKEN})
        supervisor.wait_on_air()
        first = supervisor.child_pid()

        def post(word, headers):
            return ask(supervisor, "POST", f"{STREAM}/{word}", headers)
        self.assertEqual(post("stop", {})[0], 401)
        self.assertEqual(post("stop", {})[1]["www-authenticate"], 'Bearer realm="ffsupervisor"')
        self.assertEqual(post("stop", bearer("wrong"))[0], 401)
        self.assertEqual(post("start", bearer(TOKEN))[0], 409)
        self.assertEqual(supervisor.child_pid(), first)

        self.assertEqual(post("restart", bearer(TOKEN))[0], 202)
        wait_until(lambda: supervisor.child_pid() not in (None, first), 8, "another FFmpeg")
        supervisor.wait_on_air()
        self.assertEqual(post("stop", bearer(TOKEN))[0], 202)
        wait_until(lambda: supervisor.stream()["state"] == "stopped", 8, "the stop")
        self.assertEqual(post("stop", bearer(TOKEN))[0], 409)
        self.assertTrue(holds(lambda: supervisor.stream()["state"] == "stopped", 2))
        self.assertEqual(supervisor.metric("radio_recovery_escalated", stream="radio"), 0)
        self.assertEqual(post("start", bearer(TOKEN))[0], 202)
        supervisor.wait_on_air()
        self.assertEqual(ask(supervisor, "POST", "/api/v1/streams/nobody/stop", bearer(TOKEN))[0], 404)
        self.assertEqual(ask(supervisor, "GET", f"{STREAM}/stop", bearer(TOKEN))[0], 405)

        audited = [(event["who"], event["peer"], event["status"]) for event in supervisor.events("http_request")]
        self.assertIn(("token", "127.0.0.1", 202), audited)
        self.assertIn(("nobody", "127.0.0.1", 401), audited)
        self.assertNotIn(TOKEN, supervisor.log())

    def test_nobody_controls_where_nobody_has_credentials(self):
        supervisor = self.supervise(*NULL)
        supervisor.wait_on_air()
        status, _, body = ask(supervisor, "POST", f"{STREAM}/stop", bearer("anything"))
        self.assertEqual(status, 403)
        self.assertIn("FFSUPERVISOR_TOKEN", json.loads(body)["message"])
        self.assertTrue(supervisor.is_ready())

    def test_who_guesses_has_to_wait(self):
        supervisor = self.supervise(*NULL, env={"FFSUPERVISOR_TOKEN": TOKEN})
        supervisor.wait_on_air()
        answers = [ask(supervisor, "POST", f"{STREAM}/stop", bearer(f"guess{i}"))[0] for i in range(12)]
        self.assertEqual(answers[:10], [401] * 10)
        status, headers, _ = ask(supervisor, "POST", f"{STREAM}/stop", bearer("another"))
        self.assertEqual(status, 429)
        self.assertGreaterEqual(int(headers["retry-after"]), 1)
        self.assertTrue(supervisor.is_ready())
        self.assertEqual(ask(supervisor, "POST", f"{STREAM}/stop", bearer(TOKEN))[0], 202)

    def test_all_is_protected_where_that_is_asked_for(self):
        self.write("token", TOKEN + "\n", 0o600)
        supervisor = self.supervise_file([{"name": "radio", "command": NULL}], sections={"http": {"auth": {
            "bearer_token_file": self.path("token"), "protect": "all",
            "basic_users": {"alice": bcrypt("open sesame")}}}})
        wait_until(supervisor.answers, 5, "HTTP")
        url = f"http://127.0.0.1:{supervisor.port}"
        for path in ("/metrics", "/health/readiness", "/api/v1/streams", "/api/v1/events"):
            self.assertEqual(ask(supervisor, "GET", path)[0], 401, path)
            self.assertEqual(ask(supervisor, "GET", path, basic("alice", "open sesam"))[0], 401, path)
        wait_until(lambda: ask(supervisor, "GET", "/health/readiness", bearer(TOKEN))[0] == 200, 10, "on air")
        self.assertEqual(ask(supervisor, "GET", "/metrics", basic("alice", "open sesame"))[0], 200)
        self.assertEqual(client(self, "healthcheck", "liveness", "--url", url)[0], 0)
        code, said = client(self, "healthcheck", "--url", url)
        self.assertEqual(code, 1)
        self.assertIn("set FFSUPERVISOR_TOKEN", said)
        self.assertEqual(client(self, "healthcheck", "--url", url, FFSUPERVISOR_TOKEN=TOKEN)[0], 0)
        self.assertEqual(client(self, "status", "--url", url, FFSUPERVISOR_TOKEN=TOKEN)[0], 0)


class Following(LiveTest):
    def test_a_kill_and_the_recovery_are_told_as_they_happen_and_no_secret_is(self):
        rtmp = RtmpServer(self)
        key = "pLaNtEdstreamkey9x7q"
        supervisor = self.supervise("ffmpeg", "-loglevel", "debug", *VIDEO, *TONE, *H264, *AAC, "-f", "flv",
                                    rtmp.url(key), options=["--log-level", "debug"],
                                    env={"FFSUPERVISOR_TOKEN": TOKEN})
        supervisor.wait_on_air()
        events = Events(self, supervisor)
        self.assertEqual(events.answer.headers["content-type"], "text/event-stream")
        # FFmpeg's debug lines may have pushed those of the start out of the tail that is sent first.
        wait_until(lambda: events.of("progress", state="on_air") and events.of("log"), 5, "the beginning")
        self.assertEqual(events.of("state")[0]["name"], "radio")
        self.assertTrue(events.of("history")[0]["samples"])

        os.kill(supervisor.child_pid(), signal.SIGKILL)
        wait_until(lambda: events.of("incident", cause="encoder_crashed", resolved_at=None), 3, "the incident")
        wait_until(lambda: [incident for incident in events.of("incident", cause="encoder_crashed")
                            if incident["resolved_at"]], 15, "its end")
        wait_until(lambda: events.of("state")[-1]["state"] == "on_air", 5, "on air again")
        states = [state["state"] for state in events.of("state")]
        self.assertEqual(states[0], "on_air")
        self.assertIn("starting", states)
        wait_until(lambda: events.of("log", event="ffmpeg_exited") and events.of("log", event="ffmpeg_started"), 3,
                   "the log")
        self.assertEqual(events.of("state")[-1]["generation"], 2)
        self.assertTrue(events.of("log", event="ffmpeg_log", ffmpeg_level="info"))
        ask(supervisor, "POST", f"{STREAM}/restart", bearer(TOKEN))
        wait_until(lambda: events.of("log", event="http_request", who="token"), 3, "the audit")
        self.assertNotIn(key, events.text)
        self.assertNotIn(TOKEN, events.text)

    def test_clients_that_do_not_read_delay_no_restart(self):
        supervisor = self.supervise(*NULL)
        supervisor.wait_on_air()
        for _ in range(32):
            deaf = socket.create_connection(("127.0.0.1", supervisor.port))
            deaf.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
            self.addCleanup(deaf.close)
        wait_until(lambda: ask(supervisor, "GET", "/api/v1/events")[0] == 503, 5, "the 33rd is refused")
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        launched = supervisor.wait_event("ffmpeg_started", 5, generation=2)
        exited = supervisor.wait_event("ffmpeg_exited", 1)
        self.assertLess(supervisor.seconds_between(exited, launched), 2)
        supervisor.wait_on_air()


class Tls(LiveTest):
    def certificate(self, name, kind="DNS"):
        """Signs itself; a new pair in the same files."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={kind}:{name}",
                        "-keyout", self.path("key.pem"), "-out", self.path("cert.pem")],
                       check=True, capture_output=True, timeout=60)

    def served(self, supervisor):
        """The certificate that is served, in PEM."""
        return ssl.get_server_certificate(("127.0.0.1", supervisor.port))

    def start_secured(self):
        self.certificate("station.example")
        supervisor = self.supervise_file([{"name": "radio", "command": NULL}], sections={"http": {"tls": {
            "certificate": self.path("cert.pem"), "private_key": self.path("key.pem")}}},
            env={"FFSUPERVISOR_TOKEN": TOKEN})
        wait_until(lambda: supervisor.events("supervisor_started"), 5, supervisor.log)
        wait_until(lambda: ask(supervisor, "GET", "/health/readiness", tls=any_certificate())[0] == 200, 15,
                   "on air")
        return supervisor

    def test_everything_is_served_through_it(self):
        supervisor = self.start_secured()
        tls = any_certificate()
        self.assertIn("radio_stream_state", ask(supervisor, "GET", "/metrics", tls=tls)[2])
        self.assertEqual(ask(supervisor, "GET", "/metrics")[0], 400)
        events = Events(self, supervisor, tls=tls)
        wait_until(lambda: events.of("progress"), 5, "events")
        self.assertEqual(ask(supervisor, "POST", f"{STREAM}/restart", bearer(TOKEN), tls)[0], 202)
        wait_until(lambda: events.of("state", generation=2), 8, "the restart")

    def test_the_client_commands_speak_it(self):
        supervisor = self.start_secured()
        url = f"https://127.0.0.1:{supervisor.port}"
        self.assertEqual(client(self, "healthcheck", "--url", url)[0], 0)
        self.assertEqual(client(self, "status", "--url", url)[0], 0)
        self.assertEqual(client(self, "healthcheck", "--config", self.path("streams.yml"),
                                METRICS_PORT=supervisor.port)[0], 0)
        code, said = client(self, "healthcheck", "--url", f"http://127.0.0.1:{supervisor.port}")
        self.assertEqual(code, 1)
        self.assertIn("https://", said)

    def test_a_certificate_of_an_unknown_authority_is_not_trusted_from_afar(self):
        own = self.own_address()
        if not own:
            self.skipTest("this machine has no address but loopback")
        supervisor = self.start_secured()
        self.certificate(own)
        with open(self.path("cert.pem")) as file:
            renewed = file.read()
        wait_until(lambda: self.served(supervisor) == renewed, 5, "the new certificate")
        url = f"https://{own}:{supervisor.port}"
        code, said = client(self, "healthcheck", "--url", url)
        self.assertEqual(code, 1)
        self.assertIn("certificate verify failed", said)
        # Known now, but made out to a name that the address is not.
        code, said = client(self, "healthcheck", "--url", url, SSL_CERT_FILE=self.path("cert.pem"))
        self.assertEqual(code, 1)
        self.certificate(own, "IP")
        with open(self.path("cert.pem")) as file:
            renewed = file.read()
        wait_until(lambda: self.served(supervisor) == renewed, 5, "the new certificate")
        code, said = client(self, "healthcheck", "--url", url, SSL_CERT_FILE=self.path("cert.pem"))
        self.assertEqual(code, 0, said)

    def own_address(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing
                address = probe.getsockname()[0]
            except OSError:
                return None
        return None if address.startswith("127.") else address

    def test_a_renewed_certificate_is_served_and_a_bad_one_is_not(self):
        supervisor = self.start_secured()
        before = self.served(supervisor)
        self.certificate("renewed.example")
        wait_until(lambda: self.served(supervisor) != before, 5, "the new certificate")
        renewed = self.served(supervisor)
        self.write("cert.pem", "broken")
        wait_until(lambda: self.served(supervisor) == renewed and
                   [line for line in supervisor.lines if "http.tls.certificate: cannot use" in line], 5,
                   "the warning")
        self.assertEqual(self.served(supervisor), renewed)

    def test_files_that_cannot_be_used_end_the_start_with_their_names(self):
        config = self.write("bad.yml", json.dumps({"http": {"tls": {
            "certificate": self.path("none.pem"), "private_key": self.path("none.key")}},
            "streams": [{"name": "radio", "command": NULL}]}))
        code, said = self.run_config(config)
        self.assertEqual(code, 2)
        self.assertIn("http.tls.certificate: cannot use " + self.path("none.pem"), said)

    def run_config(self, config):
        done = subprocess.run([BINARY, "--listen", "127.0.0.1:0", "--config", config], env=self.environment(),
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr


class Description(LiveTest):
    """/api/v1/openapi.json holds for what is really answered."""

    def check(self, doc, schema, value, where):
        import jsonschema
        validator = jsonschema.Draft202012Validator({**schema, "components": doc["components"]})
        problems = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
                    for error in validator.iter_errors(value)]
        self.assertFalse(problems, f"{where}: {problems[:5]}")

    def check_answer(self, doc, supervisor, template, path, method="get", headers=None):
        status, answered, body = ask(supervisor, method.upper(), path, headers)
        operation = doc["paths"][template][method]
        self.assertIn(str(status), operation["responses"], f"{method} {path}")
        content = operation["responses"][str(status)].get("content", {})
        if "application/json" in content:
            self.assertEqual(answered["content-type"], "application/json", path)
            self.check(doc, content["application/json"]["schema"], json.loads(body), f"{path} {status}")
        return status

    def test_every_answer_is_as_described(self):
        rtmp = RtmpServer(self)
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *VIDEO, *TONE, *H264, *AAC, "-f", "flv", rtmp.url("a")],
              "fallback": NULL},
             {"name": "off", "command": ["ffmpeg", "-i", "http://127.0.0.1:1/none.mp3", "-f", "null", "-"]}],
            sections={"dependencies": [{"name": "database", "tcp": "127.0.0.1:1"}]},
            env={"FFSUPERVISOR_TOKEN": TOKEN})
        wait_until(supervisor.answers, 5, "HTTP")
        wait_until(lambda: supervisor.stream()["state"] == "on_air" and supervisor.stream()["process"], 15, "on air")
        events = Events(self, supervisor)
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        wait_until(lambda: [incident for incident in events.of("incident", stream="radio")
                            if incident["resolved_at"]], 15, "an incident")
        wait_until(lambda: events.of("progress"), 5, "figures")
        doc = json.loads(supervisor.get("/api/v1/openapi.json")[1])
        for template in doc["paths"]:
            if "get" in doc["paths"][template] and template != "/api/v1/events":
                for name in ("radio", "off", "nobody") if "{name}" in template else ("radio",):
                    self.check_answer(doc, supervisor, template, template.replace("{name}", name))
        self.check_answer(doc, supervisor, "/api/v1/incidents", "/api/v1/incidents?limit=x")
        for path in (f"{STREAM}/start", f"{STREAM}/restart", f"{STREAM}/stop", "/-/reload", "/api/v1/alerts/test"):
            template = path.replace("radio", "{name}")
            for headers in ({}, bearer(TOKEN)):
                self.check_answer(doc, supervisor, template, path, "post", headers)
        schemas = {"state": "Stream", "history": "History", "progress": "Progress", "incident": "Incident",
                   "log": "LogLine", "config": "Config"}
        for name, data in list(events.heard):
            if name == "live":
                self.assertEqual(data, {"live": True})
                continue
            self.check(doc, {"$ref": f"#/components/schemas/{schemas[name]}"}, data, f"event {name}")
        self.assertEqual({name for name, _ in events.heard}, {*schemas, "live"})

    def test_every_route_is_described(self):
        """The paths in the source are those in the description."""
        root = os.path.join(os.path.dirname(__file__), "..", "..", "http")
        text = ""
        for name in ("routes.cpp", "request_path.hpp"):
            with open(os.path.join(root, name)) as file:
                text += file.read()
        in_source = {path for path in re.findall(r'"(/(?:api|health|webhook|-)/[^"]*)"', text)
                     if not path.endswith("/")}
        with open(os.path.join(root, "openapi.json.in")) as file:
            described = set(json.load(file)["paths"])
        self.assertEqual(in_source - described, set())


if __name__ == "__main__":
    unittest.main()
