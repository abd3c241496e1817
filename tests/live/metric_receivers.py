"""Systems that the supervisor hands its metrics to. Each says what it holds as {(name, labels): value}."""

import glob
import json
import os
import re
import socket
import threading

from harness import free_port, get, listens, parse_metrics, wait_until
from servers import Receiver

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


COLLECTD = """
Hostname "here"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/pid"
Interval 0.5
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File stderr
</Plugin>
LoadPlugin statsd
<Plugin statsd>
  Host "127.0.0.1"
  Port "{port}"
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}"
  StoreRates false
</Plugin>
"""


class Collectd:
    """The real one, of Debian, as a StatsD server; its csv plugin writes down what it holds. Refuses tags.

    Counters are whole numbers there: what is behind the point is carried over to the next addition.
    """

    NAME_LIMIT = 127  # longer names are cut

    def __init__(self, test, port=None):
        self.port = port or free_port()
        self.folder = test.path(f"collectd-{self.port}")
        os.makedirs(self.folder)
        config = test.write(f"collectd-{self.port}.conf", COLLECTD.format(folder=self.folder, port=self.port))
        self.process = test.start("/usr/sbin/collectd", "-f", "-C", config)
        wait_until(lambda: "Listening on" in self.process.log() or self.process.popen.poll() is not None, 10,
                   lambda: f"collectd listens; {self.process.log()}")
        assert self.process.popen.poll() is None, f"collectd: {self.process.log()}"

    def address(self):
        return f"127.0.0.1:{self.port}"

    def bad_lines(self):
        return [line for line in list(self.process.lines) if "Unable to parse" in line]

    def series(self):
        """Counters as int, gauges as float. In a name, every second node is a label's value."""
        found = {}
        for path in sorted(glob.glob(f"{self.folder}/here/statsd/*")):  # the newest day last
            kind, name = re.fullmatch(r"(derive|gauge)-(.+)-\d{4}-\d\d-\d\d", os.path.basename(path)).groups()
            assert len(name) < self.NAME_LIMIT, name
            with open(path) as file:
                lines = file.read().split("\n")[1:-1]  # without the head, and what is not written to its end
            if lines:
                name, *nodes = name.split(".")
                value = lines[-1].split(",")[1]
                found[name, frozenset(zip(nodes[::2], nodes[1::2]))] = (int if kind == "derive" else float)(value)
        return found


class DogStatsd:
    """Counters and gauges by DogStatsD's published grammar, and nothing else. Not a real server: Debian has none that
    keeps tags (collectd refuses them; Netdata takes them, but adds up all series of a name).

    https://docs.datadoghq.com/developers/dogstatsd/datagram_shell: <NAME>:<VALUE>|<TYPE>|@<RATE>|#<KEY>:<VALUE>,…
    Names: letters, digits, underscores, points. A gauge is set, whatever its sign. A tag ends at a comma, a bar or the
    line's end. The rate is left out here: the supervisor samples nothing.
    """

    LINE = re.compile(r"([a-zA-Z][a-zA-Z0-9_.]*):([-+]?\d+(?:\.\d+)?)\|([cg])(?:\|#([^|\n]+))?")
    TAG = re.compile(r"([a-zA-Z][a-zA-Z0-9_]*):([^,|]+)")

    def __init__(self, test):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.lock, self.held, self.refused = threading.Lock(), {}, []
        test.addCleanup(self.socket.close)
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            try:
                datagram = self.socket.recv(65536)
            except OSError:
                return
            with self.lock:
                for line in datagram.decode(errors="replace").split("\n"):
                    self._line(line)

    def _line(self, line):
        parts = self.LINE.fullmatch(line)
        tags = [self.TAG.fullmatch(tag) for tag in (parts[4] or "").split(",") if tag] if parts else []
        if not parts or None in tags:
            self.refused.append(line)
            return
        key = parts[1], frozenset(tag.groups() for tag in tags)
        before = self.held.get(key, 0.0) if parts[3] == "c" else 0.0
        self.held[key] = before + float(parts[2])

    def address(self):
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def bad_lines(self):
        with self.lock:
            return list(self.refused)

    def series(self):
        with self.lock:
            return dict(self.held)


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
