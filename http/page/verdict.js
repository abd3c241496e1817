// The verdict on a stream with its evidence, and the current observations.

import { condition } from "./condition.js";
import { setData } from "./dom.js";
import { doubts } from "./doubt.js";
import { countdown, duration, moment, words } from "./format.js";
import { h, patch } from "./patch.js";
import { sentences } from "./sentences.js";

export class VerdictPanel {
  constructor(panel, body) {
    this.panel = panel;
    this.body = body;
  }

  render(stream, now_ms, is_lost) {
    setData(this.panel, "kind", condition(stream).kind);
    const { state } = stream;
    patch(this.body, [state && h("div", { key: stream.name }, content(stream, now_ms, is_lost))]);
  }
}

function content(stream, now_ms, is_lost) {
  const { state } = stream;
  const { verdict, last_exit } = state;
  const has_exit = last_exit && state.state !== "on_air";
  return [
    state.covered && h("p", { key: "covered", class: "headline" }, cover_line(state)),
    is_lost && h("p", { key: "lost", class: "stale" }, "Connection lost. This was the last known state:"),
    headline(stream, now_ms),
    since(state, now_ms),
    verdict?.what_now && h("p", { key: "what now", class: "what-now" }, h("strong", {}, "What now: "), h("span", {}, verdict.what_now)),
    what_comes_next(state, now_ms, stream.stateAt),
    sentences("evidence", "Evidence", verdict?.evidence),
    has_exit && h("p", { key: "exit", class: "exit" }, `FFmpeg: ${last_exit.description}.`),
    sentences("observations", "Observations", state.evidence?.witnesses),
    sentences("outputs", "Outputs", listed(state.outputs).map(output_line)),
    sentences("anomalies", "Anomalies", state.anomalies?.map((anomaly) => anomaly.sentence)),
  ];
}

// One that is held has a panel of its own.
function listed(outputs = []) {
  return outputs.length > 1 ? outputs.filter((output) => !output.held) : [];
}

function output_line({ name, state, trouble, unseen }) {
  const rest = trouble ? ` ${trouble}` : unseen ? ` Cannot be seen: ${unseen}.` : "";
  return `${name}: ${words(state)}.${rest}`;
}

const stands_in = {
  picture: "a still picture stands in",
  sound: "silence stands in",
  "picture and sound": "a still picture and silence stand in",
};

function cover_line({ covered, encoder }) {
  const what = covered === "fallback"
    ? "The outputs carry the fallback"
    : `The outputs get no ${covered} from the encoder: ${stands_in[covered]}`;
  return `${what}. Encoder: ${words(encoder?.state ?? "unknown")}.`;
}

function without_verdict(stream, now_ms) {
  const [first, ...rest] = doubts(stream, now_ms);
  if (!first) return stream.state.state === "on_air" ? "No fault detected." : "No verdict.";
  return [`${first[0].toUpperCase()}${first.slice(1)}`, ...rest].join("; ") + ".";
}

// Since when something is wrong.
function since({ fault_since }, now_ms) {
  const from_ms = Date.parse(fault_since ?? "");
  if (Number.isNaN(from_ms)) return null;
  return h("p", { key: "since", class: "since" },
    `Since ${moment(fault_since)}, for ${duration(Math.max(0, (now_ms - from_ms) / 1000))}.`);
}

// What ffsupervisor does about it.
function what_comes_next({ state, ended, recovery }, now_ms, at_ms) {
  const next = recovery?.next_launch_in_seconds;
  const left = typeof next === "number" ? Math.ceil(Math.max(0, next - (now_ms - at_ms) / 1000)) : null;
  const text =
    ended ? "Only another configuration begins it again." :
    state === "cooling_down" && left !== null ? `Next attempt in ${countdown(left)}.` :
    state === "waiting_for_source" ? "It waits for the source, and starts when the source is back." :
    state === "waiting_for_receiver" ? "It waits for the receiver, and starts when the receiver is back." : "";
  return text && h("p", { key: "next", class: "since" }, text);
}

function headline(stream, now_ms) {
  const { state } = stream;
  const { verdict, recovery } = state;
  if (!verdict) {
    return h("p", { key: "no verdict", class: "headline" }, without_verdict(stream, now_ms));
  }
  return h("p", { key: "verdict", class: "headline" },
    h("strong", { class: "cause" }, words(verdict.cause)),
    h("span", { class: "chip" }, `component: ${verdict.component}`),
    verdict.output && h("span", { class: "chip" }, `output: ${verdict.output}`),
    h("span", { class: "chip" }, `confidence: ${words(verdict.confidence)}`),
    recovery?.attempts > 0 && h("span", { class: "chip" }, `restart attempts: ${recovery.attempts}`),
    recovery?.escalated && h("span", { class: "chip loud" }, "escalated"));
}
