"""The manual pages: what --help and the reference name is in them, and nothing in them is malformed."""

import gzip
import os
import re
import subprocess
import unittest

BINARY = os.environ["FFSUPERVISOR"]
BUILD = os.environ["FFSUPERVISOR_BUILD"]
REFERENCE = os.path.join(os.path.dirname(__file__), "..", "..", "etc", "ffsupervisor.yml")


def source(page):
    with gzip.open(os.path.join(BUILD, "etc", page + ".gz"), "rt") as file:
        return file.read()


def rendered(page):
    """As people read it, and what the formatter complains of."""
    groff = subprocess.run(["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-rLL=200n"], input=source(page),
                           capture_output=True, text=True, timeout=30)
    return re.sub(r"\x1b\[[0-9;]*m|.\x08", "", groff.stdout).replace("‐", "-").replace("−", "-"), groff.stderr


def words(text):
    return " ".join(text.split())


class Manual(unittest.TestCase):
    def test_the_formatter_has_nothing_to_say(self):
        for page in ("ffsupervisor.1", "ffsupervisor.yml.5"):
            with self.subTest(page=page):
                self.assertEqual(rendered(page)[1], "")

    def test_every_option_and_variable_of_the_help_is_in_the_page(self):
        said = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10).stdout
        names = set(re.findall(r"--[a-z-]+|\b[A-Z]+_[A-Z_]+\b", said))
        self.assertGreater(len(names), 15)
        page, _ = rendered("ffsupervisor.1")
        self.assertEqual([name for name in names if name not in page], [])

    def test_every_exit_code_of_the_help_is_in_the_page(self):
        said = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10).stdout
        codes = re.findall(r"^ +(\d+)  (.+)$", said.partition("Exit codes:")[2], re.MULTILINE)
        self.assertGreater(len(codes), 5)
        page = words(rendered("ffsupervisor.1")[0])
        self.assertEqual([code for code in codes if words(" ".join(code)) not in page], [])

    def test_every_key_of_the_reference_is_in_the_page(self):
        with open(REFERENCE) as file:
            keys = set(re.findall(r"^ *(?:# )? *(?:- )?([a-z_]+):(?: |$)", file.read(), re.MULTILINE))
        self.assertGreater(len(keys), 50)
        page, _ = rendered("ffsupervisor.yml.5")
        self.assertEqual([key for key in keys if f"{key}:" not in page], [])

    def test_the_reference_in_the_page_is_the_file_word_for_word(self):
        with open(REFERENCE) as file:
            lines = [line.strip() for line in file if line.strip()]
        page = words(rendered("ffsupervisor.yml.5")[0])
        self.assertEqual([line for line in lines if words(line) not in page], [])

    def test_pages_say_the_version_of_the_program(self):
        said = subprocess.run([BINARY, "--version"], capture_output=True, text=True, timeout=10).stdout.strip()
        for page in ("ffsupervisor.1", "ffsupervisor.yml.5"):
            self.assertIn(said, rendered(page)[0])


if __name__ == "__main__":
    unittest.main()
