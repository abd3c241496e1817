"""A station behind the stream: AzuraCast tells what plays, Icecast brings the sound."""

import os
import time
import urllib.request

from azuracast import AzuraCast
from harness import AAC, H264, PATIENCE, LiveTest, holds, wait_until
from servers import Icecast, RtmpServer, Silent

HOOK = "/webhook/azuracast"
PASSWORD = "hook-s3cret"
QUICK = {"probe_interval": "200ms", "stats_period": "100ms"}
HOSTILE = ['"; rm -rf / # $(touch {folder}/pwned)', "`touch {folder}/pwned`\n-y\r\n",
           "-progress " + "x" * 10_000, "'quoted': [a]; b, %{pts} \\ ../../etc/passwd"]


class Station(LiveTest):
    def setUp(self):
        super().setUp()
        self.radio = AzuraCast(api_key="station-key")
        self.addCleanup(self.radio.stop)
        self.icecast = Icecast(self)
        self.icecast.feed("radio.mp3")
        self.nginx = RtmpServer(self)

    def source(self, **more):
        return {"azuracast": {"url": self.radio.url, "api_key": {"env": "KEY"},
                              "station": "night_fm", **more}}

    def command(self, *words, key="stream"):
        """The station's sound with a picture, to nginx-rtmp.

        FFmpeg that has to find out by itself that the mount is MP3 opens it 4 s later."""
        return ["ffmpeg", "-f", "mp3", "-i", self.icecast.listen_url("radio.mp3"),
                "-re", "-f", "lavfi", "-i", "color=black:size=320x64:rate=10",
                *words, *H264, *AAC, "-f", "flv", self.nginx.url(key)]

    def air(self, *streams, **arguments):
        env = {"KEY": "station-key", "AZURACAST_WEBHOOK_PASSWORD": PASSWORD}
        supervisor = self.supervise_file(list(streams), env=env, **arguments)
        supervisor.wait_on_air(20)
        return supervisor

    def hook(self, supervisor, password=PASSWORD, **arguments):
        return self.radio.hook(f"http://127.0.0.1:{supervisor.port}{HOOK}", password=password,
                               **arguments)

    def wait_title(self, supervisor, title, name="radio", seconds=5):
        wait_until(lambda: (supervisor.stream(name)["track"] or {}).get("title") == title, seconds,
                   lambda: f"{title}; {supervisor.account()}")


class Tracks(Station):
    def test_hook_and_poll_make_one_count_and_one_picture(self):
        self.radio.play("Ana", "Dusk", duration=212, album="Low", playlist="Night")
        text, frame = self.path("track.txt"), self.path("frame.bmp")
        command = self.command("-map", "0:a", "-map", "1:v")
        command += ["-map", "1:v", "-vf", f"drawtext=textfile={text}:reload=1:fontcolor=white:fontsize=20",
                    "-f", "image2", "-update", "1", "-atomic_writing", "1", frame]
        supervisor = self.air({
            "name": "radio", "command": command, "monitor": QUICK, "source": self.source(),
            "tracks": {"text_file": text}})
        self.wait_title(supervisor, "Dusk")
        self.assertEqual(self.read("track.txt"), "Ana - Dusk")
        self.assertEqual(supervisor.metric("radio_tracks_played_total", stream="radio"), 1)
        self.assertEqual(supervisor.metric("radio_dependency_up", dependency="azuracast"), 1)
        health = supervisor.json("/health/detailed")["details"]["components"]["azuracast"]
        self.assertEqual((health["status"], health["message"]), ("healthy", "AzuraCast is reachable"))
        track = supervisor.stream()["track"]
        self.assertEqual((track["artist"], track["album"], track["playlist"], track["sh_id"]),
                         ("Ana", "Low", "Night", 9001))

        def picture():
            try:
                with open(frame, "rb") as file:
                    return file.read()
            except OSError:
                return b""

        before = wait_until(lambda: picture() if any(picture()[200:]) else None, 10, "a picture")
        self.assertTrue(holds(lambda: picture() in (b"", before), 0.5), "the text stands still")
        self.radio.play("Ana", "100% Dawn: 'x'")
        self.assertEqual(self.hook(supervisor), 200)
        self.wait_title(supervisor, "100% Dawn: 'x'")
        wait_until(lambda: picture() not in (b"", before), 5, "another picture")
        self.assertEqual(self.read("track.txt"), "Ana - 100\\% Dawn: 'x'")
        for _ in range(3):
            self.assertEqual(self.hook(supervisor), 200)
        # A change before the one before has shown is part of that.
        wait_until(lambda: supervisor.metric("radio_track_switch_duration_seconds_count",
                                             stream="radio") == 1, 3, "a switch measured")
        self.radio.play("Bo", "Missed by the hook")
        self.wait_title(supervisor, "Missed by the hook")
        wait_until(lambda: supervisor.metric("radio_tracks_played_total", stream="radio") == 3, 2,
                   "3 plays")
        wait_until(lambda: supervisor.metric("radio_track_switch_duration_seconds_count",
                                             stream="radio") == 2, 3, "2 switches measured")
        self.assertLess(supervisor.metric("radio_track_switch_duration_seconds_sum",
                                          stream="radio"), 2)
        self.assertLess(supervisor.metric("radio_current_track_duration_seconds", stream="radio"), 60)
        supervisor.wait_event("track_changed", 2, title="Missed by the hook", way="poll")
        asked = self.radio.requests_of("/api/nowplaying/night_fm")
        self.assertTrue(any("If-None-Match" in headers for headers in asked))
        self.assertEqual(supervisor.stream()["generation"], 1)
        self.assertNotIn("station-key", supervisor.log())
        self.assertNotIn(PASSWORD, supervisor.log())
        self.refuses_what_is_no_hook(supervisor)

    def refuses_what_is_no_hook(self, supervisor):
        self.assertEqual(self.hook(supervisor, password="wrong"), 401)
        self.assertEqual(self.hook(supervisor, password=None), 401)
        self.assertEqual(self.hook(supervisor, body=b"{"), 400)
        self.assertEqual(self.hook(supervisor, body=b"{}", content_type="text/plain"), 400)
        self.assertEqual(self.hook(supervisor, body=b'{"now_playing": {"sh_id": "x"}}'), 422)
        self.assertIn("now_playing.sh_id", self.radio.refusal)
        self.assertEqual(self.hook(supervisor, body=b"x" * (1024 * 1024 + 1)), 413)
        self.assertEqual(len(supervisor.events("azuracast_hook_refused", level="warning")), 1)
        components = supervisor.json("/health/detailed")["details"]["components"]
        self.assertIn("413", components["azuracast_webhook"]["message"])
        self.assertEqual(supervisor.get(HOOK)[0], 405)
        self.assertEqual(supervisor.metric("radio_tracks_played_total", stream="radio"), 3)

    def test_an_azuracast_that_goes_down_is_told_and_nothing_is_restarted(self):
        self.radio.play("Ana", "Dusk")
        supervisor = self.air({"name": "radio", "command": self.command(), "monitor": QUICK,
                               "source": self.source(), "tracks": {"feed": True}})
        self.wait_title(supervisor, "Dusk")
        wait_until(lambda: self.radio.feeds == 1, 5, "the feed is open")
        self.radio.stop()
        supervisor.wait_event("dependency_down", 5, dependency="azuracast")
        self.assertEqual(supervisor.metric("radio_dependency_up", dependency="azuracast"), 0)
        status, body = supervisor.get("/health/detailed")
        self.assertEqual(status, 200, body)
        self.assertIn('"degraded"', body)
        for title in ("One", "Two", "Three"):
            self.radio.play("Ana", title)
        self.radio.start()
        self.wait_title(supervisor, "Three", seconds=10)
        # What nobody told meanwhile is in the history.
        wait_until(lambda: supervisor.metric("radio_tracks_played_total", stream="radio") == 4, 2,
                   "4 plays")
        supervisor.wait_event("dependency_up", 5, dependency="azuracast")
        self.assertEqual(supervisor.stream()["generation"], 1)
        wait_until(lambda: self.radio.feeds == 1, 10, "the feed is open again")
        self.radio.play("Ana", "Four")
        supervisor.wait_event("track_changed", 5, title="Four")


class Restarts(Station):
    def test_a_track_change_restarts_on_purpose_with_the_new_words(self):
        self.radio.play("Ana", "Dusk")
        supervisor = self.air({
            "name": "radio", "monitor": QUICK, "source": self.source(),
            "command": self.command("-metadata", "title={artist} - {title}"),
            "tracks": {"on_change": "restart"}})
        self.assertIn("title=Ana - Dusk", self.arguments(supervisor))
        self.nginx.wait_receiving("stream")
        wait_until(lambda: supervisor.stream()["uptime_seconds"] > 5, 10, "it has been on air")
        self.radio.play("Bo", "Dawn")
        self.hook(supervisor)
        gap = self.gap(supervisor, 2)
        self.assertIn("title=Bo - Dawn", self.arguments(supervisor))
        self.assertLess(gap, 10)  # most of it is FFmpeg opening its inputs
        print(f"off air at the server for a track change: {gap:.2f} s")
        wait_until(lambda: supervisor.metric("radio_track_switch_duration_seconds_count",
                                             stream="radio") == 1, 5, "a switch measured")
        self.assertEqual(supervisor.json("/api/v1/incidents")["incidents"], [])
        self.assertEqual(supervisor.stream()["recovery"]["attempts"], 0)
        self.assertEqual(supervisor.stream()["recovery"]["recent_attempts"], 0)
        self.assertEqual(supervisor.metric("radio_ffmpeg_restarts_total", stream="radio"), 1)

    def test_hostile_titles_do_no_harm(self):
        supervisor = self.air({
            "name": "radio", "monitor": QUICK, "source": self.source(), "recovery": {"stop_grace": "2s"},
            "command": self.command("-metadata", "title={title}", "-metadata", "{title}={artist}",
                                    "-vf", "drawtext=text='{title}'"),
            "tracks": {"on_change": "restart", "text_file": self.path("track.txt")}})
        generation = supervisor.stream()["generation"]
        for title in HOSTILE:
            title = title.replace("{folder}", self.folder)
            self.radio.play(title, title)
            self.hook(supervisor)
            generation += 1
            wait_until(lambda: supervisor.stream()["generation"] >= generation
                       and supervisor.is_ready(), 25, lambda: f"{title!r}; {supervisor.account()}")
        self.assertEqual(supervisor.json("/api/v1/incidents")["incidents"], [])
        self.assertFalse(os.path.exists(self.path("pwned")))

    def test_a_planned_restart_waits_for_the_next_track(self):
        self.radio.play("Ana", "Dusk")
        supervisor = self.air({
            "name": "radio", "monitor": QUICK, "source": self.source(), "command": self.command(),
            "recovery": {"planned_restart": {"every": "10s", "within": "1h"}}})
        launched_at = supervisor.stream()["launched_at"]
        self.radio.play("Bo", "Dawn")
        self.hook(supervisor)
        self.wait_title(supervisor, "Dawn")
        self.assertTrue(holds(lambda: supervisor.stream()["generation"] == 1, 11), "not yet, and not by itself")
        self.radio.play("Cy", "Noon")
        self.hook(supervisor)
        decided = supervisor.wait_event("recovery_decision", 5, action="restart_ffmpeg", attempt=0)
        self.assertIn("at a track change", decided["reason"])
        wait_until(lambda: supervisor.stream()["generation"] == 2 and supervisor.is_ready(), 15,
                   lambda: "on air again; " + supervisor.account())
        self.assertNotEqual(supervisor.stream()["launched_at"], launched_at)
        self.assertEqual(supervisor.json("/api/v1/incidents")["incidents"], [])
        self.assertEqual(supervisor.stream()["recovery"]["attempts"], 0)

    def arguments(self, supervisor):
        with open(f"/proc/{supervisor.child_pid()}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").split("\0")

    def gap(self, supervisor, generation):
        """How long the server received nothing, from the last byte of the old to the first of the new."""
        grown_at = time.monotonic()
        seen, gap = self.nginx.bytes_in("stream"), 0
        deadline = grown_at + 20 * PATIENCE
        while time.monotonic() < deadline:
            now, received = time.monotonic(), self.nginx.bytes_in("stream")
            if received not in (0, seen):
                gap, grown_at, seen = max(gap, now - grown_at), now, received
                if supervisor.stream()["generation"] >= generation and supervisor.is_ready():
                    return gap
            time.sleep(0.02)
        self.fail("no restart; " + supervisor.account())


class StartThatWaits(LiveTest):
    def test_a_stop_while_the_first_track_is_waited_for_holds(self):
        supervisor = self.supervise_file(
            [{"name": "radio", "source": {"azuracast": {"url": Silent(self).url(), "station": "night_fm"}},
              "command": ["ffmpeg", "-re", "-f", "lavfi", "-i", "sine", "-metadata", "title={title}",
                          "-f", "null", "-"]}], env={"FFSUPERVISOR_TOKEN": "a-token-of-the-test"})
        wait_until(supervisor.answers, 2, "HTTP")
        stop = urllib.request.Request(f"http://127.0.0.1:{supervisor.port}/api/v1/streams/radio/stop",
                                      method="POST",
                                      headers={"Authorization": "Bearer a-token-of-the-test"})
        with urllib.request.urlopen(stop, timeout=20) as answer:
            self.assertEqual(answer.status, 202)
        self.assertTrue(holds(lambda: supervisor.stream()["state"] == "stopped", 3), supervisor.log())
        self.assertEqual(supervisor.events("ffmpeg_started"), [])


class TwoStations(Station):
    def test_each_stream_has_its_own_station(self):
        other = AzuraCast(shortcode="day_fm", station_id=5)
        self.addCleanup(other.stop)
        self.radio.play("Ana", "Dusk")
        other.play("Bo", "Noon")
        night = {"name": "night", "command": self.command(key="night"), "monitor": QUICK,
                 "source": self.source()}
        day = {"name": "day", "command": self.command(key="day"), "monitor": QUICK,
               "source": {"azuracast": {"url": other.url, "station": "day_fm"}}}
        supervisor = self.air(night, day)
        self.wait_title(supervisor, "Dusk", "night")
        self.wait_title(supervisor, "Noon", "day")
        other.play("Bo", "Evening")
        self.assertEqual(other.hook(f"http://127.0.0.1:{supervisor.port}{HOOK}", password=PASSWORD), 200)
        self.wait_title(supervisor, "Evening", "day")
        self.assertEqual(supervisor.metric("radio_tracks_played_total", stream="day"), 2)
        self.assertEqual(supervisor.metric("radio_tracks_played_total", stream="night"), 1)
        other.stop()
        wait_until(lambda: supervisor.metric("radio_dependency_up", dependency="azuracast-day") == 0, 5,
                   "azuracast-day is down")
        self.assertEqual(supervisor.metric("radio_dependency_up", dependency="azuracast-night"), 1)
        self.assertEqual(supervisor.metric("radio_dependency_up", dependency="azuracast"), 0)
