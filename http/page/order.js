// Which tiles the wall shows, and in which order: problems first, then as configured.

import { condition } from "./condition.js";
import { words } from "./format.js";

const rank = { bad: 0, warn: 1, busy: 2, idle: 3, good: 4 };

export function worstFirst(streams) {
  return streams.map((stream, place) => ({ stream, place, rank: rank[condition(stream).kind] }))
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ stream }) => stream);
}

// Each of these words occurs in what the tile shows or in the command. Empty: every stream.
export function matches(stream, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return true;
  const known = text_of(stream);
  return wanted.every((word) => known.includes(word));
}

function text_of(stream) {
  const { state, name } = stream;
  const cause = words(state?.verdict?.cause);
  return [name, condition(stream).word, cause, ...(state?.command ?? [])].join(" ").toLowerCase();
}

// Keeps the order while somebody is about to click: a tile must not move away under the pointer.
export class HeldOrder {
  constructor(root) {
    this.root = root;
    this.names = [];
  }

  arrange(streams) {
    const sorted = worstFirst(streams);
    if (!this.is_held()) {
      this.names = sorted.map((stream) => stream.name);
      return sorted;
    }
    const place = new Map(this.names.map((name, i) => [name, i]));
    const place_of = (stream) => place.get(stream.name) ?? place.size;
    return sorted.sort((a, b) => place_of(a) - place_of(b));
  }

  is_held() {
    return this.root.matches(":hover") || this.root.contains(document.activeElement);
  }
}
