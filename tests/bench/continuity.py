#!/usr/bin/python3
"""What one listener of a radio hears of four faults: ffsupervisor with and without held outputs, a bash loop, Liquidsoap.

A source client sends a tone to Icecast A; each competitor reads it there, from a whole burst on, and publishes MP3 to
Icecast B, which has no burst. Its one listener connects again as soon as it is cut. What it gets is decoded at once and
played in order by a player whose buffer is empty when a fault begins. No tone: the player plays what is below -60 dB, or
has had nothing to play for longer than 0.2 s. Dead: only the latter. A disconnection: the end of the listener's HTTP stream.

The source is started again after 10 s, Icecast B after 3 s; the absence ends when the mount is there, when Icecast B answers.
What the listener misses beyond it is less than nothing where a buffer has bridged a part. A fault is over with the last hole
before 5 s of tone. With several rounds a cell is the median, and the range behind it. Where the rows of "nothing" are not 0,
the machine was too busy.

Usage: continuity.py FFSUPERVISOR [--rounds 1] [--only held,plain,loop,liquidsoap]
"""
import argparse
import array
import http.client
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

from held_outputs import HERE, make_stage, pids_of

MOUNT = "out"
ENCODE = ["-c:a", "libmp3lame", "-b:a", "128k", "-content_type", "audio/mpeg", "-f", "mp3"]
# Packet by packet, without looking ahead.
DECODE = ["ffmpeg", "-v", "error", "-fflags", "nobuffer", "-probesize", "32", "-analyzeduration", "0", "-f", "mp3",
          "-i", "pipe:0", "-ac", "1", "-ar", "8000", "-f", "s16le", "-flush_packets", "1", "pipe:1"]
BLOCK_S = 0.02
BLOCK_BYTES = int(8000 * BLOCK_S) * 2
SILENT_RMS = 32768 * 10 ** (-60 / 20)
PAUSE_S = 0.2  # shorter ones any player's buffer covers
RETRY_S = 0.05
SOURCE_AWAY_S, SINK_AWAY_S = 10, 3
UNDISTURBED_S = 5
STEADY_S = 5  # of tone without a hole: the fault is over
BURST_S = 6  # after it Icecast A has a whole burst, 64 KiB or 4 s, for everyone who connects
BACK_WITHIN_S = 15  # on an idle machine
CUTS, NO_TONE, DEAD, ABSENCE, BEYOND = "disconnections", "no tone", "dead", "its absence", "no tone beyond it"
NOTHING = f"nothing, for {UNDISTURBED_S} s"
LOST, BACK, SOURCE = "source killed, until it is back", "source back", "source killed and back"
ENCODER = "encoder killed (Liquidsoap: all of it, under a bash loop)"
SINK = "sink killed and back"
LOOP = 'while :; do "$@" >&2; sleep 1; done'


class Player:
    """Plays blocks in order as they come; knows from when to when there was tone, and from when to when anything."""

    def __init__(self):
        self.lock = threading.Lock()
        self.begin()

    def begin(self):
        """With an empty buffer; returns the time."""
        with self.lock:
            self.end = time.monotonic()
            self.spans = [[self.end, self.end, True]]  # begin, end, whether it is tone
            return self.end

    def take(self, tone):
        with self.lock:
            now = time.monotonic()
            if now - self.end > PAUSE_S:
                self.spans.append([now, now, tone])
            elif tone != self.spans[-1][2]:
                start = max(now, self.end)
                self.spans[-1][1] = start
                self.spans.append([start, start, tone])
            self.end = max(now, self.end) + BLOCK_S
            self.spans[-1][1] = self.end

    def _missing(self, start, end, wanted):
        with self.lock:
            spans = [span for span in self.spans if wanted(span)]
            if end - self.end <= PAUSE_S and spans and spans[-1] is self.spans[-1]:
                spans[-1] = [spans[-1][0], max(end, self.end), True]
        return end - start - sum(max(0, min(end, last) - max(start, first)) for first, last, _ in spans)

    def no_tone(self, start, end):
        return self._missing(start, end, lambda span: span[2])

    def dead(self, start, end):
        return self._missing(start, end, lambda span: True)

    def is_steady(self):
        now = time.monotonic()
        return now - self.spans[0][0] > STEADY_S and self.no_tone(now - STEADY_S, now) < BLOCK_S / 2


class Listener:
    """Of Icecast B's mount, from now on; `ends`: when its stream has ended."""

    def __init__(self, stage, icecast, competitor):
        self.port, self.competitor, self.ends, self.player = icecast.port, competitor, [], Player()
        self.decoder = stage.start(*DECODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE).popen
        self.closed = threading.Event()
        stage.addCleanup(self.closed.set)
        for work in (self._listen, self._hear):
            threading.Thread(target=work, daemon=True).start()

    def _listen(self):
        while not self.closed.wait(RETRY_S):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", f"/{MOUNT}")
                answer = connection.getresponse()
                if answer.status == 200:
                    self._take(answer)
                    self.ends.append(time.monotonic())
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()

    def _take(self, answer):
        try:
            while more := answer.read1(65536):
                os.write(self.decoder.stdin.fileno(), more)
        except (OSError, http.client.HTTPException):
            pass

    def _hear(self):
        with self.decoder.stdout as sound:
            while len(block := sound.read(BLOCK_BYTES)) == BLOCK_BYTES:
                samples = array.array("h", block)
                self.player.take(sum(each * each for each in samples) / len(samples) > SILENT_RMS ** 2)

    def wait_steady(self, what):
        from harness import wait_until
        wait_until(self.player.is_steady, BACK_WITHIN_S,
                   lambda: f"{what}: tone without a hole for {STEADY_S} s; the competitor says\n{self.competitor.log()[-3000:]}")
        return time.monotonic()

    def cuts(self, start, end):
        return sum(start <= each < end for each in self.ends)

    def account(self, start, end):
        return {CUTS: self.cuts(start, end), NO_TONE: self.player.no_tone(start, end), DEAD: self.player.dead(start, end)}



def make_sink(stage):
    from servers import Icecast

    class Sink(Icecast):
        """Without a burst, and it knows since when it answers."""

        def start(self):
            self.up_since = None
            with open(self.config) as file:
                config = file.read().replace("<limits>", "<limits><burst-size>0</burst-size>")
            with open(self.config, "w") as file:
                file.write(config)
            super().start()

        def answers(self):
            answered = super().answers()
            self.up_since = (self.up_since or time.monotonic()) if answered else None
            return answered
    return Sink(stage)


def ffmpeg_command(source, sink):
    return ["ffmpeg", "-nostdin", "-re", "-f", "mp3", "-i", source, *ENCODE, sink.url(MOUNT)]


def supervised(*options):
    """The encoder's pid is what ffsupervisor says."""
    def start(stage, source, sink):
        supervisor = stage.supervise(*ffmpeg_command(source, sink), options=options)
        return supervisor, supervisor.child_pid
    return start


def looped(name, stage, *command):
    shell = stage.start("bash", "-c", LOOP, "bash", *command)
    return shell, lambda: pids_of(name, shell.pid)[0]


def start_loop(stage, source, sink):
    return looped("ffmpeg", stage, *ffmpeg_command(source, sink))


def start_liquidsoap(stage, source, sink):
    return looped("liquidsoap", stage, "env", f"SOURCE={source}", f"SINK_PORT={sink.port}", f"SINK_PASSWORD={sink.password}",
                  shutil.which("liquidsoap"), os.path.join(HERE, "continuity.liq"))


COMPETITORS = {
    "held": ("ffsupervisor, held", supervised("--hold")),
    "plain": ("ffsupervisor, plain", supervised()),
    "loop": ("bash loop", start_loop),
    "liquidsoap": ("Liquidsoap", start_liquidsoap),
}


def lose_source(listener, icecast, feeder):
    start = listener.player.begin()
    feeder.end()
    time.sleep(SOURCE_AWAY_S)
    icecast.feed("source")
    back = time.monotonic()
    end = listener.wait_steady(BACK)
    away = back - start
    return {LOST: listener.account(start, back), BACK: listener.account(back, end),
            SOURCE: {ABSENCE: away, BEYOND: listener.player.no_tone(start, end) - away}}


def kill_encoder(listener, encoder_pid):
    start = listener.player.begin()
    os.kill(encoder_pid(), signal.SIGKILL)
    return {ENCODER: listener.account(start, listener.wait_steady(ENCODER))}


def restart_sink(listener, sink):
    start = listener.player.begin()
    sink.process.end()
    time.sleep(SINK_AWAY_S)
    sink.start()
    away = sink.up_since - start
    end = listener.wait_steady(SINK)
    return {SINK: {CUTS: listener.cuts(start, end), ABSENCE: away, BEYOND: listener.player.no_tone(start, end) - away}}


def do_nothing(listener):
    start = listener.player.begin()
    time.sleep(UNDISTURBED_S)
    return {NOTHING: listener.account(start, time.monotonic())}


def trial(start_competitor):
    """{event: {measure: value}}"""
    from harness import holds
    from servers import Icecast
    stages = [make_stage(), make_stage()]  # an Icecast has its folder for itself
    try:
        icecast, sink = Icecast(stages[0]), make_sink(stages[1])
        feeder = icecast.feed("source")
        assert holds(lambda: icecast.has_mount("source"), BURST_S), feeder.log()
        competitor, encoder_pid = start_competitor(stages[1], icecast.listen_url("source"), sink)
        listener = Listener(stages[1], sink, competitor)
        listener.wait_steady("start")
        return {**do_nothing(listener), **lose_source(listener, icecast, feeder), **kill_encoder(listener, encoder_pid),
                **restart_sink(listener, sink)}
    finally:
        for stage in reversed(stages):
            stage.doCleanups()


def cell(values):
    counted = isinstance(values[0], int)
    form = "{:g}" if counted else "{:.2f}"
    several = f" ({form} to {form})".format(min(values), max(values)) if len(values) > 1 else ""
    return form.format(statistics.median(values)) + ("" if counted else " s") + several


def print_table(results):
    """results: {competitor: [what trial returns]}"""
    print("| event | measure | " + " | ".join(COMPETITORS[name][0] for name in results) + " |")
    print("|---" * (len(results) + 2) + "|")
    first = next(iter(results.values()))[0]
    for event, measures in first.items():
        for measure in measures:
            cells = [cell([each[event][measure] for each in rounds]) for rounds in results.values()]
            print(f"| {event} | {measure} | " + " | ".join(cells) + " |")


def allowed(event, measure, liquidsoap):
    """What held outputs may have at most; None: any."""
    if measure == CUTS:
        return liquidsoap if event == SINK else 0
    if measure == ABSENCE or event == ENCODER or (event, measure) == (LOST, NO_TONE):
        return None
    return liquidsoap + PAUSE_S


def print_goal(results):
    against = []
    for event, measures in results["held"][0].items():
        for measure in measures:
            held, peer = (statistics.median(each[event][measure] for each in results[name]) for name in ("held", "liquidsoap"))
            most = allowed(event, measure, peer)
            if most is not None and held > most:
                against.append(f"{event}: {measure} {held:.2f}, Liquidsoap {peer:.2f}")
    print("Held outputs: no disconnection but by the sink's end, and no more missed than with Liquidsoap where that can go on "
          f"(within {PAUSE_S} s): " + ("FAILS: " + "; ".join(against) if against else "HOLDS"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(COMPETITORS))
    options = parser.parse_args()
    if unknown := set(options.only) - COMPETITORS.keys():
        parser.error(f"no such competitor: {', '.join(sorted(unknown))}")
    if "liquidsoap" in options.only and not shutil.which("liquidsoap"):
        sys.exit("liquidsoap is not installed: apt-get install liquidsoap (Debian's package), or leave it out with --only")
    os.environ["FFSUPERVISOR"] = os.path.abspath(options.binary)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results = {name: [] for name in options.only}
    for _ in range(options.rounds):
        for name in options.only:
            results[name].append(trial(COMPETITORS[name][1]))
    print_table(results)
    if {"held", "liquidsoap"} <= results.keys():
        print_goal(results)


if __name__ == "__main__":
    main()
