#!/usr/bin/python3
"""Random faults, one after the other, against one held stream with a decoding player at the far end.

The source is flash and beep, pushed by a client to an RTMP server; the encoder reads there and is held; its publisher is at
another server. Rules: the player is never cut off and the far server never has another publisher; no hole of picture or sound
is longer than cover_after and the slack; sound and picture lie at the end as at the beginning, within a frame; no decoder
error. The next fault comes at a random time, some seconds after the stream is on air again.

Usage: held_faults.py FFSUPERVISOR [--faults 60] [--minutes 20] [--seed N] [--slack 0.3] [--only FAULT,…] [--paced]
                      [--keep FOLDER]
"""
import argparse
import os
import random
import signal
import statistics
import sys
import time

from held_outputs import HERE

sys.path[:0] = [os.path.join(HERE, "..", "live"), os.path.join(HERE, "..", "splice", "trial")]
COVER_AFTER_S = 1
FRAME_S = 0.04
BACK_S = 30
STEADY_S = 4  # on air, before the next fault


class Show:
    """The stream and its player."""

    def __init__(self, paced):
        from held import KEYS, PICTURE, HeldTest
        from held_sources import Push
        from servers import RtmpServer

        class Stage(HeldTest):
            def runTest(self):
                pass
        self.stage = Stage()
        self.stage.setUp()
        self.source, self.server = Push(self.stage, None), RtmpServer(self.stage)
        command = ["ffmpeg", *["-re"] * paced, *self.source.input(), *PICTURE, "-c:a", "aac", "-f", "flv", self.server.url("k")]
        monitor = {**KEYS["monitor"], "freeze_timeout": "5s"}
        self.supervisor = self.stage.supervise_held(command, monitor=monitor, recovery={
            "restart_cooldown": "1s", "max_restart_attempts": 100, "audio_stream": {"retry_interval": "1s", "max_retries": 1000}})
        self.supervisor.wait_on_air(40)
        self.player = self.stage.play_rtmp(self.server)
        self.publishers = self.stage.publishers(self.server)

    def encoder(self, number, seconds=None):
        pid = self.supervisor.child_pid()
        if not pid:
            return "no encoder"
        os.kill(pid, number)
        if seconds is not None:
            time.sleep(seconds)
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                return f"{seconds:.1f} s, ended meanwhile"
            return f"{seconds:.1f} s"
        return ""

    def source_does(self, lose, seconds):
        lose()
        time.sleep(seconds)
        self.source.back()
        return f"{seconds:.1f} s"

    def is_cut(self):
        return not self.player.lives() or self.stage.publishers(self.server) != self.publishers

    def wait_steady(self, seconds):
        """On air for STEADY_S; whether."""
        end, since = time.monotonic() + seconds, None
        while time.monotonic() < end and not self.is_cut():
            on_air = self.supervisor.stream()["state"] == "on_air"
            since = (since or time.monotonic()) if on_air else None
            if since and time.monotonic() - since > STEADY_S:
                return True
            time.sleep(0.1)
        return False


def faults(show, chance):
    def away():
        return chance.uniform(1, 8)
    source = show.source
    return {
        "encoder SIGKILL": lambda: show.encoder(signal.SIGKILL),
        "encoder SIGSEGV": lambda: show.encoder(signal.SIGSEGV),
        "encoder SIGSTOP": lambda: show.encoder(signal.SIGSTOP, chance.uniform(1, 6)),
        "source client killed": lambda: show.source_does(source.kill_client, away()),
        "source client hangs": lambda: show.source_does(source.hang_client, away()),
        "source server killed": lambda: show.source_does(source.kill_server, away()),
        "source server hangs": lambda: show.source_does(source.hang_server, away()),
        "source server restarted": lambda: show.source_does(source.kill_server, 0),
    }


def offset(pairs):
    return statistics.median(each for _, each in pairs) if pairs else None


def run(options):
    from harness import wait_until
    chance = random.Random(options.seed)
    show = Show(options.paced)
    seen, broken = {}, []
    try:
        kinds = faults(show, chance)
        names = [name for name in kinds if not options.only or any(each in name for each in options.only)]
        wait_until(lambda: len(show.stage.steady_offsets(show.player)) > 3, 20, show.player.process.log)
        first = offset(show.stage.steady_offsets(show.player))
        began, end = time.monotonic(), time.monotonic() + options.minutes * 60
        for number in range(options.faults):
            if time.monotonic() > end or show.is_cut():
                break
            name, since = chance.choice(names), time.monotonic()
            how = kinds[name]()
            back = show.wait_steady(BACK_S * 2)
            picture, sound = (show.player.standstill(frames, since) for frames in (show.player.pictures, show.player.sounds))
            flat = [*picture, *sound]
            seen.setdefault(name, []).append(flat)
            note = "" if back else "; NOT BACK"
            lies = offset(show.stage.steady_offsets(show.player)[-5:]) or 0
            print(f"{since - began:7.1f} s {name:<24}{how:<10} picture {picture[0]:.2f}, {picture[1]:.2f} s, sound "
                  f"{sound[0]:.2f}, {sound[1]:.2f} s, offset {lies:.3f}{note}", flush=True)
            if max(flat) > COVER_AFTER_S + options.slack:
                broken.append(f"a hole of {max(flat):.2f} s at {since - began:.0f} s, {name}")
            if show.is_cut():
                broken.append(f"cut at {time.monotonic() - began:.0f} s, {name}: publishers {show.publishers} → "
                              f"{show.stage.publishers(show.server)}, player {'lives' if show.player.lives() else 'ended'}")
            if not back:
                broken.append(f"not back on air {BACK_S * 2} s after {name} at {since - began:.0f} s")
            time.sleep(chance.uniform(0, max(0, options.minutes * 60 / options.faults - (time.monotonic() - since))))
        last = offset(show.stage.steady_offsets(show.player)[-5:])
        if first is None or last is None or abs(last - first) > FRAME_S + 0.005:
            broken.append(f"sound and picture lay {first} s apart, now {last} s")
        broken += [f"the player says: {each}" for each in show.player.errors()[:5]]
        print_table(seen, first, last, len(show.stage.encoders()))
        return broken
    finally:
        if options.keep:
            with open(os.path.join(options.keep, f"held_faults.{options.seed}.log"), "w", encoding="utf-8") as file:
                file.write(show.supervisor.log())
        show.stage.doCleanups()


def print_table(seen, first, last, launches):
    print("| fault | times | picture: nothing came | its longest step | sound: nothing came | its longest step |")
    print("|---|---|---|---|---|---|")
    for name, holes in seen.items():
        print(f"| {name} | {len(holes)} | " + " | ".join(f"{max(each):.2f} s" for each in zip(*holes)) + " |")
    print(f"beep after flash: {(first or 0) * 1000:.0f} ms at the begin, {(last or 0) * 1000:.0f} ms at the end; "
          f"encoder launches: {launches}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10000))
    parser.add_argument("--slack", type=float, default=0.3)
    parser.add_argument("--only", type=lambda text: text.split(","), default=[])
    parser.add_argument("--paced", action="store_true", help="read with -re")
    parser.add_argument("--keep", help="a folder for the supervisor's log")
    options = parser.parse_args()
    os.environ["FFSUPERVISOR"] = os.path.abspath(options.binary)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {options.seed}", flush=True)
    broken = run(options)
    print("HOLDS" if not broken else "\n".join(["FAILS", *broken]))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
