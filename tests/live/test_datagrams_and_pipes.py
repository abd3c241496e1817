"""What has no connection that the kernel could show: UDP inputs and outputs, pipes and FIFOs."""

import json
import os
import shutil
import signal
import subprocess
import unittest

from harness import AAC, H264, TONE, VIDEO, LiveTest, free_port, holds, wait_until
from servers import RtmpServer

QUICK = {"freeze_timeout": "6s", "startup_timeout": "20s", "source_stall_timeout": "4s", "sample_interval": "500ms"}
STEADY = "-b:v 2500k -minrate 2500k -maxrate 2500k -bufsize 500k -x264-params nal-hrd=cbr".split()
MPEGTS = ["-f", "mpegts"]


class DatagramsAndPipes(LiveTest):
    def supervise_one(self, command, **arguments):
        return self.supervise_file([{"name": "radio", "command": ["ffmpeg", *command], "monitor": QUICK}], **arguments)

    def sender(self, *output):
        return self.start("ffmpeg", "-nostdin", "-v", "error", *VIDEO, *TONE, *H264, *AAC, *output)

    def hear(self, supervisor, cause, words, seconds=25):
        incident = supervisor.wait_event("incident_opened", seconds)
        self.assertEqual(incident["cause"], cause, incident)
        evidence = json.dumps(supervisor.json("/api/v1/incidents"))
        self.assertIn(words, evidence)

    def test_a_udp_source_is_left_alone_until_it_falls_silent(self):
        port = free_port()
        sender = self.sender(*MPEGTS, f"udp://127.0.0.1:{port}?pkt_size=1316")
        supervisor = self.supervise_one(["-i", f"udp://127.0.0.1:{port}", "-c", "copy", *MPEGTS, "-y",
                                         self.path("o.ts")])
        supervisor.wait_on_air(25)
        self.assertTrue(holds(lambda: not supervisor.events("incident_opened"), 10), supervisor.account())
        self.assertEqual(supervisor.metric("radio_source_udp_drops_total"), 0)
        self.assertIsNotNone(supervisor.metric("radio_source_udp_receive_queue_bytes"))
        sender.signal(signal.SIGSTOP)
        self.hear(supervisor, "source_stalled", "Nothing has come by UDP")
        sender.signal(signal.SIGCONT)
        supervisor.wait_event("on_air", 30, count=2)

    def test_an_rtp_source_that_falls_silent(self):
        port = free_port() & ~1
        description = self.path("session.sdp")
        sender = self.start("ffmpeg", "-nostdin", "-v", "error", *VIDEO, *H264, "-flags", "+global_header", "-f", "rtp",
                            "-sdp_file", description, f"rtp://127.0.0.1:{port}")
        wait_until(lambda: os.path.exists(description), 10, description)
        supervisor = self.supervise_one(["-protocol_whitelist", "file,udp,rtp", "-i", description, *H264, *MPEGTS, "-y",
                                         self.path("o.ts")])
        supervisor.wait_on_air(25)
        sender.signal(signal.SIGSTOP)
        self.hear(supervisor, "source_stalled", "the receive queue was empty each time")

    def test_datagrams_that_a_standing_ffmpeg_does_not_read_are_counted(self):
        port = free_port() & ~1
        description = self.path("session.sdp")
        self.start("ffmpeg", "-nostdin", "-v", "error", *VIDEO, *H264, *STEADY, "-flags", "+global_header", "-f", "rtp",
                   "-sdp_file", description, f"rtp://127.0.0.1:{port}")
        wait_until(lambda: os.path.exists(description), 10, description)
        supervisor = self.supervise_one(["-protocol_whitelist", "file,udp,rtp", "-i", description, *H264, *MPEGTS, "-y",
                                         self.path("o.ts")])
        supervisor.wait_on_air(25)
        os.kill(supervisor.child_pid(), signal.SIGSTOP)
        self.hear(supervisor, "encoder_frozen", "The source delivers: the kernel has dropped")

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs a network namespace")
    def test_a_udp_output_without_a_route_is_unreachable(self):
        supervisor = self.supervise_one([*VIDEO, *H264, *MPEGTS, "udp://10.99.0.1:5000"], wrapper=[
            "unshare", "--net", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh"])
        incident = supervisor.wait_event("incident_opened", 25)
        self.assertEqual(incident["cause"], "sink_unreachable", incident)

    def test_a_standard_output_that_is_not_read_is_the_sinks(self):
        reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.addCleanup(reader.wait)
        self.addCleanup(reader.kill)
        supervisor = self.supervise_one([*VIDEO, *H264, *STEADY, *MPEGTS, "pipe:1"], stdout=reader.stdin)
        reader.stdin.close()
        supervisor.wait_on_air(25)
        reader.send_signal(signal.SIGSTOP)
        self.hear(supervisor, "sink_stalled", "(its standard output): it is full")

    def test_a_fifo_without_a_reader_is_an_unreachable_sink(self):
        os.mkfifo(self.path("out.ts"))
        supervisor = self.supervise_one([*VIDEO, *H264, *MPEGTS, "-y", self.path("out.ts")])
        self.hear(supervisor, "sink_unreachable", "to open the FIFO that it writes to", 40)

    def test_a_standard_input_that_is_silent_is_the_sources(self):
        sender = self.start("ffmpeg", "-nostdin", "-v", "error", *VIDEO, *H264, *MPEGTS, "-", stdout=subprocess.PIPE)
        self.addCleanup(sender.popen.stdout.close)
        supervisor = self.supervise_one([*MPEGTS, "-i", "pipe:0", "-c", "copy", *MPEGTS, "-y", self.path("o.ts")],
                                        stdin=sender.popen.stdout)
        supervisor.wait_on_air(25)
        sender.signal(signal.SIGSTOP)
        self.hear(supervisor, "source_stalled", "a pipe to be written to")

    def test_a_source_that_is_silent_from_the_start_at_the_server_of_the_output(self):
        server = RtmpServer(self)
        base = f"rtmp://127.0.0.1:{server.rtmp_port}/live"
        supervisor = self.supervise_one(["-i", f"{base}/in", "-c", "copy", "-f", "flv", f"{base}/out"])
        incident = supervisor.wait_event("incident_opened", 40)
        self.assertEqual(incident["cause"], "source_stalled", incident)
        self.assertEqual(supervisor.stream()["state"], "waiting_for_source")


if __name__ == "__main__":
    unittest.main()
