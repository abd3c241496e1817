"""Completion, asked as bash asks for it."""

import os
import re
import subprocess
import unittest

BINARY = os.environ["FFSUPERVISOR"]
SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "etc", "bash-completion", "ffsupervisor")
ASK = r"""
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_ffsupervisor
printf '%s\n' "${COMPREPLY[@]}"
"""
SUBCOMMANDS = ("init", "check", "status", "logs", "restart", "stop", "start", "reload", "healthcheck")


def completed(*words):
    """What is offered for the last word, which may be empty."""
    bash = subprocess.run(["bash", "-c", ASK, "bash", SCRIPT, "ffsupervisor", *words],
                          capture_output=True, text=True, timeout=10)
    assert bash.stderr == "", bash.stderr
    return set(bash.stdout.split())


class Completion(unittest.TestCase):
    def test_every_option_of_the_help_is_offered_somewhere(self):
        said = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10).stdout
        options = set(re.findall(r"(?<!\S)--[a-z-]+", said))
        offered = completed("").union(*(completed(word, "") for word in SUBCOMMANDS))
        self.assertGreater(len(options), 8)
        self.assertEqual(options - offered, set())

    def test_no_option_is_offered_that_the_program_refuses(self):
        for words in [[]] + [[word] for word in SUBCOMMANDS]:
            for option in completed(*words, "-"):
                with self.subTest(call=[*words, option]):
                    refused = subprocess.run([BINARY, *words, option], capture_output=True, text=True, input="",
                                             timeout=10, env={"METRICS_PORT": "1"}).stderr
                    self.assertNotIn("unknown option", refused)

    def test_commands_come_first_only(self):
        self.assertEqual(completed("c"), {"check"})
        self.assertEqual(completed("st"), {"status", "stop", "start"})
        self.assertEqual(completed("--log-level", "info", "c"), set())

    def test_values_of_an_option(self):
        self.assertEqual(completed("--log-format", ""), {"auto", "json", "text"})
        self.assertEqual(completed("--log-level", "w"), {"warning"})
        self.assertIn(BINARY, completed("--config", BINARY[:-3]))

    def test_each_command_has_its_own_words(self):
        self.assertEqual(completed("healthcheck", "l"), {"liveness"})
        self.assertEqual(completed("status", "--j"), {"--json"})
        self.assertEqual(completed("check", "--q"), {"--quiet"})
        self.assertEqual(completed("init", "--"), {"--name", "--help", "--version"})
        self.assertEqual(completed("logs", "--f"), {"--follow"})
        self.assertEqual(completed("restart", "--t"), {"--token-file"})
        self.assertEqual(completed("--name", "x", "--j"), set())

    def test_behind_the_command_everything_belongs_to_it(self):
        for words in (["ffmpeg"], ["--name", "x", "ffmpeg"], ["--", "ffmpeg"], ["check", "--", "ffmpeg"]):
            with self.subTest(words=words):
                self.assertEqual(completed(*words, "--log-f"), set())
                self.assertIn(BINARY, completed(*words, BINARY[:-3]))


if __name__ == "__main__":
    unittest.main()
