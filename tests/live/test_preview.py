"""What goes out, as it is shown: a small picture of the video, the level of the sound."""

import json
import os
import signal
import struct
import subprocess
import unittest
import urllib.error
import urllib.request

import newer_ffmpeg
from harness import AAC, LiveTest, wait_until
from held import HeldTest
from servers import RtmpServer

PREVIEW = {"monitor": {"preview": {"picture": "10s", "level": True}}}
RED = "color=red:size=640x360:rate=25,format=yuv420p"
SINE = "aevalsrc='0.141421*sin(2*PI*1000*t)':sample_rate=48000"  # -20 dBFS
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-b:v", "300k"]


def picture(supervisor, path="/api/v1/streams/radio/picture", method="GET"):
    """(status, headers, body)"""
    request = urllib.request.Request(f"http://127.0.0.1:{supervisor.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


class PreviewTest(LiveTest):
    def source(self, name="source.ts", picture=RED, sound=SINE, seconds=90):
        made = self.path(name)
        inputs = [word for each in (picture, sound) if each for word in ("-f", "lavfi", "-i", each)]
        self.ffmpeg(*inputs, "-t", str(seconds), *X264, *AAC, made)
        return made

    def copy_of(self, source, **options):
        stream = {"name": "radio", **PREVIEW,
                  "command": ["ffmpeg", "-y", "-re", "-i", source, "-c", "copy", "-f", "mpegts", self.path("out.ts")]}
        return self.supervise_file([stream], **options)

    def wait_picture(self, supervisor, seconds=15):
        return wait_until(lambda: (answer := picture(supervisor))[0] == 200 and answer, seconds,
                          lambda: f"a picture: {picture(supervisor)[2][:200]}\n{supervisor.log()[-3000:]}")

    def colour(self, jpeg):
        """(width, height, the mean colour), as ffprobe and ffmpeg see it."""
        path = self.path("shown.jpg")
        with open(path, "wb") as file:
            file.write(jpeg)
        size = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "json", path],
                              capture_output=True, check=True).stdout
        found, = json.loads(size)["streams"]
        self.assertEqual(found["codec_name"], "mjpeg")
        pixel = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-vf", "scale=1:1,format=rgb24", "-f", "rawvideo", "-"],
                               capture_output=True, check=True).stdout
        return found["width"], found["height"], struct.unpack("BBB", pixel)

    def assert_red(self, jpeg):
        width, _, (red, green, blue) = self.colour(jpeg)
        self.assertLessEqual(width, 320)
        self.assertTrue(red > 230 and green < 30 and blue < 30, (red, green, blue))

    def assert_level(self, supervisor, rms, within=1):
        def level():
            found = supervisor.stream()["level"]
            return found and abs(found["rms_dbfs"] - rms) <= within and found
        return wait_until(level, 15, lambda: f"{rms} dBFS, not {supervisor.stream()['level']}")


class Preview(PreviewTest):
    def test_a_copy_shows_its_picture_and_its_level(self):
        supervisor = self.copy_of(self.source())
        supervisor.wait_on_air()
        status, headers, jpeg = self.wait_picture(supervisor)
        self.assert_red(jpeg)
        self.assertEqual((headers["Content-Type"], headers["Cache-Control"], headers["X-Content-Type-Options"]),
                         ("image/jpeg", "no-store", "nosniff"))
        self.assertIn("GMT", headers["Last-Modified"])
        self.assertEqual(picture(supervisor, method="HEAD")[::2], (200, b""))
        self.assertAlmostEqual(self.assert_level(supervisor, -20)["peak_dbfs"], -17, delta=1)
        self.assertAlmostEqual(supervisor.metric("radio_audio_level_dbfs"), -20, delta=1)
        first = supervisor.stream()["picture"]["taken_at"]
        wait_until(lambda: supervisor.stream()["picture"]["taken_at"] != first, 15, "the next picture")
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total"), 0)
        self.assertFalse(supervisor.events("fault_detected"))

    def test_with_ffmpeg_7_1(self):
        programs = newer_ffmpeg.install_for(self.addCleanup)
        supervisor = self.copy_of(self.source(), env={"PATH": f"{programs}:{os.environ['PATH']}"})
        supervisor.wait_on_air()
        self.assert_red(self.wait_picture(supervisor)[2])
        self.assert_level(supervisor, -20)
        self.assertIn("Lavf61.", supervisor.log())

    def test_silence_has_a_level_and_sound_without_a_picture_goes_on(self):
        supervisor = self.copy_of(self.source(picture=None, sound="anullsrc=r=44100"))
        supervisor.wait_on_air()
        self.assert_level(supervisor, -120, within=30)
        self.assertEqual(picture(supervisor)[0], 404)
        self.assertIsNone(supervisor.stream()["picture"])
        self.assertFalse(supervisor.events("fault_detected"))
        self.assertTrue(supervisor.is_ready())

    def test_a_stream_that_is_not_on_air_shows_nothing(self):
        supervisor = self.copy_of(self.source(), env={"FFSUPERVISOR_TOKEN": "0123456789"})
        supervisor.wait_on_air()
        self.wait_picture(supervisor)
        request = urllib.request.Request(f"http://127.0.0.1:{supervisor.port}/api/v1/streams/radio/stop", method="POST",
                                         headers={"Authorization": "Bearer 0123456789"})
        urllib.request.urlopen(request, timeout=10).close()
        wait_until(lambda: supervisor.stream()["state"] == "stopped", 10, "stopped")
        self.assertEqual(picture(supervisor)[0], 404)
        self.assertIsNone(supervisor.stream()["picture"])
        self.assertIsNone(supervisor.stream()["level"])

    def test_without_the_key_there_is_none(self):
        stream = {"name": "radio", "command": ["ffmpeg", "-y", "-re", "-i", self.source(seconds=20), "-c", "copy", "-f",
                                               "mpegts", self.path("out.ts")]}
        supervisor = self.supervise_file([stream])
        supervisor.wait_on_air()
        status, _, body = picture(supervisor)
        self.assertEqual(status, 404)
        self.assertIn("monitor.preview.picture", json.loads(body)["message"])

    def test_with_protect_all_it_needs_the_token(self):
        supervisor = self.copy_of(self.source(), sections={"http": {"auth": {"protect": "all"}}},
                                  env={"FFSUPERVISOR_TOKEN": "0123456789"})
        wait_until(supervisor.answers, 10, "HTTP")
        self.assertEqual(picture(supervisor)[0], 401)

    def test_check_says_where_it_cannot_be_had(self):
        config = self.write("streams.yml", json.dumps({"streams": [
            {"name": "radio", **PREVIEW, "command": ["ffmpeg", "-i", "x", "-i", "z", "-vn", "-f", "mp3", "icecast://a:b@h/m"]}]}))
        code, said = self.run_to_end("check", "--config", config)
        self.assertEqual(code, 0, said)
        self.assertIn("preview.picture: the command's output has no picture", said)


class HeldPreview(PreviewTest, HeldTest):
    def test_the_picture_is_that_of_what_goes_out_under_cover_too(self):
        server = RtmpServer(self)
        blue = "color=blue:size=640x360:rate=25,format=yuv420p"
        command = ["ffmpeg", "-re", "-f", "lavfi", "-i", blue, "-re", "-f", "lavfi", "-i", SINE, *X264, *AAC, "-f", "flv",
                   server.url("k")]
        supervisor = self.supervise_file([{"name": "radio", "command": command, "hold": True, **PREVIEW,
                                           "recovery": {"restart_delay": {"initial": "60s"}, "restart_cooldown": "60s"}}])
        supervisor.wait_on_air()
        width, _, (red, green, shown_blue) = self.colour(self.wait_picture(supervisor, 30)[2])
        self.assertEqual(width, 320)
        self.assertTrue(shown_blue > 230 and red < 30 and green < 30, (red, green, shown_blue))
        self.assert_level(supervisor, -20)
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        wait_until(lambda: supervisor.stream()["state"] == "covered", 10, "covered")
        self.assertIsNone(supervisor.stream()["level"])
        before = supervisor.stream()["picture"]["taken_at"]
        wait_until(lambda: (supervisor.stream()["picture"] or {}).get("taken_at", before) != before, 25, "a picture of the cover")
        self.assertEqual(picture(supervisor)[0], 200)


if __name__ == "__main__":
    unittest.main()
