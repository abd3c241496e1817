// Composition: events into the model, the model onto the page, at most once a frame.

import { Announcer } from "./announcer.js";
import { Charts } from "./charts.js";
import { CommandPanel } from "./command.js";
import { overall } from "./condition.js";
import { Control } from "./control.js";
import { byId, setData, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { Figures } from "./figures.js";
import { showRoutes } from "./foot.js";
import { clock, duration } from "./format.js";
import { LogPanel } from "./log.js";
import { Model } from "./model.js";
import { refusals, showConfig, showMissing, showRefusal } from "./notices.js";
import { OutputsPanel } from "./outputs.js";
import { Pictures } from "./pictures.js";
import { PreviewPanel } from "./preview.js";
import { fetchSamples, keepFresh } from "./refresh.js";
import { Selection } from "./selection.js";
import { Strips } from "./strip.js";
import { showTab } from "./tab.js";
import { serverNow } from "./time.js";
import { Timeline } from "./timeline.js";
import { token } from "./token.js";
import { trackDetails, trackLine } from "./track.js";
import { VerdictPanel } from "./verdict.js";
import { Wall } from "./wall.js";

const filter_above = 8; // streams
const calm_above = 60; // with more streams than this the page is drawn less often
const calm_ms = 250;

const model = new Model();
const selection = new Selection(model, draw);
const strips = new Strips(draw);
const pictures = new Pictures(draw);
const wall = new Wall(byId("wall"), strips, pictures, draw);
const panels = [
  new VerdictPanel(byId("verdict"), byId("verdict-body")),
  new Figures(byId("figures-body")),
  new PreviewPanel(byId("preview"), pictures),
  new CommandPanel(),
  new OutputsPanel(byId("outputs"), byId("outputs-body"), (verb, output) => control.ask(verb, selection.stream().name, output)),
  new LogPanel(byId("log-lines"), byId("log-level"), byId("log-origin")),
];
const timeline = new Timeline(byId("timeline"), byId("incident-list"), byId("span"));
const charts = new Charts(byId("charts"));
const link = { state: "connecting", detail: "" };
const announcer = new Announcer();

const control = new Control({ onToken: () => feed.retryNow(), onDone: (text) => announcer.say(text) });
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
  if (name && type === "state") announcer.note(model.stream(name));
  if (type === "config") showConfig(model.config);
  if (type === "incident") strips.news();
  draw();
}

function onLink(state, detail = "") {
  if (state === "live") begin();
  if (state !== link.state && link.receivedAt) announcer.say(state === "live" ? "Connection restored." : "Connection lost.");
  Object.assign(link, { state, detail });
  if (state === "refused" && detail === 401 && token()) {
    link.token_was_wrong = true;
    control.dropToken();
  }
  showRefusal(link);
  draw();
}

function begin() {
  model.begin();
  link.token_was_wrong = false;
  strips.ask();
}

function link_text() {
  if (link.state === "live") return "live";
  if (link.state === "refused") return refusals[link.detail].link;
  if (link.state === "connecting") return "connecting";
  const since = link.receivedAt ? `, last data ${duration(Math.round((serverNow() - link.receivedAt) / 1000))} ago` : "";
  return `connection lost${since}`;
}

let frame = 0;
let drawn_at = 0;
function draw() {
  if (document.hidden) return showTab([...model.streams.values()], link.state); // there are no frames
  if (frame) return;
  const rest_ms = model.streams.size > calm_above ? drawn_at + calm_ms - Date.now() : 0;
  frame = rest_ms > 0 ? setTimeout(() => requestAnimationFrame(render), rest_ms) : requestAnimationFrame(render);
}

function render() {
  frame = 0;
  drawn_at = Date.now();
  model.forgetGone();
  const streams = [...model.streams.values()];
  const stream = selection.stream();
  const now_ms = link.state === "live" ? serverNow() : link.receivedAt ?? serverNow();
  pictures.keepOnly(streams);
  renderBar(streams);
  selection.render(streams.length);
  renderWall(streams, stream, now_ms);
  selection.arrive(wall);
  showTab(streams, link.state);
  byId("detail").hidden = !stream;
  showMissing(model.isComplete && selection.missing());
  setData(byId("detail"), "alone", String(streams.length === 1));
  if (stream) renderDetail(stream, streams.length === 1, now_ms);
}

function renderBar(streams) {
  setData(document.body, "link", link.state);
  setText(byId("link-text"), link_text());
  setText(byId("overall"), link.state === "live" ? overall(streams) : "");
  byId("test-alerts").disabled = link.state !== "live";
  setText(byId("clock"), clock(new Date(serverNow())));
}

function renderWall(streams, stream, now_ms) {
  const has_filter = streams.length > filter_above;
  byId("filter-bar").hidden = !has_filter;
  const filter = has_filter ? byId("filter").value : "";
  const shown = wall.render(streams, stream?.name, link.state, now_ms, filter);
  setText(byId("filter-count"), filter ? `${shown || "none"} of ${streams.length} streams` : "");
}

function renderDetail(stream, is_alone, now_ms) {
  const is_lost = link.state !== "live";
  setText(byId("stream-name"), stream.name);
  showTrack(stream, is_alone, now_ms);
  showControls(stream, is_lost);
  for (const panel of panels) panel.render(stream, now_ms, is_lost);
  if (!is_lost && model.sample(stream.name)) fetchSamples(stream.name, onHistory);
  renderSlowly(stream);
}

function onHistory(history) {
  if (history.stream !== model.sampled) return;
  model.apply("history", history);
  drawn = { at: 0 };
  draw();
}

// Charts and time bar move once a second, or when another stream is selected. Charts have the size of
// what they are in, so they are not made where that is hidden.
let drawn = { at: 0 };
function renderSlowly(stream) {
  if (!byId("charts").checkVisibility()) return;
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

function showControls(stream, is_lost) {
  const stopped = stream.state?.state === "stopped";
  const ended = stream.state?.ended === true;
  for (const button of document.querySelectorAll("[data-control]")) {
    button.disabled = is_lost || ended || (button.dataset.control === "start") !== stopped;
  }
}

for (const button of document.querySelectorAll("[data-control]")) {
  button.addEventListener("click", () => control.ask(button.dataset.control, selection.stream().name));
}
byId("test-alerts").addEventListener("click", () => control.ask("alerts", ""));
byId("filter").addEventListener("input", () => {
  byId("wall").scrollTop = 0;
  draw();
});
byId("span").addEventListener("change", () => {
  drawn = { at: 0 };
  draw();
});
document.addEventListener("visibilitychange", draw);
setInterval(draw, 1000);
keepFresh(() => (link.state === "live" ? selection.stream()?.name : undefined), (data) => {
  model.refresh(data);
  draw();
});
showRoutes().catch(() => {});
feed.run();
