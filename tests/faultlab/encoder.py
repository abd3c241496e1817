"""FFmpeg itself at fault: both ends are in order."""

import os
import signal

from commands import picture, published
from far_ends import Rtmp
from feeders import Console
from harness import AAC, H264, TONE, VIDEO
from scenario import Scenario
from source import rtp

# It hoards what it is given, as a leak would, and goes on putting out the stream.
LEAK = ("[0]split[out][hoard];[hoard]select=gt(t\\,{after}),scale=1920:1080,reverse,nullsink")
LEAK_AFTER_S = 8


def on_air(stage):
    stage.rtmp = Rtmp(stage)
    return picture(stage.rtmp)


def _strike(number):
    return lambda trial: os.kill(trial.ffmpeg_pid(), number)


def overburdened(stage):
    stage.rtmp = Rtmp(stage)
    heavy = ["-re", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30", *TONE,
             "-c:v", "libx264", "-preset", "veryslow", "-tune", "zerolatency", "-pix_fmt", "yuv420p", *AAC]
    return published(stage.rtmp, heavy, wrapper=("taskset", "-c", "0"))


def easy_picture(stage):
    """What the encoder is given becomes so simple that hardly anything is left of the bitrate."""
    stage.rtmp = Rtmp(stage)
    stage.feeder = Console(stage, ["-f", "flv", stage.rtmp.url("source")])
    stage.rtmp.wait_receiving("source")
    return published(stage.rtmp, ["-i", stage.rtmp.url("source"), *H264, "-crf", "23", "-c:a", "aac",
                                  "-b:a", "32k"])


def leaking(stage):
    stage.rtmp = Rtmp(stage)
    graph = LEAK.format(after=LEAK_AFTER_S)
    return published(stage.rtmp, [*VIDEO, *TONE, "-filter_complex", graph, "-map", "[out]", "-map", "1",
                                  *H264, *AAC], keys={"monitor": {"memory_mb": 400}})


SCENARIOS = [
    Scenario("ffmpeg_killed", "FFmpeg SIGKILL", on_air, ("encoder_crashed",), _strike(signal.SIGKILL),
             short=True, bound_s=8),
    Scenario("ffmpeg_segv", "FFmpeg SIGSEGV", on_air, ("encoder_crashed",), _strike(signal.SIGSEGV),
             short=True, bound_s=8),
    Scenario("ffmpeg_stopped", "FFmpeg SIGSTOP", on_air, ("encoder_frozen",), _strike(signal.SIGSTOP),
             short=True, bound_s=12),
    Scenario("ffmpeg_stopped_rtp", "FFmpeg SIGSTOP, RTP goes on and is dropped", rtp,
             ("encoder_frozen",), _strike(signal.SIGSTOP), settle_s=6, bound_s=12),
    Scenario("own_preset", "Preset too slow (veryslow, 1080p, one CPU)", overburdened,
             ("encoder_slow", "cpu_high"), returns=False, bound_s=40, alone=True),
    Scenario("bitrate_collapse", "Bitrate collapses (picture becomes simple, CRF)", easy_picture,
             ("bitrate_drop",), lambda trial: trial.stage.feeder.cover(),
             lambda trial: trial.stage.feeder.uncover(), settle_s=24,
             bound_s=20),
    Scenario("memory_leak", "Memory leaks (80 MB/s, limit 400 MB)", leaking, ("memory_high",),
             lambda trial: trial.wait_out_time(LEAK_AFTER_S), returns=False, bound_s=25, alone=True),
]
