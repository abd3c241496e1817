// The links at the foot: the routes that the server names, and its version.

import { byId, el } from "./dom.js";

export async function showRoutes() {
  const answer = await fetch("./", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) return;
  const { version, routes } = await answer.json();
  byId("routes").replaceChildren(
    ...routes.filter((path) => path !== "/api/v1/events").map((path) => el("a", { href: path.slice(1) }, path)),
    el("a", { href: "page/dygraph-licence.txt" }, "charts: dygraphs, MIT licence"),
    el("span", {}, `ffsupervisor ${version}`));
}
