"""A held Icecast mount lives on while encoders come and go; its listeners still read what is on air."""

import json
import os
import signal
import unittest
import urllib.request

from azuracast import AzuraCast
from harness import wait_until
from held import HeldTest
from servers import Icecast


class HoldTitles(HeldTest):
    def setUp(self):
        super().setUp()
        self.icecast = Icecast(self)
        self.station = AzuraCast()
        self.addCleanup(self.station.stop)

    def title(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.icecast.port}/status-json.xsl", timeout=5) as reply:
            source = json.load(reply)["icestats"].get("source", {})
        return source.get("title") or source.get("yp_currently_playing")

    def wait_title(self, title):
        wait_until(lambda: self.title() == title, 20, lambda: f"{title}; it is {self.title()}; {self.supervisor.log()[-2000:]}")

    def test_titles_follow_the_tracks_and_the_cover(self):
        self.station.play("Ana", "Dusk & Dawn")
        self.supervise_held(["ffmpeg", "-re", "-f", "lavfi", "-i", "sine", "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3",
                             self.icecast.url("radio.mp3")],
                            monitor={"freeze_timeout": "60s"},
                            source={"azuracast": {"url": self.station.url, "station": self.station.shortcode}})
        self.supervisor.wait_on_air(30)
        self.wait_title("Ana - Dusk & Dawn")
        self.station.play("Bö", "Ångström")
        self.wait_title("Bö - Ångström")
        encoder = self.supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        self.wait_title("radio")
        os.kill(encoder, signal.SIGCONT)
        self.wait_title("Bö - Ångström")
        # A connection that begins anew has no title.
        os.kill(self.supervisor.stream()["outputs"][0]["pid"], signal.SIGKILL)
        wait_until(lambda: self.supervisor.stream()["outputs"][0]["restarts"] == 1, 20, "another publisher")
        self.wait_title("Bö - Ångström")


if __name__ == "__main__":
    unittest.main()
