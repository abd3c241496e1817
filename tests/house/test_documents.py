"""The documents: the first page is short, every one is found from there, and what they say of the program is so."""

import os
import re
import unittest

import yaml

import configurations
import cpp
import markdown
import rooms
from tree import Rule, files, line_of, read

FIRST = "README.md"
FIRST_MAX = 150
# The two commands of the first page; others type them, and machines run them.
COMMANDS = ["etc/quickstart.sh", "tests/run.sh"]
GLOSSARY = "etc/glossary.md"
WORDS = ["stream", "source", "sink", "witness", "verdict", "escalate", "held output", "cover"]
EVENTS = "etc/operating.md"
VARIABLES = "etc/configuration.md"
WORKFLOW = ".github/workflows/ci.yml"
HELP = "supervisor/command_line/help_text.cpp"
NO_TEXT = "tests/supervisor/bad_configs/"
TEXT = (".md", ".yml", ".yaml", ".json", ".cpp", ".hpp", ".py", ".sh", ".txt", ".in", ".service", ".html", ".js")


def home():
    return re.search(r'HOMEPAGE_URL\s+"?([^"\s)]+)', read("CMakeLists.txt"))[1]


def blocks(text, language):
    """(line, text without the indentation of its fence) of each fenced block of that language."""
    found = []
    for fence in markdown.FENCE.finditer(text):
        lines = fence[0].splitlines()
        if lines[0].strip().strip("`~") == language:
            indent = min((len(line) - len(line.lstrip()) for line in lines[1:-1] if line.strip()), default=0)
            found.append((markdown.line_at(text, fence.start()) + 1, "\n".join(line[indent:] for line in lines[1:-1])))
    return found


def commands(text):
    """Of the first block of a shell: each line without its comment."""
    return [line.partition("#")[0].strip() for line in blocks(text, "sh")[0][1].splitlines() if line.strip()]


def reached(documents, start=FIRST):
    """The documents to which links lead from the first one, by any way."""
    seen, left = set(), [start]
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        for _, target in markdown.links(documents[path]):
            full = os.path.normpath(os.path.join(os.path.dirname(path), target.partition("#")[0]))
            if full in documents:
                left.append(full)
    return seen


def broken_addresses(path, text, address, paths, document):
    """Of the repository's home: each leads to a file and its heading."""
    found = []
    pattern = re.escape(address) + r"/blob/[\w.-]+/([\w./-]+)(?:#([\w-]+))?"
    for each in re.finditer(pattern, text):
        place = f"{path}:{line_of(text, each.start())}"
        if each[1] not in paths:
            found.append(f"{place}: names {each[0]}; there is no {each[1]}")
        elif each[2] and each[2] not in markdown.anchors(document(each[1])):
            found.append(f"{place}: names {each[0]}; {each[1]} has no heading with that anchor")
    return found


def first_cells(text, head):
    """The words in backticks of the first column of each table with this head."""
    return [span for cells, rows in markdown.tables(text) if cells[0] == head
            for _, row in rows for _, span in markdown.code_spans(row[0])]


def logged(text):
    """Names of events in a source, where the log is written with a level in front of them."""
    text = cpp.without_comments(text)
    written = r'\bwrite\((?:[^,;"{}()]|\([^()]*\))*,(?:[^,;"]*\? "([a-z_]+)" :)?\s*"([a-z_]+)"'
    return {name for names in re.findall(written, text) for name in names if name} | set(
        re.findall(r'\.event = "([a-z_]+)"', text))


class Documents(Rule):
    @classmethod
    def setUpClass(cls):
        cls.documents = {path: read(path) for path in files(".md")}
        cls.sources = {path: read(path) for path in files(*cpp.ENDINGS) if rooms.room_of(path)}

    def test_the_first_page_is_short(self):
        self.assertLessEqual(len(self.documents[FIRST].splitlines()), FIRST_MAX)

    def test_its_two_commands_are_the_first_ones(self):
        self.assertEqual(commands(self.documents[FIRST]), COMMANDS)

    def test_every_document_is_found_from_there(self):
        self.assertGreater(len(self.documents), 15)
        self.assertEqual(sorted(self.documents.keys() - reached(self.documents)), [])

    def test_the_workflow_runs_what_everybody_runs(self):
        jobs = yaml.safe_load(read(WORKFLOW))["jobs"]
        steps = [step for job in jobs.values() for step in job["steps"]]
        self.assertEqual([step["run"] for step in steps if "run" in step], [".ci/run"])
        self.assertIn("tests/run.sh", read(".ci/run"))

    def test_the_glossary_has_the_words(self):
        words = re.findall(r"^\| \*\*(.+?)\*\* \|", self.documents[GLOSSARY], re.M)
        self.assertEqual(words, WORDS)

    def test_each_address_of_the_home_leads_somewhere(self):
        paths = set(files())
        texts = {path: read(path) for path in paths if path.endswith(TEXT) and not path.startswith(NO_TEXT)}
        found = [each for path, text in sorted(texts.items())
                 for each in broken_addresses(path, text, home(), paths, self.documents.get)]
        self.holds(found)
        self.assertGreater(sum(text.count(home() + "/blob/") for text in texts.values()), 50)

    def test_each_event_is_documented_and_no_other(self):
        told = set(first_cells(self.documents[EVENTS], "events"))
        known = set().union(*(logged(text) for text in self.sources.values()))
        every = "".join(self.sources.values())
        self.assertGreater(len(known), 30)
        self.assertEqual(sorted(known - told), [], f"events that {EVENTS} does not have")
        self.assertEqual([name for name in sorted(told) if f'"{name}"' not in every], [], "events that no source has")

    def test_each_variable_of_the_help_is_documented_and_no_other(self):
        told = set(first_cells(self.documents[VARIABLES], "variable"))
        known = set(re.findall(r"^  ([A-Z]+_[A-Z_]+) ", read(HELP), re.M))
        every = "".join(self.sources.values())
        self.assertGreater(len(known), 15)
        self.assertEqual(sorted(known - told), [])
        self.assertEqual([name for name in sorted(told) if name not in every], [], "variables that no source has")

    def test_each_yaml_block_is_yaml_of_a_known_kind(self):
        found, kinds = [], 0
        for path, text in self.documents.items():
            for line, block in blocks(text, "yaml"):
                kinds += 1
                try:
                    configurations.whole(block)
                except (configurations.Unknown, yaml.YAMLError) as error:
                    found.append(f"{path}:{line}: is no configuration: {error}; mark what is none with another language")
        self.assertGreater(kinds, 6)
        self.holds(found)

    def test_what_breaks_the_rules_is_found(self):
        documents = {"README.md": "[a](x/a.md)", "x/a.md": "[b](../y/b.md#c)", "y/b.md": "# C", "y/d.md": ""}
        self.assertEqual(reached(documents), {"README.md", "x/a.md", "y/b.md"})
        text = "see https://h/r/blob/main/y/b.md#c https://h/r/blob/main/y/b.md#d\nhttps://h/r/blob/main/z.md"
        self.assertEqual([each.split(";")[1] for each in
                          broken_addresses("p", text, "https://h/r", set(documents), documents.get)],
                         [" y/b.md has no heading with that anchor", " there is no z.md"])
        self.assertEqual(commands("```yaml\na\n```\n\n```sh\n# x\nb c   # d\n```\n"), ["", "b c"])
        self.assertEqual(blocks("- a\n\n  ```yaml\n    b: 1\n    c:\n      d: 2\n  ```\n", "yaml"),
                         [(4, "b: 1\nc:\n  d: 2")])
        self.assertEqual(logged('log_.write(LogLevel::info, "on_air", subject());\n// write("no")\n{.event = "http_x"}\n'
                                'write(is_x(y) ? LogLevel::a : LogLevel::b,\n  z ? "off" : "on", 1); write(a, b, "no");'),
                         {"on_air", "http_x", "off", "on"})
        for text in ("services: {}", "- a", "compose: 1\nstreams: []"):
            with self.assertRaises(configurations.Unknown):
                configurations.whole(text)


@unittest.skipUnless(configurations.BINARY, "needs the program: FFSUPERVISOR=PATH")
class Configurations(Rule):
    def test_each_of_a_document_is_valid(self):
        found = []
        for path in files(".md"):
            for line, block in blocks(read(path), "yaml"):
                code, said = configurations.check(configurations.whole(block))
                if code:
                    found.append(f"{path}:{line}: ffsupervisor check refuses it: {said.strip()}")
        self.holds(found)

    def test_one_that_is_not_valid_is_refused(self):
        code, said = configurations.check(configurations.whole("cover: slates"))
        self.assertEqual(code, 2)
        self.assertIn("cover", said)


if __name__ == "__main__":
    unittest.main()
