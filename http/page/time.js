// The server's clock, as its events tell it: the reader's own may be minutes off, and the curves and
// the bar of time are full of the server's times.

const tolerance_ms = 2000; // of the way here
let ahead_ms = 0;

export function hearServerTime(unix_s) {
  const difference_ms = unix_s * 1000 - Date.now();
  if (Math.abs(difference_ms - ahead_ms) > tolerance_ms) ahead_ms = difference_ms;
}

export function serverNow() {
  return Date.now() + ahead_ms;
}
