// The verdict on a stream with its evidence, and the current observations.

import { condition } from "./condition.js";
import { setData } from "./dom.js";
import { words } from "./format.js";
import { h, patch } from "./patch.js";
import { sentences } from "./sentences.js";

export class VerdictPanel {
  constructor(panel, body) {
    this.panel = panel;
    this.body = body;
  }

  render(stream) {
    setData(this.panel, "kind", condition(stream).kind);
    const { state } = stream;
    patch(this.body, [state && h("div", { key: stream.name }, content(state))]);
  }
}

function content(state) {
  const { verdict, last_exit } = state;
  const has_exit = last_exit && state.state !== "on_air";
  return [
    state.covered && h("p", { key: "covered", class: "headline" }, cover_line(state)),
    headline(state),
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

function headline(state) {
  const { verdict, recovery } = state;
  if (!verdict) {
    return h("p", { key: "no verdict", class: "headline" },
      state.state === "on_air" ? "No fault detected." : "No verdict.");
  }
  return h("p", { key: "verdict", class: "headline" },
    h("strong", { class: "cause" }, words(verdict.cause)),
    h("span", { class: "chip" }, `component: ${verdict.component}`),
    verdict.output && h("span", { class: "chip" }, `output: ${verdict.output}`),
    h("span", { class: "chip" }, `confidence: ${words(verdict.confidence)}`),
    recovery?.attempts > 0 && h("span", { class: "chip" }, `restart attempts: ${recovery.attempts}`),
    recovery?.escalated && h("span", { class: "chip loud" }, "escalated"));
}
