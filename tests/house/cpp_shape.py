"""The functions, classes and aliases of C++, found by its braces: no compiler, so any checkout can be read.

A brace opens a function where, in a namespace or a class, what stands before it has parentheses and no `=`. So a
lambda is part of what it stands in, and one in a table of a namespace is part of the table. What a macro makes is
taken as it looks: TEST(A, b) {…} is a function. #if branches are all read.
"""

import dataclasses
import re

import cpp

DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.M)
LABEL = re.compile(r"\s*(?:public|private|protected)\s*:(?!:)")
ATTRIBUTE = re.compile(r"\[\[[^\]]*\]\]|\balignas\s*\([^)]*\)")
CLASS = re.compile(r"(?:class|struct|union)\s+((?:\w+\s*::\s*)*\w+)?\s*(?:final\s*)?(?::(?!:)\s*(.*))?$", re.S)
ALIAS = re.compile(r"using\s+(?:(\w+)\s*=\s*(.*)|((?:\w+\s*::\s*)+\w+))$", re.S)
NO_MEMBER = re.compile(r"(?:using|typedef|friend|static_assert|template|enum|class|struct|union|extern|namespace)\b"
                       r"|.*\bstatic\b", re.S)


@dataclasses.dataclass
class Function:
    name: str
    line: int
    lines: int  # from the first of its head to the one of its closing brace


@dataclasses.dataclass
class Member:
    name: str
    type: str
    line: int


@dataclasses.dataclass
class Class:
    name: str  # with its namespaces and the classes around it
    line: int
    bases: list
    members: list


@dataclasses.dataclass
class Scope:
    kind: str  # namespace, class, function, other
    name: str
    begin: int
    parentheses: int
    what: object = None


def collapse(text, opening, closing):
    """Each balanced group as an empty one."""
    inner = re.compile(rf"{re.escape(opening)}[^{re.escape(opening + closing)}]+{re.escape(closing)}")
    while True:
        shorter = inner.sub(opening + closing, text)
        nested = shorter.replace(opening + closing, "\0\0")
        if nested == text:
            return text.replace("\0\0", opening + closing)
        text = nested


def without_template(head):
    """Without a leading template<…>, whose default arguments would look like an initializer."""
    found = re.match(r"\s*template\s*<", head)
    if not found:
        return head
    depth = 1
    for i in range(found.end(), len(head)):
        depth += {"<": 1, ">": -1}.get(head[i], 0)
        if depth == 0:
            return without_template(head[i + 1:])
    return head


def tidy(head):
    head = ATTRIBUTE.sub(" ", head)
    while LABEL.match(head):
        head = LABEL.sub("", head, count=1)
    return head.strip()


def classify(head):
    """(kind, name, rest) of what a brace opens behind this head."""
    head = without_template(tidy(head)).strip()
    if re.match(r"(?:inline\s+)?namespace\b", head):
        return "namespace", re.sub(r"^(?:inline\s+)?namespace|\binline\b|\s", "", head), None
    if re.match(r'extern\s+"', head):
        return "namespace", "", None
    plain = collapse(collapse(re.sub(r"\boperator\s*(?:\(\s*\)|[^\s\w(]+)", "operator_", head), "{", "}"), "<", ">")
    is_class = CLASS.match(plain)
    if is_class and "(" not in plain:
        found = CLASS.match(head)
        return "class", re.sub(r"\s", "", found[1] or ""), found[2] or ""
    flat = collapse(plain, "(", ")")
    named = re.search(r"([\w~]+)\s*\(\)", flat)
    if not named or "=" in flat or re.match(r"enum\b", flat):
        return "other", "", None
    in_list = re.search(r"\)\s*(?:noexcept\s*(?:\(\))?\s*)?:(?!:)", flat)
    if in_list and re.search(r"[\w>]\s*$", flat):
        return "other", "", None  # a member's initializer
    return "function", named[1], None


def split(text, sign=","):
    """At the signs that are in no brackets."""
    parts, depth, begin = [], 0, 0
    for i, each in enumerate(text):
        depth += {"<": 1, "(": 1, "{": 1, "[": 1, ">": -1, ")": -1, "}": -1, "]": -1}.get(each, 0)
        if each == sign and depth == 0:
            parts.append(text[begin:i])
            begin = i + 1
    return parts + [text[begin:]]


def members_of(head, line):
    """The data members that a statement of a class declares."""
    head = tidy(head)
    if not head or NO_MEMBER.match(head) or "operator" in head:
        return []
    head = split(head, "=")[0]
    pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)\s*\(", head)
    flat = collapse(re.sub(r"\{[^{}]*\}", "", collapse(head, "{", "}")), "<", ">")
    if pointer and flat.index("(") == flat.index("(", 0) and re.match(r"[^(]*\(\s*\*", flat):
        return [Member(pointer[1], "*", line)]
    if "(" in flat:
        return []
    parts = split(re.sub(r"\{\}", "", collapse(head, "{", "}")))
    first = re.match(r"(.*?)([A-Za-z_]\w*)\s*((?:\[[^\]]*\]\s*)*)(?::\s*\d+)?\s*$", parts[0], re.S)
    if not first or not first[1].strip():
        return []
    type_ = " ".join(first[1].split())
    names = [first[2]] + [found[1] for part in parts[1:] for found in [re.match(r"[\s*&]*(\w+)", part)] if found]
    return [Member(name, type_, line) for name in names]


def read(text):
    """(functions, classes, aliases) of the text of one file. Aliases: whole name → type, as `using` says."""
    bare = DIRECTIVE.sub(lambda each: cpp.blank(each[0]), cpp.bare(text))
    starts = [0]
    for i, sign in enumerate(bare):
        if sign == "\n":
            starts.append(i + 1)
    lines = _Lines(starts)
    functions, classes, aliases = [], [], {}
    stack = [Scope("namespace", "", 0, 0)]
    parentheses = 0
    begin = 0

    def head_line(until):
        skipped = begin
        while (label := LABEL.match(bare, skipped, until)):
            skipped = label.end()
        return lines.of(skipped + len(bare[skipped:until]) - len(bare[skipped:until].lstrip()))

    for token in re.finditer(r"[(){};]", bare):
        sign, at, scope = token[0], token.start(), stack[-1]
        is_open = scope.kind in ("namespace", "class") and parentheses == 0
        if sign == "(":
            parentheses += 1
        elif sign == ")":
            parentheses = max(0, parentheses - 1)
        elif sign == "{":
            kind, name, rest = classify(bare[begin:at]) if is_open else ("other", "", None)
            inside = Scope(kind, name, begin, parentheses)
            if kind == "function":
                inside.what = head_line(at)
            elif kind == "class":
                path = [each.name for each in stack if each.kind in ("namespace", "class") and each.name]
                bases = [re.sub(r"\b(?:public|private|protected|virtual)\b", "", base).strip()
                         for base in split(rest) if base.strip()]
                inside.what = Class("::".join([*path, name]), head_line(at), bases, [])
                classes.append(inside.what)
            stack.append(inside)
            parentheses = 0
            if kind != "other":
                begin = at + 1
        elif sign == "}":
            if len(stack) > 1:
                closed = stack.pop()
                parentheses = closed.parentheses
                if closed.kind == "function":
                    functions.append(Function(closed.name, closed.what, lines.of(at) - closed.what + 1))
                if closed.kind != "other":
                    begin = at + 1
        elif is_open:
            alias = ALIAS.match(tidy(bare[begin:at]))
            if alias:
                path = [each.name for each in stack if each.name]
                type_ = alias[2] or alias[3]
                aliases["::".join([*path, alias[1] or type_.split("::")[-1].strip()])] = " ".join(type_.split())
            if scope.kind == "class":
                scope.what.members += members_of(bare[begin:at], head_line(at))
            begin = at + 1
    return functions, [each for each in classes if each.name and not each.name.endswith("::")], aliases


class _Lines:
    def __init__(self, starts):
        self.starts = starts

    def of(self, offset):
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low + 1
