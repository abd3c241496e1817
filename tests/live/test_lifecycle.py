"""Duties that come with owning processes: orphans, death of the supervisor, pace, stop of many."""

import os
import signal
import socket
import subprocess
import time
import unittest

from fakes import fake_ffmpeg
from harness import BINARY, H264, VIDEO, LiveTest, children_of, command_name, free_port, holds, wait_until

NULL = ["ffmpeg", *VIDEO, "-f", "null", "-"]
# PID 1 of a namespace of its own; without root, of a user namespace too.
AS_PID_1 = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--pid", "--fork",
            "--propagation", "unchanged",  # a chroot's root is no mount point
            "--mount-proc", "--kill-child"]


class AsPid1(LiveTest):
    def supervisor_pid(self, unshare):
        found = wait_until(lambda: children_of(unshare.pid), 5, f"PID 1: {unshare.log()}")
        return found[0][0]

    def test_orphans_are_reaped_and_their_exit_is_not_ffmpegs(self):
        # A child that leaves twenty orphans, which end one after the other, and lives on.
        orphans = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (sleep 0.$i & ); done"
        supervisor = self.supervise("sh", "-c", f"{orphans}; touch left; exec sleep 60",
                                    wrapper=AS_PID_1, cwd=self.folder)
        pid = self.supervisor_pid(supervisor)
        wait_until(lambda: os.path.exists(self.path("left")), 5, "the orphans")
        wait_until(lambda: len(children_of(pid)) == 1, 5, f"one child: {children_of(pid)}")
        self.assertEqual(command_name(children_of(pid)[0][0]), "sleep")
        self.assertFalse(supervisor.events("ffmpeg_exited"))

    def test_ffmpegs_own_exit_is_told_right(self):
        supervisor = self.supervise(*NULL, wrapper=AS_PID_1)
        supervisor.wait_on_air()
        pid = self.supervisor_pid(supervisor)
        ffmpeg = children_of(pid)[0][0]
        os.kill(ffmpeg, signal.SIGKILL)
        self.assertEqual(supervisor.wait_event("ffmpeg_exited", 3)["signal"], 9)
        supervisor.wait_on_air(5)
        os.kill(pid, signal.SIGTERM)  # PID 1 gets no default action: it must have asked for it
        self.assertEqual(supervisor.wait(5), 0)
        self.assert_nothing_left()


    def test_each_stop_signal_stops_and_the_rest_does_nothing(self):
        for number in (signal.SIGQUIT, signal.SIGINT, signal.SIGRTMIN + 3):
            with self.subTest(signal=number):
                supervisor = self.supervise(*NULL, wrapper=AS_PID_1)
                supervisor.wait_on_air()
                pid = self.supervisor_pid(supervisor)
                for dropped in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM):
                    os.kill(pid, dropped)
                self.assertEqual(supervisor.get("/health/liveness/")[0], 200)
                os.kill(pid, number)
                self.assertEqual(supervisor.wait(5), 0)
                self.assert_nothing_left()

    def test_a_health_check_finds_the_port_of_a_flag(self):
        port = free_port()
        supervisor = self.supervise(*NULL, wrapper=AS_PID_1, options=["--listen", f"127.0.0.1:{port}"],
                                    env={"METRICS_PORT": ""})
        supervisor.port = port
        supervisor.wait_on_air()
        inside = ["nsenter", "-t", str(self.supervisor_pid(supervisor)), "-p", "-m",
                  *([] if os.geteuid() == 0 else ["-U", "--preserve-credentials"])]
        done = subprocess.run([*inside, BINARY, "healthcheck", "--config", "/nowhere.yml"],
                              env=self.environment(), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


class TakenPort(LiveTest):
    def test_never_stops_a_stream_and_is_taken_when_it_is_free(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            supervisor = self.supervise(*NULL, options=[
                "--listen", f"127.0.0.1:{taken.getsockname()[1]}"], env={"METRICS_PORT": ""})
            supervisor.port = taken.getsockname()[1]
            supervisor.wait_event("http_listen", 5, level="warning")
            supervisor.wait_event("on_air", 10)
        wait_until(supervisor.answers, 10, lambda: supervisor.log())
        supervisor.wait_event("http_listen", 5, level="info")
        self.assertEqual(len(supervisor.events("http_listen")), 2)


class Death(LiveTest):
    def test_a_killed_supervisor_leaves_no_ffmpeg(self):
        supervisor = self.supervise(*NULL)
        supervisor.wait_on_air()
        supervisor.signal(signal.SIGKILL)
        self.assert_nothing_left()

    def test_an_exit_is_noticed_while_a_grandchild_holds_the_pipes(self):
        # In a session of its own, so that killing the process group does not end it.
        fake_ffmpeg(self, '''
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
block(1); block(2)
time.sleep(0.3)
''')
        supervisor = self.supervise(self.path("bin/ffmpeg"), "-f", "lavfi", "-i", "x", "y")
        supervisor.wait_event("ffmpeg_exited", 3)
        wait_until(lambda: supervisor.metric("radio_ffmpeg_restarts_total"), 3, "the restart")
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(7), 0)

    def test_the_rest_of_the_process_group_dies_with_its_child(self):
        fake_ffmpeg(self, '''
if os.fork() == 0:
    time.sleep(60)
block(1); block(2)
time.sleep(60)
''')
        supervisor = self.supervise(self.path("bin/ffmpeg"), "-i", "x", "y")
        supervisor.wait_on_air()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(7), 0)
        self.assert_nothing_left()


class Pace(LiveTest):
    def test_a_child_that_dies_at_once_never_spins(self):
        nobody = "rtmp://127.0.0.1:1/live/x"
        for command in (["false"], ["ffmpeg", *VIDEO, *H264, "-f", "flv", nobody]):
            with self.subTest(command=command):
                supervisor = self.supervise(*command)  # 3 attempts, 60 s of cooldown
                supervisor.wait_event("escalated", 10)
                self.assertTrue(holds(lambda: len(supervisor.events("ffmpeg_started")) == 4, 5))
                self.assertEqual(len(supervisor.events("escalated")), 1)
                self.assertFalse(supervisor.is_ready())
                supervisor.signal(signal.SIGTERM)
                self.assertEqual(supervisor.wait(2), 0)


    def test_a_source_that_is_missing_costs_one_launch(self):
        supervisor = self.supervise("ffmpeg", "-i", "rtmp://127.0.0.1:1/live/x", "-f", "null", "-")
        supervisor.wait_event("recovery_decision", 10, action="wait_for_source")
        self.assertTrue(holds(lambda: len(supervisor.events("ffmpeg_started")) == 1, 5))
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(2), 0)


class Many(LiveTest):
    def test_each_stream_is_supervised_by_itself(self):
        supervisor = self.supervise_file([{"name": "one", "command": NULL},
                                          {"name": "two", "command": NULL}])
        supervisor.wait_on_air()
        one, two = supervisor.child_pid("one"), supervisor.child_pid("two")
        os.kill(one, signal.SIGKILL)
        wait_until(lambda: supervisor.child_pid("one") not in (None, one), 3, "another one")
        supervisor.wait_on_air(5)
        self.assertEqual(supervisor.child_pid("two"), two)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total", stream="one"), 1)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total", stream="two"), 0)

    def test_all_are_stopped_under_one_deadline(self):
        deaf = "trap '' TERM; touch {}; while :; do sleep 1; done"
        names = ["one", "two", "three"]
        supervisor = self.supervise_file(
            [{"name": name, "command": ["sh", "-c", deaf.format(name)],
              "recovery": {"stop_grace": "3s"}} for name in names], cwd=self.folder)
        wait_until(lambda: all(os.path.exists(self.path(name)) for name in names), 5, "all run")
        asked_at = time.monotonic()
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(8), 0)
        self.assertLess(time.monotonic() - asked_at, 6, "one grace of 3 s, not three")
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
