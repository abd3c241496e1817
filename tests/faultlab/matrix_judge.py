"""What a trial shows: the bare loop and the far ends are the truth, the supervisor is what is judged.

Each check speaks only where the observers saw enough; it says then that it has judged.
"""

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
LOOKS_A_SECOND = 5
EXTRA = 3                                # launches and logins beyond the loop's
CHECKS = ("healthy", "bytes", "acted", "on air", "blame", "exit", "back", "launches", "logins", "looks", "clean", "gauges")
VISIBLE = ("absent", "lost", "gone", "refusing")


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

    def starved(self):
        late = self.record["starvation"]
        return late["p95"] > STARVED_P95_S or late["max"] > STARVED_S


class Judge:
    def __init__(self, plan, loop, ours, control):
        self.plan, self.control, self.verdict = plan, control, Verdict()
        self.loop, self.ours = Seen(loop), Seen(ours)
        self.fault = plan.fault
        self.events = ours["events"]
        self.starved = self.loop.starved() or self.ours.starved()
        self.gap = self.natural_gap()
        self.said = [each for each in self.ours.samples if each.get("ready") is not None]
        # A shell's line is text to the supervisor: it warns that it sees little of such an FFmpeg.
        self.hidden = plan.wrapper == "sh -c"

    def violation(self, check, text):
        self.verdict.violations.append((check, text))

    def judged(self, check):
        if check not in self.verdict.judged:
            self.verdict.judged.append(check)

    def after(self, instant):
        return f"{instant - self.ours.t0:.1f} s"

    def natural_gap(self):
        """Between two growths of the same output of an unharmed loop."""
        until = self.loop.fault if self.fault["at"] == "air" else self.loop.end
        gaps = [longest_gap(instants, instants[0], until) for instants in self.loop.grown.values()
                if instants and instants[0] < until and self.fault["at"] != "start"]
        return max(gaps, default=1.0)

    def incidents(self, begin=0.0, end=float("inf")):
        return [each for each in self.events if each["event"] == "incident_opened" and begin <= each["at"] <= end
                and each.get("component") != "operator"]

    @staticmethod
    def words(incident):
        return f"{incident.get('component')}/{incident.get('cause')}: {incident['msg'][:200]}"

    # The checks

    def judge(self):
        self.healthy()
        self.exit()
        self.clean()
        self.looks()
        if not self.hidden:
            self.on_air()
            self.gauges()
        if self.loop.record["never_up"]:
            self.verdict.notes.append("the bare command did not come up")
        elif self.fault["side"]:
            self.note_loop()
            if not self.hidden:
                self.acted()
                self.blame()
            self.back()
            self.pace()
        return self.verdict

    def note_loop(self):
        """For whoever looks after the lab."""
        if self.loop.heal and self.loop.outputs and not [each for each in self.loop.ever if each > self.loop.heal]:
            self.verdict.notes.append("the loop did not come back")

    def bare_is_healthy(self):
        loop = self.loop
        if not loop.one_life() or any(not instants for instants in loop.grown.values()):
            return False
        if not self.fault["side"]:
            return all(instants[-1] > loop.end - 6 for instants in loop.grown.values()) or self.gap > 6
        if not loop.outputs or self.fault["kind"] == "slow":
            return False
        if self.fault["at"] == "start":
            return False
        return all(longest_gap(instants, instants[0], loop.end) <= SHORT_GAP_S for instants in loop.grown.values())

    def healthy(self):
        if not self.bare_is_healthy():
            if not self.fault["side"]:
                self.verdict.notes.append("bare is not healthy in a trial without a fault")
            return
        if self.starved:
            return
        self.judged("healthy")
        ours = self.ours
        if found := self.incidents(end=ours.end):
            self.violation("healthy", f"incident at {self.after(found[0]['at'])} of a stream that is healthy when bare: "
                                      f"{self.words(found[0])}")
        elif not ours.one_life():
            self.violation("healthy", f"{len(ours.launches)} launches of a stream that is healthy when bare")
        elif not self.fault["side"]:
            self.same_bytes()

    def same_bytes(self):
        self.judged("bytes")
        for name in self.ours.outputs:
            if not self.ours.grown[name]:
                self.violation("bytes", f"{name}: nothing came; bare has {len(self.loop.grown[name])} growths")
                continue
            begin = max((self.first_steady(each, name, each.t0) or each.end) - each.t0 for each in (self.loop, self.ours)) + 2
            end = min(each.end - each.t0 for each in (self.loop, self.ours))
            if end - begin < 8:
                continue
            bare, mine = (each.bytes_between(name, each.t0 + begin, each.t0 + end) for each in (self.loop, self.ours))
            piece = 2.5 if name in ("hls", "put") else max(1.2, self.gap)
            allowed = max(0.05 * bare, bare / (end - begin) * piece)
            if abs(bare - mine) > allowed:
                self.violation("bytes", f"{name}: {mine} bytes, bare {bare}")

    def last_growth(self, instant):
        return max((each for each in self.ours.ever if each <= instant), default=self.ours.t0)

    def on_air(self):
        if not self.ours.outputs or self.starved:
            return
        self.judged("on air")
        since, limit = None, max(SEEN_S, self.gap + SLACK_S)
        for each in self.said:
            if not each["ready"]:
                since = None
                continue
            since = since or each["t"]
            if each["t"] - max(self.last_growth(each["t"]), since) > limit:
                self.violation("on air", f"said at {self.after(each['t'])} ({each['state']}), but the far end got its last "
                                         f"byte at {self.after(self.last_growth(each['t']))}")
                break
        self.off_air()

    def steady(self, begin, end):
        return all(longest_gap(instants, begin, end) < max(self.gap, 1.5) + 0.5 for instants in self.ours.grown.values())

    def off_air(self):
        if self.gap > SHORT_GAP_S or self.fault["kind"] == "slow":
            return
        off = None
        for each in self.said:
            if each["ready"]:
                off = None
                continue
            off = off or each["t"]
            if each["t"] - off > OFF_S and self.steady(each["t"] - STEADY_S, each["t"]):
                return self.violation("on air", f"off air said at {self.after(each['t'])} ({each['state']}), but bytes have "
                                                f"come to every far end for {STEADY_S} s")
        return None

    def exit(self):
        code = self.ours.record.get("exit_code")
        if code is None:
            return self.judged("exit")
        self.judged("exit")
        well = Seen(self.control) if self.control else None
        fails = bool(well and not well.one_life() and not well.ever and len(well.launches) > 1)
        if code != 78 or not fails:
            self.violation("exit", f"exit code {code} after {self.after(self.ours.end)}, bare with all servers well: "
                                   f"{'fails, too' if fails else 'works'}")
        return None

    def harmed(self):
        """Outputs that the fault took from the bare loop as well as from ours."""
        def hit(side):
            return {name for name in side.outputs if side.harmed_at([name]) is not None}
        return sorted(hit(self.loop) & hit(self.ours))

    def acted(self):
        if self.fault["kind"] in ("slow", "reloaded", "restarted") or self.starved:
            return
        outputs, ours = self.harmed(), self.ours
        if not outputs:
            return
        until = ours.heal or ours.end
        at_start = self.fault["at"] == "start"
        stopped = ours.harmed_at(outputs)
        limit = (ours.t0 + STARTUP_S if at_start else stopped + FREEZE_S) + SLACK_S
        if ends := ours.ended_in_fault():
            limit = min(limit, ends[0] + SLACK_S)
        if limit > until:
            return
        self.judged("acted")
        found = self.incidents(begin=ours.fault - 0.5, end=limit)
        waits = [each for each in self.said if each["t"] <= limit + 0.5
                 and str(each["state"]).startswith("waiting_for") and each["t"] >= ours.fault]
        if not found and not waits:
            return self.violation("acted", f"no incident by {self.after(limit)}; {', '.join(outputs)} stopped at "
                                           f"{self.after(stopped)}, the fault came at {self.after(ours.fault)}")
        if waits or len(outputs) < len(ours.outputs):
            return None
        dead = limit + 5  # a stop's grace
        if dead < until and not ends and not ours.ended_in_fault():
            self.violation("acted", f"an incident, but the same FFmpeg stands still at {self.after(dead)}: "
                                    f"{self.words(found[0])}")
        return None

    def touched(self):
        if self.plan.shared and self.fault["kind"] not in ("silent",):
            return {"source", "sink"}
        return {self.fault["side"]}

    def blame(self):
        if self.starved:
            return
        begin, ours = self.ours.fault, self.ours
        early = self.incidents(begin=ours.t0, end=begin - 0.2) if self.fault["at"] == "air" else []
        if early and not ours.record["never_up"]:
            self.violation("healthy", f"incident before anything was touched: {self.words(early[0])}")
        until = (ours.heal or ours.end) + (8 if self.fault["kind"] in ("restarted", "reloaded") else 0.5)
        found = self.incidents(begin=begin - 0.2, end=until)
        if not found:
            return
        self.judged("blame")
        if found[0].get("component") not in self.touched():
            self.violation("blame", f"{self.fault['side']} was {self.fault['kind']}, blamed is {self.words(found[0])}")

    def first_steady(self, side, name, since=None):
        """The first byte after the healing that another follows soon."""
        instants = [each for each in side.grown[name] if each > (since or side.heal)]
        for early, late in zip(instants, instants[1:]):
            if late - early < self.gap + 1:
                return early
        return None

    def ramp(self, name):
        """The longest that a launch of the loop took to its first byte while all was well."""
        found = []
        for each in self.loop.launches:
            first = next((at for at in self.loop.grown[name] if at > each["at"]), None)
            well = each["at"] >= self.loop.heal or (self.loop.fault > self.loop.t0 and first and first < self.loop.fault)
            if first and well:
                found.append(first - each["at"])
        back = self.first_steady(self.loop, name)
        if not found and back and not [each for each in self.loop.launches if each["at"] > self.loop.heal]:
            found.append(back - self.loop.heal)
        return max(found, default=None)

    def back(self):
        if not self.ours.heal or not self.loop.heal or self.starved or self.fault["kind"] == "slow":
            return
        attempts = [each["ended"] - each["at"] for each in self.loop.record["runs"]
                    if each["ended"] and each["at"] > self.loop.fault - 0.5 and each["at"] < self.loop.heal]
        for name in self.harmed():
            ramp = self.ramp(name)
            if self.first_steady(self.loop, name) is None or ramp is None:
                continue  # the loop does not come back with it
            bound = max(attempts, default=0) + LOOP_SLEEP_S + ramp + MARGIN_S
            mine = self.first_steady(self.ours, name)
            late = (mine or self.ours.end) - self.ours.heal
            if mine is None and late < bound:
                continue
            self.judged("back")
            if late > bound:
                self.violation("back", f"{name} {'came back' if mine else 'was not back'} {late:.1f} s after the healing; the "
                                       f"worst phase of the loop is {bound - MARGIN_S:.1f} s")

    def pace(self):
        """Launches and logins, in the same stretch of time."""
        span = min(each.end - each.fault for each in (self.loop, self.ours))
        def count(side, instants):
            return sum(side.fault - 0.5 < at < side.fault + span for at in instants)
        for check, pick in (("launches", lambda side: [each["at"] for each in side.launches]),
                            ("logins", lambda side: [at for at, _ in side.record["logins"]])):
            bare, mine = count(self.loop, pick(self.loop)), count(self.ours, pick(self.ours))
            self.judged(check)
            if mine > bare + EXTRA:
                self.violation(check, f"{mine} in {span:.0f} s, the loop's {bare}")

    def looks(self):
        """Connections to a port of the lab, beyond those of the bare loop."""
        ports = {each["port"] for each in self.plan.servers if "port" in each}
        self.judged("looks")
        for port in sorted(ports):
            mine = [at - self.ours.t0 for at, other in self.ours.record["connections"] if other == port]
            bare = [at - self.loop.t0 for at, other in self.loop.record["connections"] if other == port]
            usual = self.busiest(bare, 2)
            if (most := self.busiest(mine, 2)) > usual + LOOKS_A_SECOND * 2 + 2:
                self.violation("looks", f"{most} connections to port {port} within 2 s, the loop's {usual}")
                return
            self.fewer(port, mine, bare)

    @staticmethod
    def busiest(instants, seconds):
        return max((sum(at <= other < at + seconds for other in instants) for at in instants), default=0)

    def fewer(self, port, mine, bare):
        ours = self.ours
        if not self.fault["side"] or self.fault["kind"] == "slow":
            return
        begin, end = ours.fault - ours.t0, (ours.heal or ours.end) - ours.t0
        if end - begin < 8:
            return
        middle = (begin + end) / 2
        def halves(instants):
            return sum(begin <= at < middle for at in instants), sum(middle <= at < end for at in instants)
        (first, second), (_, usual) = halves(mine), halves(bare)
        if second > max(first, usual) + 5:
            self.violation("looks", f"{first} connections to port {port} in the first half of the fault, then {second}")

    def clean(self):
        record = self.ours.record
        self.judged("clean")
        if record.get("orphans"):
            self.violation("clean", f"left behind after SIG{self.plan.end.upper()}: {record['orphans'][0]}")
        if record.get("leaks"):
            self.violation("clean", f"a secret stands in {', '.join(record['leaks'])}")
        if self.plan.end == "term" and record.get("exit_code") is None and record.get("stop_code") != 0:
            self.violation("clean", f"SIGTERM: exit code {record.get('stop_code')} after {record.get('stop_s')} s")

    # What the gauges say

    def gauges(self):
        if self.starved:
            return
        self.judged("gauges")
        self.contradiction(
            "radio_ffmpeg_status{status=\"running\"} is not whether an FFmpeg runs", 2,
            lambda each: bool(each["gauges"].get('radio_ffmpeg_status{status="running"}')) != bool(each["alive"]))
        self.sources()
        if self.plan.output in ("to_rtmp", "to_rtmp_fifo"):
            limit = max(SEEN_S, self.gap + SLACK_S)
            self.contradiction("radio_rtmp_connection_status is 1 and nothing comes", limit,
                               lambda each: each["gauges"].get("radio_rtmp_connection_status") == 1
                               and each["t"] - self.last_growth(each["t"]) > 1 + self.gap)
            if self.gap < SHORT_GAP_S:
                self.contradiction("radio_rtmp_connection_status is 0 and all comes", OFF_S,
                                   lambda each: each["gauges"].get("radio_rtmp_connection_status") == 0
                                   and self.steady(each["t"] - STEADY_S, each["t"]))

    def sources(self):
        ours = self.ours
        if self.gap < SHORT_GAP_S and self.fault["side"] != "source":
            self.contradiction("radio_audio_stream_available is 0 and all comes", OFF_S,
                               lambda each: each["gauges"].get("radio_audio_stream_available") == 0
                               and bool(ours.outputs) and self.steady(each["t"] - STEADY_S, each["t"]))
        if self.fault["side"] != "source" or self.fault["kind"] not in VISIBLE or not ours.outputs:
            return
        kind = next(each["kind"] for each in self.plan.servers if each["name"] == self.fault["server"])
        if kind not in ("web", "icecast", "nginx", "rtsp") or ours.harmed_at(ours.outputs) is None:
            return
        until = ours.heal or ours.end
        self.contradiction("radio_audio_stream_available is 1 and its server gives nothing", SEEN_S,
                           lambda each: each["gauges"].get("radio_audio_stream_available") == 1
                           and ours.fault < each["t"] < until and each["t"] - self.last_growth(each["t"]) > 1)

    def contradiction(self, text, seconds, wrong):
        since = None
        for each in self.said:
            if not each.get("gauges") or not wrong(each):
                since = None
                continue
            since = since or each["t"]
            if each["t"] - since > seconds:
                return self.violation("gauges", f"{text}, for {each['t'] - since:.1f} s at {self.after(each['t'])}")
        return None


def judge(plan, loop, ours, control):
    return Judge(plan, loop, ours, control).judge()
