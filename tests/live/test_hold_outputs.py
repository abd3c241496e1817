"""Held outputs of every kind, in front of their real servers: Icecast, SRT, one that refuses, one that is required."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

from harness import free_port, holds, wait_until
from held import BEEP, ENCODE, FLASH, INPUT, KEYS, HeldTest
from servers import Icecast, RtmpServer

TONE = ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
MP3 = ["-c:a", "libmp3lame", "-b:a", "128k", "-content_type", "audio/mpeg", "-f", "mp3"]


class Listener:
    """Of a mount; keeps what it gets. `ended`: the server has hung up."""

    def __init__(self, test, icecast, mount):
        self.taken, self.ended, self.longest_gap = bytearray(), False, 0.0
        self.connection = http.client.HTTPConnection("127.0.0.1", icecast.port, timeout=60)
        self.connection.request("GET", f"/{mount}")
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        threading.Thread(target=self._read, daemon=True).start()
        test.addCleanup(self.connection.close)

    def _read(self):
        last = time.monotonic()
        while True:
            try:
                more = self.answer.read1(65536)
            except (OSError, ValueError, AttributeError, http.client.HTTPException):
                more = b""
            if not more:
                self.ended = True
                return
            now = time.monotonic()
            self.longest_gap, last = max(self.longest_gap, now - last), now
            self.taken += more

    def wait_more(self, seconds_of_sound, within):
        wanted = len(self.taken) + seconds_of_sound * 16_000
        wait_until(lambda: len(self.taken) >= wanted or self.ended, within, lambda: f"sound; ended {self.ended}")


class HoldOutputs(HeldTest):
    def decode_errors(self, name, data):
        path = self.write(name, bytes(data))
        done = subprocess.run(["ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-f", "null", "-"], capture_output=True,
                              text=True, timeout=60)
        # The first frame that was read may stand in the middle; a hot join may lose two of the bit reservoir.
        return [line for line in done.stderr.splitlines() if "Header missing" not in line and "invalid new backstep" not in line
                and "Estimating duration" not in line and "Invalid data found" not in line]

    def hear(self, icecast, mount):
        wait_until(lambda: icecast.has_mount(mount), 30, lambda: f"mount; {self.supervisor.log()[-3000:]}")
        listener = Listener(self, icecast, mount)
        listener.wait_more(5, 20)
        return listener

    def test_rtmp_and_icecast_out_of_one_command(self):
        rtmp, icecast = RtmpServer(self), Icecast(self)
        self.supervise_held(["ffmpeg", *INPUT, "-map", "0:v", "-map", "1:a", *ENCODE, "-f", "flv", rtmp.url("k"),
                             "-map", "1:a", *MP3, icecast.url("radio")])
        self.supervisor.wait_on_air(30)
        listener, player = self.hear(icecast, "radio"), self.play_rtmp(rtmp)
        before = self.publishers(rtmp)
        for number in (signal.SIGKILL, signal.SIGSEGV):
            self.replace_encoder(lambda pid: os.kill(pid, number))
            listener.wait_more(4, 20)
        self.wait_flashes(player, 3)
        self.assertFalse(listener.ended)
        self.assertEqual(self.publishers(rtmp), before, "another publisher")
        self.assertEqual([each["restarts"] for each in self.supervisor.stream()["outputs"]], [0, 0])
        print(f"\nlistener: longest gap {listener.longest_gap:.2f} s", file=sys.stderr)
        self.assertEqual(self.decode_errors("radio.mp3", listener.taken), [])
        self.judge(player, 4)

    def test_a_sound_only_radio(self):
        icecast = Icecast(self)
        self.supervise_held(["ffmpeg", *TONE, *MP3, icecast.url("radio")])
        self.supervisor.wait_on_air(30)
        listener = self.hear(icecast, "radio")
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        listener.wait_more(5, 20)
        self.assertFalse(listener.ended)
        self.assertEqual(self.decode_errors("radio.mp3", listener.taken), [])

    def test_srt(self):
        port, out = free_port(), free_port()
        self.start("srt-live-transmit", "-q", f"srt://127.0.0.1:{port}?mode=listener", f"udp://127.0.0.1:{out}")
        # Receives before anything is sent.
        player_url = f"udp://127.0.0.1:{out}?fifo_size=100000&overrun_nonfatal=1"
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE, "-f", "mpegts", f"srt://127.0.0.1:{port}?mode=caller&pkt_size=1316"])
        player = self.play(player_url)
        self.supervisor.wait_on_air(30)
        self.replace_encoder(lambda pid: os.kill(pid, signal.SIGKILL))
        self.wait_flashes(player, 4)
        self.assertEqual(self.output("127.0.0.1")["restarts"], 0)
        self.judge(player, 4)

    def test_a_server_that_refuses(self):
        good, bad = RtmpServer(self), RtmpServer(self)
        bad.gate.close()
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE], outputs={
            "good": ["-f", "flv", good.url("k")],
            "bad": {"args": ["-f", "flv", bad.url("k", "guarded")], "required": False}})
        self.supervisor.wait_on_air(30)
        player = self.play_rtmp(good)
        self.wait_output("bad", "lost", 20)
        self.supervisor.wait_event("incident_opened", 10, output="bad")
        self.assertTrue(holds(lambda: self.output("good")["state"] == "on_air", 5))
        bad.gate.open()
        self.wait_output("bad", "on_air", 70)
        self.assertEqual(len(self.encoders()), 1, "the encoder goes on")
        self.judge(player, 0.1)

    def test_a_required_output_puts_the_stream_off_air_and_ends_nothing(self):
        own, far = RtmpServer(self), RtmpServer(self)
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE], outputs={
            "own": ["-f", "flv", own.url("k")],
            "far": {"args": ["-f", "flv", far.url("k")], "required": False, "buffer": "5s 4MiB"}})
        self.supervisor.wait_on_air(30)
        player = self.play_rtmp(far)
        own.process.end()
        wait_until(lambda: not self.supervisor.is_ready(), 20, "readiness fails")
        self.assertNotEqual(self.supervisor.stream()["state"], "on_air")
        self.assertTrue(holds(lambda: self.output("far")["state"] == "on_air", 5))
        own.start()
        self.supervisor.wait_on_air(20)
        self.assertEqual(len(self.encoders()), 1, "the encoder goes on")
        self.judge(player, 0.1)

    def test_an_output_that_is_not_required_does_not(self):
        own, far = RtmpServer(self), RtmpServer(self)
        self.supervise_held(["ffmpeg", *INPUT, *ENCODE], outputs={
            "own": {"args": ["-f", "flv", own.url("k")], "required": False},
            "far": {"args": ["-f", "flv", far.url("k")], "required": False}})
        self.supervisor.wait_on_air(30)
        self.wait_output("own", "on_air", 20)
        own.process.end()
        self.wait_output("own", "lost", 20)
        self.assertEqual(self.supervisor.stream()["state"], "on_air")

    def reload(self, streams):
        self.write("streams.yml", json.dumps({"streams": streams}))
        before = len(self.supervisor.events("config_loaded"))
        self.supervisor.signal(signal.SIGHUP)
        wait_until(lambda: self.supervisor.events("config_loaded")[before:], 15, "an answer to SIGHUP")
        return self.supervisor.events("config_loaded")[-1]["msg"]

    def test_a_reload_touches_only_the_output_that_differs(self):
        a, b, c = RtmpServer(self), RtmpServer(self), RtmpServer(self)
        command = ["ffmpeg", *INPUT, *ENCODE]

        def outputs(**more):
            return {"a": ["-f", "flv", a.url("k")], "b": ["-f", "flv", b.url("k")], **more}
        self.supervise_held(command, outputs=outputs())
        self.supervisor.wait_on_air(30)
        player = self.play_rtmp(a)
        self.wait_output("b", "on_air", 20)
        encoder, first, second = self.supervisor.child_pid(), self.output("a")["pid"], self.output("b")["pid"]
        stream = {"name": "radio", "command": command, **KEYS}
        said = self.reload([{**stream, "outputs": outputs(b=["-flvflags", "no_metadata", "-f", "flv", b.url("k")],
                                                          c=["-f", "flv", c.url("k")])}])
        self.assertIn("outputs.b, outputs.c", said)
        self.wait_output("c", "on_air", 20)
        self.wait_output("b", "on_air", 20)
        self.assertNotEqual(self.output("b")["pid"], second)
        self.reload([{**stream, "outputs": {"a": {"args": ["-f", "flv", a.url("k")], "buffer": "2s"}}}])
        wait_until(lambda: len(self.supervisor.stream()["outputs"]) == 1, 10, "only one is left")
        wait_until(lambda: not b.has_publisher("k") and not c.has_publisher("k"), 10, "the others ended")
        self.assertEqual((self.supervisor.child_pid(), self.output("a")["pid"]), (encoder, first))
        self.judge(player, 0.1)

    def test_a_finite_input_ends_its_outputs(self):
        server = RtmpServer(self)
        self.supervise_held(["ffmpeg", "-re", "-f", "lavfi", "-i", FLASH, "-re", "-f", "lavfi", "-i", BEEP, "-t", "12", *ENCODE,
                             "-f", "flv", server.url("k")], restart="never")
        player = self.play_rtmp(server)
        self.assertEqual(self.supervisor.wait(30), 0)
        last = max(pts for pts, _, _ in player.pictures)
        first = min(pts for pts, _, _ in player.pictures)
        self.assertGreater(last - first, 5)
        wait_until(lambda: not server.has_publisher("k"), 5, "the server was told")
        self.assertEqual(player.errors(), [])
        server.process.end()
        player.process.end()
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
