// The server sends a state event only for changes that need action. Observations change all the time: the
// page polls them, for the selected stream only.

import { bearer } from "./token.js";

const every_ms = 5000;

// The samples of one stream for the charts, up to now.
export async function fetchSamples(name, onHistory) {
  try {
    const answer = await fetch(`api/v1/streams/${encodeURIComponent(name)}/samples`, { headers: bearer(), cache: "no-store" });
    if (answer.ok) onHistory(await answer.json());
  } catch {
    // the event stream reports a lost connection
  }
}

// current(): the name of the selected stream, or undefined while there is nothing to poll.
export function keepFresh(current, onState) {
  setInterval(async () => {
    const name = document.hidden ? undefined : current();
    if (name === undefined) return;
    try {
      const answer = await fetch(`api/v1/streams/${encodeURIComponent(name)}`,
        { headers: bearer(), cache: "no-store" });
      if (answer.ok) onState(await answer.json());
    } catch {
      // the event stream reports a lost connection
    }
  }, every_ms);
}
