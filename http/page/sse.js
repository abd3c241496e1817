// Parses server-sent events from text chunks of any size (WHATWG HTML, 9.2.6): what EventSource does, for a
// response that fetch has opened with a token.

const buffer_limit = 4 * 1024 * 1024; // characters of one unfinished event

export class SseParser {
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.rest = "";
    this.skipLineFeed = false;
    this.clear();
  }

  clear() {
    this.type = "";
    this.data = [];
    this.size = 0;
  }

  feed(text) {
    if (this.skipLineFeed && text.startsWith("\n")) text = text.slice(1);
    this.skipLineFeed = text.endsWith("\r");
    const lines = (this.rest + text).split(/\r\n|\r|\n/);
    this.rest = lines.pop();
    if (this.rest.length + this.size > buffer_limit) throw new Error("an event exceeds 4 Mi characters");
    for (const line of lines) this.take(line);
  }

  take(line) {
    if (line === "") return this.finish();
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: keep-alive
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.type = value;
    if (field === "data") {
      this.data.push(value);
      this.size += value.length;
    }
  }

  finish() {
    const event = { type: this.type || "message", data: this.data.join("\n") };
    const any = this.data.length > 0;
    this.clear();
    if (any) this.onEvent(event.type, event.data);
  }
}
