"""The live page with few and with many streams, in a real Chromium; their supervisor is played."""

import re
import time
import unittest

from browser import ENTER, TAB, Browser
from harness import LiveTest, wait_until
from page_stage import PageStage, incident, moment, off_air, stream

SHOWN = "#detail h2"
TILES = "return document.querySelectorAll('.tile').length"
NAMES = "return [...document.querySelectorAll('.tile .name')].map((name) => name.textContent)"
KIND = "return document.querySelector('.tile').dataset.kind"
WHERE = "return [document.getElementById('detail').getBoundingClientRect().top, scrollY, document.body.dataset.view]"
IN_VIEW = "const { top } = document.getElementById('detail').getBoundingClientRect(); return top > -2 && top < innerHeight / 2"

FOCUSED = "return [document.activeElement.tagName, document.activeElement.getAttribute('href'), scrollY]"
FOCUSED_IN_VIEW = """
const tile = document.activeElement;
const { top, bottom } = tile.getBoundingClientRect();
return top > -2 && bottom < innerHeight + 2 ? tile.getAttribute('href') : null;
"""


def cameras(count):
    return [stream(f"cam{number}") for number in range(count)]


# The tile and what stands beside it are drawn one after the other.
def wait_kind(browser, kind):
    wait_until(lambda: browser.js(KIND) == kind, 5, f"the tile is {kind}")


class PageMany(LiveTest):
    def open(self, streams, path="", phone=False, **stage):
        self.stage = PageStage(self, streams, **stage)
        self.browser = Browser(self)
        if phone:
            self.browser.phone()
        self.browser.open(self.stage.url + path)
        if not stage.get("token"):
            wait_until(lambda: self.browser.js(TILES) > 0, 10, "tiles")
        return self.browser

    def assert_shows(self, name):
        wait_until(lambda: self.browser.text(SHOWN) == name, 5, lambda: f"{name}, not {self.browser.text(SHOWN)}")

    # It never says what is not so.

    def test_an_address_that_names_no_stream_says_so(self):
        browser = self.open([stream("one"), stream("two")], path="#/gone-camera")
        browser.wait_text("#missing-notice", "There is no stream “gone-camera”.", 5)
        browser.js("location.hash = '#/two'")
        wait_until(lambda: browser.text("#missing-notice") == "", 5, "no notice")

    def test_the_first_minutes_have_no_availability(self):
        browser = self.open([stream("radio", availability={
            "since": moment(50), "off_air_seconds": 10, "unwatched_seconds": 0, "unwatched": [], "ratio": 0.8})])
        browser.wait_text(".tile .word", "on air", 5)
        self.assertEqual(browser.text(".tile .available"), "")

    def test_what_now_and_what_comes_next_stand_beside_the_verdict(self):
        verdict = {"component": "sink", "cause": "sink_unreachable", "output": None, "confidence": "high", "evidence": [],
                   "what_now": "Ask whoever runs it."}
        recovery = {**stream("x")["recovery"], "next_launch_in_seconds": 19.6}
        browser = self.open([stream("radio", state="cooling_down", verdict=verdict, recovery=recovery)])
        browser.wait_text("#verdict-body", "What now: Ask whoever runs it.", 5)
        browser.wait_text("#verdict-body", "Next attempt in", 5)

    def test_a_stream_that_stands_still_is_amber_and_says_for_how_long(self):
        browser = self.open([stream("radio", no_progress={"for_seconds": 2, "frozen_at_seconds": 30})])
        self.stage.stand("radio", 6)
        browser.wait_text(".tile .why", "no progress for 6 s (frozen at 30 s)", 5)
        browser.wait_text("#verdict-body", "No progress for 6 s (frozen at 30 s)", 3)
        wait_kind(browser, "warn")
        self.stage.stand("radio", 0)
        browser.wait_text("#verdict-body", "No fault detected.", 5)
        wait_kind(browser, "good")

    def test_a_stream_that_flaps_is_amber_and_its_equal_incidents_are_one_row(self):
        unstable = {"restarts": 3, "outages": 0, "stable_in_seconds": 40}
        incidents = [incident("radio", number, ago=200 - number) for number in range(90)]
        browser = self.open([stream("radio", unstable=unstable)], incidents=incidents)
        browser.wait_text(".tile .why", "unstable: 3 restarts, stable in", 5)
        wait_kind(browser, "warn")
        browser.wait_text("#incident-list", "source ended", 5)
        wait_until(lambda: browser.js("return document.querySelectorAll('.incident').length") == 1, 5, "one row")
        self.assertIn("× 90", browser.text("#incident-list .incident summary"))
        self.assertIn("in all", browser.text("#incident-list .incident summary"))

    def test_a_command_that_ends_again_and_again_is_amber_and_says_so_between_two_ends_too(self):
        unstable = {"restarts": 0, "outages": 0, "own_ends": 40, "stable_in_seconds": 590}
        said = "unstable: the command ended by itself 40 times in the last 10 minutes"
        browser = self.open([stream("radio", unstable=unstable)])
        browser.wait_text(".tile .why", said, 5)
        wait_kind(browser, "warn")
        self.stage.update(stream("radio", state="cooling_down", unstable=unstable))
        wait_kind(browser, "bad")
        browser.wait_text("#verdict-body", said, 5)

    def test_time_that_nobody_watched_is_grey(self):
        span = {"from": moment(1200), "until": moment(600)}
        browser = self.open([stream("radio", availability={
            "since": moment(1800), "off_air_seconds": 600, "unwatched_seconds": 600, "unwatched": [span], "ratio": 0.667})])
        wait_until(lambda: len(self.unwatched()) == 2, 5, "the time before, and the gap")
        (before, gap) = self.unwatched()
        self.assertAlmostEqual(before[0], 0, delta=0.5)
        # A slow machine may take a minute to say so.
        self.assertAlmostEqual(before[1], 50, delta=3)  # the first half of the last hour
        self.assertAlmostEqual(gap[0], 66.7, delta=3)
        self.assertAlmostEqual(gap[1], 16.7, delta=1)
        self.assertRegex(browser.text(".tile .available"), r"^6[678]\.\d % available")
        self.assertRegex(browser.js("return document.querySelector('.tile .times').title"), r"^for .+ · 6[678]\.\d % available$")

    def unwatched(self):
        return self.browser.js("return [...document.querySelectorAll('#timeline .unwatched')]"
                               ".map((span) => [parseFloat(span.style.left), parseFloat(span.style.width)])")

    def test_the_strips_show_the_past_and_grey_where_nobody_watched(self):
        browser = self.open([stream("radio")], timeline={"radio": {"hour": "." * 30 + "-" + "+" * 29}})
        wait_until(lambda: browser.js("return document.querySelectorAll('.tile .bar-line').length") == 3, 5, "three bars")
        wait_until(lambda: "var(--unwatched) 0.00% 50.00%" in browser.js(
            "return document.querySelector('.bar-line').style.backgroundImage"), 5, "grey to begin with")
        label = browser.js("return document.querySelector('.bar-line').getAttribute('aria-label')")
        self.assertEqual(label, "1 h: on air in 29, off air in 1, not watched in 30 of 60 parts")
        self.assertEqual(browser.nameless(), [])

    def test_since_when_it_is_red_and_what_runs(self):
        browser = self.open([off_air("radio", since=3600 + 182)])  # most of a minute for a slow machine to say so
        browser.wait_text("#verdict-body .since", "for 1 h 03 min", 5)
        self.assertRegex(browser.text(".tile .clock"), r"for 1:03:\d\d")
        self.assertEqual(browser.text("#command-source"), "rtsp://radio.example/live")
        self.assertEqual(browser.text("#command-sink"), "sink.example:1935")
        self.assertIn("ffmpeg -i rtsp://radio.example/live", browser.text("#command-line"))
        self.assertEqual(self.browser.js("return document.querySelector('.tile .why').title"), "source unreachable")

    def test_how_long_is_a_length_of_time_and_no_time_of_day(self):
        browser = self.open([off_air("radio", since=123, recovery={**stream("radio")["recovery"], "next_launch_in_seconds": 8})])
        wait_until(lambda: re.fullmatch(r"next attempt in \d s · for 0:02:\d\d", browser.text(".tile .clock")), 5,
                   lambda: browser.text(".tile .clock"))
        self.assertRegex(browser.text("#verdict-body"), r"Next attempt in \d s\.")

    def test_what_runs_is_the_fallback_while_it_is_on_air(self):
        fallback = {"on_air": True, "stands_by": False, "on_air_seconds": 5, "command": ["ffmpeg", "-i", "jingle.mp3", "x"]}
        browser = self.open([stream("radio", fallback=fallback)])
        browser.wait_text("#command-line", "ffmpeg -i jingle.mp3 x", 5)
        self.stage.update(stream("radio", fallback={**fallback, "on_air": False}))
        browser.wait_text("#command-line", "rtsp://radio.example/live", 5)

    def test_a_failed_reload_is_a_banner(self):
        browser = self.open([stream("radio")])
        self.assertEqual(browser.text("#config-notice"), "")
        self.stage.reload_fails("/etc/x.yml:3: unknown key \"colour\"")
        browser.wait_text("#config-notice", "unknown key \"colour\"", 5)
        browser.wait_text("#config-notice", "stays in force", 5)

    def test_a_lost_connection_greys_what_is_said_and_disables_the_buttons(self):
        browser = self.open([stream("radio")])
        browser.wait_text("#verdict-body", "No fault detected.", 5)
        self.assertFalse(browser.js("return document.querySelector('[data-control=restart]').disabled"))
        self.assertFalse(browser.js("return document.getElementById('test-alerts').disabled"))
        self.stage.end()
        browser.wait_text("#verdict-body", "Connection lost", 10)
        self.assertTrue(browser.js("return [...document.querySelectorAll('[data-control], #test-alerts')].every((each) => each.disabled)"))

    def test_a_wrong_token_is_no_dead_end(self):
        browser = self.open([stream("radio")], token="right")
        browser.wait_text("#notice", "authentication required", 10)
        browser.click("#give-token")
        browser.keys("wrong" + ENTER)
        browser.wait_text("#notice", "This token is wrong.", 5)
        self.assertNotEqual(browser.text("#give-token"), "")
        browser.click("#give-token")
        browser.keys("right" + ENTER)
        browser.wait_text(".tile .word", "on air", 5)
        self.assertEqual(browser.text("#notice"), "")

    # Selecting.

    def test_opening_selects_a_stream_with_a_problem_and_the_skip_link_keeps_it(self):
        browser = self.open([*cameras(8), off_air("garage"), stream("detail")])
        self.assert_shows("garage")
        self.assertEqual(browser.js(NAMES)[0], "garage")
        self.stage.update(off_air("cam3"))
        wait_until(lambda: browser.js(NAMES)[:2] == ["cam3", "garage"], 5, "problems first")
        browser.keys(TAB + ENTER)
        self.assertEqual(browser.js("return document.activeElement.id"), "detail")
        self.assertEqual(browser.js("return location.hash"), "")
        self.assert_shows("garage")

    def test_a_tap_scrolls_to_the_detail_and_a_button_back(self):
        browser = self.open(cameras(30))
        browser.click(".tile[href='#/cam7']")
        self.assert_shows("cam7")
        wait_until(lambda: browser.js(IN_VIEW), 5, "the detail in view")
        browser.click("#to-wall")
        wait_until(lambda: browser.js("return document.activeElement.getAttribute('href')") == "#/cam7", 5, "its tile")

    def test_a_phone_goes_to_the_detail_and_back(self):
        browser = self.open(cameras(9), phone=True)
        self.assertEqual(browser.text("#detail"), "")
        browser.click(".tile[href='#/cam7']")
        self.assert_shows("cam7")
        self.assertEqual(browser.text("#wall"), "")
        wait_until(lambda: browser.js(IN_VIEW), 5, lambda: f"the detail in view: {browser.js(WHERE)}")
        self.assertEqual(browser.js("return document.documentElement.scrollWidth"), 390)
        browser.click("#to-wall")
        wait_until(lambda: browser.text("#detail") == "" and "cam7" in browser.text("#wall"), 5, "the wall")

    def assert_at_its_tile(self, name):
        """In view and focused, and it stays so when the page is drawn again."""
        wait_until(lambda: self.browser.js(FOCUSED_IN_VIEW) == f"#/{name}", 10,
                   lambda: f"the tile of {name} focused and in view: {self.browser.js(FOCUSED)}")
        time.sleep(1.2)
        self.assertEqual(self.browser.js(FOCUSED_IN_VIEW), f"#/{name}", self.browser.js(FOCUSED))

    def test_the_button_and_the_browsers_own_lead_a_phone_back_to_the_tile(self):
        browser = self.open(cameras(60), phone=True)
        open_it = {
            "a tap": lambda: browser.tap(".tile[href='#/cam59']"),
            "the keyboard": lambda: (browser.js("document.querySelector(\".tile[href='#/cam59']\").focus()"), browser.keys(ENTER)),
        }
        leave = {
            "a tap": lambda: browser.tap("#to-wall"),
            "the keyboard": lambda: (browser.js("document.getElementById('to-wall').focus()"), browser.keys(ENTER)),
            "the browser's button": lambda: browser.js("history.back()"),
        }
        for opened, go in open_it.items():
            for left, back in leave.items():
                with self.subTest(opened=opened, left=left):
                    browser.js("document.activeElement.blur(); document.querySelector('.tile:last-child').scrollIntoView()")
                    go()
                    wait_until(lambda: browser.text("#wall") == "" and browser.js(IN_VIEW), 5, "the detail")
                    back()
                    self.assert_at_its_tile("cam59")
                    self.assertEqual(browser.js("return location.hash"), "")

    def test_a_direct_link_leads_back_to_one_tile_of_a_thousand(self):
        for phone in (True, False):
            with self.subTest(phone=phone):
                browser = self.open(cameras(1000), path="#/cam950", phone=phone)
                self.assert_shows("cam950")
                (browser.tap if phone else browser.click)("#to-wall")
                self.assert_at_its_tile("cam950")
                browser.end()

    # Many.

    def test_a_filter_finds_streams_by_name_state_cause_and_address(self):
        browser = self.open([*cameras(20), off_air("garage"), off_air("gate", cause="sink_lost")])
        for text, found in (("CAM1", 11), ("off air", 2), ("sink lost", 1), ("garage.example", 1), ("", 22)):
            browser.js("const filter = document.getElementById('filter'); filter.value = arguments[0];"
                       "filter.dispatchEvent(new Event('input'))", text)
            wait_until(lambda: browser.js(TILES) == found, 5, lambda: f"{found} for {text}, not {browser.js(NAMES)}")
        self.assertEqual(browser.nameless(), [])

    def test_a_thousand_streams(self):
        browser = self.open([*cameras(1000), off_air("garage")])
        wait_until(lambda: "1000 of 1001" in browser.text("#overall"), 20, "all streams")
        self.assert_shows("garage")
        self.assertLess(browser.js(TILES), 150)  # only those in view
        browser.js("document.getElementById('wall').scrollTop = 1e6")
        wait_until(lambda: "cam999" in browser.js(NAMES), 5, "the last one when scrolled to")
        browser.click(".tile[href='#/cam999']")
        self.assert_shows("cam999")
        longest = browser.js(LONGEST_UPDATE)
        self.assertLess(longest, 1000, "milliseconds of the longest update in 5 s")
        print(f"1001 streams: first paint {browser.js(FIRST_PAINT):.0f} ms, "
              f"longest task of 5 s of updates {longest:.0f} ms")

    def test_one_eight_and_sixty_streams_are_all_shown(self):
        for count, compact in ((1, "false"), (8, "false"), (60, "true")):
            with self.subTest(count):
                browser = self.open(cameras(count))
                wait_until(lambda: browser.js(TILES) == count, 5, f"{count} tiles")
                self.assertEqual(browser.js("return document.getElementById('wall').dataset.compact"), compact)
                self.assertEqual(bool(browser.text("#filter-bar")), count > 8)
                self.assertTrue(re.search("on air", browser.text("#overall")))
                browser.end()


FIRST_PAINT = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
LONGEST_UPDATE = """
const tasks = [0];
const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)));
observer.observe({ entryTypes: ['longtask'] });
await new Promise((resolve) => setTimeout(resolve, 5000));
return Math.max(...tasks);
"""


if __name__ == "__main__":
    unittest.main()
