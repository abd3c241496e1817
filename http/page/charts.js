// Charts of one stream, drawn by dygraphs. Colours come from the style sheet, so they follow dark and light
// mode; off-air time is shaded.

import { el, setText } from "./dom.js";
import { bitrate, bytes, clock, percent, perSecond, times } from "./format.js";
import { charts_s, rows } from "./model.js";
import { serverNow } from "./time.js";

const { Dygraph } = window;
const mib = 1048576;
const shortest_ms = 120e3; // of the time shown, while there is little to show
// Its legend sets style attributes, which the page's security policy forbids; the page has its own captions.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

// from: minimum height of the scale, so that noise around a steady value looks steady.
// unit: divisor of the values, so that the scale has round numbers.
const charts = [
  { title: "Bitrate", fields: ["bitrate_bps", "delivered_bps"], labels: ["output", "delivered"],
    format: bitrate, axis: axis_bitrate, wide: true, from: 1000 },
  { title: "Frames per second", fields: ["fps"], format: perSecond, axis: (v) => v.toFixed(0), from: 5 },
  { title: "Speed", fields: ["speed"], format: times, axis: (v) => v.toFixed(1), from: 1.2 },
  { title: "CPU", fields: ["cpu_percent"], format: percent, axis: (v) => `${v.toFixed(0)} %`, from: 10 },
  { title: "Memory", fields: ["memory_bytes"], format: (v) => bytes(v * mib), axis: axis_mib, from: 16, unit: mib },
];

function axis_bitrate(bps) {
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} M` : `${Number((bps / 1e3).toPrecision(3))} k`;
}

function axis_time(date) {
  return clock(date).slice(0, date.getSeconds() === 0 ? 5 : 8);
}

function axis_mib(value) {
  return value >= 1024 ? `${(value / 1024).toFixed(1)} G` : `${value.toFixed(0)} M`;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Charts {
  constructor(root) {
    this.root = root;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    new ResizeObserver(() => this.list?.forEach((chart) => chart.resize())).observe(root);
  }

  // Created when first shown: dygraphs measures its size once.
  render(stream) {
    this.list ??= charts.map((chart) => new Chart(this.root, chart));
    for (const chart of this.list) chart.render(stream);
  }

  recolour() {
    for (const chart of this.list ?? []) chart.recolour();
  }
}

class Chart {
  constructor(root, chart) {
    this.chart = chart;
    this.values = chart.fields.map(() => el("span", { class: "value" }, "–"));
    this.canvas = el("div", { class: "canvas", role: "img" });
    const entries = chart.fields.map((_, i) => el("span", { class: `entry series-${i}` },
      chart.labels ? el("span", { class: "key" }, chart.labels[i]) : null, this.values[i]));
    root.append(el("figure", { class: chart.wide ? "panel chart wide" : "panel chart", "aria-label": chart.title },
      el("figcaption", {}, el("h3", {}, chart.title), el("span", { class: "entries" }, entries)),
      this.canvas));
    this.graph = new Dygraph(this.canvas, [[new Date(), ...chart.fields.map(() => null)]], {
      ...this.colours(), ...fixed_options,
      labels: ["time", ...(chart.labels ?? chart.fields)],
      axes: {
        x: { axisLabelFormatter: axis_time, pixelsPerLabel: 70, drawGrid: false },
        y: { axisLabelFormatter: (value) => chart.axis(value), pixelsPerLabel: 28, axisLabelWidth: 46 },
      },
      underlayCallback: (context, area, graph) => this.shade(context, area, graph),
      highlightCallback: (_, __, points) => this.point(points),
      unhighlightCallback: () => this.point(null),
    });
  }

  colours() {
    return {
      colors: [colour("--curve-0"), colour("--curve-1")],
      gridLineColor: colour("--grid"),
      axisLineColor: colour("--grid"),
    };
  }

  recolour() {
    this.graph.updateOptions(this.colours());
  }

  resize() {
    this.graph.resize();
  }

  render(stream) {
    this.stream = stream;
    const { fields, from, unit } = this.chart;
    const list = rows(stream, fields, unit ?? 1);
    if (list.length === 0) list.push([new Date(), ...fields.map(() => null)]);
    const newest = Math.max(serverNow(), list.at(-1)[0].getTime());
    const longest_ms = charts_s * 1000;
    const span_ms = Math.min(longest_ms, Math.max(shortest_ms, newest - list[0][0].getTime()));
    const top = Math.max(from, ...list.flatMap((row) => row.slice(1)).filter((v) => v !== null));
    this.graph.updateOptions({
      file: list,
      dateWindow: [newest - span_ms, newest],
      valueRange: [0, top * 1.08],
    });
    this.measured = fields.map((_, i) => list.some((row) => row[i + 1] !== null));
    this.describe(list);
    if (!this.pointed) this.show(stream.samples.at(-1));
  }

  show(sample) {
    const { fields, format, unit } = this.chart;
    fields.forEach((field, i) => {
      const value = (sample?.[field] ?? NaN) / (unit ?? 1);
      setText(this.values[i], this.measured[i] ? format(value) : "not measured");
      this.values[i].classList.toggle("absent", !this.measured[i]);
    });
  }

  point(points) {
    this.pointed = Boolean(points);
    if (!points) return this.stream && this.show(this.stream.samples.at(-1));
    for (const point of points) {
      const i = (this.chart.labels ?? this.chart.fields).indexOf(point.name);
      setText(this.values[i], `${this.chart.format(point.yval)} at ${clock(new Date(point.xval))}`);
    }
  }

  // The text alternative of a chart.
  describe(list) {
    const { title, labels, format } = this.chart;
    const parts = this.chart.fields.map((_, i) => {
      const values = list.map((row) => row[i + 1]).filter((value) => value !== null);
      const name = labels ? `${labels[i]} ` : "";
      if (values.length === 0) return `${name}not measured`;
      return `${name}now ${format(values.at(-1))}, ${format(Math.min(...values))} to ${format(Math.max(...values))}`;
    });
    this.canvas.setAttribute("aria-label", `${title}: ${parts.join("; ")}`);
  }

  shade(context, area, graph) {
    if (!this.stream) return;
    context.fillStyle = colour("--shade");
    for (const incident of this.stream.incidents.values()) {
      if (!incident.off_air) continue;
      const from = graph.toDomXCoord(Date.parse(incident.last_good_at));
      const to = graph.toDomXCoord(incident.resolved_at ? Date.parse(incident.resolved_at) : serverNow());
      const left = Math.max(area.x, from);
      const right = Math.min(area.x + area.w, to);
      if (right > left) context.fillRect(left, area.y, Math.max(2, right - left), area.h);
    }
  }
}

const fixed_options = {
  legend: "never",
  animatedZooms: false,
  interactionModel: {}, // the page scrolls and the window follows the time
  drawPoints: false,
  strokeWidth: 1.6,
  fillGraph: true,
  fillAlpha: 0.1,
  highlightCircleSize: 3,
  axisLabelFontSize: 11,
  xAxisHeight: 18,
  rightGap: 6,
};
