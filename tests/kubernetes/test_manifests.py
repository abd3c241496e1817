"""docker/kubernetes, rendered: that its parts fit each other, the program and the rules."""

import base64
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

import kustomize

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "live"))
from harness import LiveTest, wait_until  # noqa: E402

BINARY = os.environ["FFSUPERVISOR"]
CACHE = os.environ["FFSUPERVISOR_CACHE"]


def read(*path):
    with open(os.path.join(kustomize.FOLDER, *path)) as file:
        return file.read()


def has(labels, selector):
    return selector["matchLabels"].items() <= labels.items()


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ffsupervisor-kubernetes-")
        cls.addClassCleanup(folder.cleanup)
        os.makedirs(CACHE, exist_ok=True)
        cls.base = kustomize.render("base", folder.name, CACHE)
        cls.station = kustomize.render("example", folder.name, CACHE)
        cls.monitoring = kustomize.render("monitoring", folder.name, CACHE)
        cls.set = cls.station["StatefulSet"]
        cls.template = cls.set["spec"]["template"]
        cls.pod = cls.template["spec"]
        cls.container, = cls.pod["containers"]

    def test_a_station_runs_its_own_command(self):
        own = yaml.safe_load(read("example", "command.yaml"))
        container, = own["spec"]["template"]["spec"]["containers"]
        self.assertEqual(self.container["args"], container["args"])
        of_base, = self.base["StatefulSet"]["spec"]["template"]["spec"]["containers"]
        self.assertNotEqual(self.container["args"], of_base["args"])
        self.assertEqual(self.container["args"][:3], of_base["args"][:3])

    def test_another_station_differs_at_three_places(self):
        found = {name: read("example", name).count("night-fm") for name in os.listdir(os.path.join(kustomize.FOLDER, "example"))}
        comments = sum(line.count("night-fm") for line in read("example", "kustomization.yaml").splitlines()
                       if line.startswith("#"))
        self.assertEqual(sum(found.values()) - comments, 3, found)

    def test_there_is_one_publisher(self):
        self.assertEqual(self.set["spec"]["replicas"], 1)
        self.assertNotIn("Deployment", self.station)

    def test_it_runs_without_rights(self):
        self.assertTrue(self.pod["securityContext"]["runAsNonRoot"])
        self.assertEqual(self.pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertFalse(self.pod["automountServiceAccountToken"])
        self.assertEqual(self.container["securityContext"], {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})

    def test_its_user_is_the_images(self):
        with open(os.path.join(kustomize.FOLDER, "..", "Dockerfile")) as file:
            uid, gid = re.search(r"^USER (\d+):(\d+)$", file.read(), re.MULTILINE).groups()
        context = self.pod["securityContext"]
        self.assertEqual([context["runAsUser"], context["runAsGroup"], context["fsGroup"]], [int(uid), int(gid), int(gid)])

    def test_selectors_find_the_pod_and_not_another_stations(self):
        labels = self.template["metadata"]["labels"]
        selectors = {
            "StatefulSet": self.set["spec"]["selector"],
            "Service": {"matchLabels": self.station["Service"]["spec"]["selector"]},
            "NetworkPolicy": self.station["NetworkPolicy"]["spec"]["podSelector"],
            "PodDisruptionBudget": self.station["PodDisruptionBudget"]["spec"]["selector"]}
        for kind, selector in selectors.items():
            with self.subTest(kind=kind):
                self.assertTrue(has(labels, selector))
                self.assertFalse(has({**labels, "app.kubernetes.io/instance": "another"}, selector))
        self.assertTrue(has(labels, self.monitoring["PodMonitor"]["spec"]["selector"]))

    def test_names_refer_to_what_is_there(self):
        name_of = {kind: item["metadata"]["name"] for kind, item in self.station.items()}
        self.assertEqual(self.set["spec"]["serviceName"], name_of["Service"])
        self.assertEqual(self.container["envFrom"], [{"secretRef": {"name": name_of["Secret"]}}])
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        self.assertEqual(volumes["settings"]["configMap"]["name"], name_of["ConfigMap"])
        claims = {claim["metadata"]["name"] for claim in self.set["spec"]["volumeClaimTemplates"]}
        mounted = {mount["name"] for mount in self.container["volumeMounts"]}
        self.assertEqual(mounted, volumes.keys() | claims)

    def test_ports_are_named_alike(self):
        port, = self.container["ports"]
        asked = [self.station["Service"]["spec"]["ports"][0]["targetPort"],
                 self.station["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"],
                 *(endpoint["port"] for endpoint in self.monitoring["PodMonitor"]["spec"]["podMetricsEndpoints"]),
                 *(self.container[probe]["httpGet"]["port"] for probe in ("startupProbe", "livenessProbe", "readinessProbe"))]
        self.assertEqual(set(asked), {port["name"]})

    def test_the_grace_is_longer_than_a_stop_takes(self):
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], 10)

    def test_stream_keys_are_in_the_secret_alone(self):
        secrets = {name: base64.b64decode(value).decode() for name, value in self.station["Secret"]["data"].items()}
        used = set(re.findall(r"\$\((\w+)\)", json.dumps(self.container["args"])))
        self.assertEqual(used - secrets.keys(), set())
        others = json.dumps([item for kind, item in self.station.items() if kind != "Secret"])
        self.assertNotIn("STREAM-KEY", others)
        self.assertIn("STREAM-KEY", secrets["SINK_URL"])

    def test_the_rules_are_those_of_etc_prometheus(self):
        path = os.path.join(kustomize.FOLDER, "monitoring", "generate.py")
        spec = importlib.util.spec_from_file_location("generate", path)
        generate = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(generate)
        self.assertEqual(self.monitoring["PrometheusRule"], generate.prometheus_rule(),
                         "run docker/kubernetes/monitoring/generate.py")

    def test_the_rules_know_the_job_that_the_pod_monitor_makes(self):
        job = self.template["metadata"]["labels"][self.monitoring["PodMonitor"]["spec"]["jobLabel"]]
        rules = json.dumps(self.monitoring["PrometheusRule"])
        self.assertEqual(set(re.findall(r'job=\\"([^"\\]+)\\"', rules)) - {job}, set())


class Group(unittest.TestCase):
    """Several streams in one pod, and several such pods: docker/kubernetes/group."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ffsupervisor-kubernetes-")
        cls.addClassCleanup(folder.cleanup)
        os.makedirs(CACHE, exist_ok=True)
        cls.group = kustomize.render("group", folder.name, CACHE)
        other = os.path.join(folder.name, "kubernetes", "other")
        subprocess.run(["cp", "-r", os.path.join(folder.name, "kubernetes", "group"), other], check=True)
        subprocess.run(["sed", "-i", "s/north/south/", os.path.join(other, "kustomization.yaml")], check=True)
        cls.other = kustomize.render("other", folder.name, CACHE)

    def test_a_copy_is_a_set_of_its_own(self):
        first, second = self.group["StatefulSet"], self.other["StatefulSet"]
        self.assertEqual([each["metadata"]["name"] for each in (first, second)],
                         ["ffsupervisor-north", "ffsupervisor-south"])
        self.assertFalse(has(second["spec"]["template"]["metadata"]["labels"], first["spec"]["selector"]))
        self.assertEqual(first["spec"]["replicas"], 1)

    def test_a_camera_more_does_not_replace_the_pod(self):
        with tempfile.TemporaryDirectory(prefix="ffsupervisor-kubernetes-") as folder:
            kustomize.render("group", folder, CACHE)
            with open(os.path.join(folder, "kubernetes", "group", "ffsupervisor.yml"), "a") as file:
                file.write("  - {name: north-3, command: 'ffmpeg -i a b.ts'}\n")
            more = kustomize.render("group", folder, CACHE)
        self.assertNotEqual(more["ConfigMap"]["data"], self.group["ConfigMap"]["data"])
        self.assertEqual(more["StatefulSet"], self.group["StatefulSet"])
        # A file that is mounted by itself never changes in a running pod.
        container, = more["StatefulSet"]["spec"]["template"]["spec"]["containers"]
        mount, = (each for each in container["volumeMounts"] if each["name"] == "settings")
        self.assertNotIn("subPath", mount)

    def test_every_variable_of_the_settings_is_in_the_secret(self):
        settings = self.group["ConfigMap"]["data"]["ffsupervisor.yml"]
        used = set(re.findall(r"\{env: (\w+)\}", settings))
        self.assertTrue(used)
        self.assertEqual(used - self.group["Secret"]["data"].keys(), set())

    def test_its_settings_have_the_commands_and_are_valid(self):
        container, = self.group["StatefulSet"]["spec"]["template"]["spec"]["containers"]
        self.assertEqual(container["args"], ["--config", "/etc/ffsupervisor/ffsupervisor.yml"])
        path = os.path.join(kustomize.FOLDER, "group", "ffsupervisor.yml")
        checked = subprocess.run([BINARY, "check", "--config", path], capture_output=True, text=True, timeout=10,
                                 env={**os.environ, "CAMERA_PASSWORD": "CHANGE-ME"})
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("OK: 2 streams", checked.stderr)


class Program(LiveTest):
    """The container's arguments and probes, tried on the program."""

    def start(self, name):
        rendered = kustomize.render(name, self.folder, CACHE)
        container, = rendered["StatefulSet"]["spec"]["template"]["spec"]["containers"]
        settings = yaml.safe_load(rendered["ConfigMap"]["data"]["ffsupervisor.yml"])
        settings["journal"]["path"] = self.path("journal")
        settings.pop("alerts", None)
        settings.pop("http", None)  # METRICS_PORT, as everywhere in the tests
        config = self.write("ffsupervisor.yml", json.dumps(settings))
        values = {"SOURCE_URL": "http://127.0.0.1:1/radio.mp3", "SINK_URL": "rtmp://127.0.0.1:1/live/STREAM-KEY"}
        arguments = [re.sub(r"\$\((\w+)\)", lambda found: values[found[1]], argument)
                     for argument in container["args"]]
        arguments[arguments.index("/etc/ffsupervisor/ffsupervisor.yml")] = config
        return container, self.supervise(*arguments)

    def test_probes_ask_for_what_the_program_answers(self):
        container, supervisor = self.start("base")
        wait_until(supervisor.answers, 10, supervisor.log)
        for probe, status in (("startupProbe", 200), ("livenessProbe", 200), ("readinessProbe", 503)):
            self.assertEqual(supervisor.get(container[probe]["httpGet"]["path"])[0], status, probe)

    def test_a_station_has_the_name_of_its_settings(self):
        _, supervisor = self.start("example")
        wait_until(supervisor.answers, 10, supervisor.log)
        self.assertEqual(supervisor.stream("night-fm")["name"], "night-fm")
        self.assertNotIn("STREAM-KEY", supervisor.get("/api/v1/streams/night-fm")[1])

    def test_settings_are_valid_as_they_are(self):
        for folder in ("base", "example"):
            path = os.path.join(kustomize.FOLDER, folder, "ffsupervisor.yml")
            checked = subprocess.run([BINARY, "check", "--config", path, "--", "ffmpeg", "-i", "a", "b.flv"],
                                     capture_output=True, text=True, timeout=10)
            self.assertEqual(checked.returncode, 0, checked.stderr)


if __name__ == "__main__":
    unittest.main()
