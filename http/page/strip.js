// The last hour, day and month of a stream as three thin bars, from GET /api/v1/timeline.

import { bearer } from "./token.js";
import { h } from "./patch.js";

const every_ms = 60e3;
const soon_ms = 5e3; // after an incident

const spans = [["hour", "1 h"], ["day", "24 h"], ["month", "30 d"]];
const colour_of = { "+": "--good", "~": "--warn", "-": "--bad", o: "--idle", ".": "--unwatched" };
const word_of = { "+": "on air", "~": "warning", "-": "off air", o: "stopped", ".": "not watched" };

// Asks for the timelines once a minute, and soon after `news`.
export class Strips {
  // onChange: there are newer ones.
  constructor(onChange) {
    this.onChange = onChange;
    this.cells = new Map(); // name → {hour, day, month}
    setInterval(() => this.ask(), every_ms);
  }

  news() {
    this.timer ??= setTimeout(() => this.ask(), soon_ms);
  }

  async ask() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (document.hidden) return;
    try {
      const answer = await fetch("api/v1/timeline", { headers: bearer(), cache: "no-store" });
      if (!answer.ok) return;
      const { streams } = await answer.json();
      this.cells = new Map(streams.map((stream) => [stream.name, describe(stream)]));
      this.onChange();
    } catch {
      // the event stream reports a lost connection
    }
  }

  of(name) {
    return this.cells.get(name);
  }
}

// The same description for as long as the cells are the same: an update costs nothing.
function describe(stream) {
  const bars = spans.map(([span, label]) => h("span", { key: span, class: "bar-row" },
    h("span", { class: "span", "aria-hidden": "true" }, label),
    h("span", { class: "bar-line", role: "img", "aria-label": sentence(label, stream[span]),
      title: sentence(label, stream[span]), style: { "background-image": gradient(stream[span]) } })));
  return h("span", { key: "strips", class: "strips" }, bars);
}

function gradient(cells) {
  const stops = [];
  for (let from = 0, to; from < cells.length; from = to) {
    to = from + 1;
    while (to < cells.length && cells[to] === cells[from]) ++to;
    const colour = `var(${colour_of[cells[from]] ?? "--unwatched"})`;
    stops.push(`${colour} ${share(from, cells)} ${share(to, cells)}`);
  }
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

function share(place, cells) {
  return `${((place / cells.length) * 100).toFixed(2)}%`;
}

// A part of which the half is not known yet is not known.
function all(word) {
  return word === word_of["."] ? "nothing is known yet" : `${word} all the time`;
}

// "24 h: off air in 2 of 60 parts, not watched in 30".
function sentence(label, cells) {
  const parts = Object.keys(word_of).map((cell) => [word_of[cell], cells.split(cell).length - 1])
    .filter(([, count]) => count > 0)
    .map(([word, count]) => (count === cells.length ? all(word) : `${word} in ${count}`));
  return `${label}: ${parts.join(", ")}${parts.length > 1 ? ` of ${cells.length} parts` : ""}`;
}
