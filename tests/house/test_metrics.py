"""Each metric is documented with its type, and no metric is documented that there is not."""

import os
import re
import sys
import unittest

import cpp
import markdown
import rooms
from tree import ROOT, Rule, files, line_of, read

sys.path.insert(0, os.path.join(ROOT, "tests", "live"))
import harness  # noqa: E402

PREFIXES = "radio|process"
NAME = rf"(?:{PREFIXES})_[a-z0-9_]+"
# A row of a table of families, FamilyInfo: name, type, help.
NAMED = re.compile(rf'"({NAME})"')
TYPED = re.compile(r'\s*,\s*(?:[\w:]*::)?(Counter|Gauge|Histogram|counter|gauge|histogram)\b')
TYPES = ("counter", "gauge", "histogram")


def families(path, text):
    """(place, name, type or None) of each name of a metric in a source."""
    text = cpp.without_comments(text)
    found = []
    for named in NAMED.finditer(text):
        typed = TYPED.match(text, named.end())
        found.append((f"{path}:{line_of(text, named.start())}", named[1], typed and typed[1].lower()))
    return found


def all_families():
    return [each for path in files(*cpp.ENDINGS) if rooms.room_of(path) for each in families(path, read(path))]


def documented(path, text):
    """(place, name, type or None) of each metric that a table names first in a row. Such a row is
    `| names in backticks | their type, or a type for each | … |`."""
    found = []
    for _, rows in markdown.tables(text):
        for line, cells in rows:
            if not re.match(rf"`(?:{NAME})", cells[0]):
                continue
            names = [re.sub(r"\{.*", "", span) for _, span in markdown.code_spans(cells[0])]
            types = [each.strip() for each in cells[1].split(",")] if len(cells) > 1 else []
            types = types * len(names) if len(types) == 1 else types
            types = types if len(types) == len(names) and set(types) <= set(TYPES) else [None] * len(names)
            found += [(f"{path}:{line}", name, type_) for name, type_ in zip(names, types)]
    return found


def breaks(sources, documents):
    """Both: (place, name, type) of each."""
    found = [f"{place}: {name} has no type behind it; a family is {{name, type, help}}"
             for place, name, type_ in sources if type_ is None]
    types = {name: type_ for _, name, type_ in sources}
    rows = {name: type_ for _, name, type_ in documents}
    for place, name, type_ in documents:
        if name not in types:
            found.append(f"{place}: documents {name}, which no source has")
        elif type_ is None:
            found.append(f"{place}: {name} has no type; expected in the second column: {types[name]}")
        elif type_ != types[name]:
            found.append(f"{place}: {name} is a {type_}; its source says {types[name]}")
    return found + [f"{place}: {name} is documented nowhere; expected a row of a table in a *.md: "
                    f"| `{name}` | {type_} | meaning |"
                    for place, name, type_ in sources if name not in rows]


class Metrics(Rule):
    def test_each_is_documented_with_its_type_and_no_other(self):
        sources = all_families()
        self.assertGreater(len(sources), 40)
        self.holds(breaks(sources, [each for path in files(".md") for each in documented(path, read(path))]))

    def test_what_breaks_the_rule_is_found(self):
        sources = families("a.cpp", '// "radio_not_total"\n{"radio_a_total", counter, "A."}\n'
                                    '{"radio_b", prometheus::MetricType::Gauge, "B."}\nf("radio_c");')
        self.assertEqual([(name, type_) for _, name, type_ in sources],
                         [("radio_a_total", "counter"), ("radio_b", "gauge"), ("radio_c", None)])
        table = "| name | type | |\n|---|---|---|\n| `radio_a_total{x}`, `radio_b` | counter | |\n| `radio_d` | | |\n"
        self.assertEqual([finding.split(";")[0] for finding in breaks(sources, documented("a.md", table))],
                         ["a.cpp:4: radio_c has no type behind it", "a.md:3: radio_b is a counter",
                          "a.md:4: documents radio_d, which no source has", "a.cpp:4: radio_c is documented nowhere"])


@unittest.skipUnless(harness.BINARY, "needs the program: FFSUPERVISOR=PATH")
class Shown(harness.LiveTest):
    """The sources are read as text; this holds the reading to what the program shows."""

    def test_the_program_shows_no_family_that_is_not_read_from_the_sources(self):
        nowhere = f"127.0.0.1:{harness.free_port()}"
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["sleep", "60"], "source": {"azuracast": {"url": f"http://{nowhere}"}}}],
            sections={"dependencies": [{"name": "database", "tcp": nowhere}],
                      "alerts": {"webhooks": [{"url": f"http://{nowhere}/"}]},
                      "exporters": {"statsd": {"address": nowhere}}})

        def shown():
            return dict(re.findall(r"^# TYPE (\S+) (\S+)$", supervisor.get("/metrics")[1], re.M))
        harness.wait_until(supervisor.answers, 20, lambda: f"answers; it says\n{supervisor.log()}")
        harness.wait_until(lambda: "radio_dependency_up" in shown(), 10, "the dependency was looked at")
        self.assertGreater(len(shown()), 40)
        read_off = {name: type_ for _, name, type_ in all_families()}
        self.assertEqual({name: type_ for name, type_ in shown().items() if read_off.get(name) != type_}, {})


if __name__ == "__main__":
    unittest.main()
