// The held outputs of a stream: each is published by an FFmpeg of its own and can be controlled by itself.

import { sign_of } from "./condition.js";
import { bytes, count, moment, words } from "./format.js";
import { h, patch } from "./patch.js";

const kind_of = { on_air: "good", waiting: "warn", starting: "busy", lost: "bad", stopped: "idle" };

export class OutputsPanel {
  // onControl(verb, output): a button was clicked.
  constructor(panel, body, onControl) {
    Object.assign(this, { panel, body });
    body.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-verb]");
      if (button) onControl(button.dataset.verb, button.closest("[data-output]").dataset.output);
    });
  }

  render({ name, state }, now_ms, is_lost) {
    const held = state?.outputs?.filter((output) => output.held) ?? [];
    this.panel.hidden = held.length === 0;
    patch(this.body, held.map((output) => row(name, output, is_lost)));
  }
}

function row(stream, output, is_lost) {
  const kind = kind_of[output.state] ?? "busy";
  return h("li", { key: `${stream} ${output.name}`, class: "output", "data-output": output.name, "data-kind": kind },
    h("span", { class: "name" },
      h("span", { class: "sign", "aria-hidden": "true" }, sign_of[kind]),
      h("strong", {}, output.name),
      output.required && h("span", { class: "chip" }, "required")),
    h("span", { class: "word" }, `${words(output.state)} since ${moment(output.since)}`),
    h("span", { class: "counts" }, counts(output)),
    h("span", { class: "buttons" }, buttons(output, is_lost)),
    h("span", { class: "trouble" }, output.trouble ?? ""));
}

function counts({ delivered_bytes, restarts, dropped_bytes }) {
  const parts = [`${bytes(delivered_bytes)} delivered`];
  if (restarts > 0) parts.push(`${count(restarts)} ${restarts === 1 ? "restart" : "restarts"}`);
  if (dropped_bytes > 0) parts.push(`${bytes(dropped_bytes)} dropped`);
  return parts.join(" · ");
}

function buttons({ name, state }, is_lost) {
  const verbs = state === "stopped" ? ["start"] : ["restart", "stop"];
  return verbs.map((verb) => h("button", { key: verb, type: "button", "data-verb": verb, disabled: is_lost, "aria-label": `${verb} output ${name}` },
    verb === "start" ? "Start" : verb === "stop" ? "Stop" : "Restart"));
}
