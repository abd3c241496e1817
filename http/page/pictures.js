// The small pictures of what goes out: one for each stream that is in view, fetched when there is a newer
// one. Kept as data: addresses, which need nobody to free them; fetch can send the token, an image's own
// request cannot.

import { bearer } from "./token.js";

const at_once = 4; // requests
const again_ms = 5e3; // after one that failed

export class Pictures {
  // onChange: one has come.
  constructor(onChange) {
    this.onChange = onChange;
    this.kept = new Map(); // name → {taken_at, address}; of what is in view
    this.asked = new Map(); // name → {taken_at, at_ms}
    this.under_way = 0;
  }

  // The newest that the server has told of: {taken_at, interval_seconds}, or null.
  static told({ state, progress, stateAt, progressAt }) {
    const newer = progress && progressAt >= (stateAt ?? 0) ? progress : state;
    return newer?.picture ?? null;
  }

  // The address of the stream's picture; undefined: it has none at present, or it has not come yet.
  of(stream) {
    return Pictures.told(stream) ? this.kept.get(stream.name)?.address : undefined;
  }

  // Fetches it where it is not the newest. is_in_view(): asked only where there is something to fetch.
  want(stream, is_in_view = () => true) {
    const told = Pictures.told(stream);
    if (!told || document.hidden || this.under_way >= at_once) return;
    if (this.kept.get(stream.name)?.taken_at === told.taken_at) return;
    const asked = this.asked.get(stream.name);
    if (asked?.taken_at === told.taken_at && Date.now() - asked.at_ms < again_ms) return;
    if (is_in_view()) this.fetch(stream.name, told.taken_at);
  }

  async fetch(name, taken_at) {
    this.asked.set(name, { taken_at, at_ms: Date.now() });
    ++this.under_way;
    try {
      const answer = await fetch(`api/v1/streams/${encodeURIComponent(name)}/picture`, { headers: bearer(), cache: "no-store" });
      if (!answer.ok) return;
      this.kept.set(name, { taken_at, address: await addressOf(await answer.blob()) });
      this.onChange();
    } catch {
      // the event stream reports a lost connection
    } finally {
      --this.under_way;
    }
  }

  // Forgets all but those of these streams.
  keepOnly(streams) {
    const names = new Set(streams.map((stream) => stream.name));
    for (const map of [this.kept, this.asked]) {
      for (const name of map.keys()) if (!names.has(name)) map.delete(name);
    }
  }
}

// Of a type of the page's own: what the server calls it is not asked.
function addressOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob.slice(0, blob.size, "image/jpeg"));
  });
}
