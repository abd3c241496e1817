"""FFmpeg behind a process that stays: seen, stopped and ended as FFmpeg itself; a killed supervisor leaves nothing."""

import os
import resource
import select
import signal
import socket
import subprocess
import time
import unittest

from harness import AAC, H264, TONE, VIDEO, LiveTest, command_name, holds, resident_mib, wait_until
from servers import RtmpServer, Silent

NULL = [*VIDEO, *H264, "-f", "null", "-"]


class Wrapped(LiveTest):
    def script(self, name, text, shell="bash"):
        return self.write(name, f"#!/bin/{shell}\n{text}\n", mode=0o755)

    def ffmpegs(self):
        return [pid for pid in self.alive() if command_name(pid) == "ffmpeg"]

    def wrappers(self):
        """Each puts FFmpeg behind a process that stays; what it is called, and what stands before FFmpeg's arguments."""
        os.makedirs(self.path("bin"), exist_ok=True)
        return {
            "timeout": ["timeout", "10h", "ffmpeg"],
            "flock": ["flock", self.path("lock"), "ffmpeg"],
            "a script named ffmpeg": [self.script("bin/ffmpeg", '/usr/bin/ffmpeg "$@"; exit $?')],
            "an unknown wrapper": [self.script("my-wrapper", '"$@"; exit $?'), "ffmpeg"],
            "nice and a script": ["nice", "-n", "1", self.path("bin/ffmpeg")],
            "a session of its own": [self.script("session", 'setsid -w "$@"; exit $?'), "ffmpeg"],
        }


class Seen(Wrapped):
    def test_cpu_and_memory_are_ffmpegs(self):
        for name, front in self.wrappers().items():
            with self.subTest(name):
                supervisor = self.supervise(*front, *NULL)
                supervisor.wait_on_air()
                ffmpeg = wait_until(self.ffmpegs, 5, "FFmpeg")[0]
                wait_until(lambda: supervisor.metric("radio_ffmpeg_memory_mb") > resident_mib(ffmpeg) * 0.7, 5,
                           lambda: f"its memory, not the wrapper's: {supervisor.metric('radio_ffmpeg_memory_mb')}")
                supervisor.signal(signal.SIGTERM)
                self.assertEqual(supervisor.wait(7), 0)
                self.assert_nothing_left()

    def test_a_hung_server_is_known_from_the_socket(self):
        for name in ("timeout", "a script named ffmpeg"):
            with self.subTest(name):
                server = RtmpServer(self)
                front = self.wrappers()[name]
                supervisor = self.supervise_file([{
                    "name": "radio", "command": [*front, *VIDEO, *TONE, *H264, "-b:v", "2500k", *AAC, "-f", "flv",
                                                 server.url("radio")],
                    "monitor": {"sink_stall_timeout": "4s", "freeze_timeout": "60s"}}])
                supervisor.wait_on_air()
                server.wait_receiving("radio")
                server.process.signal(signal.SIGSTOP)
                fault = supervisor.wait_event("fault_detected", 20)
                self.assertEqual(fault["cause"], "sink_stalled")
                server.process.signal(signal.SIGCONT)
                supervisor.signal(signal.SIGTERM)
                self.assertEqual(supervisor.wait(8), 0)


    def test_one_that_closes_the_pipe_is_noticed_and_harms_nothing(self):
        """Descriptors above 2 are closed: FFmpeg runs without its progress pipe, and is not taken for frozen."""
        front = [self.script("closer", "for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ $fd -gt 2 ] && [ $fd -ne 255 ] && "
                             'eval "exec $fd>&-"; done\n"$@"; exit $?'), "ffmpeg"]
        supervisor = self.supervise_file([{
            "name": "radio", "command": [*front, *VIDEO, *H264, "-y", "-f", "mpegts", self.path("out.ts")],
            "monitor": {"startup_timeout": "4s", "freeze_timeout": "4s"}}])
        supervisor.wait_event("witness_unavailable", 10)
        supervisor.wait_on_air(5)
        self.assertTrue(holds(lambda: len(supervisor.events("ffmpeg_started")) == 1, 8))
        self.assertFalse(supervisor.events("incident_opened"))
        with open(self.path("out.ts"), "rb") as recorded:
            self.assertNotIn(b"out_time", recorded.read(), "progress in the output")
        wait_until(lambda: supervisor.metric("radio_ffmpeg_memory_mb") > 20, 5, "it is seen all the same")
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(7), 0)


class Killed(Wrapped):
    def test_a_killed_supervisor_leaves_nothing(self):
        shell = {"sh -c": ["sh", "-c", "ffmpeg " + " ".join(NULL) + "; true"]}
        commands = {name: [*front, *NULL] for name, front in self.wrappers().items()} | shell
        for name, command in commands.items():
            with self.subTest(name):
                supervisor = self.supervise(*command)
                wait_until(self.ffmpegs, 10, "FFmpeg runs")
                wait_until(lambda: self.guards(supervisor), 5, "its guard")
                supervisor.signal(signal.SIGKILL)
                self.assert_nothing_left()
                wait_until(lambda: not any(command_name(pid) == "ffs-guard" for pid in self.guard_pids), 3,
                           "the guard ends, too")

    @unittest.skipUnless(os.geteuid() == 0, "only root becomes another user")
    def test_a_killed_supervisor_leaves_no_ffmpeg_of_another_user(self):
        """The kernel takes the parent-death signal from a process that changes its user."""
        supervisor = self.supervise("setpriv", "--reuid=1", "--regid=1", "--clear-groups", "ffmpeg", *NULL)
        wait_until(self.ffmpegs, 10, "FFmpeg runs")
        wait_until(lambda: self.guards(supervisor), 5, "its guard")
        supervisor.signal(signal.SIGKILL)
        self.assert_nothing_left()

    def guards(self, supervisor):
        with open(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children") as children:
            self.guard_pids = [pid for pid in map(int, children.read().split()) if command_name(pid) == "ffs-guard"]
        return self.guard_pids

    def test_the_guard_holds_nothing_and_ends_with_the_supervisor(self):
        supervisor = self.supervise("timeout", "10h", "ffmpeg", *NULL)
        supervisor.wait_on_air()
        guard = wait_until(lambda: self.guards(supervisor), 5, "its guard")[0]
        self.assertEqual(os.listdir(f"/proc/{guard}/fd"), ["0"])
        os.kill(guard, signal.SIGTERM)  # a service manager signals every process of the unit
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(7), 0)
        self.assertEqual(command_name(guard), "", "nothing is left when the supervisor has ended")

    def test_a_guard_that_was_killed_is_replaced_with_the_next_launch(self):
        supervisor = self.supervise("timeout", "10h", "ffmpeg", *NULL)
        supervisor.wait_on_air()
        first = wait_until(lambda: self.guards(supervisor), 5, "its guard")[0]
        ended = os.pidfd_open(first)
        self.addCleanup(os.close, ended)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: select.select([ended], [], [], 0)[0], 10, "the guard is gone")
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        wait_until(lambda: self.guards(supervisor) not in ([], [first]), 10, "another guard")
        wait_until(self.ffmpegs, 10, "FFmpeg runs")
        supervisor.signal(signal.SIGKILL)
        self.assert_nothing_left()

    def test_ffmpeg_itself_needs_none(self):
        supervisor = self.supervise("ffmpeg", *NULL)
        supervisor.wait_on_air()
        self.assertFalse(self.guards(supervisor))


class Stopped(Wrapped):
    """One SIGTERM arrives at FFmpeg, whatever a wrapper does with its own; a second only where it stands still."""

    # The trailer takes seconds: a look-ahead of many frames, the file written twice. FFmpeg 5.1 ends at once at the
    # second signal, and then the file has no index.
    RECORD = ["-y", *VIDEO, "-c:v", "libx264", "-preset", "veryslow", "-rc-lookahead", "250", "-g", "250",
              "-pix_fmt", "yuv420p", "-vf", "scale=640:360", "-movflags", "+faststart"]

    def is_playable(self, name):
        return subprocess.run(["ffprobe", "-v", "error", self.path(name)], capture_output=True).returncode == 0

    def stopped(self, front, grace):
        supervisor = self.supervise_file([{"name": "radio", "command": [*front, *self.RECORD, self.path("out.mp4")],
                                           "monitor": {"startup_timeout": "120s", "min_speed": {"ratio": 0.01}},
                                           "recovery": {"stop_grace": f"{grace}s"}}])
        wait_until(self.ffmpegs, 10, "FFmpeg runs")
        wait_until(lambda: os.path.exists(self.path("out.mp4")), 10, "the recording has begun")
        time.sleep(8)  # the look-ahead fills: this is how long the stop takes
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(grace + 5), 0)
        return time.monotonic() - asked_at

    def test_a_recording_gets_the_time_it_needs(self):
        took = self.stopped(["ffmpeg"], 120)
        self.assertTrue(self.is_playable("out.mp4"), f"after {took:.1f} s")

    def test_a_wrapper_that_hands_signals_on_does_not_make_it_two(self):
        for name in ("timeout", "a script named ffmpeg", "an unknown wrapper"):
            with self.subTest(name):
                took = self.stopped(self.wrappers()[name], 120)
                self.assertTrue(self.is_playable("out.mp4"), f"after {took:.1f} s")
                os.remove(self.path("out.mp4"))

    def test_a_write_that_hangs_gets_its_second_signal(self):
        silent = Silent(self)  # takes the connection and says nothing
        supervisor = self.supervise_file([{
            "name": "radio", "command": ["ffmpeg", *TONE, *AAC, "-f", "flv", f"rtmp://127.0.0.1:{silent.port}/live/x"],
            "recovery": {"stop_grace": "9s"}}])
        wait_until(self.ffmpegs, 10, "FFmpeg runs")
        wait_until(lambda: silent.taken, 10, "it has connected")
        wait_until(lambda: select.select(silent.taken[:1], [], [], 0)[0], 10, "it waits for the server's handshake")
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(12), 0)
        self.assertLess(time.monotonic() - asked_at, 8, "before the grace of 9 s ends")
        self.assertFalse(supervisor.events("ffmpeg_exited", signal=9))


class Descriptors(LiveTest):
    def limits(self, soft, hard):
        return ["prlimit", f"--nofile={soft}:{hard}"]

    def test_the_limit_is_raised_and_ffmpeg_gets_its_own_back(self):
        supervisor = self.supervise("ffmpeg", *NULL, wrapper=self.limits(300, 900))
        supervisor.wait_on_air()
        self.assertEqual(resource.prlimit(supervisor.pid, resource.RLIMIT_NOFILE), (900, 900))
        self.assertEqual(resource.prlimit(supervisor.child_pid(), resource.RLIMIT_NOFILE), (300, 900))

    def test_a_stream_needs_few(self):
        def count(streams):
            supervisor = self.supervise_file([{"name": f"s{n}", "command": ["ffmpeg", *TONE, "-f", "null", "-"]}
                                              for n in range(streams)])
            supervisor.wait_on_air()
            found = len(os.listdir(f"/proc/{supervisor.pid}/fd"))
            supervisor.signal(signal.SIGTERM)
            supervisor.wait(7)
            return found
        self.assertLess(count(6) - count(1), 5 * 10)

    def test_a_hundred_streams_run_under_the_usual_limit(self):
        # Not FFmpegs: a hundred of them are too much for a small machine.
        reporter = self.write("ffmpeg", '#!/bin/sh\nwhile read -r line; do :; done; exec sleep 600\n', mode=0o755)
        streams = [{"name": f"s{n}", "command": [reporter, "-i", "x", "y"],
                    "monitor": {"startup_timeout": "600s"}} for n in range(100)]
        supervisor = self.supervise_file(streams, wrapper=self.limits(1024, 1024))
        wait_until(lambda: len(supervisor.events("ffmpeg_started")) == 100, 20, supervisor.account)
        self.assertFalse(supervisor.events("incident_opened"))
        wait_until(supervisor.answers, 10, "it answers")

    def test_a_hard_limit_that_is_too_low_is_said_with_the_streams_it_allows(self):
        reporter = self.write("ffmpeg", '#!/bin/sh\nexec sleep 600\n', mode=0o755)
        streams = [{"name": f"s{n}", "command": [reporter, "-i", "x", "y"],
                    "monitor": {"startup_timeout": "600s"}} for n in range(40)]
        supervisor = self.supervise_file(streams, wrapper=self.limits(256, 256))
        said = "allows 20 of the 40 streams to run at once"
        wait_until(lambda: any(said in event["msg"] for event in supervisor.events("config_loaded")), 10, supervisor.log)
        checked = subprocess.run([*self.limits(256, 256), os.environ["FFSUPERVISOR"], "check", "--quiet", "--config",
                                  self.path("streams.yml")],
                                 capture_output=True, text=True, timeout=20)
        self.assertEqual(checked.returncode, 0)
        self.assertIn(said, checked.stderr)

    def test_open_connections_do_not_keep_ffmpeg_off_air(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        supervisor = self.supervise("ffmpeg", *NULL, wrapper=self.limits(512, 512))
        supervisor.wait_on_air()
        connections = []
        self.addCleanup(lambda: [each.close() for each in connections])
        for _ in range(1200):
            connections.append(socket.create_connection(("127.0.0.1", supervisor.port)))
        wait_until(lambda: len(os.listdir(f"/proc/{supervisor.pid}/fd")) > 300, 10, "they are taken")
        for restart in range(1, 3):
            before = supervisor.events("ffmpeg_started")[-1]["pid"]
            os.kill(before, signal.SIGKILL)
            supervisor.wait_event("ffmpeg_started", 10, count=restart + 1)
        self.assertFalse(supervisor.events("incident_opened", cause="host_spawn_failed"))
        self.assertEqual([event for event in supervisor.events("ffmpeg_exited") if "errno" in event], [])
        supervisor.wait_on_air()


if __name__ == "__main__":
    unittest.main()
