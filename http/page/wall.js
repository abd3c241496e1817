// One tile a stream, readable from a distance; a tile is a link that selects the stream shown below.
// Many streams have small tiles, and of very many only those in view are in the document.

import { condition, sign_of } from "./condition.js";
import { setData } from "./dom.js";
import { doubts } from "./doubt.js";
import { availability, countdown, running, words } from "./format.js";
import { availabilityOf, uptime } from "./model.js";
import { HeldOrder, matches } from "./order.js";
import { h, patch } from "./patch.js";
import { addressOf } from "./selection.js";
import { trackLine } from "./track.js";
import { TileWindow } from "./window.js";

const compact_above = 12;
const windowed_above = 60;
const tile_px = 92; // of a small tile, and its least width: page.css
const narrowest_px = 210;
const least_known_s = 600; // of which an availability is shown

export class Wall {
  // strips: of the past of each stream; pictures: of what goes out. onScroll: it must be drawn again.
  constructor(root, strips, pictures, onScroll) {
    this.root = root;
    this.strips = strips;
    this.pictures = pictures;
    this.order = new HeldOrder(root);
    this.window = new TileWindow(root, () => this.is_windowed && onScroll());
  }

  // Returns how many tiles pass the filter.
  render(streams, selected, link, now_ms, filter = "") {
    const compact = streams.length > compact_above;
    setData(this.root, "count", String(Math.min(streams.length, 4)));
    setData(this.root, "compact", String(compact));
    this.shown = this.order.arrange(streams).filter((stream) => matches(stream, filter));
    const look = { selected, is_lost: link !== "live", now_ms, compact, strips: this.strips, pictures: this.pictures };
    const in_view = this.in_view(this.shown);
    patch(this.root, in_view.map((stream) => tile(stream, look)));
    in_view.forEach((stream, i) => this.pictures.want(stream, () => isOnScreen(this.root.children[i])));
    return this.shown.length;
  }

  in_view(streams) {
    this.is_windowed = streams.length > windowed_above;
    setData(this.root, "windowed", String(this.is_windowed));
    if (this.is_windowed) return streams.slice(...this.window.range(streams.length, tile_px, narrowest_px));
    this.window.clear();
    return streams;
  }

  // Scrolls the wall so that this stream's tile is in view. False: it has none.
  reveal(name) {
    const place = this.shown?.findIndex((stream) => stream.name === name) ?? -1;
    if (place >= 0 && this.is_windowed) this.window.reveal(place, tile_px, narrowest_px);
    return place >= 0;
  }
}

function isOnScreen(element) {
  if (!element?.checkVisibility()) return false;
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function tile(stream, { selected, is_lost, now_ms, compact, strips, pictures }) {
  const { kind, word } = condition(stream);
  const { ratio, for_seconds } = availabilityOf(stream, now_ms);
  const shown = is_lost ? "lost" : kind;
  const why = why_line(stream, now_ms);
  const available = ratio_line(ratio, for_seconds);
  const clock = is_lost ? "last known" : clock_line(stream, now_ms);
  const track = trackLine(stream.state?.track);
  const picture = is_lost ? undefined : pictures.of(stream);
  return h("a", {
    key: stream.name, class: "tile", href: addressOf(stream.name),
    "data-kind": shown, "aria-current": stream.name === selected ? "true" : null,
  },
    h("span", { class: "name", title: stream.name }, stream.name),
    h("span", { class: "state" },
      h("span", { class: "sign", "aria-hidden": "true" }, sign_of[shown]),
      h("span", { class: "word" }, word)),
    h("span", { class: "times", title: [clock, available].filter(Boolean).join(" · ") || null },
      h("span", { class: "clock" }, clock),
      !compact && h("span", { class: "available" }, available)),
    h("span", { class: "why", title: why || null }, why),
    !compact && h("span", { class: "track", title: track || null }, track),
    picture && h("img", { key: "picture", class: "picture", src: picture, alt: "" }),
    strips.of(stream.name));
}

// The first launch alone takes some percent of the first minutes.
function ratio_line(ratio, for_seconds) {
  return typeof ratio === "number" && for_seconds >= least_known_s ? `${availability(ratio)} available` : "";
}

function clock_line(stream, now_ms) {
  const { state } = stream;
  if (!state) return "";
  if (state.state === "on_air") return `for ${running(uptime(stream, now_ms))}`;
  return [next_attempt(stream, now_ms), fault_clock(state, now_ms)].filter(Boolean).join(" · ");
}

function next_attempt({ state, stateAt }, now_ms) {
  const next = state.recovery?.next_launch_in_seconds;
  if (typeof next !== "number" || state.state !== "cooling_down") return "";
  return `next attempt in ${countdown(Math.ceil(Math.max(0, next - (now_ms - stateAt) / 1000)))}`;
}

function fault_clock(state, now_ms) {
  const since_ms = Date.parse(state.fault_since ?? "");
  return Number.isNaN(since_ms) ? "" : `for ${running((now_ms - since_ms) / 1000)}`;
}

function why_line(stream, now_ms) {
  const { state } = stream;
  if (!state) return "";
  const parts = [];
  if (state.recovery?.escalated) parts.push("escalated");
  if (state.verdict) parts.push(words(state.verdict.cause));
  return [...parts, ...doubts(stream, now_ms)].join(" · ");
}
