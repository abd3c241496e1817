// What stands above the wall: why nothing is shown, and that a reload has failed.

import { byId, setText } from "./dom.js";
import { moment } from "./format.js";

export const refusals = {
  401: { link: "authentication required", notice: "Authentication required (401). Enter the token above." },
  403: { link: "access denied", notice: "Access denied (403). The supervisor has no credentials configured: set " +
    "FFSUPERVISOR_TOKEN, http.auth.bearer_token_file or http.auth.basic_users." },
  429: { link: "too many failed logins", notice: "Too many failed logins from this address (429). The page " +
    "retries every 30 s." },
};

const wrong_token = "This token is wrong. Enter another one above.";

export function showRefusal({ state, detail, token_was_wrong }) {
  const notice = byId("notice");
  notice.hidden = state !== "refused";
  if (state !== "refused") return;
  setText(notice, token_was_wrong && detail === 401 ? wrong_token : refusals[detail].notice);
}

// The address names a stream that is not there; another one is shown.
export function showMissing(name) {
  const notice = byId("missing-notice");
  notice.hidden = !name;
  setText(notice, name ? `There is no stream “${name}”.` : "");
}

export function showConfig(config) {
  const notice = byId("config-notice");
  const failed = config?.successful === false;
  notice.hidden = !failed;
  if (!failed) return;
  const since = config.succeeded_at ? ` of ${moment(config.succeeded_at)}` : "";
  setText(notice, `The last reload failed; the configuration${since} stays in force. ${config.message ?? ""}`);
}
