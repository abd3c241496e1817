// Events tell of a stream when something changes that people act on. What the witnesses say moves
// all the time: for the stream that is looked at, it is asked for.

import { bearer } from "./token.js";

const every_ms = 5000;

// current(): the name of the stream that is shown, or undefined while there is nothing to ask.
export function keepFresh(current, onState) {
  setInterval(async () => {
    const name = document.hidden ? undefined : current();
    if (name === undefined) return;
    try {
      const answer = await fetch(`api/v1/streams/${encodeURIComponent(name)}`,
        { headers: bearer(), cache: "no-store" });
      if (answer.ok) onState(await answer.json());
    } catch {
      // the events tell of a lost connection
    }
  }, every_ms);
}
