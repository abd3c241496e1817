"""The table, and whether the goals hold."""

import math
import statistics

from back_on_air_candidates import OURS
from back_on_air_trial import POLL_S, SOURCE_MINUTE

FEWER = 5  # times fewer launches during the long source outage


class Cell:
    """The trials of one candidate with one fault."""

    def __init__(self, results):
        self.rounds = len(results)
        self.gap = statistics.median(r.gap_s for r in results)
        self.launches = statistics.median(r.launches for r in results)
        finite = [r.gap_s for r in results if math.isfinite(r.gap_s)]
        self.lost = self.rounds - len(finite)
        self.spread = (max(finite) - min(finite)) / 2 if finite else 0

    def text(self):
        if math.isinf(self.gap):
            return f"never ({self.launches:g})"
        spread = f" ± {self.spread:.2f}" if self.rounds > 1 else ""
        lost = f", {self.lost} of {self.rounds} never" if self.lost else ""
        return f"{self.gap:.2f}{spread} s ({self.launches:g}{lost})"


class Report:
    def __init__(self, faults, names, results):
        """results: {(fault's name, candidate): [Result]}, without those that broke."""
        self.faults, self.names = faults, names
        self.cells = {key: Cell(values) for key, values in results.items() if values}

    def _peers(self, fault):
        return {name: self.cells[fault.name, name] for name in self.names
                if name != OURS and (fault.name, name) in self.cells}

    def _race(self, fault):
        """(our cell, name and cell of the fastest peer); None where either side is missing."""
        ours, peers = self.cells.get((fault.name, OURS)), self._peers(fault)
        if not ours or not peers:
            return None
        return ours, *min(peers.items(), key=lambda item: item[1].gap)

    @staticmethod
    def _noise(peer):
        return POLL_S / 2 + peer.spread

    def table(self):
        print("| fault | " + " | ".join(self.names) + " | ÷ fastest peer |")
        print("|---" * (len(self.names) + 2) + "|")
        for fault in self.faults:
            cells = [self.cells.get((fault.name, name)) for name in self.names]
            words = [cell.text() if cell else "–" for cell in cells]
            print(f"| {fault.title} | " + " | ".join(words) + f" | {self._ratio(fault)} |")

    def _ratio(self, fault):
        race = self._race(fault)
        if not race or (math.isinf(race[0].gap) and math.isinf(race[2].gap)):
            return "–"
        ours, name, peer = race
        if math.isinf(peer.gap):
            return "no peer is back"
        return "never" if math.isinf(ours.gap) else f"{ours.gap / peer.gap:.2f} ({name})"

    def speed_goal(self):
        """Never slower than the fastest peer, noise allowed; None: nothing to judge."""
        races = [(fault, race) for fault in self.faults if (race := self._race(fault))]
        late = []
        for fault, (ours, name, peer) in races:
            if ours.lost or ours.gap > peer.gap + self._noise(peer):
                late.append(f"{fault.name}: {ours.text()}, {name} {peer.text()}, "
                            f"noise {self._noise(peer):.2f} s")
        print(f"Never slower than the fastest peer (noise: {POLL_S / 2 * 1000:.0f} ms, half a poll, and half "
              f"the range of that peer's rounds): {verdict(races, late)}")
        return None if not races else not late

    def launch_goal(self):
        fault = next((f for f in self.faults if f.name == SOURCE_MINUTE), None)
        race = self._race(fault) if fault else None
        rivals, many = {}, []
        if race:
            ours = race[0]
            rivals = {name: peer for name, peer in self._peers(fault).items()
                      if peer.gap <= ours.gap + self._noise(peer) and math.isfinite(peer.gap)}
            many = [f"{name}: {peer.launches:g}, ours {ours.launches:g}"
                    for name, peer in rivals.items() if peer.launches < FEWER * ours.launches]
            if ours.lost:
                many.append("ours did not always come back")
        print(f"At least {FEWER} × fewer FFmpeg launches in {SOURCE_MINUTE} than any peer as fast "
              f"({'; '.join(rivals) or 'none'}): {verdict(rivals or many, many)}")
        return not many if rivals or many else None


def verdict(judged, against):
    if not judged:
        return "not judged"
    return "HOLDS" if not against else "FAILS: " + "; ".join(against)
