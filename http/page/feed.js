// The connection to /api/v1/events: opens it, reports its state, and reopens it whenever it ends.
//
// Uses fetch, not EventSource: fetch can send the token, and distinguishes status 401 from a lost network.

import { SseParser } from "./sse.js";
import { bearer } from "./token.js";

const silence_limit_ms = 8000; // progress comes once a second; after this the connection counts as lost
const first_delay_ms = 500;
const longest_delay_ms = 5000;
const refused_delay_ms = 30000; // no hammering with a wrong token
const refusals = new Set([401, 403, 429]);

export class Feed {
  // onLink(state, detail): "connecting", "live", "lost", "refused".
  constructor(onEvent, onLink) {
    this.onEvent = onEvent;
    this.onLink = onLink;
    this.delay_ms = first_delay_ms;
    this.wake = () => {};
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  async run() {
    for (;;) {
      const refused = await this.once();
      await this.pause(refused ? refused_delay_ms : this.delay_ms);
      this.delay_ms = Math.min(this.delay_ms * 2, longest_delay_ms);
    }
  }

  // For a new token, and when the network is back.
  retryNow() {
    this.delay_ms = first_delay_ms;
    this.abort?.abort();
    this.wake();
  }

  pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  // True when the server refused.
  async once() {
    this.abort = new AbortController();
    try {
      const answer = await this.open();
      if (refusals.has(answer.status)) {
        this.onLink("refused", answer.status);
        return true;
      }
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      await this.read(answer.body.getReader());
      throw new Error("the server closed the connection");
    } catch (error) {
      this.onLink("lost", error.message);
      return false;
    } finally {
      clearTimeout(this.silence);
    }
  }

  open() {
    this.watchSilence();
    return fetch("api/v1/events?history=none", {
      headers: { Accept: "text/event-stream", ...bearer() },
      cache: "no-store",
      signal: this.abort.signal,
    });
  }

  async read(reader) {
    const decoder = new TextDecoder();
    const parser = new SseParser((type, data) => this.onEvent(type, data));
    this.delay_ms = first_delay_ms;
    this.onLink("live");
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.watchSilence();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  watchSilence() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.abort.abort(new Error(`no data for ${silence_limit_ms / 1000} s`)), silence_limit_ms);
  }
}
