// Changes of state for a screen reader: few words, and one sentence where many streams change at once.

import { condition } from "./condition.js";
import { byId, setText } from "./dom.js";
import { words } from "./format.js";

const collect_ms = 700;
const told_at_most = 2;

export class Announcer {
  constructor() {
    this.last = new Map(); // stream → its line
    this.waiting = new Map();
  }

  say(text) {
    setText(byId("announcer"), text);
  }

  note(stream) {
    const { word } = condition(stream);
    const cause = stream.state.verdict ? `, ${words(stream.state.verdict.cause)}` : "";
    const line = `${stream.name}: ${word.toLowerCase()}${cause}`;
    const before = this.last.get(stream.name);
    this.last.set(stream.name, line);
    if (before === undefined || before === line) return;
    this.waiting.set(stream.name, line);
    this.timer ??= setTimeout(() => this.flush(), collect_ms);
  }

  flush() {
    this.timer = undefined;
    const lines = [...this.waiting.values()];
    this.waiting.clear();
    this.say(lines.length > told_at_most ? `${lines.length} streams have changed their state.` : lines.join("; "));
  }
}
