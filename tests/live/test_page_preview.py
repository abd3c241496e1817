"""What goes out, on the live page in a real Chromium; its supervisor is played."""

import unittest

from browser import Browser
from harness import LiveTest, wait_until
from page_stage import PageStage, moment, off_air, stream

TOKEN = "pLaNtEdToKeN-4711"
IMAGE = "const image = document.querySelector(arguments[0]); return image && image.complete ? [image.naturalWidth, image.src] : null"
METER = ("const meter = document.querySelector('#preview [role=meter]'); return meter.checkVisibility() ? "
         "['now', 'min', 'max', 'text'].map((part) => meter.getAttribute('aria-value' + part)) : null")
# Each state that is cut, and each text that a picture covers.
CUT = """
const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const text_box = (element) => { const range = document.createRange(); range.selectNodeContents(element); return range.getBoundingClientRect(); };
return [...document.querySelectorAll('.tile')].flatMap((tile) => {
  const texts = [...tile.querySelectorAll('.name, .word, .clock, .available, .why')].filter((text) => text.textContent);
  const picture = tile.querySelector('.picture')?.getBoundingClientRect();
  const state = tile.querySelector('.state');
  const cut = texts.filter((text) => picture?.width && over(text_box(text), picture) && over(text.getBoundingClientRect(), picture));
  if (state.scrollWidth > state.clientWidth) cut.push(state);
  texts.filter((text) => text !== state && !state.contains(text) && over(text_box(text), text_box(state))).forEach((text) => cut.push(text));
  return cut.map((element) => `${tile.querySelector('.name').textContent}: ${element.className} ${element.textContent}`);
});"""
PANEL = "#preview figure img"
TILE = ".tile .picture"


class PagePreview(LiveTest):
    def jpeg(self, colour):
        path = self.path(f"{colour}.jpg")
        self.ffmpeg("-f", "lavfi", "-i", f"color={colour}:s=320x180", "-frames:v", "1", path)
        with open(path, "rb") as file:
            return file.read()

    def open(self, streams, picture=None, path="", **stage):
        self.stage = PageStage(self, streams, **stage)
        self.stage.pictures = {each["name"]: picture for each in streams}
        self.browser = Browser(self)
        self.browser.open(self.stage.url + path)
        return self.browser

    def wait_image(self, selector, seconds=10):
        return wait_until(lambda: (found := self.browser.js(IMAGE, selector)) and found[0] and found, seconds, selector)

    @staticmethod
    def shown(name, ago=3, level=None):
        return stream(name, picture={"taken_at": moment(ago), "interval_seconds": 30},
                      level=level or {"rms_dbfs": -20.3, "peak_dbfs": -17.7})

    def test_the_picture_has_its_age_and_the_level_is_a_meter(self):
        browser = self.open([self.shown("radio", ago=61)], self.jpeg("red"))
        width, source = self.wait_image(PANEL)
        self.assertEqual(width, 320)
        self.assertTrue(source.startswith("data:image/jpeg;base64,"), source[:40])
        self.assertEqual(browser.js("return document.querySelector(arguments[0]).alt", PANEL), "What radio puts out")
        self.assertRegex(browser.text("#preview figcaption"), r"^taken 1 min \d\d s ago, one every 30 s$")
        self.assertEqual(browser.js(METER), ["-20.3", "-60", "0", "\u221220.3 dBFS, peak \u221217.7"])
        self.assertEqual(browser.text(".level-text"), "\u221220.3 dBFS, peak \u221217.7")
        self.assertEqual(browser.problems(), [])

    def test_a_newer_picture_takes_its_place_and_is_asked_for_once(self):
        browser = self.open([self.shown("radio", ago=30)], self.jpeg("red"))
        _, first = self.wait_image(PANEL)
        self.stage.pictures["radio"] = self.jpeg("blue")
        newer = self.shown("radio", ago=0)
        self.stage.update(newer)
        wait_until(lambda: self.wait_image(PANEL)[1] != first, 10, "the other picture")
        self.stage.update({**newer, "level": {"rms_dbfs": -41, "peak_dbfs": -40}})  # the same picture
        browser.wait_text(".level-text", "\u221241.0 dBFS", 5)
        self.assertEqual(self.stage.asked_pictures, ["radio", "radio"])
        self.assertEqual(browser.problems(), [])

    def test_what_is_not_there_is_not_shown(self):
        browser = self.open([self.shown("radio", level={"rms_dbfs": -120, "peak_dbfs": -120})], self.jpeg("red"))
        self.wait_image(PANEL)
        self.assertEqual(browser.text(".level-text"), "silence")
        self.stage.update(stream("radio"))
        wait_until(lambda: browser.js("return document.getElementById('preview').hidden"), 5, "nothing is shown")
        self.assertIsNone(browser.js("return document.querySelector(arguments[0]).getAttribute('src')", PANEL))

    def resize(self, width):
        self.browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def assert_whole(self, what):
        for width in (1280, 1400, 800):
            with self.subTest(what=what, width=width):
                self.resize(width)
                self.assertEqual(self.browser.js(CUT), [])

    def test_no_word_is_cut_or_covered_by_a_picture(self):
        for count in (2, 4, 8, 20):
            names = [f"cam{number}" for number in range(count)]
            browser = self.open([self.shown(name) for name in names], self.jpeg("red"))
            self.wait_image(TILE)
            wait_until(lambda: browser.js("return document.querySelector('.tile .picture').width > 0"), 5, "a picture that is seen")
            self.assert_whole(f"{count} pictures")
            browser.end()

    def test_the_word_of_one_stream_has_room_beside_what_is_wrong(self):
        recovery = {**stream("radio")["recovery"], "next_launch_in_seconds": 45, "escalated": True}
        for state in ("cooling_down", "waiting_for_receiver"):
            self.open([{**off_air("radio", recovery=recovery), "state": state}])
            self.browser.wait_text(".tile .why", "escalated", 5)
            self.assert_whole(state)
            self.browser.end()

    def test_with_a_token_it_is_sent(self):
        browser = self.open([self.shown("radio")], self.jpeg("red"), token=TOKEN)
        browser.js("sessionStorage.setItem('ffsupervisor.token', arguments[0]); location.reload()", TOKEN)
        self.wait_image(PANEL)
        self.assertNotIn(TOKEN, browser.js("return document.documentElement.outerHTML"))

    def test_of_many_streams_each_tile_in_view_asks_once(self):
        names = [f"cam{number}" for number in range(60)]
        browser = self.open([self.shown(name) for name in names], self.jpeg("red"))
        self.wait_image(TILE)
        wait_until(lambda: len(set(self.stage.asked_pictures)) >= 12, 15, "pictures of the tiles in view")
        clocks = set()  # the page is drawn each second, and asks again where it would
        wait_until(lambda: clocks.add(browser.text("#clock")) or len(clocks) > 4, 20, lambda: f"it is drawn on: {clocks}")
        asked = list(self.stage.asked_pictures)
        self.assertEqual(len(asked), len(set(asked)), "each once")
        out_of_view = browser.js(
            "return [...document.querySelectorAll('.tile')].filter((tile) => tile.getBoundingClientRect().top > innerHeight)"
            ".map((tile) => tile.querySelector('.name').textContent)")
        self.assertTrue(out_of_view)
        self.assertFalse(set(out_of_view) & set(asked) - {browser.text("#detail h2")})
        self.assertEqual(browser.problems(), [])


if __name__ == "__main__":
    unittest.main()
