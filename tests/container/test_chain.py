"""The whole of docker/compose.yml: it comes up by itself, is watched, and heals."""

import json
import unittest
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import chain
from podman import Container, podman, wait_until


class Chain(unittest.TestCase):
    def setUp(self):
        podman("network", "rm", "--force", chain.NETWORK, check=False)
        podman("network", "create", chain.NETWORK)
        self.addCleanup(podman, "network", "rm", "--force", chain.NETWORK, check=False)
        services = chain.read()["services"]
        self.containers = {}
        for name in services.keys() - chain.LEFT_OUT:
            options, image, command = chain.run_arguments(services[name])
            self.containers[name] = Container(self, image, *command, name=name,
                                              options=[*options, "--network", chain.NETWORK])
        self.addCleanup(lambda: [podman("volume", "rm", "--force", f"{chain.NETWORK}-{volume}", check=False)
                                 for volume in chain.read()["volumes"]])

    def get(self, service, port, path):
        networks = json.loads(podman("inspect", service).stdout)[0]["NetworkSettings"]["Networks"]
        address = networks[chain.NETWORK]["IPAddress"]
        try:
            with urllib.request.urlopen(f"http://{address}:{port}{path}", timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()
        except OSError:
            return ""

    def query(self, expression):
        """The values that Prometheus has for it."""
        said = self.get("prometheus", 9090, "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return [float(series["value"][1]) for series in json.loads(said)["data"]["result"]] if said else []

    def received_bytes(self):
        said = self.get("nginx-rtmp", 8080, "/stat")
        found = xml.etree.ElementTree.fromstring(said).find(".//stream/bytes_in") if said else None
        return int(found.text) if found is not None else 0

    def logs(self):
        return "\n".join(f"--- {name}\n{container.log()[-2000:]}" for name, container in self.containers.items())

    def wait_on_air(self, seconds):
        wait_until(lambda: self.containers["ffsupervisor"].succeeds("ffsupervisor", "healthcheck", "readiness"),
                   seconds, self.logs)

    def test_it_comes_up_is_watched_and_heals(self):
        self.wait_on_air(90)
        wait_until(lambda: self.received_bytes() > 500_000, 30, self.logs)
        wait_until(lambda: ".ts" in self.get("nginx-rtmp", 8080, "/hls/stream.m3u8"), 30, self.logs)

        with self.subTest("Prometheus scrapes, has the rules and knows whom to tell"):
            wait_until(lambda: self.query('up{job="ffsupervisor"}') == [1], 60, self.logs)
            wait_until(lambda: self.query('radio_stream_state{state="on_air"}') == [1], 60, self.logs)
            rules = json.loads(self.get("prometheus", 9090, "/api/v1/rules"))["data"]["groups"]
            self.assertIn("StreamOffAir", [rule["name"] for group in rules for rule in group["rules"]])
            told = json.loads(self.get("prometheus", 9090, "/api/v1/alertmanagers"))["data"]
            self.assertEqual([entry["url"] for entry in told["activeAlertmanagers"]],
                             ["http://alertmanager:9093/api/v2/alerts"])
            self.assertIn("uptime", self.get("alertmanager", 9093, "/api/v2/status"))

        with self.subTest("the receiving server's own count is a witness"):
            self.assertIn("nginx", self.get("ffsupervisor", 9090, "/api/v1/streams/radio"))

        with self.subTest("a studio that goes home is waited for"):
            podman("stop", "--time", "5", "studio")
            wait_until(lambda: '"waiting_for_source"' in self.get("ffsupervisor", 9090, "/api/v1/streams/radio"),
                       60, self.logs)
            podman("start", "studio")
            self.wait_on_air(60)

        with self.subTest("a server that is restarted is taken again"):
            before = self.received_bytes()
            podman("restart", "--time", "1", "nginx-rtmp")
            wait_until(lambda: 0 < self.received_bytes() != before, 60, self.logs)
            self.wait_on_air(60)

        with self.subTest("no secret is in any log"):
            self.assertNotIn("only-inside", self.containers["studio"].log() + self.containers["ffsupervisor"].log())


if __name__ == "__main__":
    unittest.main()
