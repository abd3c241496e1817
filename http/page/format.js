// Formats figures and times. An unknown value: a dash.

const none = "–";

function known(value) {
  return typeof value === "number" && Number.isFinite(value);
}

export function duration(seconds) {
  if (!known(seconds)) return none;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const s = Math.floor(seconds);
  const two = (n) => String(n).padStart(2, "0");
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} min`;
  return `${Math.floor(s / 86400)} d ${two(Math.floor(s / 3600) % 24)} h`;
}

// Of what is counted in whole seconds: 7 s, 2 min 03 s.
export function countdown(seconds) {
  return known(seconds) && seconds < 10 ? `${Math.floor(seconds)} s` : duration(seconds);
}

// 7:04:31, for a running clock; with days: 2 d 7:04:31.
export function running(seconds) {
  if (!known(seconds)) return none;
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const days = Math.floor(s / 86400);
  const clock = `${Math.floor(s / 3600) % 24}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

export function bitrate(bps) {
  if (!known(bps)) return none;
  if (bps >= 1e6) return `${(bps / 1e6).toFixed(2)} Mbit/s`;
  return `${(bps / 1e3).toFixed(bps < 1e4 ? 1 : 0)} kbit/s`;
}

export function bytes(count) {
  if (!known(count)) return none;
  const mib = count / 1048576;
  return mib >= 1024 ? `${(mib / 1024).toFixed(2)} GiB` : `${mib.toFixed(mib < 100 ? 1 : 0)} MiB`;
}

export function percent(value) {
  return known(value) ? `${value.toFixed(value < 10 ? 1 : 0)} %` : none;
}

// 0.99987 → 99.987 %: all nines, never rounded up to 100 %.
export function availability(ratio) {
  if (!known(ratio)) return none;
  if (ratio >= 1) return "100 %";
  return `${(Math.floor(ratio * 1e5) / 1e3).toFixed(ratio > 0.99 ? 3 : 1)} %`;
}

export function times(ratio) {
  return known(ratio) ? `${ratio.toFixed(2)}×` : none;
}

export function perSecond(value) {
  return known(value) ? value.toFixed(1) : none;
}

export function count(value) {
  return known(value) ? value.toLocaleString("en") : none;
}

const day_format = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const time_format = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

export function clock(date) {
  return time_format.format(date);
}

// 4:02, of a track.
export function playTime(seconds) {
  if (!known(seconds)) return none;
  return seconds < 3600 ? running(seconds).slice(2).replace(/^0(?=\d:)/, "") : running(seconds);
}

// The time alone where it was today; without its seconds where it was not.
export function moment(text) {
  const date = new Date(text ?? NaN);
  if (Number.isNaN(date.getTime())) return none;
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock(date) : `${day_format.format(date)} ${clock(date).slice(0, 5)}`;
}

export function words(name) {
  return String(name ?? "").replaceAll("_", " ");
}
