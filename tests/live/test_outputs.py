"""Several outputs, the legs of a tee among them: each is judged by itself, and named."""

import http.server
import os
import threading
import unittest

from harness import LiveTest, free_port, holds, wait_until
from servers import RtmpServer

TONE = "-re -f lavfi -i sine=frequency=440 -map 0:a -c:a aac -b:a 64k".split()
A, B = "127.0.0.1", "127.0.0.1-2"


class Outputs(LiveTest):
    def setUp(self):
        super().setUp()
        self.a, self.b = RtmpServer(self), RtmpServer(self)

    def tee(self, *legs):
        return ["ffmpeg", *TONE, "-flags", "+global_header", "-f", "tee", "|".join(legs)]

    def leg(self, server, key="radio"):
        return f"[f=flv:onfail=ignore]{server.url(key)}"

    def radio(self, command, **sink):
        supervisor = self.supervise_file([{"name": "radio", "command": command, "sink": sink,
                                           "monitor": {"sink_stall_timeout": "3s", "probe_interval": "1s"}}])
        supervisor.wait_on_air()
        return supervisor

    def up(self, supervisor, output):
        return supervisor.metric("radio_output_up", stream="radio", output=output)

    def rtmp(self, supervisor):
        return supervisor.metric("radio_rtmp_connection_status", stream="radio")

    def assert_warned(self, supervisor, output, cause):
        opened = supervisor.wait_event("incident_opened", 10)
        self.assertEqual((opened.get("output"), opened["cause"], opened["level"]), (output, cause, "warning"))
        wait_until(lambda: self.up(supervisor, output) == 0, 5, f"{output} is down")
        self.assertEqual(self.rtmp(supervisor), 0)
        incident = supervisor.json("/api/v1/incidents")["incidents"][0]
        self.assertEqual((incident["output"], incident["off_air"]), (output, False))
        self.assertEqual(supervisor.stream()["state"], "on_air")
        self.assertEqual(supervisor.stream()["verdict"]["output"], output)

    def test_both_are_up_and_counted(self):
        supervisor = self.radio(self.tee(self.leg(self.a), self.leg(self.b)))
        wait_until(lambda: self.up(supervisor, A) == 1 and self.up(supervisor, B) == 1, 10, "both are up")
        self.assertEqual(self.rtmp(supervisor), 1)

        def delivered(output):
            return supervisor.metric("radio_output_delivered_bytes_total", stream="radio", output=output) or 0
        wait_until(lambda: min(delivered(A), delivered(B)) > 10_000, 10, "delivered bytes")
        total = supervisor.metric("radio_sink_delivered_bytes_total", stream="radio")
        self.assertLess(abs(delivered(A) + delivered(B) - total), 50_000, "the sum")
        self.assertTrue(holds(lambda: not supervisor.events("incident_opened"), 4))

    def test_one_that_is_closed_from_the_start_is_warned_of(self):
        self.b.process.end()
        supervisor = self.radio(self.tee(self.leg(self.a), self.leg(self.b)))
        self.assert_warned(supervisor, B, "sink_unreachable")
        self.assertEqual(self.up(supervisor, A), 1)
        self.a.wait_receiving("radio")
        self.assertTrue(holds(lambda: len(supervisor.events("ffmpeg_started")) == 1, 3), "only told")

    def test_the_first_that_is_closed_is_told_from_the_second(self):
        self.a.process.end()
        supervisor = self.radio(self.tee(self.leg(self.a), self.leg(self.b)))
        self.assert_warned(supervisor, A, "sink_unreachable")
        self.assertEqual(self.up(supervisor, B), 1)

    def test_one_that_dies_within_its_first_seconds_is_warned_of(self):
        supervisor = self.radio(self.tee(self.leg(self.a), self.leg(self.b)))
        self.b.wait_receiving("radio")
        wait_until(lambda: self.up(supervisor, B) == 1, 5, "it was up")
        self.b.process.end()
        self.assert_warned(supervisor, B, "sink_lost")
        self.assertEqual(self.up(supervisor, A), 1)

    def test_ffmpeg_is_launched_again_once_its_server_is_back(self):
        self.b.process.end()
        supervisor = self.radio(self.tee(self.leg(self.a), self.leg(self.b)), on_partial="restart")
        self.assert_warned(supervisor, B, "sink_unreachable")
        self.assertTrue(holds(lambda: len(supervisor.events("ffmpeg_started")) == 1, 4), "not yet")
        self.b.start()
        self.b.wait_receiving("radio", 15)
        self.a.wait_receiving("radio")
        wait_until(lambda: self.up(supervisor, B) == 1 and self.rtmp(supervisor) == 1, 10, "both are up")
        wait_until(lambda: supervisor.events("incident_closed"), 5, "the warning is over")
        self.assertEqual(supervisor.metric("radio_output_restarts_total", stream="radio", output=B), 1)
        history = supervisor.json("/api/v1/streams/radio/recovery")["history"]
        self.assertIn(f"output {B} is back", history[0]["reason"])

    def test_a_recording_goes_on_while_its_only_server_is_awaited(self):
        self.a.process.end()
        recording = self.path("rec.ts")
        supervisor = self.supervise_file([{
            "name": "radio", "command": [*self.tee(self.leg(self.a), f"[f=mpegts]{recording}"), "-y"],
            "monitor": {"sink_stall_timeout": "2s", "probe_interval": "1s"}}])
        wait_until(supervisor.answers, 10, "answers")
        wait_until(lambda: supervisor.stream()["state"] == "waiting_for_receiver", 15, "waits for the server")
        size = os.path.getsize(recording)
        wait_until(lambda: os.path.getsize(recording) > size, 20, "the recording goes on")
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)
        self.assertEqual(supervisor.events("on_air"), [])
        self.a.start()
        supervisor.wait_on_air()
        self.a.wait_receiving("radio")

    def test_of_two_plain_outputs_the_one_that_is_refused_is_named(self):
        self.b.process.end()
        flv = ["-map", "0:a", "-c:a", "aac", "-f", "flv"]
        supervisor = self.supervise_file([{
            "name": "radio", "command": ["ffmpeg", "-re", "-f", "lavfi", "-i", "sine", *flv, self.a.url("radio"), *flv,
                                         self.b.url("radio")]}])
        opened = supervisor.wait_event("incident_opened", 10)
        self.assertEqual((opened["cause"], opened.get("output")), ("sink_unreachable", B))
        self.b.start()
        supervisor.wait_on_air()
        wait_until(lambda: self.up(supervisor, A) == 1 and self.up(supervisor, B) == 1, 10, "both are up")

    def test_segments_that_nobody_takes_are_said_to_be_unseen(self):
        class Refusing(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                self.send_error(401)
                self.close_connection = True

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Refusing)
        server.handle_error = lambda *_: None  # FFmpeg hangs up in the middle
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_address[1]}/in/index.m3u8"
        supervisor = self.radio(["ffmpeg", *TONE, "-f", "hls", "-hls_time", "1", "-method", "PUT", url])
        said = f"utput {A} cannot be seen: each segment has a connection of its own"
        self.assertTrue(any(said in line for line in supervisor.lines), "said at the start")
        self.assertTrue(any(said in sentence for sentence in supervisor.stream()["evidence"]["witnesses"]))
        self.assertTrue(supervisor.stream()["outputs"][0]["unseen"])
        self.assertTrue(holds(lambda: supervisor.stream()["state"] == "on_air", 6), "no proof of a fault")


if __name__ == "__main__":
    unittest.main()
