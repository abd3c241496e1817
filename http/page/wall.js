// One tile a stream, readable from a distance; a tile is a link that selects the stream shown below.

import { condition, sign_of } from "./condition.js";
import { setData } from "./dom.js";
import { availability, running, words } from "./format.js";
import { availabilityOf, uptime } from "./model.js";
import { h, patch } from "./patch.js";
import { trackLine } from "./track.js";

export class Wall {
  constructor(root) {
    this.root = root;
  }

  render(streams, selected, link, now_ms) {
    setData(this.root, "count", String(Math.min(streams.length, 4)));
    patch(this.root, streams.map((stream) => tile(stream, stream.name === selected, link !== "live", now_ms)));
  }
}

function tile(stream, is_selected, is_lost, now_ms) {
  const { kind, word } = condition(stream);
  const { ratio } = availabilityOf(stream, now_ms);
  const shown = is_lost ? "lost" : kind;
  return h("a", {
    key: stream.name, class: "tile", href: `#${encodeURIComponent(stream.name)}`,
    "data-kind": shown, "aria-current": is_selected ? "true" : null,
  },
    h("span", { class: "name" }, stream.name),
    h("span", { class: "state" },
      h("span", { class: "sign", "aria-hidden": "true" }, sign_of[shown]),
      h("span", { class: "word" }, word)),
    h("span", { class: "times" },
      h("span", { class: "clock" }, is_lost ? "last known" : clock_line(stream, now_ms)),
      h("span", { class: "available" }, typeof ratio === "number" ? `${availability(ratio)} available` : "")),
    h("span", { class: "why" }, why_line(stream)),
    h("span", { class: "track" }, trackLine(stream.state?.track)));
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
