"""The live page in a real Chromium, in front of a real supervisor, FFmpeg and RTMP server."""

import os
import re
import signal
import unittest

from browser import ENTER, TAB, Browser
from harness import AAC, H264, TONE, VIDEO, LiveTest, wait_until
from servers import Receiver, RtmpServer

KEY = "pLaNtEdStReAmKeY7q"
TOKEN = "pLaNtEdToKeN-4711"
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
WORD = ".tile .word"

# Notes each state that a tile goes through, so that none is missed between two looks.
WATCH = """
window.told = [];
const word = document.querySelector('.tile .word');
new MutationObserver(() => told.push(word.textContent)).observe(word, {childList: true, characterData: true, subtree: true});
"""

# The least contrast of text and ground among the kinds of tile (WCAG 2.1, 1.4.3).
CONTRAST = """
const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = (text) => {
  const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(channel);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const tile = document.querySelector('.tile').cloneNode(true);
document.body.append(tile);
const ratios = ['good', 'warn', 'bad', 'busy', 'idle'].flatMap((kind) => {
  tile.dataset.kind = kind;
  const ground = light(getComputedStyle(tile).backgroundColor);
  return ['.word', '.name'].map((part) => {
    const ink = light(getComputedStyle(tile.querySelector(part)).color);
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
  });
});
tile.remove();
return Math.min(...ratios);
"""

# Events as the page's own reader gives them, for a text that comes one character at a time.
PARSE = """
const [text] = arguments;
const { SseParser } = await import('/page/sse.js');
const events = [];
const parser = new SseParser((type, data) => events.push([type, data]));
for (const character of text) parser.feed(character);
return events;
"""

# One update of a list and of a text. Returns what the browser saw of it.
PATCH = """
const { h, patch } = await import('/page/patch.js');
const root = document.createElement('div');
document.body.append(root);
const draw = (keys, text) => patch(root, [...keys.map((key) => h('input', { key, id: key, class: text })),
                                          h('p', { key: 'text' }, text)]);
draw(['a', 'b', 'c', 'd', 'e'], 'sent 1.2 Mbit/s in 10 s');
const removed = [], lost = [];
const before = new Map([...root.children].map((element) => [element.id, element]));
const observer = new MutationObserver(() => {});
observer.observe(root, { childList: true });
root.querySelector('#c').value = 'typed';
root.querySelector('#c').focus();
root.addEventListener('focusout', () => lost.push('focus'));
getSelection().selectAllChildren(root.querySelector('p'));
draw(['e', 'a', 'c', 'x', 'd'], 'sent 3.45 Mbit/s in 10 s');
const result = {
  order: [...root.children].map((element) => element.id).join(''),
  attributes: new Set([...root.querySelectorAll('input')].map((element) => element.className)).size,
  same: ['a', 'c', 'd', 'e'].every((key) => root.querySelector('#' + key) === before.get(key)),
  removed: observer.takeRecords().flatMap((record) => [...record.removedNodes]).map((node) => node.id).join(''),
  selection: getSelection().toString(), focus: document.activeElement.id, lost: [...lost],
  value: root.querySelector('#c').value,
};
root.remove();
return result;
"""

# From now on notes each of these elements that leaves the document, be it for a moment.
KEEP = """
window.kept = [...document.querySelectorAll(arguments[0])];
window.taken = [];
new MutationObserver((records) => {
  for (const node of records.flatMap((record) => [...record.removedNodes])) {
    taken.push(...kept.filter((element) => node.contains(element)).map((element) => element.outerHTML));
  }
}).observe(document.body, { childList: true, subtree: true });
return kept.length;
"""
KEPT = ("#wall *, #figures *, #verdict-body .headline, #verdict-body .cause, #timeline *, #incident-list .incident, "
        "#incident-list details, #incident-list summary, #incident-list summary *, #log-lines li:nth-last-child(-n+5), "
        "#log-lines li:nth-last-child(-n+5) *")


class Page(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = RtmpServer(self)

    def command(self):
        return ["ffmpeg", *VIDEO, *TONE, *H264, *AAC, "-metadata", f"title={HOSTILE}", "-f", "flv",
                self.server.url(KEY)]

    def supervisor(self, http=None, recovery=None, alerts=None, **env):
        sections = {key: value for key, value in (("http", http), ("alerts", alerts)) if value}
        return self.supervise_file(
            [{"name": "radio", "command": self.command(), "monitor": {"freeze_timeout": "2s"},
              "recovery": recovery or {}}],
            sections=sections, env={"FFSUPERVISOR_TOKEN": TOKEN, **env})

    def open(self, supervisor, **size):
        self.origin = f"http://127.0.0.1:{supervisor.port}"
        self.browser = Browser(self, **size)
        self.browser.open(self.origin + "/")
        return self.browser

    def on_air(self, recovery=None, **size):
        supervisor = self.supervisor(recovery=recovery)
        supervisor.wait_on_air()
        browser = self.open(supervisor, **size)
        browser.wait_text(WORD, "on air", 10)
        return supervisor, browser

    def figure(self, name):
        return self.browser.js(
            "return [...document.querySelectorAll('#figures dt')]"
            ".find((term) => term.textContent === arguments[0]).nextElementSibling.textContent", name)

    def assert_clean(self, expected_problem=None):
        """No request left the host, nothing went wrong in the console, no secret is in the document."""
        for url in self.browser.requests():
            self.assertTrue(url.startswith((self.origin + "/", "data:")), url)
        problems = [problem for problem in self.browser.problems()
                    if not (expected_problem and expected_problem in problem)]
        self.assertEqual(problems, [])
        told = self.browser.js("return document.documentElement.outerHTML + location.href + document.cookie")
        self.assertNotIn(KEY, told)
        self.assertNotIn(TOKEN, told)
        self.assertIsNone(self.browser.js("return window.hacked ?? null"))

    def press_tab_until(self, condition, what):
        for _ in range(40):
            self.browser.keys(TAB)
            if self.browser.js(f"const it = document.activeElement; return Boolean({condition})"):
                return
        self.fail(f"Tab does not lead to {what}")

    def test_a_kill_and_a_freeze_and_both_recoveries_are_seen_as_they_happen(self):
        # Off air for 3 s: a browser that draws seldom shows it, too.
        supervisor, browser = self.on_air({"restart_delay": {"initial": "3s"}})
        browser.js(WATCH)
        browser.wait_text("#verdict-body", "no fault detected", 5)
        wait_until(lambda: re.match(r"2\d\.\d", browser.text(".chart:nth-of-type(2) .value")), 10,
                   lambda: f"25 frames a second, not {browser.text('.charts')}")
        wait_until(lambda: "Mbit/s" in browser.text(".series-1 .value")
                   or "kbit/s" in browser.text(".series-1 .value"), 10, "a delivered bitrate")
        self.assertEqual(browser.js("return document.querySelectorAll('.canvas canvas').length"), 10)

        os.kill(supervisor.child_pid(), signal.SIGKILL)
        browser.wait_text("#incident-list", "encoder crashed", 5)
        wait_until(lambda: browser.js("return told.length > 0 && told.at(-1) === 'On air'"), 10, "on air again")
        self.assertIn("Off air", browser.js("return told"))
        wait_until(lambda: self.figure("Restarts") == "1", 3, "the restart is counted")

        browser.wait_text(".tile .why", "unstable: 1 restart", 3)
        self.assertEqual(browser.js("return document.querySelector('.tile').dataset.kind"), "warn")
        browser.js("told.length = 0")
        os.kill(supervisor.child_pid(), signal.SIGSTOP)
        browser.wait_text("#incident-list", "encoder frozen", 6)
        wait_until(lambda: browser.js("return told.at(-1)") == "On air", 10, "on air again")
        browser.wait_text("#incident-list", "off air", 5)
        browser.click("#incident-list summary")
        browser.wait_text("#incident-list", "evidence", 2)
        self.assertEqual(browser.js("return document.querySelectorAll('#timeline .mark').length"), 2)
        self.assertRegex(self.figure("Availability"), r"^\d+\.\d+ %$")
        self.assert_clean()

    def test_before_a_freeze_is_certain_the_page_says_that_nothing_advances(self):
        supervisor = self.supervise_file([{"name": "radio", "command": self.command()}])
        supervisor.wait_on_air()
        browser = self.open(supervisor)
        browser.wait_text("#verdict-body", "no fault detected", 10)
        os.kill(supervisor.child_pid(), signal.SIGSTOP)
        browser.wait_text("#verdict-body", "s (frozen at 30 s)", 5)
        browser.wait_text(".tile .why", "no progress for", 2)
        self.assertEqual(browser.text(WORD).lower(), "on air")
        self.assertEqual(browser.js("return document.querySelector('.tile').dataset.kind"), "warn")
        self.assertRegex(supervisor.stream()["doubts"][0], r"^No progress for \d+ s \(frozen at 30 s\)$")
        os.kill(supervisor.child_pid(), signal.SIGCONT)
        browser.wait_text("#verdict-body", "no fault detected", 5)
        self.assert_clean()

    def test_held_outputs_are_listed_one_is_restarted_by_itself_and_the_cover_is_seen(self):
        other = RtmpServer(self)
        supervisor = self.supervise_file(
            [{"name": "radio", "command": ["ffmpeg", *VIDEO, *TONE, *H264, *AAC],
              "outputs": {"own": ["-f", "flv", self.server.url(KEY)],
                          "far": {"args": ["-f", "flv", other.url("k")], "required": False}}}],
            env={"FFSUPERVISOR_TOKEN": TOKEN})
        supervisor.wait_on_air(30)
        other.wait_receiving("k")
        browser = self.open(supervisor)
        browser.wait_text("#outputs-body [data-output=own]", "on air since", 10)
        self.assertIn("required", browser.text("#outputs-body [data-output=own]"))

        def pids():
            return {each["name"]: each["pid"] for each in supervisor.stream()["outputs"]}
        before = pids()
        browser.click("#outputs-body [data-output=far] [data-verb=restart]")
        browser.wait_text("#control-text", "the other outputs go on", 3)
        browser.js("document.querySelector('#token').value = arguments[0]", TOKEN)
        browser.click("#control-go")
        wait_until(lambda: pids()["far"] not in (None, before["far"]), 15, "another publisher")
        self.assertEqual(pids()["own"], before["own"])
        browser.wait_text("#outputs-body [data-output=far]", "1 restart", 15)
        encoder = supervisor.child_pid()
        os.kill(encoder, signal.SIGSTOP)
        browser.wait_text(WORD, "covered", 10)
        browser.wait_text("#verdict-body", "a still picture and silence stand in", 5)
        os.kill(encoder, signal.SIGCONT)
        browser.wait_text(WORD, "on air", 20)
        other.process.end()
        browser.wait_text("#outputs-body [data-output=far]", "lost", 30)
        self.assert_clean()

    def test_an_update_moves_as_few_elements_as_it_can_and_keeps_focus_and_selection(self):
        _, browser = self.on_air()
        self.assertEqual(browser.js(PATCH), {
            "order": "eacxd", "attributes": 1, "same": True, "removed": "be", "focus": "c", "lost": [],
            "value": "typed",
            "selection": "sent 3.45 Mbit/s in 10 s"})

    def test_elements_survive_updates_and_so_does_a_click(self):
        _, browser = self.on_air({"restart_cooldown": "2s"}, height=2600)
        self.server.process.end()
        browser.wait_text("#verdict-body .headline", "component: sink", 15)
        browser.wait_text("#incident-list .length", "open", 5)
        self.assertGreater(browser.js(KEEP, KEPT), 80)
        browser.js("document.querySelector('#incident-list summary').focus();"
                   "getSelection().selectAllChildren(document.querySelector('#log-lines li:last-child .msg'))")
        selection = browser.js("return getSelection().toString()")
        self.assertTrue(selection)

        def moments():
            """Of what moves all the time: log lines, the verdict, the clock. The incident's list of actions has an end."""
            return browser.js("return [document.querySelector('#log-lines li:last-child').innerText,"
                              "document.getElementById('verdict-body').innerText,"
                              "document.getElementById('clock').textContent]")

        def wait_all_move(seconds):
            before = moments()
            wait_until(lambda: all(old != new for old, new in zip(before, moments())), seconds,
                       lambda: f"{before} all become others: {moments()}")

        wait_all_move(20)
        wait_all_move(20)
        self.assertEqual(browser.js("return taken"), [])
        self.assertEqual(browser.js("return document.activeElement.localName"), "summary")
        self.assertEqual(browser.js("return getSelection().toString()"), selection)

        pressed = "#incident-list > .incident:last-child"  # on a busy machine a newer one may come above it
        browser.press(f"{pressed} summary")
        wait_all_move(20)
        self.assertEqual(browser.js("return taken"), [])
        browser.js(KEEP, ".incident, .incident *")
        self.server.start()
        browser.wait_text(f"{pressed} .length", "off air", 20)
        browser.wait_rest(f"{pressed} summary", 10)  # no longer unstable: the verdict is shorter
        browser.release(f"{pressed} summary")
        self.assertTrue(browser.js("return document.querySelector(arguments[0]).open", f"{pressed} details"))
        self.assertTrue(browser.js("return document.querySelector(arguments[0]).matches(':hover')", f"{pressed} summary"))
        self.assertEqual(browser.js("return taken"), [])
        self.assert_clean()

    def test_texts_of_others_stay_texts_and_the_log_is_filtered_by_level(self):
        _, browser = self.on_air()
        browser.wait_text("#log-lines", HOSTILE, 5)
        self.assertEqual(browser.js("return document.querySelectorAll('#log-lines :is(img, script)').length"), 0)
        browser.js("const level = document.getElementById('log-level'); level.value = '4';"
                   "level.dispatchEvent(new Event('change'))")
        self.assertNotIn(HOSTILE, browser.text("#log-lines"))
        self.assertEqual(browser.nameless(), [])
        self.assertEqual(browser.js(PARSE, ": hello\r\nevent: log\r\ndata: a\r\ndata:b\r\n\r\n"
                                           "id: 1\n\ndata: {}\n\nevent: cut\ndata: off\n"),
                         [["log", "a\nb"], ["message", "{}"]])
        self.assert_clean()
        for scheme in ("dark", "light"):
            browser.colour_scheme(scheme)
            self.assertGreaterEqual(browser.js(CONTRAST), 4.5, scheme)
        browser.phone()
        self.assertEqual(browser.js("return document.documentElement.scrollWidth"), 390)

    def test_control_by_keyboard_asks_for_the_token_and_says_why_not(self):
        supervisor, browser = self.on_air()
        first = supervisor.child_pid()
        self.press_tab_until("it.dataset.control === 'restart'", "the restart button")
        browser.keys(ENTER)
        self.assertEqual(browser.js("return document.activeElement.id"), "token")
        browser.keys("wrong" + ENTER)
        browser.wait_text("#control-error", "401", 5)
        self.assertEqual(supervisor.child_pid(), first)
        self.assertEqual(browser.js("return document.activeElement.id"), "token")
        browser.keys(TOKEN + ENTER)
        wait_until(lambda: not browser.js("return document.getElementById('control').open"), 5, "accepted")
        wait_until(lambda: supervisor.child_pid() not in (None, first), 5, "another FFmpeg")
        browser.wait_text(WORD, "on air", 10)

        self.press_tab_until("it.dataset.control === 'stop'", "the stop button")
        browser.keys(ENTER)  # the token is known now: it is only asked whether it is meant
        self.press_tab_until("it.id === 'control-go'", "the dialog's button")
        browser.keys(ENTER)
        browser.wait_text(WORD, "stopped", 8)
        browser.wait_text("#announcer", "stopped", 2)
        self.press_tab_until("it.dataset.control === 'start'", "the start button")
        browser.keys(ENTER)
        self.press_tab_until("it.id === 'control-go'", "the dialog's button")
        browser.keys(ENTER)
        browser.wait_text(WORD, "on air", 10)
        self.assert_clean(expected_problem="401")

    def test_a_test_alert_shows_what_each_receiver_said(self):
        pager, chat = Receiver(self), Receiver(self, status=404)
        supervisor = self.supervisor(alerts={"webhooks": [{"url": pager.url("/in")},
                                                          {"url": chat.url("/in"), "template": "slack"}]})
        supervisor.wait_on_air()
        browser = self.open(supervisor)
        browser.wait_text(WORD, "on air", 10)
        self.press_tab_until("it.id === 'test-alerts'", "the button at the foot")
        browser.keys(ENTER)
        browser.keys(TOKEN + ENTER)
        browser.wait_text("#control-receivers", "slack", 10)
        said = browser.js("return [...document.querySelectorAll('#control-receivers li')]"
                          ".map((row) => [row.dataset.delivered, row.textContent])")
        self.assertEqual([delivered for delivered, _ in said], ["true", "false"], said)
        self.assertIn(f"generic (http://127.0.0.1:{pager.port}): accepted", said[0][1])
        self.assertIn("404", said[1][1])
        self.assertEqual(len(pager.requests), 1)
        self.press_tab_until("it.id === 'control-cancel'", "the dialog's other button")
        browser.keys(ENTER)
        browser.wait_text(WORD, "on air", 2)
        self.assert_clean()

    def test_a_lost_connection_is_shown_and_comes_back_by_itself(self):
        supervisor, browser = self.on_air()
        supervisor.end()
        browser.wait_text("#link-text", "connection lost, last data", 5)
        self.assertEqual(browser.js("return document.querySelector('.tile').dataset.kind"), "lost")
        again = self.supervisor(METRICS_PORT=supervisor.port)
        again.port = supervisor.port
        browser.wait_text("#link-text", "live", 15)
        again.wait_on_air()
        browser.wait_text(WORD, "on air", 10)
        self.assertEqual(browser.js("return document.querySelector('.tile').dataset.kind"), "good")
        self.assert_clean(expected_problem="ERR_")

    def test_where_all_is_protected_the_page_asks_for_the_token(self):
        supervisor = self.supervisor(http={"auth": {"protect": "all"}})
        wait_until(supervisor.answers, 10, "liveness, which is open")
        browser = self.open(supervisor)
        browser.wait_text("#notice", "authentication required (401)", 5)
        self.assertEqual(browser.js("return document.querySelectorAll('.tile').length"), 0)
        browser.click("#give-token")
        browser.keys(TOKEN + ENTER)
        browser.wait_text(WORD, "on air", 10)
        self.assertEqual(browser.text("#notice"), "")
        self.assert_clean(expected_problem="401")


if __name__ == "__main__":
    unittest.main()
