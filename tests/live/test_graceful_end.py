"""SIGTERM in every state of the ladder: everything ends within the grace, and no second grace is spent."""

import signal
import time
import unittest

from harness import LiveTest, command_name, free_port, wait_until
from servers import Icecast, RtmpServer, Silent

GRACE = 3
TONE_MP3 = "-re -f lavfi -i sine=frequency=440 -c:a libmp3lame -b:a 64k -f flv".split()


class GracefulEnd(LiveTest):
    def radio(self, command, alerts=None, fallback=(), **recovery):
        return self.supervise_file(
            [{"name": "radio", "command": command, "fallback": list(fallback),
              "recovery": {"stop_grace": f"{GRACE}s", **recovery}}],
            sections={"alerts": alerts or {}, "journal": {"path": self.path("journal")}})

    def assert_ends(self, supervisor, beside=()):
        """`beside`: FFmpegs that are not the supervisor's and stay."""
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(GRACE + 5), 0)
        self.assertLess(time.monotonic() - asked_at, GRACE + 2)
        stay = {process.pid for process in beside}
        wait_until(lambda: {pid for pid in self.alive() if command_name(pid) == "ffmpeg"} == stay, 2,
                   "only the others' FFmpegs are left")

    def test_while_a_probe_hangs(self):
        silent = Silent(self)
        supervisor = self.radio(["ffmpeg", "-rw_timeout", "500000", "-i",
                                 f"http://127.0.0.1:{silent.port}/radio.mp3", "-f", "null", "-"])
        supervisor.wait_event("recovery_decision", 10, action="wait_for_source")
        self.assert_ends(supervisor)

    def test_while_waiting_for_the_source(self):
        supervisor = self.radio(["ffmpeg", "-i", f"http://127.0.0.1:{free_port()}/radio.mp3", "-f",
                                 "null", "-"])
        supervisor.wait_event("recovery_decision", 10, action="wait_for_source")
        self.assert_ends(supervisor)

    def test_while_the_fallback_is_on_air(self):
        server = RtmpServer(self)
        supervisor = self.radio(["ffmpeg", "-i", f"http://127.0.0.1:{free_port()}/radio.mp3", "-f",
                                 "flv", server.url("radio")],
                                fallback=["ffmpeg", *TONE_MP3, server.url("radio")])
        supervisor.wait_event("fallback_started", 10)
        self.assert_ends(supervisor)

    def test_while_an_alert_hangs(self):
        silent = Silent(self)
        supervisor = self.radio(["ffmpeg", *TONE_MP3, f"rtmp://127.0.0.1:{free_port()}/live/radio"],
                                alerts={"webhooks": [{"url": f"http://127.0.0.1:{silent.port}/"}],
                                        "command": ["sleep", "60"]},
                                max_restart_attempts=0)
        supervisor.wait_event("escalated", 10)
        wait_until(lambda: silent.taken, 5, "the hook is being told")
        self.assert_ends(supervisor)

    def test_in_the_settle_time_and_the_cooldown(self):
        server = RtmpServer(self)
        holder = self.start("ffmpeg", "-v", "error", *TONE_MP3, server.url("radio"))
        server.wait_receiving("radio")
        supervisor = self.radio(["ffmpeg", *TONE_MP3, server.url("radio")])
        supervisor.wait_event("recovery_decision", 8, action="restart_ffmpeg")
        self.assertEqual(supervisor.stream()["state"], "cooling_down")
        self.assert_ends(supervisor, beside=[holder])

    def test_while_the_fallback_makes_room(self):
        icecast, server = Icecast(self), RtmpServer(self)
        stubborn = self.write("stubborn", "#!/bin/sh\ntrap '' TERM\nffmpeg \"$@\" &\nwait\nwait\n",
                              mode=0o755)
        supervisor = self.radio(["ffmpeg", "-i", icecast.listen_url("radio.mp3"), "-c", "copy",
                                 "-f", "flv", server.url("radio")],
                                fallback=[stubborn, *TONE_MP3, server.url("radio")])
        supervisor.wait_event("recovery_decision", 10, action="start_fallback")
        server.wait_receiving("radio")
        feeder = icecast.feed("radio.mp3")
        wait_until(lambda: supervisor.stream()["state"] != "fallback", 8, "it is told to leave")
        self.assert_ends(supervisor, beside=[feeder])


if __name__ == "__main__":
    unittest.main()
