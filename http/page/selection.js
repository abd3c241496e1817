// Which stream is shown in detail. The address names it: #/NAME; a link with #NAME works, too.

import { byId, setData } from "./dom.js";
import { worstFirst } from "./order.js";

const narrow = matchMedia("(max-width: 640px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// A slash: no element has such an id, so the browser does not scroll by itself.
export function addressOf(name) {
  return `#/${encodeURIComponent(name)}`;
}

export class Selection {
  // onChange: another stream is selected, or another part of the page is shown.
  constructor(model, onChange) {
    this.model = model;
    this.onChange = onChange;
    this.came_from_wall = false;
    this.returning = ""; // the stream whose tile is to be shown again
    addEventListener("hashchange", (event) => this.follow(event));
    byId("wall").addEventListener("click", (event) => this.tapped(event));
    byId("to-wall").addEventListener("click", () => this.back());
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the address names a stream
      this.showDetail();
    });
  }

  // Opened without an address: a stream with a problem, then it stays that one.
  stream() {
    const { streams } = this.model;
    const named = streams.get(named_in(location.hash)) ?? streams.get(this.chosen);
    if (named) return named;
    const worst = worstFirst([...streams.values()])[0];
    if (this.model.isComplete) this.chosen = worst?.name;
    return worst;
  }

  // The name in the address, where no stream has it.
  missing() {
    const name = named_in(location.hash);
    return name && !this.model.streams.has(name) ? name : "";
  }

  // A phone shows the wall, or the detail.
  render(count) {
    const one = narrow.matches && count > 1;
    setData(document.body, "view", !one ? "both" : named_in(location.hash) ? "detail" : "wall");
    byId("to-wall").hidden = count < 2;
  }

  // The browser's own button "back" leads to the wall, too.
  follow(event) {
    const name = named_in(location.hash);
    if (!name && narrow.matches) return this.returnTo(named_in(new URL(event.oldURL).hash));
    this.returning = "";
    this.onChange();
    if (name) this.showDetail();
  }

  // The same tile again changes no address.
  tapped(event) {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    this.came_from_wall = true;
    if (tile.getAttribute("href") === location.hash) this.showDetail();
  }

  showDetail() {
    requestAnimationFrame(() => {
      const detail = byId("detail");
      const { top } = detail.getBoundingClientRect();
      const in_view = top > -2 && top < innerHeight / 2;
      if (!in_view) detail.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
      detail.focus({ preventScroll: true });
    });
  }

  // history.back() comes later: then follow() goes on.
  back() {
    this.chosen = this.stream()?.name;
    const is_history = narrow.matches && this.came_from_wall;
    this.came_from_wall = false;
    if (is_history) return history.back();
    if (narrow.matches) history.replaceState(null, "", location.pathname + location.search);
    this.returnTo(this.chosen);
  }

  returnTo(name) {
    this.returning = name ?? "";
    this.onChange();
  }

  // After each drawing: the wall is there only once it is drawn, and of many tiles those in view.
  arrive(wall) {
    if (!this.returning || document.body.dataset.view === "detail") return;
    if (!wall.reveal(this.returning)) this.returning = ""; // gone, or not found by the filter
    else if (this.focusTile(this.returning)) this.returning = "";
    else this.onChange();
  }

  focusTile(name) {
    byId("wall").scrollIntoView({ block: "nearest" });
    const tile = [...document.querySelectorAll(".tile")].find((each) => each.getAttribute("href") === addressOf(name));
    tile?.focus();
    return Boolean(tile);
  }
}

function named_in(hash) {
  try {
    return decodeURIComponent(hash.replace(/^#\/?/, ""));
  } catch {
    return ""; // not the name of a stream
  }
}
