// The server's clock, from its events: the clock of this computer may be minutes off, and charts and time bar
// show the server's times.

const tolerance_ms = 2000; // of the transport
let ahead_ms = 0;

export function noteServerTime(unix_s) {
  const difference_ms = unix_s * 1000 - Date.now();
  if (Math.abs(difference_ms - ahead_ms) > tolerance_ms) ahead_ms = difference_ms;
}

export function serverNow() {
  return Date.now() + ahead_ms;
}
