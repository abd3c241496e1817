"""One word in front of the launch command: what goes through untouched, and what comes back as exit code."""

import os
import signal
import subprocess
import unittest

from harness import (AAC, BINARY, H264, TONE, VIDEO, LiveTest, die_with_parent, free_port,
                     wait_until)

NULL = [*VIDEO, "-f", "null", "-"]
FAILS = ["ffmpeg", *TONE, "-c:a", "aac", "-f", "flv", "rtmp://127.0.0.1:1/live/x"]  # nobody is there


class PassesThrough(LiveTest):
    def test_stdin_and_stdout_are_the_streams(self):
        source, result = self.path("in.ts"), self.path("out.ts")
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine",
                    "-t", "20", *H264, *AAC, source)
        # The end of the input is the end of the job: it can never come back.
        self.pipeline(f"cat {source} | {BINARY} ffmpeg -i pipe:0 -c copy -f mpegts pipe:1 >{result}")
        self.assertAlmostEqual(self.duration(result), self.duration(source), delta=0.2)
        # ffprobe leaves as soon as it knows enough: a reader that is gone can never come back either.
        said = self.pipeline(f"cat {source} | {BINARY} ffmpeg -i pipe:0 -c copy -f mpegts pipe:1 "
                             "| ffprobe -v error -show_entries stream=codec_name -of csv=p=0 -")
        self.assertEqual(set(said.split()), {"h264", "aac"})

    def pipeline(self, command):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60,
                              env=self.environment(METRICS_PORT=free_port()),
                              preexec_fn=die_with_parent)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_nothing_left()
        return done.stdout

    def duration(self, path):
        probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of",
                                "csv=p=0", path], capture_output=True, text=True, check=True, timeout=60)
        return float(probe.stdout)

    def test_the_environment_is_whole(self):
        extra = {"ODD": "two\nlines = and 'quotes'", "EMPTY": "", "UMLAUT": "süß"}
        supervisor = self.supervise("sh", "-c", "tr '\\0' '\\n' </proc/$$/environ >env.new; "
                                    "mv env.new env; sleep 60", cwd=self.folder, env=extra)
        wait_until(lambda: os.path.exists(self.path("env")), 5, "the child's environment")
        expected = self.environment(METRICS_PORT=supervisor.port, **extra)
        with open(self.path("env"), errors="surrogateescape") as file:
            seen = file.read()
        for name, value in expected.items():
            self.assertIn(f"{name}={value}\n", seen)

    def test_an_inherited_descriptor_is_open_in_ffmpeg(self):
        self.ffmpeg("-f", "lavfi", "-i", "sine", "-t", "30", *AAC, self.path("in.ts"))
        supervisor = self.supervise(
            "ffmpeg", "-re", "-i", "pipe:3", "-f", "null", "-", cwd=self.folder,
            wrapper=["sh", "-c", 'exec "$@" 3<in.ts', "sh"])
        supervisor.wait_on_air()  # input on 3, so the progress pipe is elsewhere

    def test_a_command_without_ffmpeg_is_watched_by_its_exit_with_one_warning(self):
        supervisor = self.supervise("sh", "-c", "echo out; sleep 60", stdout=subprocess.PIPE)
        supervisor.wait_on_air()
        self.assertEqual(supervisor.popen.stdout.readline(), b"out\n")
        supervisor.popen.stdout.close()
        self.assertEqual(len([line for line in supervisor.lines if '"level":"warning"' in line]), 1,
                         supervisor.log())
        os.kill(supervisor.child_pid(), signal.SIGKILL)
        wait_until(lambda: supervisor.metric("radio_ffmpeg_restarts_total") == 1, 5, "the restart")


class FindsFfmpeg(LiveTest):
    """Found means: its progress is read."""

    def assert_progress(self, *command, options=(), **popen):
        supervisor = self.supervise(*command, options=options, **popen)
        supervisor.wait_on_air()
        wait_until(lambda: supervisor.metric("radio_ffmpeg_frames_total"), 5, "frames counted")
        supervisor.signal(signal.SIGTERM)
        self.assertEqual(supervisor.wait(5), 0)

    def test_by_name_behind_dashes_and_wrappers(self):
        for command in (["ffmpeg"], ["--", "ffmpeg"], ["/usr/bin/ffmpeg"], ["nice", "-n", "5", "ffmpeg"],
                        ["stdbuf", "-oL", "ffmpeg"], ["env", "A=b", "ffmpeg"]):
            with self.subTest(command=command):
                self.assert_progress(*command, *NULL)

    def test_with_a_version_suffix(self):
        os.symlink("/usr/bin/ffmpeg", self.path("ffmpeg-7"))
        self.assert_progress(self.path("ffmpeg-7"), *NULL)

    def test_with_log_and_statistics_options_of_the_users_own(self):
        for own in (["-loglevel", "quiet"], ["-v", "debug"], ["-nostats"], ["-stats"],
                    ["-stats_period", "0.2"], ["-hide_banner", "-nostdin"], ["-report"]):
            with self.subTest(own=own):
                self.assert_progress("ffmpeg", *own, *NULL, cwd=self.folder)
        self.assertTrue([name for name in os.listdir(self.folder) if name.endswith(".log")], "-report")

    def test_the_stream_has_the_name_given(self):
        supervisor = self.supervise("ffmpeg", *NULL, options=["--name", "night"])
        supervisor.wait_on_air()
        self.assertEqual(supervisor.metric("radio_stream_state", stream="night", state="on_air"), 1)


class ExitCodes(LiveTest):
    def assert_ends(self, expected, *arguments, says=""):
        code, log = self.run_to_end(*arguments)
        self.assertEqual(code, expected, log)
        self.assertIn(says, log)
        self.assert_nothing_left()

    def test_wrong_usage_is_2(self):
        self.assert_ends(2, says="ffsupervisor:")
        self.assert_ends(2, "--nonsense", "ffmpeg", says="--nonsense")
        self.assert_ends(2, "--log-level", "loud", "ffmpeg", *NULL, says="loud")

    def test_a_progress_of_the_users_own_is_refused(self):
        self.assert_ends(2, "ffmpeg", "-progress", "pipe:1", *NULL, says="-progress")

    def test_a_wrong_ffmpeg_command_is_78(self):
        self.assert_ends(78, "ffmpeg", "-nonsense", "1", *NULL)
        self.assert_ends(78, "ffmpeg", *VIDEO, "-c:v", "nonsense", "-f", "null", "-")

    def test_a_command_that_cannot_be_executed_is_126_or_127(self):
        self.assert_ends(127, "ffmpeg-not-here", *NULL)
        self.assert_ends(127, "/not/here/ffmpeg", *NULL)
        self.assert_ends(126, self.write("ffmpeg", "#!/bin/sh\n", mode=0o644), *NULL)
        self.assert_ends(126, self.folder, *NULL)

    def ends_with(self, expected, command, **stream):
        supervisor = self.supervise_file([{"name": "radio", "command": command, **stream}])
        self.assertEqual(supervisor.wait(15), expected, supervisor.log())
        self.assert_nothing_left()
        return supervisor

    def test_giving_up_is_69(self):
        supervisor = self.ends_with(69, FAILS, recovery={
            "max_restart_attempts": 2, "on_exhausted": "exit",
            "restart_delay": {"initial": "0s", "step": "100ms"}})
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 3)

    def test_an_end_that_restart_allows_is_0(self):
        short = ["ffmpeg", *VIDEO, "-t", "1", "-f", "null", "-"]
        for restart in ("never", "on-failure"):
            with self.subTest(restart=restart):
                supervisor = self.ends_with(0, short, restart=restart)
                self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)

    def test_a_failure_is_retried_on_failure_and_not_with_never(self):
        supervisor = self.ends_with(69, FAILS, restart="never")
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)
        supervisor = self.ends_with(69, FAILS, restart="on-failure", recovery={
            "max_restart_attempts": 1, "on_exhausted": "exit"})
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 2)

    def test_version_and_help_are_0(self):
        for option in ("--version", "--help"):
            done = subprocess.run([BINARY, option], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0)
            self.assertIn("ffsupervisor", done.stdout)


if __name__ == "__main__":
    unittest.main()
