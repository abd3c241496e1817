"""What etc/prometheus promises: valid, complete, each alert proven to fire and to leave alone."""

import glob
import os
import re
import subprocess
import unittest

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(ROOT, "etc", "prometheus")
SPECIFIED = ("StreamDown RTMPRelayDown HighErrorRate FrequentFFmpegRestarts DatabaseDown NoTracksPlayed "
             "LongRunningTrack").split()
OURS = ("StreamOffAir StreamFrozen RecoveryEscalated SinkNotTakingData SourceUnavailable BitrateLow EncoderSlow "
        "MemoryForecast AvailabilityBurn SupervisorDown ProgrammeCovered OutputDown SinkServerDown "
        "SourceServerDown ConfigReloadFailed").split()


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def in_folder(name):
    return os.path.join(FOLDER, name)


def alerts():
    groups = load(in_folder("alerting_rules.yml"))["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def test_files():
    return sorted(glob.glob(os.path.join(HERE, "*_test.yml")))


def cases():
    """(alert, severities expected to fire) of every case of the promtool tests."""
    found = []
    for path in test_files():
        for test in load(path)["tests"]:
            for case in test.get("alert_rule_test", []):
                expected = case.get("exp_alerts") or []
                found.append((case["alertname"], {each["exp_labels"]["severity"] for each in expected}))
            for case in test.get("promql_expr_test", []):
                if "ALERTS" in case["expr"] and 'alertstate="firing"' in case["expr"]:
                    for sample in case["exp_samples"]:
                        labels = dict(re.findall(r'(\w+)="([^"]*)"', sample["labels"]))
                        if "severity" in labels:
                            found.append((labels["alertname"], {labels["severity"]}))
    return found


class Rules(unittest.TestCase):
    def run_tool(self, *argv):
        done = subprocess.run(argv, capture_output=True, text=True, timeout=250, cwd=FOLDER)
        self.assertEqual(done.returncode, 0, f"{argv}:\n{done.stdout}\n{done.stderr}")

    def test_promtool_and_amtool_find_nothing(self):
        self.run_tool("promtool", "check", "rules", "--lint=all", "--lint-fatal",
                      in_folder("alerting_rules.yml"), in_folder("recording_rules.yml"))
        self.run_tool("promtool", "check", "config", in_folder("prometheus.yml"))
        self.run_tool("amtool", "check-config", in_folder("alertmanager.yml"))

    def test_each_alert_fires_and_leaves_alone_as_the_cases_say(self):
        self.run_tool("promtool", "test", "rules", *test_files())

    def test_there_is_a_case_for_both_of_each_alert(self):
        missing = []
        for rule in alerts():
            name, severity = rule["alert"], rule["labels"]["severity"]
            mine = [severities for alert, severities in cases() if alert == name]
            if not any(severity in severities for severities in mine):
                missing.append(f"{name}, {severity}: fires")
            if not any(severity not in severities for severities in mine):
                missing.append(f"{name}, {severity}: leaves alone")
        self.assertEqual(missing, [])

    def test_the_specified_alerts_are_there(self):
        names = {rule["alert"] for rule in alerts()}
        self.assertEqual([name for name in SPECIFIED + OURS if name not in names], [])

    def test_each_alert_says_what_a_person_needs(self):
        for rule in alerts():
            with self.subTest(rule["alert"]):
                self.assertRegex(str(rule.get("for", "")), r"^\d+[smh]$")
                self.assertIn(rule["labels"]["severity"], ("warning", "error", "critical"))
                self.assertTrue(rule["annotations"]["summary"])
                self.assertRegex(rule["annotations"]["description"], r"\{\{")

    def test_who_is_told(self):
        def receivers(**labels):
            done = subprocess.run(
                ["amtool", "config", "routes", "test", f"--config.file={in_folder('alertmanager.yml')}",
                 *(f"{key}={value}" for key, value in labels.items())],
                capture_output=True, text=True, timeout=20, check=True)
            return done.stdout.split()
        self.assertEqual(receivers(alertname="StreamOffAir", severity="critical", stream="radio"), ["pager"])
        self.assertEqual(receivers(alertname="BitrateLow", severity="warning", stream="radio"), ["chat"])


if __name__ == "__main__":
    unittest.main()
