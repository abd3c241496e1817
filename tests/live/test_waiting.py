"""FFmpeg waits itself: for a connection to its source, or for a server that its fifo muxer connects to."""

import unittest

from harness import LiveTest, free_port, holds, wait_until

TONE = ["-re", "-f", "lavfi", "-i", "sine=frequency=440"]


class Waiting(LiveTest):
    def supervise_quickly(self, command):
        supervisor = self.supervise_file([{
            "name": "radio", "command": command,
            "monitor": {"startup_timeout": "2s", "freeze_timeout": "5s", "sink_stall_timeout": "3s"},
            "recovery": {"audio_stream": {"retry_interval": "1s", "max_retries": 3}}}])
        wait_until(supervisor.answers, 10, "answers")
        return supervisor

    def state(self, supervisor):
        return supervisor.stream()["state"]

    def test_a_listener_is_left_in_place_until_its_source_calls(self):
        port = free_port()
        supervisor = self.supervise_quickly(
            ["ffmpeg", "-listen", "1", "-f", "mp3", "-i", f"http://127.0.0.1:{port}", "-f", "null", "-"])
        wait_until(lambda: self.state(supervisor) == "waiting_for_source", 10, "waits for its source")
        pid = supervisor.child_pid()
        self.assertFalse(supervisor.is_ready())
        supervisor.wait_event("escalated", 15)
        self.assertEqual(self.state(supervisor), "waiting_for_source")
        self.assertEqual(supervisor.child_pid(), pid)
        self.assertEqual(supervisor.json("/api/v1/streams/radio/recovery")["recent_attempts"], 0)
        self.start("ffmpeg", "-v", "error", *TONE, "-c:a", "libmp3lame", "-f", "mp3", "-method", "POST", f"http://127.0.0.1:{port}")
        supervisor.wait_on_air()
        self.assertEqual(supervisor.child_pid(), pid)

    def test_a_fifo_that_never_had_a_server_is_off_air_and_connects_by_itself(self):
        url = f"rtmp://127.0.0.1:{free_port()}/live/radio"
        supervisor = self.supervise_quickly(
            ["ffmpeg", *TONE, "-map", "0:a", "-c:a", "aac", "-f", "fifo", "-fifo_format", "flv", "-attempt_recovery", "1",
             "-recovery_wait_time", "1", "-drop_pkts_on_overflow", "1", url])
        wait_until(lambda: self.state(supervisor) == "waiting_for_receiver", 15, "waits for its server")
        self.assertEqual(supervisor.events("on_air"), [])
        self.assertFalse(supervisor.is_ready())
        self.assertEqual(supervisor.stream()["verdict"]["cause"], "sink_unreachable")
        self.assertTrue(holds(lambda: self.state(supervisor) == "waiting_for_receiver", 2))


if __name__ == "__main__":
    unittest.main()
