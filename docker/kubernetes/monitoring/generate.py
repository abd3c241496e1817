#!/usr/bin/env python3
"""Writes prometheusrule.yaml: the rules of etc/prometheus as the Prometheus operator wants them.

Run it when they change; a test compares.
"""

import os
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(HERE, "..", "..", "..", "etc", "prometheus")
FILES = ("recording_rules.yml", "alerting_rules.yml")


def prometheus_rule():
    groups = []
    for name in FILES:
        with open(os.path.join(RULES, name)) as file:
            groups += yaml.safe_load(file)["groups"]
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
            "metadata": {"name": "ffsupervisor"}, "spec": {"groups": groups}}


def main():
    with open(os.path.join(HERE, "prometheusrule.yaml"), "w") as file:
        file.write("# Made by generate.py from etc/prometheus/.\n")
        yaml.safe_dump(prometheus_rule(), file, sort_keys=False, width=110)


if __name__ == "__main__":
    sys.exit(main())
