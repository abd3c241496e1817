// What goes out: a small picture with its age, and the level of the sound as a meter.

import { setAttribute, setText } from "./dom.js";
import { countdown, duration } from "./format.js";
import { Pictures } from "./pictures.js";

const quietest_dbfs = -60; // the left end of the meter
const silent_dbfs = -120;

export class PreviewPanel {
  constructor(panel, pictures) {
    this.panel = panel;
    this.pictures = pictures;
    this.figure = panel.querySelector("figure");
    this.image = panel.querySelector("img");
    this.caption = panel.querySelector("figcaption");
    this.meter = panel.querySelector("[role=meter]");
    this.level = panel.querySelector(".level-text");
  }

  render(stream, now_ms) {
    const told = Pictures.told(stream);
    const level = levelOf(stream);
    this.panel.hidden = !told && !level;
    this.pictures.want(stream);
    this.showPicture(stream, told, now_ms);
    this.showLevel(level);
  }

  showPicture(stream, told, now_ms) {
    const address = this.pictures.of(stream);
    this.figure.hidden = !address;
    if (!address) return this.image.removeAttribute("src");
    setAttribute(this.image, "src", address);
    setAttribute(this.image, "alt", `What ${stream.name} puts out`);
    const age_s = Math.max(0, Math.round((now_ms - Date.parse(told.taken_at)) / 1000));
    setText(this.caption, `taken ${countdown(age_s)} ago, one every ${duration(told.interval_seconds)}`);
  }

  showLevel(level) {
    this.meter.parentElement.hidden = !level;
    if (!level) return;
    const { rms_dbfs, peak_dbfs } = level;
    const shown = Math.min(0, Math.max(quietest_dbfs, rms_dbfs));
    const text = rms_dbfs <= silent_dbfs ? "silence" : `${decibels(rms_dbfs)} dBFS, peak ${decibels(peak_dbfs)}`;
    setAttribute(this.meter, "aria-valuenow", shown);
    setAttribute(this.meter, "aria-valuetext", text);
    this.meter.firstElementChild.style.setProperty("width", `${(100 * (shown - quietest_dbfs)) / -quietest_dbfs}%`);
    setText(this.level, text);
  }
}

function levelOf({ state, progress, stateAt, progressAt }) {
  const newer = progress && progressAt >= (stateAt ?? 0) ? progress : state;
  return newer?.level ?? null;
}

// With a minus sign, not a hyphen: it is read out as one.
function decibels(value) {
  return value.toFixed(1).replace("-", "\u2212");
}
