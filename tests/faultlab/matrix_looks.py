"""How often a supervisor asks a port of the lab whether it is there, beside what its FFmpeg asks."""

from matrix_seen import LOOKS_A_SECOND

BURST_S = 2
LATE_S = 0.35   # a launch is seen so late
STRAY = 2       # connections of one life beyond the bare one's: a redirect, a second try
TELLING_S = 4   # of looking: in less, no pace is to be seen
MORE = 5        # looks, in the later half


class Looks:
    """A part of Judge."""

    def looks(self):
        ports = {each["port"] for each in self.plan.servers if "port" in each}
        self.judged("looks")
        for port in sorted(ports):
            mine, bare = self.ours.connections(port), self.loop.connections(port)
            usual = max((number for _, number in bursts(bare)), default=0)
            for begin, most in bursts(mine):
                # Each launch asks as the loop's does; how many there may be is another check.
                launched = sum(begin - LATE_S <= early < begin + BURST_S + LATE_S for early, _ in self.ours.lives())
                if most > usual * max(1, launched) + LOOKS_A_SECOND * BURST_S + 2:
                    return self.violation("looks", f"{most} connections to port {port} within {BURST_S} s, with {launched} "
                                                   f"launches; the loop's {usual}")
            self.fewer(port, mine, bare)
        return None

    def fewer(self, port, mine, bare):
        """With time: by the halves of the time spent looking, which begins with the first look. FFmpeg's own connections are
        its launches' matter, and while it is tried without a look beside it, nobody looks."""
        ours = self.ours
        if not self.fault["side"] or self.fault["kind"] == "slow":
            return
        end = ours.heal or ours.end
        own = max((len(each) for each in shared_out(bare, self.loop.lives())[0]), default=0)
        of_lives, looks = shared_out(mine, ours.lives())
        tried = []
        for life, instants in zip(ours.lives(), of_lives):
            # A look right before a launch is not FFmpeg's, unless the launch was seen late.
            before, of_life = [at for at in instants if at < life[0]], [at for at in instants if at >= life[0]]
            if len(of_life) >= own:
                looks += before
            if len(of_life) > own + STRAY:
                looks += of_life[own:]
            else:
                tried.append(life)
        looks = sorted(at for at in looks if ours.fault <= at < end)
        if not looks:
            return
        def looking(until):
            return until - looks[0] - sum(max(0, min(late, until) - max(early, looks[0])) for early, late in tried)
        if looking(end) < TELLING_S:
            return
        first = sum(looking(at) < looking(end) / 2 for at in looks)
        second = len(looks) - first
        if second > first + MORE:
            self.violation("looks", f"{first} looks at port {port} in the first half of the time spent looking, then {second}")


def bursts(instants):
    """Each instant, and how many follow within BURST_S."""
    return [(at, sum(at <= other < at + BURST_S for other in instants)) for at in instants]


def shared_out(instants, lives):
    """Those within each life, and those within none."""
    inside, outside = [[] for _ in lives], []
    for at in instants:
        place = max((number for number, (early, late) in enumerate(lives) if early - LATE_S <= at < late), default=None)
        (outside if place is None else inside[place]).append(at)
    return inside, outside
