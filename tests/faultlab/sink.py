"""The receiving server, or the way to it, at fault."""

import os
import signal

from commands import MP3, STEADY, picture, tone, with_statistics
from far_ends import Listener, Radio, Rtmp
from harness import AAC, H264, TONE, VIDEO, children_of
from scenario import Scenario, Stream

LONG_S = 12  # connections that live for less come and go by design
LOST = ("sink_lost", "sink_unreachable")
STALLED = ("sink_stalled",)


def _local(make=tone, statistics=False):
    def prepare(stage):
        stage.rtmp = Rtmp(stage)
        return make(stage.rtmp, keys=with_statistics(stage.rtmp, statistics))
    return prepare


def _far(make=tone, **keys):
    def prepare(stage):
        stage.net = stage.network()
        stage.rtmp = Rtmp(stage, stage.net)
        return make(stage.rtmp, **keys)
    return prepare


def fast(server, **options):
    return picture(server, STEADY, **options)


def unstarted(stage):
    stage.rtmp = Rtmp(stage)
    stage.rtmp.process.end()
    return tone(stage.rtmp)


def name_taken(stage):
    stage.rtmp = Rtmp(stage)
    stage.holder = stage.start("ffmpeg", "-nostdin", "-v", "error", *TONE, *MP3, "-f", "flv",
                               stage.rtmp.url())
    stage.rtmp.wait_receiving("radio")
    return tone(stage.rtmp)


def gate_closed(stage):
    stage.rtmp = Rtmp(stage)
    stage.rtmp.gate.close()
    return Stream(["ffmpeg", *TONE, *MP3, "-f", "flv", stage.rtmp.url("radio", "guarded")],
                  lambda: stage.rtmp.bytes_of("radio", "guarded"))


def syn_dropped(stage):
    stream = _far()(stage)
    stage.net.drop_connects(stage.rtmp.rtmp_port)
    return stream


def icecast(stage):
    stage.radio = Radio(stage)
    # 1.4 Mbit/s: what fits into the socket's buffers is full within seconds.
    stream = Stream(["ffmpeg", "-re", "-f", "lavfi", "-i", "sine=sample_rate=44100", "-ac", "2", "-c:a",
                     "pcm_s16le", "-content_type", "audio/wav", "-f", "wav", stage.radio.url("radio.wav")])
    stream.received = Listener(stage, "127.0.0.1", stage.radio.port, "radio.wav").bytes
    return stream


def icecast_slow(stage):
    stage.radio = Radio(stage)
    stream = Stream(["ffmpeg", *TONE, "-c:a", "libmp3lame", "-b:a", "320k", "-f", "mp3",
                     stage.radio.url("radio.mp3")],
                    keys={"sink": {"icecast": f"http://127.0.0.1:{stage.radio.port}"}})
    stream.received = Listener(stage, "127.0.0.1", stage.radio.port, "radio.mp3").bytes
    return stream


def fifo(stage):
    """Its reader keeps pace until it is told to stop."""
    path = stage.path("out.ts")
    os.mkfifo(path)
    stage.reader = stage.start("sh", "-c", "while :; do cat <out.ts >>read.ts; done")
    stream = Stream(["ffmpeg", "-y", *VIDEO, *TONE, *H264, *STEADY, *AAC, "-f", "mpegts", path])
    stream.received = lambda: os.path.getsize(stage.path("read.ts")) if os.path.exists(stage.path("read.ts")) else 0
    return stream


def _reader(number):
    def tell(trial):
        for pid, _ in children_of(trial.stage.reader.pid):
            os.kill(pid, number)
    return tell


def stop(trial):
    (getattr(trial.stage, "rtmp", None) or trial.stage.radio).process.signal(signal.SIGSTOP)


def go_on(trial):
    (getattr(trial.stage, "rtmp", None) or trial.stage.radio).process.signal(signal.SIGCONT)


def kill(trial):
    trial.stage.rtmp.process.end()


def start(trial):
    trial.stage.rtmp.start()


def restart(trial):
    kill(trial)
    start(trial)


def _path(method, *arguments):
    return lambda trial: getattr(trial.stage.net, method)(trial.stage.rtmp.rtmp_port, *arguments)


def mend(trial):
    trial.stage.net.heal()


NETWORK = {"needs": ("network",)}
SCENARIOS = [
    Scenario("rtmp_killed", "RTMP server killed", _local(), LOST, kill, start, short=True, bound_s=8),
    Scenario("rtmp_restarted", "RTMP server restarted", _local(), LOST, restart, bound_s=8),
    Scenario("rtmp_stopped", "RTMP server SIGSTOP, 2.5 Mbit/s", _local(fast), STALLED, stop, go_on,
             settle_s=LONG_S, bound_s=25, short=True),
    Scenario("rtmp_stopped_stat", "RTMP server SIGSTOP, 2.5 Mbit/s, statistics configured",
             _local(fast, True), STALLED, stop, go_on, settle_s=LONG_S, bound_s=25),
    Scenario("rtmp_stopped_slow", "RTMP server SIGSTOP, 128 kbit/s", _local(), STALLED, stop, go_on,
             settle_s=LONG_S, bound_s=60),
    Scenario("rtmp_stopped_slow_stat", "RTMP server SIGSTOP, 128 kbit/s, statistics configured",
             _local(statistics=True), STALLED, stop, go_on, settle_s=LONG_S, bound_s=60),
    Scenario("rtmp_closed", "RTMP port closed", unstarted, ("sink_unreachable",), heal=start, short=True,
             bound_s=8),
    Scenario("name_in_use", "RTMP name in use", name_taken, ("sink_rejected",),
             heal=lambda trial: trial.stage.holder.end(), short=True, bound_s=8),
    Scenario("on_publish", "Refused by on_publish", gate_closed, ("sink_rejected",),
             heal=lambda trial: trial.stage.rtmp.gate.open(), short=True, bound_s=8),
    Scenario("rtmp_syn_dropped", "SYN to the RTMP server dropped", syn_dropped, ("sink_unreachable",),
             heal=mend, **NETWORK),
    Scenario("path_blackholed", "Path to the RTMP server blackholed, 128 kbit/s", _far(),
             ("sink_lost", "sink_stalled"), _path("drop"), mend, settle_s=LONG_S, bound_s=30, short=True,
             **NETWORK),
    Scenario("path_blackholed_fast", "Path to the RTMP server blackholed, 2.5 Mbit/s", _far(fast),
             ("sink_lost", "sink_stalled"), _path("drop"), mend, settle_s=LONG_S, bound_s=30, **NETWORK),
    Scenario("loss_30", "30 % packet loss, 2.5 Mbit/s", _far(fast), ("sink_stalled", "sink_lost"),
             _path("lose", 30), mend, settle_s=LONG_S, bound_s=40, **NETWORK),
    Scenario("narrow", "Bandwidth 1.2 Mbit/s, bitrate 2.5 Mbit/s", _far(fast), STALLED,
             lambda trial: trial.stage.net.narrow(1200), lambda trial: trial.stage.net.widen(),
             settle_s=LONG_S, bound_s=40, **NETWORK),
    Scenario("icecast_stopped", "Icecast sink SIGSTOP, 1.4 Mbit/s", icecast, STALLED, stop, go_on,
             settle_s=LONG_S, bound_s=40),
    Scenario("icecast_stopped_stat", "Icecast sink SIGSTOP, 320 kbit/s, statistics configured",
             icecast_slow, STALLED, stop, go_on, settle_s=LONG_S, bound_s=60),
    Scenario("fifo_unread", "FIFO that is not read any more, 2.5 Mbit/s", fifo, STALLED, _reader(signal.SIGSTOP),
             _reader(signal.SIGCONT), settle_s=6, short=True),
]
