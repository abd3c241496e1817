// Incidents of one stream: a bar of time, and the list with what led there and what was done.

import { el, setData } from "./dom.js";
import { clock, duration, moment, words } from "./format.js";
import { newestFirst } from "./model.js";
import { serverNow } from "./time.js";

const shown_limit = 50; // in the list
const day_s = 86400;

export class Timeline {
  constructor(bar, list, span) {
    this.bar = bar;
    this.list = list;
    this.span = span;
    this.items = new Map(); // id → element; what is unfolded stays unfolded
  }

  render(stream) {
    const now = serverNow();
    const all = newestFirst(stream);
    const from = this.from(all, now);
    const seen = all.filter((incident) => end_of(incident, now) >= from);
    this.bar.replaceChildren(...seen.map((incident) => mark(incident, from, now)), ...ticks(from, now));
    const off_air = seen.filter((incident) => incident.off_air).length;
    this.bar.setAttribute("aria-label", `From ${moment(new Date(from))} to now: ` +
      `${off_air} times off air, ${seen.length - off_air} warnings`);
    this.renderList(stream.name, all.slice(0, shown_limit));
  }

  from(all, now) {
    const seconds = Number(this.span.value);
    if (seconds > 0) return now - seconds * 1000;
    const oldest = Math.min(now - 900e3, ...all.map((incident) => Date.parse(incident.last_good_at)));
    return oldest - (now - oldest) * 0.02;
  }

  renderList(name, incidents) {
    if (this.name !== name) {
      this.items.clear();
      this.list.replaceChildren();
      this.name = name;
    }
    const items = incidents.map((incident) => this.item(incident));
    if (items.length === 0) items.push(this.none());
    items.forEach((item, i) => {
      if (this.list.children[i] !== item) this.list.insertBefore(item, this.list.children[i] ?? null);
    });
    while (this.list.children.length > items.length) this.list.lastElementChild.remove();
  }

  none() {
    this.nothing ??= el("li", { class: "nothing" }, "No incident is known.");
    return this.nothing;
  }

  item(incident) {
    const key = JSON.stringify(incident);
    const old = this.items.get(incident.id);
    if (old?.key === key) return old.element;
    const element = item_of(incident);
    element.firstElementChild.open = old?.element.firstElementChild.open ?? false;
    if (old?.element.isConnected) old.element.replaceWith(element);
    this.items.set(incident.id, { key, element });
    return element;
  }
}

function kind_of(incident) {
  if (incident.component === "operator") return "idle";
  return incident.off_air ? "bad" : "warn";
}

function end_of(incident, now) {
  return incident.resolved_at ? Date.parse(incident.resolved_at) : now;
}

function mark(incident, from, now) {
  const share = (time) => Math.min(100, Math.max(0, ((time - from) / (now - from)) * 100));
  const left = share(Date.parse(incident.last_good_at));
  const element = el("span", { class: "mark", title: `${words(incident.cause)}, ${moment(incident.detected_at)}` });
  setData(element, "kind", kind_of(incident));
  element.style.left = `${left}%`;
  element.style.width = `${share(end_of(incident, now)) - left}%`;
  return element;
}

function ticks(from, now) {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const time = new Date(from + (now - from) * share);
    const text = (now - from) / 1000 > day_s ? moment(time) : clock(time).slice(0, 5);
    const element = el("span", { class: "tick", "aria-hidden": "true" }, share === 1 ? "now" : text);
    element.style.left = `${share * 100}%`;
    return element;
  });
}

function item_of(incident) {
  const open = !incident.resolved_at;
  const element = el("li", { class: "incident" }, el("details", {},
    el("summary", {},
      el("span", { class: "when" }, moment(incident.detected_at)),
      el("span", { class: "cause" }, words(incident.cause)),
      el("span", { class: "chip" }, incident.component),
      el("span", { class: "length" }, length_of(incident))),
    part("Evidence", incident.evidence), part("What was done", incident.actions),
    el("p", { class: "stamps" }, `Last good ${moment(incident.last_good_at)}, noticed ` +
      `${moment(incident.detected_at)}, ${open ? "not over yet" : `over ${moment(incident.resolved_at)}`}.`)));
  setData(element, "kind", kind_of(incident));
  return element;
}

function length_of(incident) {
  if (!incident.resolved_at) return "open";
  if (incident.off_air) return `off air ${duration(incident.off_air_seconds)}`;
  return duration((Date.parse(incident.resolved_at) - Date.parse(incident.detected_at)) / 1000);
}

function part(title, list) {
  if (!list?.length) return null;
  return el("div", { class: "sentences" }, el("h4", {}, title),
    el("ul", {}, list.map((sentence) => el("li", {}, sentence))));
}
