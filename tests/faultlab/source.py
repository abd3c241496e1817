"""What FFmpeg reads from at fault."""

import os
import signal

from commands import copied, published
from far_ends import Radio, Rtmp
from feeders import (Console, Relay, answer_401, datagram_feeder, fifo_writer, folder_server, hls_generator,
                     serve)
from harness import AAC, H264, VIDEO, children_of, wait_until
from scenario import Scenario

ENDED = ("source_ended", "source_missing", "source_unreachable")
UNREACHABLE = ("source_unreachable",)
STALLED = ("source_stalled",)
CONTENT_S = "3s"


def radio(*before):
    def prepare(stage):
        stage.rtmp, stage.radio = Rtmp(stage), Radio(stage)
        stage.radio.feed()
        return copied(stage.rtmp, stage.radio.listen_url(), before)
    return prepare


def no_mount(stage):
    stage.rtmp, stage.radio = Rtmp(stage), Radio(stage)
    return copied(stage.rtmp, stage.radio.listen_url())


def no_server(stage):
    stage.rtmp, stage.radio = Rtmp(stage), Radio(stage)
    stage.radio.process.end()
    return copied(stage.rtmp, stage.radio.listen_url())


def locked(stage):
    stage.rtmp = Rtmp(stage)
    return copied(stage.rtmp, f"http://127.0.0.1:{serve(stage, answer_401)}/radio.mp3")


def far_radio(stage):
    stage.net = stage.network()
    stage.rtmp, stage.radio = Rtmp(stage), Radio(stage, stage.net)
    stage.radio.feed()
    return copied(stage.rtmp, stage.radio.listen_url())


def gone_host(stage):
    stream = far_radio(stage)
    stage.net.drop(stage.radio.port)
    return stream


def fifo(stage):
    stage.rtmp = Rtmp(stage)
    stage.feeder = fifo_writer(stage, stage.path("source.ts"))
    return copied(stage.rtmp, stage.path("source.ts"), ("-analyzeduration", "1M", "-f", "mpegts"))


def hls(keeps_alive, segment_s=1):
    def prepare(stage):
        stage.rtmp = Rtmp(stage)
        folder = stage.path("hls")
        stage.feeder = hls_generator(stage, folder, segment_s)
        port = folder_server(stage, folder, keeps_alive)
        return copied(stage.rtmp, f"http://127.0.0.1:{port}/live.m3u8")
    return prepare


def corrupted(stage):
    stage.rtmp, stage.relay = Rtmp(stage), Relay(stage)
    return published(stage.rtmp, ["-i", stage.relay.url, *H264, *AAC])


def cut_file(stage):
    whole, cut = stage.path("whole.mp4"), stage.path("cut.mp4")
    stage.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-t", "5", *H264, whole)
    with open(whole, "rb") as source, open(cut, "wb") as target:
        target.write(source.read(os.path.getsize(whole) // 2))
    stage.rtmp = Rtmp(stage)
    return published(stage.rtmp, ["-re", "-i", cut, "-c", "copy"])


def watched(what, cover="navy"):
    """A live source that is listened to and looked at."""
    def prepare(stage):
        stage.rtmp = Rtmp(stage)
        stage.feeder = Console(stage, ["-f", "flv", stage.rtmp.url("source")], cover)
        stage.rtmp.wait_receiving("source")
        return copied(stage.rtmp, stage.rtmp.url("source"),
                      keys={"monitor": {"content": {what: {"duration": CONTENT_S}}}})
    return prepare


def slide_and_radio(stage):
    stage.rtmp, stage.radio = Rtmp(stage), Radio(stage)
    stage.radio.feed()
    slide = stage.path("slide.png")
    stage.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180", "-frames:v", "1", slide)
    return published(stage.rtmp, ["-re", "-loop", "1", "-framerate", "5", "-i", slide, "-i",
                                  stage.radio.listen_url(), "-map", "0:v", "-map", "1:a", *H264, *AAC])


# Longer than from one key frame to the next; else it looks at MPEG-TS for 5 s before it puts anything out.
LOOK = ("-analyzeduration", "3M")


def wait_bound(port):
    def is_bound():
        with open("/proc/net/udp", encoding="ascii") as table:
            return f":{port:04X} " in table.read()
    wait_until(is_bound, 15, f"UDP port {port}")


def udp(stage):
    stage.rtmp = Rtmp(stage)
    port = stage.free_port()
    stage.feeder = datagram_feeder(stage, "-f", "mpegts", f"udp://127.0.0.1:{port}?pkt_size=1316")
    return copied(stage.rtmp, f"udp://127.0.0.1:{port}", LOOK)


def rtp(stage):
    stage.rtmp = Rtmp(stage)
    port, description = stage.free_port() & ~1, stage.path("session.sdp")
    stage.feeder = stage.start("ffmpeg", "-nostdin", "-v", "error", *VIDEO, *H264, "-flags", "+global_header",
                               "-f", "rtp", "-sdp_file", description, f"rtp://127.0.0.1:{port}")
    stage.wait_for_file(description)
    return published(stage.rtmp, [*LOOK, "-protocol_whitelist", "file,udp,rtp", "-i", description, *H264])


def srt(stage):
    """The sender is there all the time; what it passes on comes by UDP."""
    stage.rtmp = Rtmp(stage)
    udp_port, srt_port = stage.free_port(), stage.free_port()
    # A listener takes one call.
    stage.start("sh", "-c", 'while :; do "$@"; done', "sh", "ffmpeg", "-nostdin", "-v", "error", *LOOK, "-i",
                f"udp://127.0.0.1:{udp_port}", "-c", "copy", "-f", "mpegts", f"srt://127.0.0.1:{srt_port}?mode=listener")
    stage.feeder = datagram_feeder(stage, "-f", "mpegts", f"udp://127.0.0.1:{udp_port}?pkt_size=1316")
    wait_bound(srt_port)
    return copied(stage.rtmp, f"srt://127.0.0.1:{srt_port}", LOOK)


def same_server(stage):
    """Input and output at one address; the server accepts and says nothing, as no one publishes."""
    stage.rtmp = Rtmp(stage)
    return copied(stage.rtmp, stage.rtmp.url("source"))


def publish_source(trial):
    stage = trial.stage
    stage.feeder = datagram_feeder(stage, "-f", "flv", stage.rtmp.url("source"))


def stop_feeder(trial):
    trial.stage.feeder.signal(signal.SIGSTOP)


def feeder_goes_on(trial):
    trial.stage.feeder.signal(signal.SIGCONT)


def end_feeder(trial):
    trial.stage.radio.feeder.end()


def feed(trial):
    trial.stage.radio.feed()


def kill_server(trial):
    trial.stage.radio.process.end()


def start_server(trial):
    trial.stage.radio.start()
    trial.stage.radio.feed()


def stop_server(trial):
    trial.stage.radio.process.signal(signal.SIGSTOP)


def go_on(trial):
    trial.stage.radio.process.signal(signal.SIGCONT)
    if trial.stage.radio.feeder.popen.poll() is not None:
        trial.stage.radio.feed()


def stop_writer(trial):
    for pid, _ in children_of(trial.stage.feeder.pid):
        os.kill(pid, signal.SIGSTOP)


def writer_goes_on(trial):
    for pid, _ in children_of(trial.stage.feeder.pid):
        os.kill(pid, signal.SIGCONT)


def kill_generator(trial):
    trial.stage.feeder.end()


def generate(trial):
    trial.stage.feeder = hls_generator(trial.stage, trial.stage.path("hls"))


def _damage(share):
    def change(trial):
        trial.stage.relay.damage = share
    return change


def blackhole(trial):
    trial.stage.net.drop(trial.stage.radio.port)


def mend(trial):
    trial.stage.net.heal()
    if trial.stage.radio.feeder.popen.poll() is not None:
        trial.stage.radio.feed()


def _feeder(method):
    return lambda trial: getattr(trial.stage.feeder, method)()


SCENARIOS = [
    Scenario("source_killed", "Icecast source client killed", radio(), ENDED, end_feeder, feed,
             short=True, bound_s=8),
    Scenario("mount_missing", "Icecast mount missing (404)", no_mount, ("source_missing",), heal=feed,
             short=True, bound_s=8),
    Scenario("source_locked", "Source answers 401", locked, ("source_refused",), returns=False,
             short=True, bound_s=8),
    Scenario("source_closed", "Connection to the source refused", no_server, UNREACHABLE,
             heal=start_server, short=True, bound_s=8),
    Scenario("source_server_killed", "Icecast server killed", radio(), ENDED, kill_server,
             start_server, bound_s=8),
    Scenario("source_host_gone", "Source host gone (SYN dropped)", gone_host, UNREACHABLE, heal=mend,
             needs=("network",), short=True),
    Scenario("source_path_blackholed", "Path to the source blackholed on air", far_radio,
             ("source_stalled", "source_unreachable"), blackhole, mend, needs=("network",)),
    Scenario("source_stopped", "Icecast SIGSTOP", radio(), STALLED, stop_server, go_on, short=True),
    Scenario("source_stopped_rw_timeout", "Icecast SIGSTOP, -rw_timeout 5 s",
             radio("-rw_timeout", "5000000"), STALLED, stop_server, go_on),
    Scenario("fifo_stalls", "FIFO writer stalls", fifo, STALLED, stop_writer, writer_goes_on, short=True),
    Scenario("hls_stops", "HLS generator stops", hls(keeps_alive=True), STALLED, kill_generator, generate,
             settle_s=6),
    Scenario("hls_stops_http10", "HLS generator stops, a connection for each request",
             hls(keeps_alive=False), STALLED, kill_generator, generate, settle_s=6),
    Scenario("corrupt_ts", "Live MPEG-TS with flipped bytes", corrupted, ("source_corrupt",),
             _damage(0.001), _damage(0), settle_s=6, bound_s=25),
    Scenario("cut_file", "Cut MP4 file", cut_file, ("source_corrupt",), returns=False, bound_s=8,
             short=True),
    Scenario("silence", "Silence (detection asked for, 3 s)", watched("silence"), ("source_silent",),
             _feeder("silence"), _feeder("sound"), settle_s=6, bound_s=15, short=True),
    Scenario("black", "Black picture (3 s)", watched("black", "black"), ("source_black",),
             _feeder("cover"), _feeder("uncover"), settle_s=6, bound_s=15),
    Scenario("frozen_picture", "Frozen picture (3 s)", watched("frozen_picture"),
             ("source_frozen_picture",), _feeder("cover"), _feeder("uncover"), settle_s=6, bound_s=15),
    Scenario("slide_source_dies", "Looped image with Icecast audio, source client killed",
             slide_and_radio, ENDED + STALLED, end_feeder, feed, settle_s=12, bound_s=25),
    Scenario("udp_stops", "UDP input whose sender falls silent", udp, STALLED, stop_feeder, feeder_goes_on,
             settle_s=6, short=True),
    Scenario("rtp_stops", "RTP input (SDP) whose sender falls silent", rtp, STALLED, stop_feeder, feeder_goes_on,
             settle_s=6),
    Scenario("srt_stops", "SRT input whose sender stays and has nothing to send", srt, STALLED, stop_feeder,
             feeder_goes_on, settle_s=6),
    Scenario("same_server_silent", "Source silent from the start, input and output at one server", same_server,
             STALLED, heal=publish_source, short=True),
]
