"""A real Chromium, driven by its chromedriver over plain WebDriver HTTP; headless."""

import json
import urllib.error
import urllib.request

from harness import free_port, listens, wait_until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference
ENTER, TAB, ESCAPE = "\ue007", "\ue004", "\ue00c"
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


class Browser:
    def __init__(self, test, width=1280, height=900):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        test.start("/usr/bin/chromedriver", f"--port={port}", f"--log-path={test.path('driver.log')}")
        wait_until(lambda: listens(port), 10, "chromedriver listens")
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": [
                *ARGUMENTS, f"--window-size={width},{height}",
                f"--user-data-dir={test.path('chromium')}"]}}}})
        self.url += f"/session/{session['sessionId']}"
        test.addCleanup(self.end)

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            with error:
                told = json.loads(error.read())["value"]
                raise AssertionError(f"{path}: {told['error']}: {told['message']}") from None

    def end(self):
        try:
            self.call("DELETE", "")
        except (OSError, AssertionError):
            pass  # it is killed with the rest

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def js(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def keys(self, keys):
        """Pressed one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions",
                  {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def click(self, selector):
        element = self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        self.call("POST", f"/element/{element}/click", {})

    def tap(self, selector):
        """A finger's touch on the middle of the element, wherever it is in the window."""
        element = self.call("POST", "/element", {"using": "css selector", "value": selector})
        move = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": element}
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"},
             "actions": [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]}]})

    def press(self, selector):
        """The mouse's button, on the middle of the element; it stays down."""
        self.point(selector, {"type": "pointerDown", "button": 0})

    def release(self, selector):
        """Wherever the element is by now."""
        self.point(selector, {"type": "pointerUp", "button": 0})

    def point(self, selector, action):
        element = self.call("POST", "/element", {"using": "css selector", "value": selector})
        move = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": element}
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [move, action]}]})

    def wait_rest(self, selector, seconds):
        """Until six looks in a row have seen the element at one place."""
        places = []

        def rests():
            places.append(self.js("return document.querySelector(arguments[0]).getBoundingClientRect().top", selector))
            return len(places) >= 6 and len(set(places[-6:])) == 1

        wait_until(rests, seconds, lambda: f"{selector} rests; its last places: {places[-6:]}")

    def text(self, selector):
        """As it is shown; empty when it is not."""
        return self.js("const it = document.querySelector(arguments[0]);"
                       "return it?.checkVisibility() ? it.innerText : ''", selector)

    def wait_text(self, selector, text, seconds):
        wait_until(lambda: text.lower() in self.text(selector).lower(), seconds,
                   lambda: f"“{text}” in {selector}, which says “{self.text(selector)}”; {self.problems()}")

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def problems(self):
        """What its console has told since the last call."""
        return [entry["message"] for entry in self.log("browser")]

    def requests(self):
        """Addresses of all requests since the last call, but those of the browser's own first page."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        urls = [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("chrome://")]

    def nameless(self):
        """Roles of what a screen reader would have no name for."""
        named = ("button", "link", "img", "image", "combobox", "textbox", "log", "region", "navigation",
                 "dialog", "figure")
        nodes = self.devtools("Accessibility.getFullAXTree")["nodes"]
        return [node["role"]["value"] for node in nodes
                if not node["ignored"] and node["role"]["value"] in named
                and not node.get("name", {}).get("value")]

    def colour_scheme(self, scheme):
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": scheme}])

    def phone(self):
        self.devtools("Emulation.setDeviceMetricsOverride", width=390, height=844,
                      deviceScaleFactor=2, mobile=True)
