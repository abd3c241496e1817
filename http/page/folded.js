// Incidents of a stream, newest first, with equal neighbours as one: a stream that flaps has one row.

// Each: the newest incident of the row, how many there are, and when the first of them began.
export function folded(incidents) {
  const rows = [];
  for (const incident of incidents) {
    const row = rows.at(-1);
    if (row && are_equal(row.newest, incident)) {
      row.count += 1;
      row.oldest = incident;
      row.off_air_seconds += incident.off_air_seconds;
    } else {
      rows.push({ newest: incident, oldest: incident, count: 1, off_air_seconds: incident.off_air_seconds });
    }
  }
  return rows;
}

// One that is open stands by itself.
function are_equal(a, b) {
  return Boolean(a.resolved_at && b.resolved_at) && a.cause === b.cause && a.component === b.component &&
    a.output === b.output && a.off_air === b.off_air;
}
