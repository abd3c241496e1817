"""docker/: what can be known without building it. Building and running it is run.sh's."""

import json
import os
import re
import shlex
import subprocess
import tempfile
import unittest

import chain

ROOT = os.path.realpath(os.path.join(chain.FOLDER, ".."))
BINARY = os.environ["FFSUPERVISOR"]


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def instructions(dockerfile):
    """(NAME, argument) of each; continued lines are one."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


class Dockerfiles(unittest.TestCase):
    def copied(self, *path):
        """What comes from the context."""
        for name, argument in instructions(read(*path)):
            if name == "COPY" and "--from" not in argument:
                yield from argument.split()[:-1]

    def test_what_is_copied_exists(self):
        for context, path in ((".", ("docker", "Dockerfile")), ("docker/servers", ("docker", "servers", "Dockerfile"))):
            for source in self.copied(*path):
                self.assertTrue(os.path.exists(os.path.join(ROOT, context, source)), source)

    def test_the_context_has_all_that_is_built(self):
        let_in = re.findall(r"^!(\S+)$", read(".dockerignore"), re.MULTILINE)
        cmake = read("CMakeLists.txt")
        built = set(re.findall(r"^add_subdirectory\((\w+)\)", cmake, re.MULTILINE))
        installed = set(re.findall(r"^install\(FILES ([\w.]+)", cmake, re.MULTILINE))
        self.assertGreaterEqual(built, {"monitor", "recovery", "http", "supervisor"})
        self.assertEqual((built | installed | {"CMakePresets.json"}) - set(let_in), set())

    def test_the_static_build_takes_what_the_context_has(self):
        taken, = re.findall(r"^sources=\((.*)\)$", read("etc", "static.sh"), re.MULTILINE)
        self.assertEqual(sorted(taken.split()), sorted(re.findall(r"^!(\S+)$", read(".dockerignore"), re.MULTILINE)))

    def test_what_is_baked_and_built_are_stages(self):
        stages = re.findall(r"^FROM .* AS ([\w-]+)$", read("docker", "Dockerfile"), re.MULTILINE)
        asked = re.findall(r'^  target +(?:=) "(.+)"$', read("docker", "docker-bake.hcl"), re.MULTILINE)
        for path in (("README.md",), ("docker", "containers.md"), ("etc", "operating.md"), ("etc", "static.sh")):
            asked += re.findall(r"docker build .*--target ([\w-]+)", read(*path))
        self.assertGreater(len(asked), 4)
        self.assertEqual(set(asked) - set(stages), set())

    def test_packages_come_from_the_one_list(self):
        for name, argument in instructions(read("docker", "Dockerfile")):
            self.assertFalse(name == "RUN" and "apt-get install" in argument, argument)

    def test_it_ends_as_an_ordinary_user_with_a_check_of_its_health(self):
        said = dict(instructions(read("docker", "Dockerfile")))
        self.assertRegex(said["USER"], r"^[1-9]\d*:[1-9]\d*$")
        self.assertEqual(json.loads(said["ENTRYPOINT"]), ["ffsupervisor"])
        check = json.loads(said["HEALTHCHECK"].partition("CMD ")[2])
        self.assertEqual(check[:3], ["ffsupervisor", "healthcheck", "liveness"])
        refused = subprocess.run([BINARY, *check[1:3], "--url", "http://127.0.0.1:1"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1, refused.stderr)  # known words, and nobody there


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.compose = chain.read()
        cls.services = cls.compose["services"]

    def test_every_service_can_be_run(self):
        for name, service in self.services.items():
            with self.subTest(service=name):
                if name not in chain.LEFT_OUT:
                    chain.run_arguments(service)
                for key in ("read_only", "cap_drop", "security_opt"):
                    self.assertIn(key, service)
                if "build" in service:
                    context = os.path.join(chain.FOLDER, service["build"]["context"])
                    self.assertTrue(os.path.exists(os.path.join(context, service["build"].get("dockerfile", "Dockerfile"))))
                else:
                    self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$")

    def test_mounted_files_exist_and_volumes_are_declared(self):
        for service in self.services.values():
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                if source.startswith("."):
                    self.assertTrue(os.path.exists(os.path.join(chain.FOLDER, source)), source)
                else:
                    self.assertIn(source, self.compose["volumes"])

    def test_ports_are_open_to_this_machine_only(self):
        for service in self.services.values():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), port)

    def test_the_example_names_what_can_be_set(self):
        text = re.sub(r"^\s*#.*\n", "", read("docker", "compose.yml"), flags=re.MULTILINE)
        used = set(re.findall(r"\$\{(\w+)", text)) | set(re.findall(r"^ +- ([A-Z_]+)$", text, re.MULTILINE))
        named = set(re.findall(r"^#([A-Z_]+)=", read("docker", ".env.example"), re.MULTILINE))
        self.assertEqual(named, used)

    def test_the_streams_settings_and_command_are_valid(self):
        service = self.services["ffsupervisor"]
        command = [os.path.join(chain.FOLDER, "ffsupervisor.yml") if word.startswith("/etc/") else word
                   for word in service["command"]]
        checked = subprocess.run([BINARY, "check", *command], capture_output=True, text=True, timeout=10)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("command: [ffmpeg, -i", checked.stdout)

    def test_servers_are_reached_by_the_names_they_have_here(self):
        """Host names in the settings are services."""
        settings = read("docker", "ffsupervisor.yml") + json.dumps([s.get("command") for s in self.services.values()])
        hosts = set(re.findall(r"(?:://|@)([a-z-]+):\d+", settings))
        self.assertGreaterEqual(hosts, {"icecast", "nginx-rtmp", "alertmanager"})
        self.assertEqual(hosts - self.services.keys(), set())


class RtmpServer(unittest.TestCase):
    def test_nginx_takes_its_configuration(self):
        with tempfile.TemporaryDirectory() as folder:
            config = read("docker", "servers", "nginx.conf").replace("/tmp/", folder + "/")
            config = config.replace("modules/", "/usr/lib/nginx/modules/")
            config = re.sub(r"listen (\d+)", r"listen 127.0.0.1:2\1", config)
            path = os.path.join(folder, "nginx.conf")
            with open(path, "w") as file:
                file.write(config)
            said = subprocess.run(shlex.split(f"/usr/sbin/nginx -t -e stderr -p {folder} -c {path}"),
                                  capture_output=True, text=True, timeout=10)
            self.assertEqual(said.returncode, 0, said.stderr)


if __name__ == "__main__":
    unittest.main()
