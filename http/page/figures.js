// The statistics of one stream that have no chart.

import { el, setText } from "./dom.js";
import { availability, count, duration, moment, running } from "./format.js";
import { availabilityOf, uptime } from "./model.js";

const entries = [
  ["Uptime", (stream, now_ms) => (stream.state.state === "on_air" ? running(uptime(stream, now_ms)) : "–")],
  ["Availability", (stream, now_ms) => availability(availabilityOf(stream, now_ms).ratio)],
  ["Off air in total", (stream, now_ms) => duration(availabilityOf(stream, now_ms).off_air_s)],
  ["Without a supervisor", ({ state }) => duration(state.availability?.unwatched_seconds)],
  ["Monitored since", ({ state }) => moment(state.availability?.since)],
  ["Restarts", ({ state }) => count(state.recovery?.restart_count)],
  ["Last restart", ({ state }) => moment(state.recovery?.last_restart_time)],
  ["Frames", ({ state, progress }) => count(progress?.frames ?? state.progress?.frame)],
  ["Dropped frames", ({ state }) => count(state.progress?.drop_frames)],
  ["Process", ({ state }) => (state.pid ? `pid ${state.pid}` : "–")],
  ["Source", ({ state }) => yesNo(state.source?.available, "available", "unavailable")],
  ["Sink", ({ state }) => yesNo(state.evidence?.sink_is_taking, "accepts data", "accepts no data")],
  ["Recovery", ({ state }) => yesNo(state.recovery?.auto_recovery_enabled, "automatic", "off")],
];

function yesNo(value, yes, no) {
  if (value === true) return yes;
  return value === false ? no : "–";
}

export class Figures {
  constructor(list) {
    this.values = entries.map(([name, read]) => {
      const value = el("dd");
      list.append(el("div", {}, el("dt", {}, name), value));
      return { value, read };
    });
  }

  render(stream, now_ms) {
    if (!stream.state) return;
    for (const { value, read } of this.values) setText(value, read(stream, now_ms));
  }
}
