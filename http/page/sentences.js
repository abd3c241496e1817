// A titled list of sentences with figures: evidence, observations, actions.

import { h } from "./patch.js";

// null where there are none.
export function sentences(key, title, list) {
  if (!list?.length) return null;
  return h("div", { key, class: "sentences" }, h("h4", {}, title), h("ul", {}, items(list)));
}

// A sentence stays the same one while only its figures change.
function items(list) {
  const count_of = new Map();
  return list.map((sentence) => {
    const words = sentence.replace(/\d[\d.,]*/g, "#");
    const count = (count_of.get(words) ?? 0) + 1;
    count_of.set(words, count);
    return h("li", { key: `${words} ${count}` }, sentence);
  });
}
