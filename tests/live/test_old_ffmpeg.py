"""An FFmpeg that lacks what the supervisor adds, as 4.2 does: it is launched without that."""

import os
import unittest

from harness import AAC, H264, TONE, VIDEO, LiveTest, holds, wait_until
from servers import RtmpServer

# What 4.2 says, in its colours; all else is the machine's own FFmpeg.
SCRIPT = r"""#!/bin/sh
case "$*" in
*-stats_period*) printf "\033[1;31m[error] \033[0m\033[1;31mUnrecognized option 'stats_period'.\n\033[0m" >&2; exit 1 ;;
*:direct=1*) printf "\033[1;32m[Parsed_ametadata_2 @ 0x41218b40] \033[0m\033[1;31m[error] \033[0m\033[1;31mOption 'direct' not found\n\033[0m" >&2
    exit 1 ;;
esac
exec /usr/bin/ffmpeg "$@"
"""
SET = {"stats_period": "250ms", "content": {"silence": {}}}


class OldFfmpeg(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)
        self.program = self.write("ffmpeg", SCRIPT, mode=0o755)

    def supervise_with(self, monitor, **stream):
        command = [self.program, *VIDEO, *TONE, *H264, *AAC, "-f", "flv", self.server.url("radio")]
        supervisor = self.supervise_file([{"name": "radio", "command": command, "monitor": monitor, **stream}])
        supervisor.wait_on_air()
        self.server.wait_receiving("radio")
        return supervisor

    def outdated(self, supervisor):
        return len(supervisor.events("ffmpeg_outdated"))

    def test_without_settings_nothing_is_tried_that_it_lacks(self):
        supervisor = self.supervise_with({}, restart="never")
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 1)
        self.assertEqual(supervisor.events("incident_opened"), [])

    def test_what_it_lacks_is_left_out(self):
        supervisor = self.supervise_with(SET)
        self.assertEqual(self.outdated(supervisor), 2)
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 3)
        os.kill(supervisor.child_pid(), 9)
        wait_until(lambda: len(supervisor.events("ffmpeg_started")) == 4, 5, "another FFmpeg")
        supervisor.wait_on_air()
        self.assertTrue(holds(supervisor.is_ready, 3), "it is not tried again")
        self.assertEqual(len(supervisor.events("ffmpeg_started")), 4)

    def test_so_it_is_for_publishers(self):
        supervisor = self.supervise_with(SET, hold=True)
        self.assertEqual(self.outdated(supervisor), 3)


if __name__ == "__main__":
    unittest.main()
