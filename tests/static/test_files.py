"""etc/static.sh says what is wrong in one sentence; the release makes what it promises, by what everybody can run."""

import os
import re
import subprocess
import unittest

import yaml

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRIPT = os.path.join(ROOT, "etc", "static.sh")
WORKFLOW = os.path.join(ROOT, ".github", "workflows", "release.yml")


def refused(*arguments, **options):
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
                          **options)
    return done.returncode, done.stdout + done.stderr


class Refusals(unittest.TestCase):
    def test_an_architecture_that_is_none(self):
        self.assertEqual(refused("sparc"), (1, "static.sh: no architecture 'sparc'; there are amd64 and arm64\n"))

    def test_an_option_that_is_none(self):
        self.assertEqual(refused("--fast"),
                         (1, "static.sh: no option '--fast'; there are --here, --prepare, --tests and --keep FOLDER\n"))

    def test_a_folder_that_is_missing(self):
        code, said = refused("--keep")
        self.assertEqual(code, 1)
        self.assertEqual(said, "static.sh: --keep needs a folder\n")

    @unittest.skipUnless(os.getuid() == 0, "who is not root already sees it")
    def test_who_is_not_root_is_shown_the_container(self):
        code, said = refused("--keep", "/nowhere", user=65534, env={**os.environ, "HOME": "/"})
        self.assertEqual((code, said.count("\n")), (1, 1), said)
        self.assertRegex(said, "needs root; without it, use the container")


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(WORKFLOW) as file:
            cls.jobs = yaml.safe_load(file)["jobs"]

    def text(self):
        return "\n".join(step.get("run", "") for job in self.jobs.values() for step in job["steps"])

    def test_both_architectures(self):
        matrix = self.jobs["build"]["strategy"]["matrix"]["include"]
        self.assertEqual({each["arch"] for each in matrix}, {"amd64", "arm64"})

    def test_what_it_makes(self):
        for what in ("etc/static.sh --here", ".spdx.json", "cpack --preset release", ".deb", "sha256sum", "bake"):
            self.assertIn(what, self.text())

    def test_what_it_runs_is_there(self):
        for path in set(re.findall(r"\b(?:etc|docker)/[\w.-]+", self.text())):
            self.assertTrue(os.path.exists(os.path.join(ROOT, path)), path)


if __name__ == "__main__":
    unittest.main()
