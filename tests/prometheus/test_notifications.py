"""One fault, one page: what a real Alertmanager with the shipped configuration notifies people of."""

import datetime
import http.server
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = os.path.join(HERE, "..", "..", "etc", "prometheus", "alertmanager.yml")
PROGRAM = "/usr/bin/prometheus-alertmanager"
STREAMS = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.1)
    return value


class Inbox:
    """What people get: the notifications of each receiver."""

    def __init__(self, test):
        self.notifications = []
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                inbox.notifications.append((self.path.strip("/"), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    def of(self, receiver):
        return [body for name, body in self.notifications if name == receiver]


@unittest.skipUnless(os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not installed")
class Notifications(unittest.TestCase):
    def setUp(self):
        self.inbox = Inbox(self)
        self.folder = tempfile.TemporaryDirectory(prefix="alertmanager_")
        self.addCleanup(self.folder.cleanup)
        self.start()

    def start(self):
        """The shipped configuration, with receivers filled in and its waits shortened."""
        with open(CONFIG, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        config["route"].update(group_wait="2s", group_interval="3s")
        for receiver in config["receivers"]:
            receiver["webhook_configs"] = [{"url": f"{self.inbox.url}/{receiver['name']}", "send_resolved": True}]
        path = os.path.join(self.folder.name, "alertmanager.yml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        log = open(os.path.join(self.folder.name, "log"), "w", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [PROGRAM, f"--config.file={path}", f"--storage.path={self.folder.name}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=log, stderr=subprocess.STDOUT)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until(self.is_ready, 20, "the Alertmanager is not ready")

    def is_ready(self):
        try:
            return self.ask("/-/ready") is not None
        except (urllib.error.URLError, OSError):
            return False

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()

    def fire(self, *alerts, ended=False):
        now = datetime.datetime.now(datetime.timezone.utc)
        ends = now if ended else now + datetime.timedelta(minutes=5)
        self.ask("/api/v2/alerts", [{"labels": labels, "endsAt": ends.isoformat()} for labels in alerts])

    def states(self, **labels):
        """{alertname: {states}} of the alerts that the Alertmanager holds."""
        found = {}
        for alert in json.loads(self.ask("/api/v2/alerts")):
            if all(alert["labels"].get(key, "") == value for key, value in labels.items()):
                found.setdefault(alert["labels"]["alertname"], set()).add(alert["status"]["state"])
        return found

    def wait_notified(self, receiver="pager", count=1):
        wait_until(lambda: len(self.inbox.of(receiver)) >= count, 20,
                   lambda: f"{receiver} was not notified; there is {self.states()}")

    def wait_quiet(self, seconds=5):
        """No notification for longer than a group waits."""
        known, since = len(self.inbox.notifications), time.monotonic()
        while time.monotonic() - since < seconds:
            if len(self.inbox.notifications) != known:
                known, since = len(self.inbox.notifications), time.monotonic()
            time.sleep(0.1)


def prometheus(name, stream, severity="critical", **labels):
    return {"alertname": name, "job": "ffsupervisor", "instance": "a:9090", "stream": stream, "severity": severity,
            **labels}


def own(stream, component, cause, **labels):
    return {"alertname": "StreamOffAir", "instance": "studio", "stream": stream, "severity": "critical",
            "component": component, "cause": cause, **labels}


def followers(stream, **servers):
    """What Prometheus fires for one stream that lost its server."""
    return [prometheus("StreamOffAir", stream, **servers), prometheus("RTMPRelayDown", stream),
            prometheus("RecoveryEscalated", stream), prometheus("StreamDown", stream),
            prometheus("FrequentFFmpegRestarts", stream, "warning"), prometheus("SinkNotTakingData", stream, "error")]


class OneFaultOnePage(Notifications):
    def test_a_dead_server_with_60_streams_as_prometheus_alone_sees_it(self):
        self.fire({"alertname": "SinkServerDown", "sink": "rtmp:1935", "severity": "critical", "component": "sink"})
        for number in range(STREAMS):
            self.fire(*followers(f"cam-{number}", source=f"cam-{number}:554", sink="rtmp:1935"))
        self.wait_notified()
        self.wait_quiet()
        page, = self.inbox.of("pager")
        self.assertEqual([alert["labels"]["alertname"] for alert in page["alerts"]], ["SinkServerDown"])
        self.assertEqual(self.inbox.of("chat"), [])
        self.assertEqual(self.states(stream="cam-7")["StreamOffAir"], {"suppressed"})

    def test_a_dead_server_with_60_streams_as_their_supervisors_tell_it_too(self):
        servers = {"source": "studio:8000", "sink": "rtmp:1935"}
        self.fire(*(own(f"radio-{number}", "sink", "sink_unreachable", **servers) for number in range(STREAMS)))
        self.fire({"alertname": "SinkServerDown", "sink": "rtmp:1935", "severity": "critical", "component": "sink"})
        for number in range(STREAMS):
            self.fire(*followers(f"radio-{number}", **servers))
        self.wait_notified()
        self.wait_quiet()
        page, = self.inbox.of("pager")
        self.assertEqual(page["groupLabels"], {"sink": "rtmp:1935"})
        self.assertEqual(len(page["alerts"]), STREAMS)
        self.assertEqual(self.inbox.of("chat"), [])

    def test_a_dead_source_with_streams_to_many_servers(self):
        self.fire(*(own(f"radio-{number}", "source", "source_unreachable", source="studio:8000",
                        sink=f"rtmp-{number}:1935") for number in range(STREAMS)))
        self.fire({"alertname": "SourceServerDown", "source": "studio:8000", "severity": "critical",
                   "component": "source"})
        for number in range(STREAMS):
            self.fire(prometheus("StreamOffAir", f"radio-{number}", source="studio:8000", sink=f"rtmp-{number}:1935"),
                      prometheus("SourceUnavailable", f"radio-{number}", "error"))
        self.wait_notified()
        self.wait_quiet()
        page, = self.inbox.of("pager")
        self.assertEqual(page["groupLabels"], {"source": "studio:8000"})
        self.assertEqual(self.inbox.of("chat"), [])

    def test_one_stream_off_air_is_one_page_and_its_end(self):
        alerts = followers("radio", source="studio:8000", sink="rtmp:1935")
        self.fire(*alerts)
        self.wait_notified()
        self.wait_quiet()
        page, = self.inbox.of("pager")
        self.assertEqual([alert["labels"]["alertname"] for alert in page["alerts"]], ["StreamOffAir"])
        self.assertEqual(self.inbox.of("chat"), [])
        self.fire(*alerts, ended=True)
        self.wait_notified(count=2)
        self.wait_quiet()
        self.assertEqual([each["status"] for each in self.inbox.of("pager")], ["firing", "resolved"])

    def test_a_dead_server_hides_no_stream_of_another(self):
        self.fire({"alertname": "SinkServerDown", "sink": "rtmp:1935", "severity": "critical", "component": "sink"},
                  prometheus("StreamOffAir", "radio", source="studio:8000", sink="rtmp:1935"),
                  prometheus("StreamOffAir", "file"),
                  prometheus("StreamOffAir", "tv", source="studio:8000", sink="youtube:443"))
        self.wait_notified(count=3)
        self.wait_quiet()
        told = sorted(alert["labels"].get("stream", "") for page in self.inbox.of("pager")
                      for alert in page["alerts"])
        self.assertEqual(told, ["", "file", "tv"])

    def test_what_is_no_outage_is_told_as_itself(self):
        self.fire(prometheus("BitrateLow", "radio", "warning"), prometheus("OutputDown", "tv", "error", output="backup"))
        self.wait_notified("chat", 2)
        self.assertEqual(self.inbox.of("pager"), [])


del Notifications  # its tests are those of the classes that derive from it

if __name__ == "__main__":
    unittest.main()
