"""What the observers of one side wrote down, asked; and the limits that everything is held to."""

import dataclasses
import datetime
import json

STALL_S, FREEZE_S, STARTUP_S = 4, 6, 8   # of the sides' configuration
SLACK_S = 3.5                            # samples, buffers of a far end, a busy machine
SEEN_S = FREEZE_S + SLACK_S              # the longest time-out of a stream that was on air
SHORT_GAP_S = 3                          # of bytes, in a stream that is unharmed
STEADY_S, OFF_S = 6, 4                   # bytes came for so long, yet it was said to be off air for so long
LOOP_SLEEP_S, MARGIN_S = 5, 2
STARVED_P95_S, STARVED_S = 0.15, 1.5
KERNEL_TAKES = 12288                     # bytes, for a server that hangs, with the sides' receive buffers
LOOKS_A_SECOND = 5
EXTRA = 3                                # launches and logins beyond the loop's


def moment(event):
    return datetime.datetime.fromisoformat(event["ts"].replace("Z", "+00:00")).timestamp()


def events_of(path):
    found = []
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("event") != "ffmpeg_log":
                found.append({**event, "at": moment(event)})
    return found


def gave_up(ours):
    return ours.get("exit_code") is not None


def longest_gap(instants, begin, end):
    marks = [begin, *[each for each in instants if begin < each < end], end]
    return max(late - early for early, late in zip(marks, marks[1:]))


@dataclasses.dataclass
class Verdict:
    violations: list = dataclasses.field(default_factory=list)
    judged: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)


class Seen:
    """One side's record, asked."""

    def __init__(self, record):
        self.record = record
        self.t0, self.end = record["t0"], record["end_at"]
        self.fault, self.heal = record["fault_at"], record["heal_at"]
        self.samples = [each for each in record["samples"] if each["t"] <= self.end + 0.3]
        self.launches = [each for each in record["launches"] if each["at"] <= self.end]
        self.outputs = sorted(self.samples[0]["bytes"]) if self.samples else []
        self.grown = {name: self.growths(name) for name in self.outputs}
        self.ever = sorted({each for instants in self.grown.values() for each in instants})

    def growths(self, name):
        return [late["t"] for early, late in zip(self.samples, self.samples[1:])
                if late["bytes"][name] > early["bytes"][name]]

    def bytes_between(self, name, begin, end):
        inside = [each["bytes"][name] for each in self.samples if begin <= each["t"] <= end]
        return inside[-1] - inside[0] if inside else 0

    def bytes_by_growths(self, name, begin, end):
        """Where they come by whole segments, or a frame each two seconds: by the rate between two of them. The edges of the
        stretch cut each side's elsewhere."""
        instants = [each for each in self.grown[name] if begin <= each <= end]
        if len(instants) < 3:
            return self.bytes_between(name, begin, end)
        first, last = instants[0], instants[-1]
        return self.bytes_between(name, first, last) * (end - begin) / (last - first)

    def rate(self):
        """Bytes a second of the slowest output while bytes came."""
        spans = [(name, instants[0], instants[-1]) for name, instants in self.grown.items() if len(instants) > 3]
        return min((self.bytes_between(name, first, last) / (last - first) for name, first, last in spans), default=0)

    def one_life(self):
        return len(self.launches) == 1 and not (self.launches[0]["ended"] and self.launches[0]["ended"] < self.end)

    def harmed_at(self, outputs):
        """The last byte before a long silence after the fault; nothing where it flowed on."""
        for name in outputs:
            instants = [each for each in self.grown[name] if each > self.fault]
            until = self.heal or self.end
            before = [each for each in self.grown[name] if each <= self.fault]
            marks = [before[-1] if before else self.fault, *[each for each in instants if each < until], until]
            for early, late in zip(marks, marks[1:]):
                if late - early > SHORT_GAP_S:
                    return early
        return None

    def ended_in_fault(self):
        return [each["ended"] for each in self.launches
                if each["ended"] and self.fault < each["ended"] < (self.heal or self.end)]

    def lives(self):
        return [(each["at"], each["ended"] or self.end) for each in self.launches]

    def connections(self, port):
        return [at for at, other in self.record["connections"] if other == port]

    def starved(self):
        late = self.record["starvation"]
        return late["p95"] > STARVED_P95_S or late["max"] > STARVED_S
