// The newest log lines of one stream, from FFmpeg and from the supervisor, filtered by level. Scrolls to the
// newest line unless the reader has scrolled back.

import { clock, words } from "./format.js";
import { h, patch } from "./patch.js";

const ranks = { trace: 0, debug: 1, info: 2, warning: 3, warn: 3, error: 4, critical: 5, fatal: 5 };
const shown_limit = 200;
const rows = new WeakMap(); // line → its description; a line never changes

export class LogPanel {
  constructor(list, level, origin) {
    this.list = list;
    this.level = level;
    this.origin = origin;
    for (const select of [level, origin]) select.addEventListener("change", () => this.stream && this.render(this.stream));
  }

  render(stream) {
    this.stream = stream;
    const lines = stream.lines.filter((line) => this.passes(line)).slice(-shown_limit);
    const key = [stream.name, lines[0]?.number, lines.at(-1)?.number, lines.length].join();
    const filter = [this.level.value, this.origin.value].join();
    if (key === this.key && filter === this.filter) return;
    Object.assign(this, { key, filter });
    const { list } = this;
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    patch(list, lines.map((line) => row(stream.name, line)));
    if (follows) list.scrollTop = list.scrollHeight;
  }

  passes(line) {
    if ((ranks[line.level] ?? 2) < Number(this.level.value)) return false;
    if (this.origin.value === "all") return true;
    return (line.event === "ffmpeg_log") === (this.origin.value === "ffmpeg");
  }
}

function row(stream_name, line) {
  if (!rows.has(line)) rows.set(line, describe(`${line.number} ${stream_name}`, line));
  return rows.get(line);
}

function describe(key, line) {
  const is_ffmpeg = line.event === "ffmpeg_log";
  const level = line.ffmpeg_level && is_ffmpeg ? line.ffmpeg_level : line.level;
  const origin = is_ffmpeg ? line.ffmpeg_component || "ffmpeg" : words(line.event);
  return h("li", { key, "data-level": line.level },
    h("time", { datetime: line.ts }, clock(new Date(line.ts))),
    h("span", { class: "level" }, level),
    h("span", { class: "origin", title: origin }, origin),
    h("span", { class: "msg" }, [line.msg, line.event === "recovery_decision" && line.reason].filter(Boolean).join(": ")));
}
