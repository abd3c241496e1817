// A stream's state as the wall shows it: one of a few kinds, and a word.

import { isDoubtful } from "./doubt.js";

const words_of = {
  on_air: "On air",
  covered: "Covered",
  starting: "Starting",
  stopping: "Stopping",
  cooling_down: "Off air",
  waiting_for_source: "No source",
  waiting_for_receiver: "No receiver",
  fallback: "Fallback",
  stopped: "Stopped",
};

// kind: good, warn, bad, busy, idle. It selects the colours and signs of the wall.
export function condition(stream) {
  const { state } = stream;
  if (!state) return { kind: "idle", word: "Unknown" };
  // With recovery switched off, an FFmpeg that stands still is left as it is.
  const stands_still = state.state === "starting" && Boolean(state.verdict);
  const word = stands_still ? words_of.cooling_down : words_of[state.state] ?? state.state;
  const kind = kind_of(state);
  return { kind: kind === "good" && isDoubtful(stream) ? "warn" : kind, word };
}

function kind_of(state) {
  const failed = Boolean(state.verdict) || Boolean(state.recovery?.escalated);
  switch (state.state) {
    case "on_air": return failed ? "warn" : "good";
    case "covered":
    case "fallback": return "warn";
    case "cooling_down":
    case "waiting_for_receiver":
    case "waiting_for_source": return "bad";
    case "starting":
    case "stopping": return failed ? "bad" : "busy";
    case "stopped": return failed && !was_requested(state) ? "bad" : "idle";
    default: return "busy";
  }
}

function was_requested(state) {
  return state.verdict?.component === "operator";
}

export const sign_of = { good: "●", warn: "▲", bad: "✕", busy: "◌", idle: "■", lost: "?" };

export function overall(streams) {
  const total = streams.length;
  if (total === 0) return "";
  const on_air = streams.filter((stream) => stream.state?.state === "on_air").length;
  if (total === 1) return on_air ? "on air" : "not on air";
  const doubtful = streams.filter((stream) => stream.state?.state === "on_air" && condition(stream).kind === "warn").length;
  const rest = doubtful > 0 ? `, ${doubtful} with a warning` : "";
  return on_air === total ? `all ${total} streams on air${rest}` : `${on_air} of ${total} streams on air${rest}`;
}
