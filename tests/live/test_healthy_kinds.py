"""Healthy streams of every kind are left alone, however little their progress says."""

import unittest

from harness import AAC, H264, TONE, VIDEO, LiveTest, holds
from servers import Icecast, RtmpServer

WATCHED_SECONDS = 12  # four times the freeze_timeout


class HealthyKinds(LiveTest):
    def setUp(self):
        super().setUp()
        self.rtmp, self.icecast = RtmpServer(self), Icecast(self)

    def material(self):
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine",
                    "-t", "10", *H264, *AAC, self.path("in.ts"))
        self.ffmpeg("-f", "lavfi", "-i", "color=navy:size=320x180", "-frames:v", "1",
                    self.path("slide.png"))
        self.ffmpeg("-f", "lavfi", "-i", "sine", "-i", self.path("slide.png"), "-map", "0", "-map", "1",
                    "-c:v", "copy", "-disposition:v", "attached_pic", "-id3v2_version", "3", "-t", "60",
                    self.path("cover.mp3"))

    def kinds(self):
        tee = f"[f=mpegts]/dev/null|[f=flv]{self.rtmp.url('tee')}"
        return {
            "audio_icecast": [*TONE, "-c:a", "libmp3lame", "-f", "mp3", self.icecast.url("radio.mp3")],
            "audio_mpegts": ["-y", *TONE, *AAC, "-f", "mpegts", "/dev/null"],
            "audio_null": [*TONE, "-f", "null", "-"],
            "copy": ["-re", "-stream_loop", "-1", "-i", self.path("in.ts"), "-c", "copy",
                     "-f", "flv", self.rtmp.url("copy")],
            "tee": [*VIDEO, *TONE, *H264, *AAC, "-flags", "+global_header", "-map", "0", "-map", "1",
                    "-f", "tee", tee],
            "hls": [*VIDEO, *TONE, *H264, *AAC, "-f", "hls", "-hls_time", "2",
                    "-hls_flags", "delete_segments", self.path("live.m3u8")],
            "slide": ["-re", "-loop", "1", "-framerate", "1", "-i", self.path("slide.png"), *TONE,
                      *H264, *AAC, "-r", "1", "-f", "flv", self.rtmp.url("slide")],
            "video_null": [*VIDEO, "-f", "null", "-"],
            "cover": ["-y", "-re", "-i", self.path("cover.mp3"), "-map", "0", "-c", "copy",
                      "-f", "mp3", "/dev/null"],
            "several": ["-y", *VIDEO, *TONE, "-map", "0", "-map", "1", *H264, *AAC, "-f", "mpegts",
                        "/dev/null", "-map", "1", *AAC, "-f", "flv", self.rtmp.url("several"),
                        "-map", "0", "-f", "null", "-"],
        }

    def test_no_healthy_stream_is_called_frozen(self):
        self.material()
        kinds = self.kinds()
        supervisor = self.supervise_file(
            [{"name": name, "command": ["ffmpeg", *arguments], "monitor": {"freeze_timeout": "3s"}}
             for name, arguments in kinds.items()])
        supervisor.wait_on_air(30)
        pids = {name: supervisor.child_pid(name) for name in kinds}

        self.assertTrue(holds(supervisor.is_ready, WATCHED_SECONDS), supervisor.log()[-4000:])
        off_air = supervisor.events("off_air") + supervisor.events("fault_detected",
                                                                   cause="encoder_frozen")
        self.assertEqual(off_air, [])
        for name in kinds:
            with self.subTest(kind=name):
                self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total", stream=name), 0)
                self.assertEqual(
                    supervisor.metric("radio_stream_state", stream=name, state="on_air"), 1)
                self.assertEqual(supervisor.child_pid(name), pids[name])
        for key in ("copy", "tee", "slide", "several"):
            self.rtmp.wait_receiving(key)
        self.assertTrue(self.icecast.has_mount("radio.mp3"))


if __name__ == "__main__":
    unittest.main()
