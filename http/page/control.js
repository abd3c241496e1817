// Restart, stop, start and a test of the alerts, after a confirmation; asks for the token where none
// is stored.

import { byId, el, setText } from "./dom.js";
import { bearer, removeToken, isToken, storeToken, token } from "./token.js";

const verbs = {
  restart: {
    title: "Restart",
    text: (name) => `Stops FFmpeg of ${name} and starts it again. The stream is off air in between.`,
    ofOutput: (name) => `Closes the connection of output ${name} and opens it again. The other outputs go on.`,
  },
  stop: {
    title: "Stop",
    text: (name) => `Stops FFmpeg of ${name}. The stream stays off air until it is started again.`,
    ofOutput: (name) => `Ends output ${name} until it is started again. The other outputs go on.`,
  },
  start: {
    title: "Start",
    text: (name) => `Starts FFmpeg of ${name}.`,
    ofOutput: (name) => `Publishes output ${name} again.`,
  },
  alerts: {
    title: "Send test alert",
    text: () => "Sends an alert that is marked as a test to every receiver of alerts, and shows what each one said.",
  },
  token: { title: "Save token", text: () => "The token authorizes this page to control the streams, and to show them where the supervisor requires it." },
};

export class Control {
  // onToken: the token was saved or removed. onDone(text): a message for the screen reader.
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

  // Of the whole stream, or of one held output of it.
  ask(verb, stream, output = "") {
    Object.assign(this, { verb, stream, output });
    const { title, text, ofOutput } = verbs[verb];
    const subject = output || stream;
    setText(byId("control-title"), subject ? `${title} ${subject}?` : title);
    setText(byId("control-text"), output ? ofOutput(output) : text(stream));
    setText(byId("control-go"), title);
    this.needToken(verb === "token" || !token());
    this.showError("");
    this.showReceivers([]);
    if (!this.dialog.open) this.dialog.showModal();
    (byId("token-field").hidden ? byId("control-cancel") : this.input).focus();
  }

  needToken(needed) {
    byId("token-field").hidden = !needed;
  }

  showError(error) {
    setText(byId("control-error"), error);
    this.input.toggleAttribute("aria-invalid", error !== "");
  }

  // What each receiver of alerts said of a test.
  showReceivers(receivers) {
    byId("control-receivers").replaceChildren(...receivers.map(({ receiver, address, delivered, message }) =>
      el("li", { "data-delivered": String(delivered) }, `${address ? `${receiver} (${address})` : receiver}: ${message}`)));
  }

  async submit() {
    if (!byId("token-field").hidden && !this.saveToken()) return;
    if (this.verb === "token") {
      this.dialog.close();
      return;
    }
    const go = byId("control-go");
    go.disabled = true;
    try {
      await this.send();
    } catch (error) {
      this.showError(`Request failed, no answer from the supervisor: ${error.message}`);
    } finally {
      go.disabled = false;
    }
  }

  saveToken() {
    const value = this.input.value.trim();
    if (!value && this.verb !== "token") return true; // a browser that sends Basic credentials needs none
    if (!isToken(value)) {
      this.showError(value ? "Invalid token: use ASCII characters without spaces." : "Enter the token.");
      this.input.focus();
      return false;
    }
    storeToken(value);
    this.input.value = "";
    this.showToken();
    this.onToken();
    return true;
  }

  async send() {
    this.showError("");
    this.showReceivers([]);
    const answer = await fetch(path_of(this), { method: "POST", headers: bearer(), cache: "no-store" });
    const body = await body_of(answer);
    if (answer.ok) return this.done(body);
    this.showError(error_of(answer, body.message ?? ""));
    if (answer.status === 401) this.wrongToken();
  }

  done(body) {
    const { verb, stream, output } = this;
    if (verb === "alerts") {
      this.showReceivers(body.receivers ?? []);
      this.onDone(`Test alert: ${body.message}.`);
      return;
    }
    this.dialog.close();
    this.onDone(`${verbs[verb].title} ${output || stream}: accepted.`);
  }

  wrongToken() {
    removeToken();
    this.showToken();
    this.needToken(true);
    this.input.focus();
  }

  // The server has refused it for what it shows.
  dropToken() {
    removeToken();
    this.showToken();
  }

  forget() {
    removeToken();
    this.showToken();
    this.onToken();
    this.onDone("Token removed.");
  }

  showToken() {
    byId("forget-token").hidden = !token();
    byId("give-token").hidden = Boolean(token());
  }
}

function path_of({ verb, stream, output }) {
  if (verb === "alerts") return "api/v1/alerts/test";
  const part = output ? `/outputs/${encodeURIComponent(output)}` : "";
  return `api/v1/streams/${encodeURIComponent(stream)}${part}/${verb}`;
}

async function body_of(answer) {
  try {
    return (await answer.json()) ?? {};
  } catch {
    return {};
  }
}

function error_of(answer, message) {
  const detail = message ? ` Supervisor: ${message}.` : "";
  if (answer.status === 401) return `Authentication failed (401): wrong or missing token.${detail}`;
  if (answer.status === 403) return `Access denied (403).${detail}`;
  if (answer.status === 429) {
    const wait = answer.headers.get("Retry-After");
    return `Too many failed attempts (429)${wait ? `; retry in ${wait} s` : ""}.${detail}`;
  }
  return `Request failed (${answer.status}).${detail}`;
}
