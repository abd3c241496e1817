// Incidents of one stream: a time bar, and the list with the evidence and the actions of each.

import { clock, duration, moment, words } from "./format.js";
import { folded } from "./folded.js";
import { newestFirst } from "./model.js";
import { h, patch } from "./patch.js";
import { sentences } from "./sentences.js";
import { serverNow } from "./time.js";

const shown_limit = 50; // in the list
const day_s = 86400;

export class Timeline {
  constructor(bar, list, span) {
    this.bar = bar;
    this.list = list;
    this.span = span;
  }

  render(stream) {
    const now = serverNow();
    const all = newestFirst(stream);
    const from = this.from(all, now);
    const visible = all.filter((incident) => end_of(incident, now) >= from);
    patch(this.bar, [...unwatched(stream, from, now), ...visible.map((incident) => mark(incident, from, now)), ...ticks(from, now)]);
    const outages = visible.filter((incident) => incident.off_air).length;
    this.bar.setAttribute("aria-label", `${moment(new Date(from))} to now: ` +
      `${outages} outages, ${visible.length - outages} warnings`);
    const items = folded(all).slice(0, shown_limit).map(item);
    patch(this.list, items.length ? items : [h("li", { key: "none", class: "nothing" }, "No incidents.")]);
  }

  from(all, now) {
    const seconds = Number(this.span.value);
    if (seconds > 0) return now - seconds * 1000;
    const oldest = Math.min(now - 900e3, ...all.map((incident) => Date.parse(incident.last_good_at)));
    return oldest - (now - oldest) * 0.02;
  }
}

// When no supervisor ran, and the time of which nothing is known.
function unwatched({ state }, from, now) {
  const since = Date.parse(state?.availability?.since ?? "");
  const before = { from: from, until: Number.isNaN(since) ? now : since };
  const gaps = (state?.availability?.unwatched ?? []).map((span) => ({ from: Date.parse(span.from), until: Date.parse(span.until) }));
  return [before, ...gaps].filter((span) => span.until > from).map((span) => {
    const left = share_of(Math.max(from, span.from), from, now);
    return h("span", {
      key: `unwatched ${span.until}`, class: "unwatched", title: "Not watched: no supervisor ran",
      style: { left: `${left}%`, width: `${share_of(span.until, from, now) - left}%` },
    });
  });
}

function share_of(time, from, now) {
  return Math.min(100, Math.max(0, ((time - from) / (now - from)) * 100));
}

// A supervisor without a journal may use an id again after its own restart.
function key_of(incident) {
  return [incident.stream, incident.id, incident.last_good_at].join(" ");
}

function kind_of(incident) {
  if (incident.component === "operator") return "idle";
  return incident.off_air ? "bad" : "warn";
}

function end_of(incident, now) {
  return incident.resolved_at ? Date.parse(incident.resolved_at) : now;
}

function mark(incident, from, now) {
  const share = (time) => share_of(time, from, now);
  const left = share(Date.parse(incident.last_good_at));
  return h("span", {
    key: key_of(incident), class: "mark", "data-kind": kind_of(incident),
    title: `${words(incident.cause)}, ${moment(incident.detected_at)}`,
    style: { left: `${left}%`, width: `${share(end_of(incident, now)) - left}%` },
  });
}

function ticks(from, now) {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const time = new Date(from + (now - from) * share);
    const text = (now - from) / 1000 > day_s ? moment(time) : clock(time).slice(0, 5);
    const style = { left: `${share * 100}%` };
    return h("span", { key: share, class: "tick", "aria-hidden": "true", style }, share === 1 ? "now" : text);
  });
}

function item({ newest: incident, oldest, count, off_air_seconds }) {
  const resolved = incident.resolved_at ? `resolved ${moment(incident.resolved_at)}` : "not resolved";
  return h("li", { key: key_of(oldest), class: "incident", "data-kind": kind_of(incident) },
    h("details", {},
      h("summary", {},
        h("span", { class: "when" }, moment(incident.detected_at)),
        h("span", { class: "cause" }, words(incident.cause)),
        count > 1 && h("span", { key: "count", class: "count" }, `× ${count}`),
        h("span", { key: "component", class: "chip" }, incident.component),
        h("span", { key: "length", class: "length" }, count > 1 ? length_of_all(incident, off_air_seconds) : length_of(incident))),
      count > 1 && h("p", { key: "folded", class: "stamps" }, `${count} times since ${moment(oldest.detected_at)}; the newest:`),
      sentences("evidence", "Evidence", incident.evidence),
      sentences("actions", "Actions", incident.actions),
      h("p", { key: "stamps", class: "stamps" }, `Last good ${moment(incident.last_good_at)}, ` +
        `detected ${moment(incident.detected_at)}, ${resolved}.`)));
}

function length_of_all(incident, off_air_seconds) {
  return incident.off_air ? `off air ${duration(off_air_seconds)} in all` : "";
}

function length_of(incident) {
  if (!incident.resolved_at) return "open";
  const covered = incident.covered_seconds > 0 ? `, ${duration(incident.covered_seconds)} of it covered` : "";
  if (incident.off_air) return `off air ${duration(incident.off_air_seconds)}${covered}`;
  return duration((Date.parse(incident.resolved_at) - Date.parse(incident.detected_at)) / 1000);
}
