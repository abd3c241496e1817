"""Each alert has its runbook, and each runbook its alert."""

import re
import unittest

import yaml

import markdown
from tree import Rule, read

RULES = "etc/prometheus/alerting_rules.yml"
ALERT = re.compile(r"[A-Z][a-z]*(?:[A-Z][A-Za-z]*)+")  # as alerts are named, and no other heading


def alerts(text):
    """(place, name, annotations) of each alert, in the order of the file."""
    lines = [text.count("\n", 0, found.start()) + 1 for found in re.finditer(r"^[ \t]*- alert:", text, re.M)]
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "alert" in rule]
    return [(f"{RULES}:{line}", rule["alert"], rule.get("annotations") or {})
            for line, rule in zip(lines, rules, strict=True)]


def document_of(url, home):
    """(path, fragment) that a URL of the repository's home names; None: it is elsewhere. The home shows README.md."""
    page, _, fragment = url.partition("#")
    named = re.fullmatch(re.escape(home) + r"(?:/blob/[\w.-]+/(.+)|/?)", page)
    return (named[1] or "README.md", fragment) if named else None


def siblings(text, anchor):
    """(line, words) of the headings that stand in the same section as the one with this anchor."""
    headings = markdown.headings(text)
    at = next((i for i, (_, _, words) in enumerate(headings) if markdown.slug(words) == anchor), None)
    if at is None:
        return []
    level = headings[at][1]
    first = last = at
    while first > 0 and headings[first - 1][1] >= level:
        first -= 1
    while last + 1 < len(headings) and headings[last + 1][1] >= level:
        last += 1
    return [(line, words) for line, depth, words in headings[first:last + 1] if depth == level]


def breaks(rules, home, document):
    """`document`: path → text, or None where it is not there."""
    found = []
    runbooks = {}
    known = alerts(rules)
    for place, name, annotations in known:
        url = annotations.get("runbook_url")
        named = url and document_of(url, home)
        if not named:
            found.append(f"{place}: {name} has the runbook_url {url}; expected a page of {home}, #{markdown.slug(name)}")
            continue
        path, fragment = named
        text = document(path)
        if fragment != markdown.slug(name):
            found.append(f"{place}: the runbook_url of {name} names #{fragment}; expected #{markdown.slug(name)}")
        elif text is None or fragment not in markdown.anchors(text):
            found.append(f"{place}: {path} has no heading {name}; expected its runbook there")
        else:
            runbooks.update({(path, line): words for line, words in siblings(text, fragment)})
    names = {name for _, name, _ in known}
    return found + [f"{path}:{line}: is a runbook of {words}; {RULES} has no such alert"
                    for (path, line), words in sorted(runbooks.items()) if ALERT.fullmatch(words) and words not in names]


class Runbooks(Rule):
    def test_each_alert_has_one_and_each_of_them_an_alert(self):
        home = re.search(r'HOMEPAGE_URL\s+"?([^"\s)]+)', read("CMakeLists.txt"))[1]

        def document(path):
            try:
                return read(path)
            except FileNotFoundError:
                return None
        rules = read(RULES)
        self.assertGreater(len(alerts(rules)), 10)
        self.holds(breaks(rules, home, document))

    def test_what_breaks_the_rule_is_found(self):
        rule = "- alert: {0}\n      expr: up\n      annotations: {{runbook_url: '{1}'}}\n    "
        urls = {"AirLost": "https://h/x#airlost", "AirSlow": "https://h/x/blob/main/etc/R.md#airslow",
                "AirGone": "https://h/x#airgone", "AirOdd": "https://h/x#airlost", "AirFar": "https://elsewhere/#airfar"}
        rules = "groups:\n- rules:\n    " + "".join(rule.format(*each) for each in urls.items())
        documents = {"README.md": "# A\n## Books\n### AirLost\n### AirOld\n### Not appearing\n## AirOther\n",
                     "etc/R.md": "# Books\n## AirSlow\n"}
        self.assertEqual([re.split("[;#]", finding)[0] for finding in breaks(rules, "https://h/x", documents.get)],
                         [f"{RULES}:9: README.md has no heading AirGone",
                          f"{RULES}:12: the runbook_url of AirOdd names ",
                          f"{RULES}:15: AirFar has the runbook_url https://elsewhere/",
                          "README.md:4: is a runbook of AirOld"])


if __name__ == "__main__":
    unittest.main()
