"""The real Prometheus with this project's own configuration and rules, in a hurry."""

import json
import os
import re
import time
import urllib.parse

import yaml

from harness import free_port, get, listens, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "etc", "prometheus")
WAIT = "2s"  # in place of every `for`


def load(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return yaml.safe_load(file)


def hurried(rules):
    """The same rules, without the waiting."""
    for group in rules["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = WAIT
    return rules


class PrometheusServer:
    """Scrapes the supervisor each second as job `ffsupervisor`."""

    def __init__(self, test, supervisor, alertmanager=None):
        self.port = free_port()
        config = load("prometheus.yml")
        config["global"] = {"scrape_interval": "1s", "scrape_timeout": "900ms", "evaluation_interval": "1s"}
        for name in config["rule_files"]:
            test.write(name, yaml.safe_dump(hurried(load(name))))
        job = next(job for job in config["scrape_configs"] if job["job_name"] == "ffsupervisor")
        job["static_configs"] = [{"targets": [f"127.0.0.1:{supervisor.port}"]}]
        config["scrape_configs"] = [job]
        if alertmanager:
            managers, = config["alerting"]["alertmanagers"]
            managers["static_configs"] = [{"targets": [f"127.0.0.1:{alertmanager.port}"]}]
        else:
            del config["alerting"]
        path = test.write("prometheus.yml", yaml.safe_dump(config))
        self.process = test.start("prometheus", f"--config.file={path}",
                                  f"--storage.tsdb.path={test.path('tsdb')}",
                                  f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn")
        wait_until(lambda: listens(self.port) or self.process.popen.poll() is not None, 20,
                   "Prometheus listens")
        assert self.process.popen.poll() is None, f"prometheus: {self.process.log()}"
        wait_until(lambda: self.value("up") == 1, 20, lambda: f"the target up; {self.process.log()}")

    def _ask(self, path, **parameters):
        status, body = get(f"http://127.0.0.1:{self.port}/api/v1/{path}?" + urllib.parse.urlencode(parameters), 10)
        answer = json.loads(body)
        assert status == 200, f"{parameters}: {answer.get('error')}"
        return answer["data"]["result"]

    def query(self, expression):
        """[(labels, value)] now."""
        return [(series["metric"], float(series["value"][1])) for series in self._ask("query", query=expression)]

    def query_range(self, expression, seconds):
        """[(labels, values)] of the last seconds."""
        end = time.time()
        found = self._ask("query_range", query=expression, start=end - seconds, end=end, step=1)
        return [(series["metric"], [float(value) for _, value in series["values"]]) for series in found]

    def value(self, expression):
        """Of the first series; None when there is none, or no answer yet."""
        try:
            found = self.query(expression)
        except (OSError, ValueError):
            return None
        return found[0][1] if found else None

    def firing(self):
        return {labels["alertname"] for labels, _ in self.query('ALERTS{alertstate="firing"}')}


def metric_names(expression):
    """The metrics that a PromQL expression reads."""
    return set(re.findall(r"\b(?:radio_\w+|process_\w+|up|ALERTS)\b(?!\s*\()|\b(?:stream|radio|source|sink):[\w:]+", expression))
