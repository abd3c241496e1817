"""The table, and what it comes to."""

import statistics

from trial import EXIT_ONLY, OURS, right_cause, right_component


def seconds(value):
    return "–" if value is None else f"{value:.1f} s"


class Report:
    def __init__(self, scenarios, results, modes):
        """results: {(scenario's name, mode): Result}"""
        self.scenarios, self.results, self.modes = scenarios, results, modes
        self.faults = [each for each in scenarios if not each.is_healthy]
        self.healthy = [each for each in scenarios if each.is_healthy]

    def of(self, scenario, mode=OURS):
        return self.results.get((scenario.name, mode))

    def done(self, scenarios, mode=OURS):
        """[(scenario, result)] of those that happened as meant."""
        pairs = [(each, self.of(each, mode)) for each in scenarios]
        return [(each, result) for each, result in pairs if result and result.status == "done"]

    def baselines(self):
        return [mode for mode in self.modes if mode != OURS]

    def print(self):
        self.fault_table()
        self.healthy_table()
        self.wrong_ones()
        for mode in self.modes:
            self.summary(mode)

    def fault_table(self):
        extra = "".join(f" {mode} |" for mode in self.baselines())
        print("| fault | expected | verdict | detected | false before | action | back on air |" + extra)
        print("|---" * (7 + len(self.baselines())) + "|")
        for scenario in self.faults:
            result = self.of(scenario)
            if result:
                print(f"| {scenario.title} | {' or '.join(scenario.causes)} | "
                      f"{self.fault_cells(scenario, result)} |" + self.others(scenario))
        print()

    def fault_cells(self, scenario, result):
        if result.status != "done":
            return f"{result.status}: {result.note.splitlines()[0][:80]} | – | – | – | –"
        detected = seconds(result.detection_s)
        if result.detection_s is None:
            detected = f"not within {scenario.bound_s:.0f} s"
        false = ", ".join(result.false_verdicts) or "none"
        back = result.note if result.note and result.back_s is None else seconds(result.back_s)
        return f"{self.verdict(scenario, result)} | {detected} | {false} | {result.action or 'none'} | {back}"

    @staticmethod
    def verdict(scenario, result):
        if not result.cause:
            return "**none**"
        if right_cause(scenario, result):
            return result.cause
        later = f", later {result.later_cause}" if result.later_cause else ""
        component = "" if right_component(scenario, result) else ", wrong component"
        return f"**{result.cause}**{component}{later}"

    def others(self, scenario):
        cells = []
        for mode in self.baselines():
            result = self.of(scenario, mode)
            if not result or result.status != "done":
                cells.append(result.status if result else "–")
            elif result.detection_s is None:
                cells.append(f"> {scenario.bound_s:.0f} s")
            else:
                cells.append(f"{result.detection_s:.1f} s {result.cause}".strip())
        return "".join(f" {cell} |" for cell in cells)

    def healthy_table(self):
        if not self.healthy:
            return
        others = [mode for mode in self.baselines() if mode != EXIT_ONLY]
        print("| healthy | thresholds | incidents |" + "".join(f" {mode} |" for mode in others))
        print("|---" * (3 + len(others)) + "|")
        for scenario in self.healthy:
            cells = [self.incidents(self.of(scenario, mode)) for mode in self.modes if mode != EXIT_ONLY]
            print(f"| {scenario.title} | {scenario.thresholds} | {' | '.join(cells)} |")
        print()

    @staticmethod
    def incidents(result):
        if not result:
            return "–"
        if result.status != "done":
            return f"{result.status}: {result.note.splitlines()[0][:80]}"
        return f"**{', '.join(result.false_verdicts)}**" if result.false_verdicts else "none"

    def wrong_ones(self):
        for scenario in self.scenarios:
            result = self.of(scenario)
            if result and self.is_wrong(scenario, result):
                print(f"{scenario.name}: {result.status} {result.note}".rstrip())
                print("".join(f"  {line}\n" for line in result.evidence))

    @staticmethod
    def is_wrong(scenario, result):
        if result.status == "not available":
            return False
        return (result.status == "broken" or bool(result.false_verdicts) or
                not scenario.is_healthy and not right_cause(scenario, result))

    def summary(self, mode):
        faults, healthy = self.done(self.faults, mode), self.done(self.healthy, mode)
        disturbed = sum(bool(result.false_verdicts) for _, result in healthy)
        components = sum(right_component(*pair) for pair in faults)
        causes = sum(right_cause(*pair) for pair in faults)
        times = [r.detection_s for _, r in faults if r.detection_s is not None]
        early = sum(bool(result.false_verdicts) for _, result in faults)
        total = max(len(faults), 1)
        print(f"{mode}: right component {components}/{len(faults)} ({100 * components / total:.0f} %), "
              f"right cause {causes}/{len(faults)} ({100 * causes / total:.0f} %), detected {len(times)}, "
              f"median detection {seconds(statistics.median(times) if times else None)}; false verdicts "
              f"before {early} faults; incidents on {disturbed} of {len(healthy)} healthy streams"
              + self.missing(mode))

    def missing(self, mode):
        counts = {}
        for scenario in self.scenarios:
            result = self.of(scenario, mode)
            if result and result.status != "done":
                counts[result.status] = counts.get(result.status, 0) + 1
        return "".join(f"; {count} {status}" for status, count in counts.items()) + "."

    def holds(self):
        """Each fault blamed on the right component, no incident where all was well, nothing broken."""
        for scenario in self.scenarios:
            result = self.of(scenario)
            if not result or result.status == "not available":
                continue
            if result.status == "broken" or result.false_verdicts:
                return False
            if not scenario.is_healthy and not right_component(scenario, result):
                return False
        return True
