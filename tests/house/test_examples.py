"""docker/examples: each is named in its README, and the program takes it without a warning."""

import os
import re
import shlex
import unittest

import yaml

import configurations
import markdown
from tree import Rule, files, read

FOLDER = "docker/examples/"
README = FOLDER + "README.md"
SIX_LINES = FOLDER + "add-to-compose.yml"
OWN_IMAGE = FOLDER + "own-image.Dockerfile"
# Of the image from which the binary comes.
PROGRAM = "/ffsupervisor"
# What the image runs without a command.
CONFIGURATION = "/etc/ffsupervisor/ffsupervisor.yml"


def examples():
    return [path for path in files(under=FOLDER.rstrip("/")) if path != README]


def of_kind(key):
    """path → content of the YAML examples that have this key at their top."""
    found = {path: yaml.safe_load(read(path)) for path in examples() if path.endswith(".yml")}
    return {path: content for path, content in found.items() if key in content}


def instructions(text):
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


class Examples(Rule):
    def test_each_is_in_the_list(self):
        linked = {os.path.normpath(FOLDER + target.partition("#")[0]) for _, target in markdown.links(read(README))}
        self.assertGreater(len(examples()), 5)
        self.assertEqual(sorted(set(examples()) - linked), [])

    def test_each_says_at_its_head_what_it_is(self):
        self.assertEqual([path for path in examples() if not read(path).startswith("# ")], [])

    def test_each_yaml_file_is_of_one_of_both_kinds(self):
        known = of_kind("streams").keys() | of_kind("services").keys()
        self.assertEqual([path for path in examples() if path.endswith(".yml") and path not in known], [])

    def test_six_lines_are_six(self):
        self.assertEqual(len([line for line in read(SIX_LINES).splitlines() if not line.startswith("#")]), 6)

    def test_services_are_the_images_and_open_to_this_machine_only(self):
        for path, content in of_kind("services").items():
            for name, service in content["services"].items():
                with self.subTest(path=path, service=name):
                    self.assertEqual(service["image"], "ffsupervisor")
                    self.assertTrue(all(port.startswith("127.0.0.1:") for port in service["ports"]), service["ports"])

    def test_a_service_without_a_command_has_all_that_its_configuration_needs(self):
        found = 0
        for path, service in [(path, service) for path, content in of_kind("services").items()
                              for service in content["services"].values() if "command" not in service]:
            mounts = [volume.split(":") for volume in service["volumes"]]
            configuration, = [FOLDER + mount[0].removeprefix("./") for mount in mounts if mount[1] == CONFIGURATION]
            text = read(configuration)
            self.assertEqual({name: f"${{{name}}}" for name in re.findall(r"\{env: (\w+)\}", text)}.items() -
                             service["environment"].items(), set(), path)
            self.assertEqual(set(re.findall(r"/srv/[\w./-]+", text)) - {mount[1] for mount in mounts}, set(), path)
            self.assertIn("/var/lib/ffsupervisor", [mount[1] for mount in mounts], path)
            found += 1
        self.assertGreater(found, 0)

    def test_there_are_eight_cameras(self):
        self.assertEqual(len(of_kind("streams")[FOLDER + "cameras.yml"]["streams"]), 8)

    def test_no_secret_stands_in_them(self):
        for path in examples():
            for user in re.findall(r"://[^\s/@\"']+:([^\s@\"']*(?:\{[^}]*\})?[^\s@\"']*)@", read(path)):
                self.assertRegex(user, r"^\{(env|file): ", path)
            self.assertNotRegex(read(path), r"/live2/(?!\{)", path)

    def test_an_own_image_takes_the_program_and_no_library(self):
        said = instructions(read(OWN_IMAGE))
        self.assertIn(("COPY", f"--from=ffsupervisor {PROGRAM} /usr/local/bin/"), said)
        installed = " ".join(argument for name, argument in said if name == "RUN").split()
        self.assertEqual([word for word in installed if word.startswith("lib")], [])
        both = read("docker/Dockerfile")
        self.assertIn(f"COPY --from=ffsupervisor {PROGRAM} /usr/local/bin/", both)
        target, = re.findall(r"--target (\w+) -t ffsupervisor ", read(OWN_IMAGE))
        self.assertIn(f"FROM scratch AS {target}\n", both)


@unittest.skipUnless(configurations.BINARY, "needs the program: FFSUPERVISOR=PATH")
class Checked(Rule):
    def is_well(self, said):
        code, errors = said
        self.assertEqual(code, 0, errors)
        self.assertRegex(errors, r"\bOK: \d+ streams?, \d+ warnings?\n$")
        # The picture and the loop are the reader's own.
        self.assertEqual([line for line in errors.splitlines() if line.startswith("warning: ")
                          and not re.search(r': the input file "/srv/[^"]*" is not there', line)], [])

    def test_each_configuration(self):
        self.assertGreater(len(of_kind("streams")), 2)
        for path in of_kind("streams"):
            with self.subTest(path=path):
                self.is_well(configurations.check(read(path)))

    def test_each_command_of_a_service_and_of_the_image(self):
        commands = [shlex.split(service["command"]) for content in of_kind("services").values()
                    for service in content["services"].values() if "command" in service]
        commands.append(yaml.safe_load(dict(instructions(read(OWN_IMAGE)))["CMD"]))
        self.assertGreater(len(commands), 2)
        for command in commands:
            with self.subTest(command=command):
                self.is_well(configurations.run("--", *command))


if __name__ == "__main__":
    unittest.main()
