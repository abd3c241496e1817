"""Odd, but in order: any incident is a false one."""

import dataclasses
import glob
import os
import signal
import time

from commands import FLV, MP3, STEADY, copied, picture, published, tone
from far_ends import Rtmp
from feeders import DatagramBursts, Relay, fifo_writer
from harness import AAC, H264, TONE, VIDEO
from scenario import Scenario, Stream
from source import LOOK, hls, rtp, srt, udp

TEN_HOURS_S = 36000
HICCUP_S = 20
PAUSE_S = 15
FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def faketime_library():
    return next(iter(glob.glob(FAKETIME)), None)


def slides(stage):
    slide = stage.path("slide.png")
    stage.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180", "-frames:v", "1", slide)
    return published(Rtmp(stage), ["-re", "-loop", "1", "-framerate", "1", "-i", slide, *TONE, "-map", "0",
                                   "-map", "1", *H264, *AAC, "-r", "1"])


def _talk(pause_s):
    def prepare(stage):
        speech = f"volume='if(lt(mod(t,{pause_s + 6}),6),1,0)':eval=frame"
        return published(Rtmp(stage), ["-re", "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.5",
                                       "-af", speech, "-c:a", "libmp3lame", "-q:a", "4"])
    return prepare


def tee(stage):
    server = Rtmp(stage)
    outputs = f"[f=mpegts]{stage.path('record.ts')}|[f=flv]{server.url()}"
    return Stream(["ffmpeg", *VIDEO, *TONE, *H264, *AAC, "-flags", "+global_header", "-map", "0", "-map",
                   "1", "-f", "tee", outputs], server.bytes_of)


def stream_copy(stage):
    whole = stage.path("in.ts")
    stage.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine", "-t",
                 "10", *H264, *AAC, whole)
    return published(Rtmp(stage), ["-re", "-stream_loop", "-1", "-i", whole, "-c", "copy"])


def several(stage):
    server = Rtmp(stage)
    return Stream(["ffmpeg", "-y", *VIDEO, *TONE, "-map", "0", "-map", "1", *H264, *AAC, *FLV, server.url(),
                   "-map", "1", *AAC, "-f", "mpegts", stage.path("audio.ts"), "-map", "1", *MP3, *FLV,
                   server.url("second")], server.bytes_of)


def long_uptime(stage):
    """All time stamps begin at 10 h; what is not replayed is the totals of 10 h."""
    shift = f"PTS+{TEN_HOURS_S}/TB"
    return published(Rtmp(stage), [*VIDEO, *TONE, "-vf", f"setpts={shift}", "-af", f"asetpts={shift}",
                                   *H264, *AAC])


def with_own_clock(stage):
    stage.clock = stage.write("clock", "+0")
    stream = tone(Rtmp(stage))
    stream.env = {"LD_PRELOAD": faketime_library(), "FAKETIME_TIMESTAMP_FILE": stage.clock,
                  "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return stream


def step_clock(trial):
    for step in ("+3600", "-3600", "+0"):
        trial.stage.write("clock", step)
        time.sleep(4)


def far(stage):
    stage.net = stage.network()
    stage.rtmp = Rtmp(stage, stage.net)
    return picture(stage.rtmp, STEADY)


def hiccup(trial):
    trial.stage.net.drop(trial.stage.rtmp.rtmp_port)
    time.sleep(HICCUP_S)
    trial.stage.net.heal()


def lose_little(trial):
    """TCP makes up for it on a short path: nginx gets the 2.5 Mbit/s in full (measured)."""
    trial.stage.net.lose(trial.stage.rtmp.rtmp_port, 5)
    time.sleep(20)


def _bursts(seconds):
    return lambda stage: copied(Rtmp(stage), Relay(stage, burst_s=seconds).url)


def _datagram_bursts(seconds):
    def prepare(stage):
        port = stage.free_port()
        DatagramBursts(stage, port, seconds)
        return copied(Rtmp(stage), f"udp://127.0.0.1:{port}?fifo_size=100000", LOOK)
    return prepare


def fifo(stage):
    """FFmpeg looks at it for 5 s before it puts anything out."""
    fifo_writer(stage, stage.path("source.ts"))
    return copied(Rtmp(stage), stage.path("source.ts"), ("-f", "mpegts"))


def audio_only(stage):
    return tone(Rtmp(stage))


def pause(trial):
    """As `docker pause` does; FFmpeg first, or it would be seen standing."""
    pids = [trial.ffmpeg_pid(), trial.runner_pid()]
    for pid in reversed(pids):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(PAUSE_S)
    for pid in reversed(pids):
        os.kill(pid, signal.SIGCONT)


BOTH = [
    Scenario("slides", "1 fps slides", slides, short=True),
    Scenario("tee", "Tee of a file and RTMP", tee),
    Scenario("stream_copy", "Stream copy", stream_copy, short=True),
    Scenario("several_outputs", "Three outputs", several),
    Scenario("long_uptime", "10 h of uptime (time stamps)", long_uptime),
    Scenario("clock_step", "Clock stepped ± 1 h", with_own_clock, inject=step_clock, needs=("faketime",)),
    Scenario("audio_only", "Audio only", audio_only, short=True),
    Scenario("fifo_input", "FIFO as input", fifo),
    Scenario("paused", f"Container paused for {PAUSE_S} s", audio_only, inject=pause),
]
SCENARIOS = [
    *BOTH,
    *(dataclasses.replace(each, name=each.name + "_default", short=False, thresholds="default")
      for each in BOTH),
    Scenario("talk", "VBR talk with pauses of 4 s", _talk(4), watch_s=30),
    Scenario("talk_default", "VBR talk with pauses of 8 s", _talk(8), watch_s=45, thresholds="default"),
    Scenario("bursts", "Source that delivers every 2 s", _bursts(2), short=True),
    Scenario("bursts_default", "Source that delivers every 8 s", _bursts(8), watch_s=40,
             thresholds="default"),
    Scenario("udp", "UDP source", udp, short=True),
    Scenario("rtp", "RTP source (SDP)", rtp),
    Scenario("srt", "SRT source", srt),
    Scenario("udp_bursts", "UDP source that delivers every 2 s", _datagram_bursts(2), short=True),
    Scenario("udp_bursts_default", "UDP source that delivers every 8 s", _datagram_bursts(8), watch_s=40,
             thresholds="default"),
    Scenario("hls", "HLS source, segments of 2 s", hls(keeps_alive=True, segment_s=2), watch_s=30),
    Scenario("hls_default", "HLS source, segments of 10 s", hls(keeps_alive=True, segment_s=10), watch_s=60,
             thresholds="default"),
    Scenario("hls_http10_default", "HLS source, segments of 10 s, a connection for each request",
             hls(keeps_alive=False, segment_s=10), watch_s=60, thresholds="default"),
    Scenario("loss_5", "5 % packet loss, 2.5 Mbit/s", far, inject=lose_little, settle_s=12,
             needs=("network",)),
    Scenario("loss_5_default", "5 % packet loss, 2.5 Mbit/s", far, inject=lose_little, settle_s=12,
             thresholds="default", needs=("network",)),
    Scenario("hiccup_default", f"Network gone for {HICCUP_S} s", far, inject=hiccup, settle_s=12,
             thresholds="default", needs=("network",)),
]
