// Restart, stop and start: asks whether it is meant, and for the token where none is known yet.

import { byId, setText } from "./dom.js";
import { bearer, forgetToken, isToken, keepToken, token } from "./token.js";

const verbs = {
  restart: { title: "Restart", text: (name) => `FFmpeg of ${name} is stopped and launched again. The stream is off air meanwhile.` },
  stop: { title: "Stop", text: (name) => `${name} goes off air and stays so until it is started.` },
  start: { title: "Start", text: (name) => `FFmpeg of ${name} is launched.` },
  token: { title: "Use token", text: () => "The token lets this page control the streams, and see them where that needs it." },
};

export class Control {
  // onToken: a token was given or forgotten. onDone(text): for the screen reader.
  constructor({ onToken, onDone }) {
    this.onToken = onToken;
    this.onDone = onDone;
    this.dialog = byId("control");
    this.input = byId("token");
    byId("control-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    byId("control-cancel").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => {
      this.input.value = "";
    });
    byId("give-token").addEventListener("click", () => this.ask("token", ""));
    byId("forget-token").addEventListener("click", () => this.forget());
    this.showToken();
  }

  ask(verb, stream, error = "") {
    Object.assign(this, { verb, stream });
    const { title, text } = verbs[verb];
    setText(byId("control-title"), stream ? `${title} ${stream}?` : title);
    setText(byId("control-text"), text(stream));
    setText(byId("control-go"), title);
    this.needToken(verb === "token" || !token());
    this.say(error);
    if (!this.dialog.open) this.dialog.showModal();
    (byId("token-field").hidden ? byId("control-cancel") : this.input).focus();
  }

  needToken(needed) {
    byId("token-field").hidden = !needed;
  }

  say(error) {
    setText(byId("control-error"), error);
    this.input.toggleAttribute("aria-invalid", error !== "");
  }

  async submit() {
    if (!byId("token-field").hidden && !this.take()) return;
    if (this.verb === "token") {
      this.dialog.close();
      return;
    }
    const go = byId("control-go");
    go.disabled = true;
    try {
      await this.send();
    } catch (error) {
      this.say(`The supervisor was not reached: ${error.message}`);
    } finally {
      go.disabled = false;
    }
  }

  take() {
    const value = this.input.value.trim();
    if (!value && this.verb !== "token") return true; // who is logged in otherwise needs none
    if (!isToken(value)) {
      this.say(value ? "A token has no blanks and no other than ASCII characters." : "Enter the token.");
      this.input.focus();
      return false;
    }
    keepToken(value);
    this.input.value = "";
    this.showToken();
    this.onToken();
    return true;
  }

  async send() {
    const { verb, stream } = this;
    const path = `api/v1/streams/${encodeURIComponent(stream)}/${verb}`;
    const answer = await fetch(path, { method: "POST", headers: bearer(), cache: "no-store" });
    const message = await message_of(answer);
    if (answer.ok) {
      this.dialog.close();
      this.onDone(`${verbs[verb].title} ${stream}: accepted.`);
      return;
    }
    this.say(refusal_of(answer, message));
    if (answer.status === 401) this.wrongToken();
  }

  wrongToken() {
    forgetToken();
    this.showToken();
    this.needToken(true);
    this.input.focus();
  }

  forget() {
    forgetToken();
    this.showToken();
    this.onToken();
    this.onDone("The token is forgotten.");
  }

  showToken() {
    byId("forget-token").hidden = !token();
    byId("give-token").hidden = Boolean(token());
  }
}

async function message_of(answer) {
  try {
    return (await answer.json()).message ?? "";
  } catch {
    return "";
  }
}

function refusal_of(answer, message) {
  const said = message ? ` The supervisor says: ${message}.` : "";
  if (answer.status === 401) return `Not accepted: the right token is needed (401).${said}`;
  if (answer.status === 403) return `Not allowed (403).${said}`;
  if (answer.status === 429) {
    const wait = answer.headers.get("Retry-After");
    return `Too many attempts (429)${wait ? `; try again in ${wait} s` : ""}.${said}`;
  }
  return `Not done (${answer.status}).${said}`;
}
