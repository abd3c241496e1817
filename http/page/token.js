// The bearer token: entered once, stored for this tab, sent as a header, never part of an address or of
// the document.

const key = "ffsupervisor.token";

export function token() {
  return sessionStorage.getItem(key) ?? "";
}

export function storeToken(value) {
  sessionStorage.setItem(key, value);
}

export function removeToken() {
  sessionStorage.removeItem(key);
}

export function bearer() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

// A header may carry it; fetch throws for anything else.
export function isToken(value) {
  return /^[\x21-\x7e]+$/.test(value);
}
