// The worst state of all streams in the title and the icon of the browser's tab.

import { condition } from "./condition.js";
import { byId } from "./dom.js";

const order = ["bad", "warn", "busy", "idle", "good"];
const colours = { good: "#43c083", warn: "#e5a93c", bad: "#ef5350", busy: "#5aa9e6", idle: "#8b97a2", lost: "#8b97a2" };
let shown = "";

export function showTab(streams, link) {
  const conditions = streams.map(condition).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const worst = conditions[0];
  const kind = link === "live" && worst ? worst.kind : "lost";
  const word = link === "live" && worst ? worst.word : "No connection";
  if (shown === kind + word) return;
  shown = kind + word;
  document.title = `${word} · ffsupervisor`;
  byId("icon").href = `data:image/svg+xml,${encodeURIComponent(icon(colours[kind]))}`;
}

function icon(colour) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="${colour}"/></svg>`;
}
