// The data of the page: streams by name, each with its samples, incidents and log lines, all bounded.

import { noteServerTime, serverNow } from "./time.js";

const samples_limit = 3600;
export const charts_s = 600;  // what the charts show
const incidents_limit = 1000; // of one stream
const lines_limit = 400; // of one stream's log
const silent_limit_ms = 10e3; // progress comes once a second for each stream
const gap_factor = 3.5; // samples farther apart than this many intervals are not joined

export class Model {
  constructor() {
    this.streams = new Map();
    this.config = null; // the result of the latest reload
    this.isComplete = false; // every stream is known
    this.sampled = undefined; // the stream whose samples are kept
  }

  // A new connection sends everything again. Log lines that are known already stay the same objects.
  begin() {
    this.isComplete = false;
    this.sampled = undefined; // there may be a gap: they are asked for again
    for (const stream of this.streams.values()) Object.assign(stream, { earlier: stream.lines, isReplaced: true });
  }

  // Samples are kept of one stream alone. True: it is another one now.
  sample(name) {
    if (name === this.sampled) return false;
    const before = this.streams.get(this.sampled);
    if (before) before.samples = [];
    this.sampled = name;
    return true;
  }

  stream(name) {
    if (!this.streams.has(name)) {
      this.streams.set(name, {
        name, state: null, progress: null, samples: [], interval_s: 1,
        incidents: new Map(), lines: [], lineCount: 0, earlier: [], isReplaced: false,
      });
    }
    return this.streams.get(name);
  }

  // Returns the name of the stream that the event is about; undefined for an unknown event.
  apply(type, data) {
    const name = Object.hasOwn(handlers, type) ? handlers[type](this, data) : undefined;
    if (name && present_types.has(type)) this.streams.get(name).receivedAt = Date.now();
    return name;
  }

  // Newer figures of a state that an event has reported. A new state comes by an event only.
  refresh(data) {
    const stream = this.streams.get(data.name);
    const same = stream?.state && stream.state.state === data.state && stream.state.generation === data.generation;
    if (same) handlers.state(this, data);
  }

  // Removes streams that a reload has removed. None while nothing is received for any stream.
  forgetGone() {
    const newest = Math.max(...[...this.streams.values()].map((stream) => stream.receivedAt ?? 0));
    for (const stream of this.streams.values()) {
      if (newest - (stream.receivedAt ?? 0) > silent_limit_ms) this.streams.delete(stream.name);
    }
  }
}

// A removed stream gets no more of these; its incidents and log lines are still sent.
const present_types = new Set(["state", "progress"]);

const handlers = {
  state(model, data) {
    const stream = model.stream(data.name);
    stream.state = data;
    stream.stateAt = serverNow();
    return data.name;
  },
  history(model, data) {
    const stream = model.stream(data.stream);
    stream.interval_s = Math.max(1, data.interval_seconds || 1);
    stream.samples = data.samples.slice(-samples_limit);
    return data.stream;
  },
  progress(model, data) {
    const stream = model.stream(data.stream);
    noteServerTime(data.t);
    stream.progress = data;
    stream.progressAt = serverNow();
    if (stream.name === model.sampled) addSample(stream, data);
    return data.stream;
  },
  // Comes when each stream has been sent, and whenever a reload ends.
  config(model, data) {
    model.config = data;
    model.isComplete = true;
    return undefined;
  },
  incident(model, data) {
    const { incidents } = model.stream(data.stream);
    incidents.set(data.id, data);
    if (incidents.size > incidents_limit) incidents.delete(incidents.keys().next().value);
    return data.stream;
  },
  log(model, data) {
    if (!data.stream) return undefined;
    const stream = model.stream(data.stream);
    if (stream.isReplaced) Object.assign(stream, { lines: [], isReplaced: false });
    stream.lines.push(earlierLine(stream, data) ?? { ...data, number: ++stream.lineCount });
    if (stream.lines.length > lines_limit) stream.lines.shift();
    return data.stream;
  },
};

// The line of the connection before, if it is the same. Lines come in order: those before it are done with.
function earlierLine(stream, { ts, event, msg }) {
  const i = stream.earlier.findIndex((line) => line.ts === ts && line.event === event && line.msg === msg);
  if (i < 0) return undefined;
  const line = stream.earlier[i];
  stream.earlier = stream.earlier.slice(i + 1);
  return line;
}

function addSample(stream, data) {
  const last = stream.samples.at(-1);
  if (last && data.t <= last.t) return;
  stream.samples.push(data);
  const oldest = data.t - charts_s;
  while (stream.samples[0].t < oldest || stream.samples.length > samples_limit) stream.samples.shift();
}

// Rows for a chart: a time, then the values of these fields; null where nothing was measured.
export function rows(stream, fields, unit) {
  const list = [];
  const gap_s = gap_factor * Math.max(stream.interval_s, 1);
  let before;
  for (const sample of stream.samples) {
    if (before !== undefined && sample.t - before > gap_s) {
      list.push([new Date((before + 0.5) * 1000), ...fields.map(() => null)]);
    }
    before = sample.t;
    list.push([new Date(sample.t * 1000), ...fields.map((field) => {
      const value = sample[field];
      return typeof value === "number" ? value / unit : null;
    })]);
  }
  return list;
}

export function newestFirst(stream) {
  return [...stream.incidents.values()].sort((a, b) => (a.detected_at < b.detected_at ? 1 : -1));
}

// A state event comes only on a change: this extrapolates it to `now_ms`.
export function availabilityOf(stream, now_ms) {
  const { state } = stream;
  const since_ms = Date.parse(state?.availability?.since);
  if (Number.isNaN(since_ms)) return {};
  const passed_s = ["on_air", "covered"].includes(state.state) ? 0 : (now_ms - stream.stateAt) / 1000;
  const off_air_s = state.availability.off_air_seconds + passed_s;
  const span_s = (now_ms - since_ms) / 1000;
  return { off_air_s, for_seconds: span_s, ratio: span_s > 0 ? Math.max(0, 1 - off_air_s / span_s) : undefined };
}

// Extrapolated between two events.
export function uptime(stream, now_ms) {
  const { state, progress } = stream;
  if (state?.state !== "on_air") return 0;
  const by_state_s = state.uptime_seconds + (now_ms - stream.stateAt) / 1000;
  const newer = progress && stream.progressAt >= stream.stateAt && typeof progress.uptime_seconds === "number";
  return newer ? progress.uptime_seconds + (now_ms - stream.progressAt) / 1000 : by_state_s;
}
