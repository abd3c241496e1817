"""Systems that the supervisor hands its metrics to. Each says what it holds as {(name, labels): value}."""

import json
import os
import re
import socket
import subprocess

from harness import free_port, get, listens, parse_metrics, wait_until
from servers import Receiver

CACHE = os.environ.get("FFSUPERVISOR_CACHE", "")


class Pushgateway:
    """The real one, of Debian."""

    def __init__(self, test):
        self.port = free_port()
        process = test.start("/usr/bin/prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{self.port}")
        wait_until(lambda: listens(self.port) or process.popen.poll() is not None, 10, "Pushgateway listens")
        assert process.popen.poll() is None, f"prometheus-pushgateway: {process.log()}"

    def url(self, user=""):
        return f"http://{user}127.0.0.1:{self.port}"

    def series(self, job, instance):
        """Of this group, without its own two labels."""
        group = {("job", job), ("instance", instance)}
        found = parse_metrics(get(f"{self.url()}/metrics")[1])
        return {(name, labels - group): value for (name, labels), value in found.items()
                if group <= labels and not name.startswith("push_")}


class Statsd:
    """StatsD's own server, of npm. It adds counters up: the flush that would begin them anew is far."""

    VERSION = "0.9.0"

    def __init__(self, test, port=None):
        self.port, self.mgmt_port = port or free_port(), free_port()
        config = test.write(f"statsd-{self.port}.js", json.dumps({
            "address": "127.0.0.1", "port": self.port, "mgmt_address": "127.0.0.1",
            "mgmt_port": self.mgmt_port, "backends": [], "flushInterval": 3_600_000,
            "keyNameSanitize": False}))
        process = test.start("node", os.path.join(self.install(), "stats.js"), config)
        wait_until(lambda: listens(self.mgmt_port) or process.popen.poll() is not None, 10, "StatsD listens")
        assert process.popen.poll() is None, f"statsd: {process.log()}"

    def address(self):
        return f"127.0.0.1:{self.port}"

    def install(self):
        folder = os.path.join(CACHE, f"statsd-{self.VERSION}")
        package = os.path.join(folder, "node_modules", "statsd")
        if not os.path.exists(package):
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
                            "--omit=optional", f"statsd@{self.VERSION}"],
                           check=True, timeout=120, capture_output=True)
        return package

    def ask(self, what):
        with socket.create_connection(("127.0.0.1", self.mgmt_port), 5) as asked:
            asked.sendall(f"{what}\n".encode())
            answer = b""
            while b"END\n" not in answer:
                more = asked.recv(65536)
                assert more, "StatsD hangs up"
                answer += more
        return {key: float(value) for key, value in re.findall(r"'([^']+)': ([-+.\w]+)", answer.decode())}

    def bad_lines(self):
        return self.ask("counters")["statsd.bad_lines_seen"]

    def series(self):
        """Tags are what it puts behind semicolons; in a plain name, every second node is a label's value."""
        found = {}
        for key, value in {**self.ask("counters"), **self.ask("gauges")}.items():
            if key.startswith("statsd."):
                continue
            if ";" in key:
                name, *tags = key.split(";")
                pairs = [tuple(tag.split("=", 1)) for tag in tags]
            else:
                name, *nodes = key.split(".")
                pairs = list(zip(nodes[::2], nodes[1::2]))
            found[name, frozenset(pairs)] = value
        return found


class Otlp(Receiver):
    """Takes OTLP/HTTP JSON and holds it to the fields and types of the protocol's definition."""

    def __init__(self, test, **options):
        super().__init__(test, **options)
        self.test = test

    def newest(self):
        path, headers, body = self.requests[-1]
        self.test.assertEqual((path, headers["Content-Type"]), ("/v1/metrics", "application/json"))
        return OtlpRequest(self.test, json.loads(body))

    def series(self):
        return self.newest().series


class OtlpRequest:
    """An ExportMetricsServiceRequest. Nothing that the definition does not have; 64-bit integers are texts."""

    def __init__(self, test, request):
        self.test, self.series = test, {}
        resource_metrics, = self.only(request, "resourceMetrics")["resourceMetrics"]
        self.only(resource_metrics, "resource", "scopeMetrics", "schemaUrl")
        self.resource = dict(self.attributes(self.only(resource_metrics["resource"], "attributes")["attributes"]))
        scope_metrics, = resource_metrics["scopeMetrics"]
        self.only(scope_metrics, "scope", "metrics", "schemaUrl")
        self.only(scope_metrics["scope"], "name", "version")
        self.units = {}
        for metric in scope_metrics["metrics"]:
            self.metric(metric)

    def only(self, message, *fields):
        self.test.assertIsInstance(message, dict)
        self.test.assertLessEqual(set(message), set(fields))
        return message

    def attributes(self, attributes):
        for attribute in attributes:
            self.only(attribute, "key", "value")
            value = self.only(attribute["value"], "stringValue")["stringValue"]
            self.test.assertIsInstance(value, str)
            yield attribute["key"], value

    def integer(self, text):
        self.test.assertRegex(text, r"^\d+$")
        self.test.assertLess(int(text), 2 ** 64)
        return int(text)

    def number(self, value):
        self.test.assertIn(type(value), (int, float))
        return float(value)

    def metric(self, metric):
        name = metric["name"]
        self.only(metric, "name", "description", "unit", "sum", "gauge", "histogram")
        self.units[name] = metric.get("unit", "")
        kind, = {"sum", "gauge", "histogram"} & set(metric)
        data = metric[kind]
        self.test.assertTrue(data["dataPoints"], name)
        if kind == "gauge":
            self.only(data, "dataPoints")
        else:
            self.only(data, "dataPoints", "aggregationTemporality", *["isMonotonic"] * (kind == "sum"))
            self.test.assertEqual(data["aggregationTemporality"], 2)
        if kind == "sum":
            self.test.assertIs(data["isMonotonic"], True)
        for point in data["dataPoints"]:
            (self.spread if kind == "histogram" else self.single)(name, point, kind)

    def single(self, name, point, kind):
        self.only(point, "attributes", "startTimeUnixNano", "timeUnixNano", "asDouble")
        self.times(point, kind)
        self.series[name, frozenset(self.attributes(point["attributes"]))] = self.number(point["asDouble"])

    def spread(self, name, point, kind):
        self.only(point, "attributes", "startTimeUnixNano", "timeUnixNano", "count", "sum", "bucketCounts",
                  "explicitBounds")
        self.times(point, kind)
        labels = frozenset(self.attributes(point["attributes"]))
        bounds = [self.number(bound) for bound in point["explicitBounds"]]
        counts = [self.integer(count) for count in point["bucketCounts"]]
        self.test.assertEqual(bounds, sorted(set(bounds)))
        self.test.assertEqual(len(counts), len(bounds) + 1)
        self.test.assertEqual(sum(counts), self.integer(point["count"]))
        self.series[name + "_count", labels] = float(point["count"])
        self.series[name + "_sum", labels] = self.number(point["sum"])
        for i, bound in enumerate([*(f"{bound:g}" for bound in bounds), "+Inf"]):
            self.series[name + "_bucket", labels | {("le", bound)}] = float(sum(counts[:i + 1]))

    def times(self, point, kind):
        self.test.assertGreater(self.integer(point["timeUnixNano"]), 1_600_000_000 * 10 ** 9)
        if kind != "gauge":
            self.test.assertLessEqual(self.integer(point["startTimeUnixNano"]), int(point["timeUnixNano"]))
