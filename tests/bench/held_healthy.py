#!/usr/bin/python3
"""Healthy sources of every kind, held, side by side: none may be covered.

A cover in the first 15 s after the stream came on air counts, too. The kinds run at the same time under one supervisor, or
one after the other with --apart; a machine that cannot keep up makes the encoders late, which is no healthy source.

Usage: held_healthy.py FFSUPERVISOR [--minutes 10] [--apart] [KIND…]
"""
import argparse
import os
import random
import subprocess
import sys
import time

from held_outputs import HERE, make_stage

sys.path.insert(1, os.path.join(HERE, "..", "faultlab"))
MUST_DELIVER_S = 40
JITTER_S = 0.7  # at most, of what is allowed: cover_after is 1 s


def encode(*more):
    return ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "50", *more, "-c:a", "aac", "-b:a", "64k"]


def jittery(stage):
    """Live MPEG-TS whose pieces are held up, each for a time of its own."""
    from feeders import CHUNK, Relay

    class Jittery(Relay):
        def pass_on(self, source, listener):
            while data := source.read1(CHUNK * 20):
                listener.write(data)
                time.sleep(random.random() * JITTER_S if random.random() < 0.1 else 0)
    return Jittery(stage)


class Kinds:
    """Each gives (what comes before the output, the output)."""

    def __init__(self, stage):
        from servers import Icecast, RtmpServer
        self.stage, self.rtmp, self.radio = stage, RtmpServer(stage), Icecast(stage)

    def published(self, key, *words):
        return [*words, "-f", "flv", self.rtmp.url("k_" + key)]  # no word of the log: keys are masked

    def url_of_hls(self):
        from feeders import folder_server, hls_generator
        folder = self.stage.path("hls")
        if not os.path.exists(folder):
            hls_generator(self.stage, folder, segment_s=6)
            self.port = folder_server(self.stage, folder, keeps_alive=True)
        return f"http://127.0.0.1:{self.port}/live.m3u8"

    def hls(self):
        return self.published("hls", "-i", self.url_of_hls(), *encode())

    def hls_re(self):
        return self.published("hls_re", "-re", "-i", self.url_of_hls(), *encode())

    def bursts(self):
        from feeders import Relay
        return self.published("bursts", "-i", f"http://127.0.0.1:{Relay(self.stage, burst_s=2).port}/", *encode())

    def jitter(self):
        return self.published("jitter", "-i", f"http://127.0.0.1:{jittery(self.stage).port}/", *encode())

    def vbr_silence(self):
        """Talk with pauses of 4 s, digitally silent, in which MP3 has next to nothing to send."""
        speech = "volume='if(lt(mod(t,10),6),1,0)':eval=frame"
        return ["-re", "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.5", "-af", speech, "-c:a", "libmp3lame", "-q:a",
                "4", "-content_type", "audio/mpeg", "-f", "mp3", self.radio.url("talk")]

    def slides(self, name, size):
        slide = self.stage.path(f"{name}.png")
        self.stage.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}", "-frames:v", "1", slide)
        return self.published(name, "-re", "-loop", "1", "-framerate", "1", "-i", slide, "-re", "-f", "lavfi", "-i", "sine",
                              *encode("-g", "4", "-r", "1", "-pix_fmt", "yuv420p"))

    def slides_720p(self):
        return self.slides("slides_720p", "1280x720")

    def slides_180p(self):
        return self.slides("slides_180p", "320x180")

    def looped(self):
        picture = self.stage.path("looped.png")
        self.stage.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180", "-frames:v", "1", picture)
        self.radio.feed("radio")
        return self.published("looped", "-re", "-loop", "1", "-framerate", "25", "-i", picture, "-i",
                              self.radio.listen_url("radio"), "-map", "0:v", "-map", "1:a", *encode("-pix_fmt", "yuv420p"))

    def lookahead(self):
        """Pictures come out 2.4 s behind their sound."""
        return self.published("lookahead", *"-re -f lavfi -i testsrc2=size=320x180:rate=25 -re -f lavfi -i sine".split(),
                              *"-c:v libx264 -preset medium -g 50 -bf 3 -x264-params rc-lookahead=60".split(),
                              "-pix_fmt", "yuv420p", "-c:a", "aac")


KINDS = [name for name in vars(Kinds) if not name.startswith("_") and name not in ("published", "url_of_hls", "slides")]


def run(kinds, seconds):
    """{kind: (covers, when on air, encoders, publishers)}"""
    stage = make_stage()
    try:
        scene = Kinds(stage)
        streams = [{"name": kind, "command": ["ffmpeg", *getattr(scene, kind)()], "hold": True,
                    "monitor": {"startup_timeout": "40s"}} for kind in kinds]
        supervisor = stage.supervise_file(streams)
        supervisor.wait_on_air(MUST_DELIVER_S)
        try:
            supervisor.popen.wait(seconds)
            sys.exit(f"the supervisor has ended: {supervisor.log()[-2000:]}")
        except subprocess.TimeoutExpired:
            pass
        if log := os.environ.get("HELD_LOG"):
            with open(f"{log}.{'_'.join(kinds)[:40]}", "w", encoding="utf-8") as file:
                file.write(supervisor.log())
        return {kind: seen_of(supervisor, kind) for kind in kinds}
    finally:
        stage.doCleanups()


def seen_of(supervisor, kind):
    starts = supervisor.events("ffmpeg_started", stream=kind)
    covers = [f"{supervisor.seconds_between(starts[0], each):.1f} s: {each['covered']}"
              for each in supervisor.events("covered", stream=kind)]
    ends = [each["covered_seconds"] for each in supervisor.events("cover_ended", stream=kind)]
    return covers, ends, sum("output" not in each for each in starts), sum("output" in each for each in starts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--apart", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    os.environ["FFSUPERVISOR"] = os.path.abspath(options.binary)
    kinds = options.kinds or KINDS
    wrong = 0
    print(f"{'kind':<14}{'covered':>9}{'encoders':>10}{'publishers':>12}  since the launch; lasting", flush=True)
    for together in [[kind] for kind in kinds] if options.apart else [kinds]:
        for kind, (covers, ends, encoders, publishers) in run(together, options.minutes * 60).items():
            wrong += len(covers) + (encoders > 1) + (publishers > 1)
            print(f"{kind:<14}{len(covers):>9}{encoders:>10}{publishers:>12}  {', '.join(covers)}"
                  f"{'; ' if covers else ''}{', '.join(f'{each:.2f} s' for each in ends)}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
