"""What outlives the supervisor: the budget, the incidents; and what is wrong with the file does not matter."""

import os
import signal
import subprocess
import time
import unittest

from harness import LiveTest, free_port, wait_until

TONE_MP3 = "-re -f lavfi -i sine=frequency=440 -c:a libmp3lame -b:a 64k".split()


class Journal(LiveTest):
    def radio(self, journal, output=("-f", "null", "-"), **recovery):
        return self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *TONE_MP3, *output], "recovery": recovery}],
            sections={"journal": {"path": journal}})

    def nowhere(self):
        return ["-f", "flv", f"rtmp://127.0.0.1:{free_port()}/live/radio"]

    def test_a_crash_looping_container_gets_no_fresh_budget(self):
        launches = 0
        began = time.monotonic()
        output = self.nowhere()
        while time.monotonic() - began < 12:
            supervisor = self.radio(self.path("journal"), output, restart_cooldown="5s",
                                    on_exhausted="exit", max_restart_attempts=2)
            self.assertEqual(supervisor.wait(15), 69)
            launches += len(supervisor.events("ffmpeg_started"))
        # The budget of 1 + 2, then one for each cooldown.
        self.assertLessEqual(launches, 3 + 1 + (time.monotonic() - began) / 5)

    def test_incidents_are_listed_by_the_next_life_and_a_kill_loses_none(self):
        first = self.radio(self.path("journal"), restart_cooldown="5s")
        first.wait_on_air()
        os.kill(first.child_pid(), signal.SIGKILL)
        closed = first.wait_event("incident_closed", 5)
        self.assertTrue(closed)
        ids = [incident["id"] for incident in first.json("/api/v1/incidents")["incidents"]]
        self.assertEqual(len(ids), 1)
        wait_until(lambda: ids[0] in self.read("journal"), 3, "written")
        first.signal(signal.SIGKILL)
        first.wait(5)
        second = self.radio(self.path("journal"), restart_cooldown="5s")
        second.wait_on_air()
        kept = second.json("/api/v1/incidents")["incidents"]
        self.assertEqual([incident["id"] for incident in kept], ids)
        self.assertTrue(kept[0]["resolved_at"])
        self.assertEqual(second.metric("radio_recovery_attempts"), 2, "a crash is a restart")

    def test_time_without_a_supervisor_is_off_air_and_unwatched(self):
        began = time.time()
        first = self.radio(self.path("journal"))
        first.wait_on_air()
        first.signal(signal.SIGKILL)
        first.wait(5)
        killed = time.time()
        wait_until(lambda: time.time() - killed > 7, 8, "longer than between two signs of life")
        second = self.radio(self.path("journal"))
        second.wait_on_air()
        told = second.stream()["availability"]
        away = time.time() - killed
        self.assertEqual(len(told["unwatched"]), 1)
        self.assertGreater(told["unwatched_seconds"], 6)
        self.assertLess(told["unwatched_seconds"], away + 6)
        self.assertGreaterEqual(told["off_air_seconds"], told["unwatched_seconds"])
        self.assertLess(told["ratio"], 1 - told["unwatched_seconds"] / (time.time() - began + 2))
        cells = second.json("/api/v1/timeline")["streams"][0]["hour"]
        self.assertTrue(cells.startswith("."), cells)
        self.assertNotEqual(cells[-1], "+", "the gap is not green")

    def test_time_in_which_the_supervisor_was_stopped_is_unwatched(self):
        supervisor = self.radio(self.path("journal"))
        supervisor.wait_on_air()
        supervisor.signal(signal.SIGSTOP)
        stopped = time.time()
        wait_until(lambda: time.time() - stopped > 7, 8, "longer than what does not matter")
        supervisor.signal(signal.SIGCONT)
        wait_until(lambda: supervisor.stream()["availability"]["unwatched"], 5, "the gap")
        told = supervisor.stream()["availability"]
        self.assertGreater(told["unwatched_seconds"], 5)
        self.assertLess(told["unwatched_seconds"], time.time() - stopped)
        self.assertEqual(supervisor.stream()["recovery"]["restart_count"], 0)

    def supervises_in_spite_of(self, journal, complaint):
        supervisor = self.radio(journal)
        supervisor.wait_on_air()
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        supervisor.wait_event("incident_closed", 8)
        errors = supervisor.events("journal")
        self.assertEqual(len(errors), 1, errors)
        self.assertRegex(errors[0]["msg"], complaint)
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(8), 0)
        return supervisor

    def test_a_folder_that_is_not_there(self):
        self.supervises_in_spite_of(self.path("nowhere", "journal"), "nowhere")

    def test_a_file_that_is_no_journal_is_left_alone(self):
        garbage = os.urandom(5000)
        with open(self.path("journal"), "wb") as file:
            file.write(garbage)
        self.supervises_in_spite_of(self.path("journal"), "no journal; it is left alone")
        with open(self.path("journal"), "rb") as file:
            self.assertEqual(file.read(), garbage)

    def test_a_path_that_is_a_folder(self):
        os.mkdir(self.path("journal"))
        self.supervises_in_spite_of(self.path("journal"), "journal")

    def test_a_full_disk(self):
        os.mkdir(self.path("small"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", self.path("small")],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.path("small")])
        with open(self.path("small", "ballast"), "wb") as ballast:
            try:
                ballast.write(b"x" * 65536)
                ballast.flush()
            except OSError:
                pass
        self.supervises_in_spite_of(self.path("small", "journal"), "[Nn]o space")


if __name__ == "__main__":
    unittest.main()
