"""The dashboard as a file: the specified panels, and what Grafana from 9 on takes."""

import json
import os
import re
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GRAFANA = os.path.join(ROOT, "etc", "grafana")
SPECIFIED = {
    "Stream Status": "gauge", "Stream Uptime": "timeseries", "Total Tracks Played": "stat",
    "FFmpeg CPU Usage": "timeseries", "FFmpeg Memory Usage": "timeseries", "Track Switch Duration": "histogram",
    "Error Rate": "timeseries", "FFmpeg Restarts": "stat", "Audio Stream Status": "gauge",
    "RTMP Connection Status": "gauge"}
LIMITS = {  # title → yellow and red from
    "FFmpeg CPU Usage": (70, 90), "FFmpeg Memory Usage": (1024, 2048), "Error Rate": (5, 10)}
KINDS = {"row", "timeseries", "stat", "gauge", "bargauge", "state-timeline", "heatmap", "histogram", "table"}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def provisioning(*names):
    with open(os.path.join(GRAFANA, "provisioning", *names), encoding="utf-8") as file:
        return yaml.safe_load(file)


class Dashboard(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(GRAFANA, "dashboards", "radio_stream_dashboard.json"), encoding="utf-8") as file:
            self.dashboard = json.load(file)
        self.panels = self.dashboard["panels"]
        self.shown = [panel for panel in self.panels if panel["type"] != "row"]

    def panel(self, title):
        found, = [panel for panel in self.panels if panel["title"] == title]
        return found

    def test_the_specified_panels_are_there_in_name_and_kind(self):
        kinds = {panel["title"]: panel["type"] for panel in self.panels}
        self.assertEqual({title: kinds.get(title) for title in SPECIFIED}, SPECIFIED)
        self.assertEqual(self.dashboard["refresh"], "5s")
        for title, limits in LIMITS.items():
            steps = self.panel(title)["fieldConfig"]["defaults"]["thresholds"]["steps"]
            self.assertEqual([(step["color"], step["value"]) for step in steps],
                             [("green", None), ("yellow", limits[0]), ("red", limits[1])], title)

    def test_ids_and_titles_are_unique_and_kinds_are_current(self):
        for key in ("id", "title"):
            values = [panel[key] for panel in self.panels]
            self.assertEqual(sorted(set(values)), sorted(values))
        self.assertEqual({panel["type"] for panel in self.panels} - KINDS, set())
        self.assertGreaterEqual(self.dashboard["schemaVersion"], 36)  # Grafana 9.0
        self.assertTrue(self.dashboard["uid"])

    def test_no_panel_covers_another(self):
        taken = {}
        for panel in self.panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, f"{panel['title']} covers {taken.get((x, y))}")
                    taken[x, y] = panel["title"]

    def test_each_panel_has_a_unit_a_description_and_queries_of_the_chosen_source(self):
        for panel in self.shown:
            with self.subTest(panel["title"]):
                self.assertTrue(panel["description"])
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(panel["datasource"], SOURCE)
                references = [target["refId"] for target in panel["targets"]]
                self.assertEqual(len(set(references)), len(references))
                for target in panel["targets"]:
                    self.assertEqual(target["datasource"], SOURCE)
                    self.assertTrue(target["expr"])

    def test_its_variables_are_the_source_and_the_stream_and_what_has_a_stream_is_chosen_by_it(self):
        kinds = {each["name"]: each["type"] for each in self.dashboard["templating"]["list"]}
        self.assertEqual(kinds, {"datasource": "datasource", "stream": "query"})
        for panel in self.shown:
            for target in panel["targets"]:
                for name, labels in re.findall(r"\b((?:radio|stream:radio)_[\w:]+)\b(\{[^}]*\})?", target["expr"]):
                    if re.match("radio_(dependency|alerts_sent|supervisor|config)", name):
                        continue  # they have none
                    self.assertIn('stream=~"$stream"', labels, f"{panel['title']}: {name}")

    def test_what_is_provisioned_fits_together(self):
        source, = provisioning("datasources", "prometheus.yml")["datasources"]
        self.assertEqual(source["type"], "prometheus")
        self.assertRegex(source["url"], "^http://prometheus:9090$")
        provider, = provisioning("dashboards", "ffsupervisor.yml")["providers"]
        self.assertEqual((provider["type"], provider["options"]["path"]), ("file", "/var/lib/grafana/dashboards"))


if __name__ == "__main__":
    unittest.main()
