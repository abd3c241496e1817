"""What is done about a fault that the lab has made: in time, to the right one, at a bearable pace."""

from matrix_seen import EXTRA, FREEZE_S, LOOP_SLEEP_S, MARGIN_S, SLACK_S, STARTUP_S


class Faults:
    """A part of Judge."""

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
        limit = (ours.t0 + STARTUP_S if at_start else stopped + FREEZE_S) + SLACK_S + self.late
        if pieces := self.unanswered(ours):
            limit = max(limit, pieces[-1] + FREEZE_S + SLACK_S)
        ends = ours.ended_in_fault()
        if self.by_exit and not ends:
            return  # one that lives may work
        if ends and self.plan.input == "short_file":
            # Its own end, and no sign of the fault: the next launch has the time of any start.
            limit = max(limit, ends[0] + STARTUP_S + SLACK_S)
        elif ends:
            limit = ends[0] + SLACK_S if self.by_exit else min(limit, ends[0] + SLACK_S)
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
        # An exit code alone accuses nothing but the command; another component is a claim.
        allowed = self.touched() | ({"encoder"} if self.by_exit else set())
        # A bare FFmpeg that stands still after all is well again hangs by itself.
        if self.hangs_when_bare() and ours.heal and found[0]["at"] > ours.heal + 2:
            allowed = allowed | {"encoder"}
        if found[0].get("component") not in allowed:
            self.violation("blame", f"{self.fault['side']} was {self.fault['kind']}, blamed is {self.words(found[0])}")

    def hangs_when_bare(self):
        loop = self.loop
        return bool(loop.heal and loop.outputs and not [each for each in loop.ever if each > loop.heal])

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

    def attempts(self):
        """How long the loop's launches lived that the fault ended."""
        until = self.loop.heal or self.loop.end
        return [each["ended"] - each["at"] for each in self.loop.record["runs"]
                if each["ended"] and self.loop.fault - 0.5 < each["at"] < until]

    def worst_phase(self):
        """Launches of a loop whose sleeps fall as badly as they can: one ends right before the healing."""
        attempts = self.attempts()
        first = 0 if self.fault["at"] == "start" else LOOP_SLEEP_S
        lasted = (self.loop.heal or self.loop.end) - self.loop.fault - first
        if not attempts or lasted < 0:
            return 0
        return int(lasted / (min(attempts) + LOOP_SLEEP_S)) + 1 + bool(self.loop.heal)

    def back(self):
        if not self.ours.heal or not self.loop.heal or self.starved or self.fault["kind"] == "slow":
            return
        attempts = self.attempts()
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
        """Launches and logins, in the same stretch of time; the loop's at its worst phase."""
        span = min(each.end - each.fault for each in (self.loop, self.ours))
        def count(side, instants, phase=0):
            return sum(side.fault - 0.5 < at < side.fault + span + phase for at in instants)
        missed = 0
        for check, pick in (("launches", lambda side: [each["at"] for each in side.launches]),
                            ("logins", lambda side: [at for at, _ in side.record["logins"]])):
            bare, mine = count(self.loop, pick(self.loop), LOOP_SLEEP_S), count(self.ours, pick(self.ours))
            if check == "launches":
                missed = max(0, self.worst_phase() - bare)
            bare += missed if bare else 0
            self.judged(check)
            if mine > bare + EXTRA:
                self.violation(check, f"{mine} in {span:.0f} s, the loop's {bare}")
