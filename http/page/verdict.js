// What is wrong and whose fault it is, with the sentences that say so; and what the witnesses say
// when nothing is.

import { condition } from "./condition.js";
import { el, setData } from "./dom.js";
import { words } from "./format.js";

export class VerdictPanel {
  constructor(panel, body) {
    this.panel = panel;
    this.body = body;
    this.shown = "";
  }

  render(stream) {
    const { state } = stream;
    const told = state ? [state.verdict, state.evidence?.witnesses, state.anomalies, state.last_exit,
      state.recovery?.escalated, state.recovery?.attempts, state.state] : null;
    const key = JSON.stringify([stream.name, told]);
    if (key === this.shown) return; // what a reader has selected stays selected
    this.shown = key;
    setData(this.panel, "kind", condition(stream).kind);
    this.body.replaceChildren(...(state ? content(state) : []));
  }
}

function content(state) {
  const { verdict } = state;
  return [
    headline(state),
    verdict && sentences("Evidence", verdict.evidence),
    state.last_exit && state.state !== "on_air" &&
      el("p", { class: "exit" }, `FFmpeg: ${state.last_exit.description}.`),
    sentences("Witnesses", state.evidence?.witnesses),
    sentences("Unusual", state.anomalies?.map((anomaly) => anomaly.sentence)),
  ].filter(Boolean);
}

function headline(state) {
  const { verdict, recovery } = state;
  if (!verdict) {
    return el("p", { class: "headline" },
      state.state === "on_air" ? "Nothing is wrong." : "No verdict.");
  }
  return el("p", { class: "headline" },
    el("strong", { class: "cause" }, words(verdict.cause)),
    el("span", { class: "chip" }, `fault of: ${verdict.component}`),
    el("span", { class: "chip" }, `confidence: ${words(verdict.confidence)}`),
    recovery?.attempts > 0 ? el("span", { class: "chip" }, `restart attempts: ${recovery.attempts}`) : null,
    recovery?.escalated ? el("span", { class: "chip loud" }, "escalated") : null);
}

function sentences(title, list) {
  if (!list?.length) return null;
  return el("div", { class: "sentences" }, el("h4", {}, title),
    el("ul", {}, list.map((sentence) => el("li", {}, sentence))));
}
