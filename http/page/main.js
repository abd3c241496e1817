// Composition: events into the model, the model onto the page, at most once a frame.

import { Charts } from "./charts.js";
import { condition, overall } from "./condition.js";
import { Control } from "./control.js";
import { byId, el, setData, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { Figures } from "./figures.js";
import { clock, duration, words } from "./format.js";
import { LogPanel } from "./log.js";
import { Model } from "./model.js";
import { OutputsPanel } from "./outputs.js";
import { keepFresh } from "./refresh.js";
import { showTab } from "./tab.js";
import { serverNow } from "./time.js";
import { Timeline } from "./timeline.js";
import { trackDetails, trackLine } from "./track.js";
import { VerdictPanel } from "./verdict.js";
import { Wall } from "./wall.js";

const model = new Model();
const wall = new Wall(byId("wall"));
const panels = [
  new VerdictPanel(byId("verdict"), byId("verdict-body")),
  new Figures(byId("figures-body")),
  new OutputsPanel(byId("outputs"), byId("outputs-body"), (verb, output) => control.ask(verb, selected().name, output)),
  new LogPanel(byId("log-lines"), byId("log-level"), byId("log-origin")),
];
const timeline = new Timeline(byId("timeline"), byId("incident-list"), byId("span"));
const charts = new Charts(byId("charts"));
const link = { state: "connecting", detail: "" };
const announced = new Map(); // stream → the line last announced to the screen reader

const control = new Control({ onToken: () => feed.retryNow(), onDone: announce });
const feed = new Feed(onEvent, onLink);

function onEvent(type, text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return; // not an event of this API
  }
  link.receivedAt = serverNow();
  const name = model.apply(type, data);
  if (name && type === "state") announceState(model.stream(name));
  draw();
}

function onLink(state, detail = "") {
  if (state === "live") model.begin();
  if (state !== link.state && link.receivedAt) announce(state === "live" ? "Connection restored." : "Connection lost.");
  Object.assign(link, { state, detail });
  const notice = byId("notice");
  notice.hidden = state !== "refused";
  if (state === "refused") setText(notice, refusals[detail].notice);
  draw();
}

const refusals = {
  401: { link: "authentication required", notice: "Authentication required (401). Enter the token above." },
  403: { link: "access denied", notice: "Access denied (403). The supervisor has no credentials configured: set " +
    "FFSUPERVISOR_TOKEN, http.auth.bearer_token_file or http.auth.basic_users." },
  429: { link: "too many failed logins", notice: "Too many failed logins from this address (429). The page " +
    "retries every 30 s." },
};

function announce(text) {
  setText(byId("announcer"), text);
}

function announceState(stream) {
  const { word } = condition(stream);
  const cause = stream.state.verdict ? `, ${words(stream.state.verdict.cause)}` : "";
  const line = `${stream.name}: ${word.toLowerCase()}${cause}`;
  if (announced.has(stream.name) && announced.get(stream.name) !== line) announce(line);
  announced.set(stream.name, line);
}

function selected() {
  let name = "";
  try {
    name = decodeURIComponent(location.hash.slice(1));
  } catch {
    // not the name of a stream
  }
  return model.streams.get(name) ?? model.streams.values().next().value;
}

function link_text() {
  if (link.state === "live") return "live";
  if (link.state === "refused") return refusals[link.detail].link;
  if (link.state === "connecting") return "connecting";
  const since = link.receivedAt ? `, last data ${duration(Math.round((serverNow() - link.receivedAt) / 1000))} ago` : "";
  return `connection lost${since}`;
}

let frame = 0;
function draw() {
  if (document.hidden) return showTab([...model.streams.values()], link.state); // there are no frames
  if (!frame) frame = requestAnimationFrame(render);
}

function render() {
  frame = 0;
  model.forgetGone();
  const streams = [...model.streams.values()];
  const stream = selected();
  setData(document.body, "link", link.state);
  setText(byId("link-text"), link_text());
  setText(byId("overall"), link.state === "live" ? overall(streams) : "");
  setText(byId("clock"), clock(new Date(serverNow())));
  const now_ms = link.state === "live" ? serverNow() : link.receivedAt ?? serverNow();
  wall.render(streams, stream?.name, link.state, now_ms);
  showTab(streams, link.state);
  byId("detail").hidden = !stream;
  setData(byId("detail"), "alone", String(streams.length === 1));
  if (!stream) return;
  setText(byId("stream-name"), stream.name);
  showTrack(stream, streams.length === 1, now_ms);
  showControls(stream);
  for (const panel of panels) panel.render(stream, now_ms);
  renderSlowly(stream);
}

// Charts and time bar move once a second, or when another stream is selected.
let drawn = { at: 0 };
function renderSlowly(stream) {
  if (drawn.name === stream.name && Date.now() - drawn.at < 900) return;
  drawn = { name: stream.name, at: Date.now() };
  charts.render(stream);
  timeline.render(stream);
}

// The tile of a single stream has room for the name of the track.
function showTrack({ state, stateAt }, alone, now_ms) {
  const track = state?.track;
  const text = [alone ? "" : trackLine(track), trackDetails(track, stateAt, now_ms)].filter(Boolean).join(" · ");
  byId("stream-track").hidden = !text;
  setText(byId("stream-track"), text);
}

function showControls(stream) {
  const stopped = stream.state?.state === "stopped";
  for (const button of document.querySelectorAll("[data-control]")) {
    button.disabled = (button.dataset.control === "start") !== stopped;
  }
}

async function showRoutes() {
  const answer = await fetch("./", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) return;
  const { version, routes } = await answer.json();
  byId("routes").replaceChildren(
    ...routes.filter((path) => path !== "/api/v1/events").map((path) => el("a", { href: path.slice(1) }, path)),
    el("a", { href: "page/dygraph-licence.txt" }, "charts: dygraphs, MIT licence"),
    el("span", {}, `ffsupervisor ${version}`));
}

for (const button of document.querySelectorAll("[data-control]")) {
  button.addEventListener("click", () => control.ask(button.dataset.control, selected().name));
}
byId("span").addEventListener("change", () => {
  drawn = { at: 0 };
  draw();
});
addEventListener("hashchange", () => {
  draw();
  byId("detail").focus({ preventScroll: true });
});
document.addEventListener("visibilitychange", draw);
setInterval(draw, 1000);
keepFresh(() => (link.state === "live" ? selected()?.name : undefined), (data) => {
  model.refresh(data);
  draw();
});
showRoutes().catch(() => {});
feed.run();
