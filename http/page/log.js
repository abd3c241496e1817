// The tail of FFmpeg's and the supervisor's log of one stream, filtered by level. Follows the newest
// line unless the reader has scrolled back.

import { el } from "./dom.js";
import { clock, words } from "./format.js";

const ranks = { trace: 0, debug: 1, info: 2, warning: 3, warn: 3, error: 4, critical: 5, fatal: 5 };
const shown_limit = 200;

export class LogPanel {
  constructor(list, level, origin) {
    this.list = list;
    this.level = level;
    this.origin = origin;
    this.shown = [];
    for (const select of [level, origin]) select.addEventListener("change", () => this.stream && this.render(this.stream));
  }

  render(stream) {
    this.stream = stream;
    const lines = stream.lines.filter((line) => this.passes(line)).slice(-shown_limit);
    const key = [stream.name, this.level.value, this.origin.value, lines.at(-1)?.number, lines.length].join();
    if (key === this.key) return;
    this.key = key;
    const { list } = this;
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    this.keepOnly(lines);
    if (follows) list.scrollTop = list.scrollHeight;
  }

  passes(line) {
    if ((ranks[line.level] ?? 2) < Number(this.level.value)) return false;
    if (this.origin.value === "all") return true;
    return (line.event === "ffmpeg_log") === (this.origin.value === "ffmpeg");
  }

  // Lines that stay are left alone, so that a selection stays.
  keepOnly(lines) {
    const wanted = new Set(lines);
    const kept = new Set();
    for (const { line, element } of this.shown) {
      if (wanted.has(line)) kept.add(line);
      else element.remove();
    }
    const elements = new Map(this.shown.map(({ line, element }) => [line, element]));
    this.shown = lines.map((line) => ({ line, element: kept.has(line) ? elements.get(line) : row(line) }));
    this.shown.forEach(({ element }, i) => {
      if (this.list.children[i] !== element) this.list.insertBefore(element, this.list.children[i] ?? null);
    });
  }
}

function row(line) {
  const of_ffmpeg = line.event === "ffmpeg_log";
  const level = line.ffmpeg_level && of_ffmpeg ? line.ffmpeg_level : line.level;
  const origin = of_ffmpeg ? line.ffmpeg_component || "ffmpeg" : words(line.event);
  return el("li", { "data-level": line.level },
    el("time", { datetime: line.ts }, clock(new Date(line.ts))),
    el("span", { class: "level" }, level),
    el("span", { class: "origin" }, origin),
    el("span", { class: "msg" }, line.msg ?? ""));
}
