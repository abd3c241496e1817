"""What a trial shows: the bare loop and the far ends are the truth, the supervisor is what is judged.

Each check speaks only where the observers saw enough; it says then that it has judged.
"""

from matrix_faults import Faults
from matrix_gauges import Gauges
from matrix_looks import Looks
from matrix_seen import (KERNEL_TAKES, OFF_S, SEEN_S, SHORT_GAP_S, SLACK_S, STEADY_S, Seen, Verdict, events_of,
                         gave_up, longest_gap)

__all__ = ["CHECKS", "events_of", "gave_up", "judge"]
CHECKS = ("healthy", "bytes", "acted", "on air", "blame", "exit", "back", "launches", "logins", "looks", "clean", "gauges")


class Judge(Faults, Gauges, Looks):
    def __init__(self, plan, loop, ours, control):
        self.plan, self.control, self.verdict = plan, control, Verdict()
        self.loop, self.ours = Seen(loop), Seen(ours)
        self.fault = plan.fault
        self.events = ours["events"]
        self.starved = self.loop.starved() or self.ours.starved()
        self.gap = self.natural_gap()
        self.late = self.buffered()
        self.limit = max(SEEN_S + self.late, self.gap + SLACK_S)
        self.said = [each for each in self.ours.samples if each.get("ready") is not None]
        # A shell's line is text to the supervisor. No option can be put into it, so there is no progress, and which
        # address is the input and which an output is not known. What is left is whether it lives and how it ends:
        # a standstill of one that lives can't be told, nor whose fault an end was, nor that an end was meant.
        # All else is judged as for any command.
        self.by_exit = plan.wrapper == "sh -c"

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

    def buffered(self):
        """For how long the kernel takes bytes in place of a server that hangs: one that is connected, or a pipe."""
        takes = self.fault["at"] == "air" or "pipe" in self.loop.outputs
        if (self.fault["side"], self.fault["kind"]) != ("sink", "hung") or not takes:
            return 0
        return KERNEL_TAKES / max(self.loop.rate(), 500)

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
        self.on_air()
        self.gauges()
        if self.loop.record["never_up"]:
            self.verdict.notes.append("the bare command did not come up")
        elif self.fault["side"]:
            self.note_loop()
            self.acted()
            self.blame()
            self.back()
            self.pace()
        return self.verdict

    def note_loop(self):
        """For whoever looks after the lab."""
        if self.hangs_when_bare():
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

    def ends_well(self):
        """The bare command ends by itself with code 0, each time: an end that was meant."""
        ended = [each["code"] for each in self.loop.record["runs"] if each["ended"] and each["ended"] < self.loop.end]
        return not self.fault["side"] and not self.by_exit and bool(ended) and not any(ended)

    def healthy(self):
        if self.ends_well() and not self.starved:
            self.judged("healthy")
            if found := self.incidents(end=self.ours.end):
                self.violation("healthy", f"an end with code 0 is no fault: {self.words(found[0])}")
            return
        if not self.bare_is_healthy():
            if not self.fault["side"] and self.plan.input != "short_file" and not self.starved:
                self.verdict.notes.append("bare is not healthy in a trial without a fault")
            return
        if self.starved:
            return
        self.judged("healthy")
        ours = self.ours
        if found := [each for each in self.incidents(end=ours.end) if not self.tells_of_fault(each)]:
            self.violation("healthy", f"incident at {self.after(found[0]['at'])} of a stream that is healthy when bare: "
                                      f"{self.words(found[0])}")
        elif not ours.one_life():
            self.violation("healthy", f"{len(ours.launches)} launches of a stream that is healthy when bare")
        elif not self.fault["side"]:
            self.same_bytes()

    def tells_of_fault(self, incident):
        """A warning that names what the lab touched is true, though the bare command gets over it; a kill is not allowed."""
        return bool(self.fault["side"]) and incident["at"] >= self.ours.fault and incident.get("component") in self.touched()

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
            whole = name in ("hls", "put") or self.plan.input.startswith("hls")
            count = Seen.bytes_by_growths if whole or self.gap > 1.2 else Seen.bytes_between
            bare, mine = (count(each, name, each.t0 + begin, each.t0 + end) for each in (self.loop, self.ours))
            # A segment of HLS is 2 s long; each side may lag behind its playlist by one more or less.
            segments = 2 if self.plan.input.startswith("hls") else 1
            piece = 2.25 * segments if whole else max(1.2, self.gap)
            allowed = max(0.05 * bare, bare / (end - begin) * piece)
            if abs(bare - mine) > allowed:
                self.violation("bytes", f"{name}: {mine} bytes, bare {bare}")

    def unanswered(self, side):
        """When an FFmpeg that reads no answers gave a piece to a server that refuses or hangs: it goes on as if it
        were taken, and the kernel acknowledges the bytes."""
        if not self.plan.pieces or self.fault["kind"] not in ("refusing", "hung"):
            return []
        until = side.heal or side.end
        return [at for at in side.connections(self.plan.pieces) if side.fault <= at < until]

    def last_sign(self, each):
        """The last byte. Where it is said that no more can be seen: a piece without an answer, or that FFmpeg lives."""
        if self.by_exit and each["alive"] and not each["progress"]:
            return each["t"]
        pieces = self.unanswered(self.ours) if each.get("unseen") else []
        return max([self.last_growth(each["t"]), *[at for at in pieces if at <= each["t"]]])

    def last_growth(self, instant):
        return max((each for each in self.ours.ever if each <= instant), default=self.ours.t0)

    def on_air(self):
        if not self.ours.outputs or self.starved:
            return
        self.judged("on air")
        since, limit = None, self.limit
        for each in self.said:
            if not each["ready"]:
                since = None
                continue
            since = since or each["t"]
            if each["t"] - max(self.last_sign(each), since) > limit:
                self.violation("on air", f"said at {self.after(each['t'])} ({each['state']}), but the far end got its last "
                                         f"byte at {self.after(self.last_growth(each['t']))}")
                break
        self.off_air()

    def steady(self, begin, end):
        allowed = min(max(self.gap, 1.5) + 0.5, 2 * self.gap + 0.5)
        return all(longest_gap(instants, begin, end) < allowed for instants in self.ours.grown.values())

    def off_air(self):
        if self.gap > SHORT_GAP_S or self.fault["kind"] == "slow":
            return
        off = None
        for each in self.said:
            if each["ready"]:
                off = None
                continue
            off = off or each["t"]
            if each["t"] - off > OFF_S and self.steady(each["t"] - STEADY_S - self.gap, each["t"]):
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

    def clean(self):
        record = self.ours.record
        self.judged("clean")
        if record.get("orphans"):
            self.violation("clean", f"left behind after SIG{self.plan.end.upper()}: {record['orphans'][0]}")
        if record.get("leaks"):
            self.violation("clean", f"a secret stands in {', '.join(record['leaks'])}")
        if self.plan.end == "term" and record.get("exit_code") is None and record.get("stop_code") != 0:
            self.violation("clean", f"SIGTERM: exit code {record.get('stop_code')} after {record.get('stop_s')} s")



def judge(plan, loop, ours, control):
    return Judge(plan, loop, ours, control).judge()
