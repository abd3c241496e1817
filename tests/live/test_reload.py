"""Another configuration for streams on air: what has changed restarts, and nothing else does."""

import json
import os
import signal
import socket
import time
import unittest

from harness import VIDEO, LiveTest, children_of, free_port, holds, resident_mib, wait_until
from servers import Receiver, RtmpServer

NULL = ["ffmpeg", *VIDEO, "-f", "null", "-"]
TONE_MP3 = "-re -f lavfi -i sine=frequency=440 -c:a libmp3lame -b:a 64k".split()


class Reload(LiveTest):
    def configure(self, *streams, **sections):
        text = json.dumps({"streams": [{"name": name, "command": command, **more}
                                       for name, command, more in streams], **sections})
        return self.write("streams.yml", text)

    def supervise_streams(self, *streams, env=None, **sections):
        config = self.configure(*streams, **sections)
        supervisor = self.supervise(options=["--config", config], env=env)
        supervisor.wait_on_air()
        return supervisor

    def reload(self, supervisor, level="info", seconds=10):
        """SIGHUP, and what the log says came of it."""
        def said():
            return [event for event in supervisor.events("config_loaded")
                    if event["msg"].startswith(("Configuration reloaded", "The configuration was not"))]
        before = len(said())
        supervisor.signal(signal.SIGHUP)
        event = wait_until(lambda: said()[before:], seconds,
                           lambda: f"an answer to SIGHUP; {supervisor.account()}")[0]
        self.assertEqual(event["level"], level, event)
        return event["msg"]

    def test_only_the_changed_stream_restarts_and_the_other_has_no_gap(self):
        server = RtmpServer(self)
        radio = ["ffmpeg", *TONE_MP3, "-f", "flv", server.url("radio")]
        supervisor = self.supervise_streams(("radio", radio, {}), ("jazz", NULL, {}))
        server.wait_receiving("radio")
        aired = wait_until(lambda: supervisor.metric("radio_stream_on_air_seconds_total", stream="jazz"),
                           5, "time on air")
        before = {name: supervisor.stream(name) for name in ("radio", "jazz")}
        restarts = supervisor.metric("radio_recovery_actions_total", stream="jazz",
                                     action="restart_ffmpeg")
        self.configure(("radio", radio, {}), ("jazz", [*NULL[:-3], "-t", "600", *NULL[-3:]], {}))
        self.assertIn("jazz restarts (command)", self.reload(supervisor))
        wait_until(lambda: supervisor.child_pid("jazz") not in (None, before["jazz"]["pid"]), 8,
                   "another FFmpeg")
        supervisor.wait_on_air()
        radio_now, jazz = supervisor.stream("radio"), supervisor.stream("jazz")
        self.assertEqual(radio_now["pid"], before["radio"]["pid"])
        self.assertEqual(radio_now["generation"], before["radio"]["generation"])
        self.assertIn("-t", jazz["command"])
        server.wait_receiving("radio", 4)
        self.assertFalse(supervisor.events("off_air"))
        # A deliberate restart: no incident, no attempt; counters go on.
        self.assertEqual(supervisor.json("/api/v1/incidents")["incidents"], [])
        self.assertEqual(supervisor.metric("radio_recovery_attempts", stream="jazz"), 0)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total", stream="jazz"), 1)
        self.assertEqual(supervisor.metric("radio_recovery_actions_total", stream="jazz",
                                           action="restart_ffmpeg"), restarts + 1)
        self.assertGreaterEqual(
            supervisor.metric("radio_stream_on_air_seconds_total", stream="jazz"), aired)
        decision = supervisor.events("recovery_decision", stream="jazz")[-1]
        self.assertEqual((decision["msg"], decision["reason"]),
                         ("Restarting at once", "the configuration has changed"))

    def test_streams_come_and_go(self):
        supervisor = self.supervise_streams(("radio", NULL, {}), ("jazz", NULL, {}))
        radio, jazz = supervisor.child_pid("radio"), supervisor.child_pid("jazz")
        self.configure(("rock", NULL, {}), ("radio", NULL, {}))
        self.assertIn("added: rock; removed: jazz", self.reload(supervisor))
        names = [stream["name"] for stream in supervisor.json("/api/v1/streams")["streams"]]
        self.assertEqual(names, ["rock", "radio"])
        self.assertIsNone(supervisor.metric("radio_stream_uptime_seconds", stream="jazz"))
        wait_until(lambda: not os.path.exists(f"/proc/{jazz}"), 6, "end of the removed stream")
        supervisor.wait_on_air()
        self.assertEqual(supervisor.child_pid("radio"), radio)
        # Back again, at once after it left: it waits until its FFmpeg is gone.
        self.configure(("radio", NULL, {}))
        self.reload(supervisor)
        self.configure(("radio", NULL, {}), ("rock", NULL, {}))
        self.reload(supervisor)
        supervisor.wait_on_air()
        self.assertEqual(len(children_of(supervisor.pid)), 2)
        self.assertEqual(supervisor.child_pid("radio"), radio)
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(7), 0)
        self.assert_nothing_left()

    def test_a_bad_file_changes_nothing_and_is_said(self):
        supervisor = self.supervise_streams(("radio", NULL, {}))
        pid = supervisor.child_pid()
        loaded = supervisor.metric("radio_config_last_reload_success_timestamp_seconds")
        self.assertEqual(supervisor.metric("radio_config_last_reload_successful"), 1)
        self.assertAlmostEqual(loaded, time.time(), delta=60)
        for text, complaint in (
                ('{"streams": [{"name": "radio", "comand": []}]}', r'streams\.yml:1: unknown key "streams\[0\]\.comand"'),
                ("streams: [", "streams.yml"),
                (json.dumps({"streams": [{"name": "jazz", "command": NULL},
                                         {"name": "radio", "command":
                                          ["ffmpeg", "-progress", "pipe:5", "-progress", "-"]}],
                             "log": {"level": "loud"}}), "log.level")):
            self.write("streams.yml", text)
            self.assertRegex(self.reload(supervisor, "error"), complaint)
            self.assertEqual(supervisor.metric("radio_config_last_reload_successful"), 0)
        os.remove(self.path("streams.yml"))
        self.assertIn("streams.yml", self.reload(supervisor, "error"))
        self.assertEqual(supervisor.metric("radio_config_last_reload_success_timestamp_seconds"), loaded)
        status, health = supervisor.get("/health/detailed")
        self.assertEqual((status, json.loads(health)["status"]), (200, "degraded"))
        self.assertIn("streams.yml", health)
        self.assertEqual(supervisor.child_pid(), pid)
        self.assertEqual([stream["name"] for stream in supervisor.json("/api/v1/streams")["streams"]],
                         ["radio"])
        self.configure(("radio", NULL, {}))
        self.assertIn("nothing has changed", self.reload(supervisor))
        self.assertEqual(supervisor.metric("radio_config_last_reload_successful"), 1)
        self.assertGreater(supervisor.metric("radio_config_last_reload_success_timestamp_seconds"), loaded)
        self.assertEqual(json.loads(supervisor.get("/health/detailed")[1])["status"], "healthy")

    def test_limits_log_and_alerts_hold_without_touching_ffmpeg(self):
        receiver = Receiver(self)
        supervisor = self.supervise_streams(("radio", NULL, {}))
        pid = supervisor.child_pid()
        self.configure(("radio", NULL, {"monitor": {"freeze_timeout": "2s"},
                                        "recovery": {"max_restart_attempts": 0}}),
                       log={"level": "debug"}, http={"listen": "127.0.0.1:1", "metrics_path": "/other"},
                       alerts={"webhooks": [{"url": receiver.url("/S3cr3t-P4th-0123456789")}]})
        said = self.reload(supervisor)
        self.assertIn("radio goes on with another monitor.freeze_timeout, "
                      "recovery.max_restart_attempts", said)
        # METRICS_PORT of the test's environment goes before the file's http.listen.
        self.assertIn("not taken over before ffsupervisor is restarted", said)
        self.assertIn("http.metrics_path", said)
        self.assertEqual(supervisor.child_pid(), pid)
        supervisor.get("/health/liveness")
        supervisor.wait_event("http_request", 3)
        os.kill(pid, signal.SIGSTOP)
        fault = supervisor.wait_event("fault_detected", 6)
        self.assertEqual(fault["cause"], "encoder_frozen")
        supervisor.wait_event("escalated", 6)
        wait_until(receiver.bodies, 5, "the alert at the new receiver")
        self.assertNotIn("S3cr3t-P4th", supervisor.log())

    def test_an_escalated_stream_that_is_removed_resolves_its_alert(self):
        receiver = Receiver(self)
        alerts = {"webhooks": [{"url": receiver.url()}]}
        bad = ["ffmpeg", *TONE_MP3, "-f", "flv", f"rtmp://127.0.0.1:{free_port()}/live/k"]
        config = self.configure(("radio", NULL, {}),
                                ("jazz", bad, {"recovery": {"max_restart_attempts": 1,
                                                            "restart_cooldown": "3s"}}), alerts=alerts)
        supervisor = self.supervise(options=["--config", config])
        supervisor.wait_event("escalated", 15)
        wait_until(lambda: len(receiver.bodies()) == 1, 5, "firing")
        self.configure(("radio", NULL, {}), alerts=alerts)
        self.reload(supervisor)
        wait_until(lambda: len(receiver.bodies()) == 2, 5, "resolved")
        self.assertIn("resolved", json.dumps(receiver.bodies()[1]))
        self.assertTrue(holds(lambda: len(receiver.bodies()) == 2, 2))

    def test_a_new_command_mends_a_stream_that_waits_and_spends_no_attempt(self):
        nowhere = ["ffmpeg", *TONE_MP3, "-f", "flv", f"rtmp://127.0.0.1:{free_port()}/live/k"]
        recovery = {"recovery": {"max_restart_attempts": 1, "restart_cooldown": "5m"}}
        config = self.configure(("radio", nowhere, recovery),
                                ("wrong", ["ffmpeg", "-no-such-option", "-i", "x", "y"], {}))
        supervisor = self.supervise(options=["--config", config])
        supervisor.wait_event("escalated", 15)
        wait_until(lambda: supervisor.stream("wrong")["state"] == "stopped", 5, "the wrong one ended")
        attempts = supervisor.metric("radio_recovery_attempts", stream="radio")
        self.configure(("radio", NULL, recovery), ("wrong", NULL, {}))
        self.reload(supervisor)
        supervisor.wait_on_air(8)
        self.assertEqual(supervisor.metric("radio_recovery_attempts", stream="radio"), attempts)
        self.assertEqual(supervisor.metric("radio_recovery_escalated", stream="radio"), 1,
                         "health resolves it, not a reload")
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(7), 0)

    def test_without_a_file_there_is_nothing_to_read(self):
        supervisor = self.supervise(*NULL)
        supervisor.wait_on_air()
        pid = supervisor.child_pid()
        supervisor.signal(signal.SIGHUP)
        said = supervisor.wait_event("config_loaded", 5)
        self.assertIn("no configuration file", said["msg"])
        self.assertEqual(supervisor.child_pid(), pid)

    def test_the_service_manager_hears_of_it(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(self.path("notify"))
            manager.settimeout(60)
            supervisor = self.supervise_streams(("radio", NULL, {}),
                                                env={"NOTIFY_SOCKET": self.path("notify")})
            self.assertEqual(manager.recv(1000), b"READY=1")
            before = time.clock_gettime(time.CLOCK_MONOTONIC)
            self.reload(supervisor)
            state, stamp = manager.recv(1000).decode().split("\n")
            self.assertEqual(state, "RELOADING=1")
            name, _, microseconds = stamp.partition("=")
            self.assertEqual(name, "MONOTONIC_USEC")
            self.assertTrue(before * 1e6 <= int(microseconds)
                            <= time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6)
            self.assertEqual(manager.recv(1000), b"READY=1")

    def test_a_stop_goes_before_a_reload(self):
        supervisor = self.supervise_streams(("radio", NULL, {}))
        self.configure(("radio", [*NULL, "-t", "9"], {}), ("jazz", NULL, {}))
        supervisor.signal(signal.SIGTERM)
        for _ in range(5):
            supervisor.signal(signal.SIGHUP)
        self.assertEqual(supervisor.wait(7), 0)
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)
        self.assert_nothing_left()

    def test_a_hundred_reloads_leak_nothing(self):
        dependencies = [{"name": "db", "tcp": f"127.0.0.1:{free_port()}"}]
        receiver = Receiver(self)

        def variant(number):
            more = [] if number % 2 else [("jazz", ["sleep", "600"], {})]
            self.configure(
                ("radio", NULL, {"monitor": {"cpu_percent": 50 + number % 2}}), *more,
                ("rock", ["sleep", "600" if number % 2 else "601"], {}),
                alerts={"webhooks": [{"url": receiver.url(f"/{number:020}")}]},
                dependencies=dependencies if number % 2 else [])

        supervisor = self.supervise_streams(("radio", NULL, {}))
        pid = supervisor.child_pid()

        def usage():
            fds = len(os.listdir(f"/proc/{supervisor.pid}/fd"))
            threads = len(os.listdir(f"/proc/{supervisor.pid}/task"))
            return fds, threads

        for number in range(20):  # warm
            variant(number)
            self.reload(supervisor)
        variant(20)
        self.reload(supervisor)
        supervisor.wait_on_air()
        before, memory = usage(), resident_mib(supervisor.pid)
        for number in range(21, 121):
            variant(number)
            self.reload(supervisor)
        supervisor.wait_on_air()
        after = wait_until(lambda: usage() <= before and usage(), 5,
                           lambda: f"{before} descriptors and threads, not {usage()}")
        self.assertEqual(after[1], before[1])
        self.assertLess(resident_mib(supervisor.pid) - memory, 2, "MiB more")
        self.assertEqual(supervisor.child_pid(), pid)


if __name__ == "__main__":
    unittest.main()
