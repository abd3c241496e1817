// One tile a stream, to be read from across the room; a tile is a link that shows the stream below.

import { condition, sign_of } from "./condition.js";
import { el, setData, setText } from "./dom.js";
import { availability, running, words } from "./format.js";
import { availabilityOf, uptime } from "./model.js";
import { trackLine } from "./track.js";

export class Wall {
  constructor(root) {
    this.root = root;
    this.tiles = new Map();
  }

  render(streams, selected, link, now_ms) {
    setData(this.root, "count", String(Math.min(streams.length, 4)));
    this.keepOnly(new Set(streams.map((stream) => stream.name)));
    for (const stream of streams) this.update(this.tile(stream.name), stream, selected, link, now_ms);
  }

  keepOnly(names) {
    for (const [name, tile] of this.tiles) {
      if (names.has(name)) continue;
      tile.root.remove();
      this.tiles.delete(name);
    }
  }

  tile(name) {
    if (this.tiles.has(name)) return this.tiles.get(name);
    const parts = {
      sign: el("span", { class: "sign", "aria-hidden": "true" }),
      word: el("span", { class: "word" }),
      clock: el("span", { class: "clock" }),
      why: el("span", { class: "why" }),
      track: el("span", { class: "track" }),
      available: el("span", { class: "available" }),
    };
    parts.root = el("a", { class: "tile", href: `#${encodeURIComponent(name)}` },
      el("span", { class: "name" }, name),
      el("span", { class: "state" }, parts.sign, parts.word),
      el("span", { class: "times" }, parts.clock, parts.available),
      parts.why, parts.track);
    this.root.append(parts.root);
    this.tiles.set(name, parts);
    return parts;
  }

  update(tile, stream, selected, link, now_ms) {
    const { kind, word } = condition(stream);
    const lost = link !== "live";
    setData(tile.root, "kind", lost ? "lost" : kind);
    setText(tile.sign, sign_of[lost ? "lost" : kind]);
    setText(tile.word, word);
    setText(tile.clock, lost ? "last known" : clock_line(stream, now_ms));
    setText(tile.why, why_line(stream));
    setText(tile.track, trackLine(stream.state?.track));
    const { ratio } = availabilityOf(stream, now_ms);
    setText(tile.available, typeof ratio === "number" ? `${availability(ratio)} available` : "");
    if (stream.name === selected) tile.root.setAttribute("aria-current", "true");
    else tile.root.removeAttribute("aria-current");
  }
}

function clock_line(stream, now_ms) {
  const { state } = stream;
  if (!state) return "";
  if (state.state === "on_air") return `for ${running(uptime(stream, now_ms))}`;
  const next = state.recovery?.next_launch_in_seconds;
  if (typeof next === "number" && state.state === "cooling_down") {
    const left = Math.max(0, next - (now_ms - stream.stateAt) / 1000);
    return `next attempt in ${running(Math.ceil(left))}`;
  }
  return "";
}

function why_line({ state }) {
  if (!state) return "";
  const parts = [];
  if (state.recovery?.escalated) parts.push("escalated");
  if (state.verdict) parts.push(words(state.verdict.cause));
  return parts.join(" · ");
}
