// The bearer token: asked for once, kept for this tab, sent as a header, never in an address or in
// the document.

const key = "ffsupervisor.token";

export function token() {
  return sessionStorage.getItem(key) ?? "";
}

export function keepToken(value) {
  sessionStorage.setItem(key, value);
}

export function forgetToken() {
  sessionStorage.removeItem(key);
}

export function bearer() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

// What a header may carry: anything else would make fetch throw.
export function isToken(value) {
  return /^[\x21-\x7e]+$/.test(value);
}
