// Updates elements in place from descriptions of what to show. An element lives as long as what it shows: a
// click, a focus, a selection or an open <details> survives any number of updates. Only texts, attributes
// and order change, and a change of order takes as few elements as possible out of the document.

import { setAttribute, setText } from "./dom.js";

const drawn = new WeakMap(); // element → its last description
const content = new WeakMap(); // element → its children by key

// Describes an element. Children: one text, or descriptions and lists of them; null and false are left out.
//
// key: identifies among its siblings what the element shows; default: its position. Siblings that come and
//      go in front of others need keys.
// style: by property. The page's security policy forbids style attributes.
//
// Attributes that no description names are never touched: they belong to the user (the `open` of <details>).
export function h(tag, { key, style = {}, ...attributes } = {}, ...children) {
  return { tag, key, style, attributes, children: children.flat() };
}

// Makes the children of `parent` those that are described, in this order. One parent, one caller: nothing
// else may add children. The same description object as before costs nothing.
export function patch(parent, descriptions) {
  const before = content.get(parent) ?? new Map();
  const after = new Map();
  descriptions.forEach((description, position) => {
    if (!description) return;
    const key = description.key ?? position;
    const old = before.get(key);
    const stays = old && drawn.get(old).tag === description.tag;
    const element = stays ? old : document.createElement(description.tag);
    update(element, description);
    after.set(key, element);
  });
  content.set(parent, after);
  arrange(parent, [...after.values()]);
}

function update(element, description) {
  const before = drawn.get(element);
  if (before === description) return;
  drawn.set(element, description);
  const { attributes, style, children } = description;
  for (const name of Object.keys({ ...before?.attributes, ...attributes })) setAttribute(element, name, attributes[name]);
  for (const name of Object.keys({ ...before?.style, ...style })) element.style.setProperty(name, style[name] ?? "");
  if (typeof children[0] === "string") setText(element, children[0]);
  else patch(element, children);
}

function arrange(parent, elements) {
  const wanted = new Set(elements);
  for (const node of [...parent.childNodes]) if (!wanted.has(node)) node.remove();
  const staying = inOrder(parent, elements);
  if (staying.size === elements.length) return;
  const focused = document.activeElement;
  let next = null;
  for (const element of [...elements].reverse()) {
    if (!staying.has(element)) parent.insertBefore(element, next);
    next = element;
  }
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

// The most of these children that are in the wanted order already (longest increasing subsequence).
function inOrder(parent, elements) {
  const position = new Map([...parent.childNodes].map((node, i) => [node, i]));
  const ends = []; // ends[n]: the last link of the chain of n + 1 elements that ends earliest
  for (const element of elements) {
    const at = position.get(element);
    if (at === undefined) continue;
    let n = ends.length;
    while (n > 0 && ends[n - 1].at > at) --n;
    ends[n] = { element, at, before: ends[n - 1] };
  }
  const staying = new Set();
  for (let link = ends.at(-1); link; link = link.before) staying.add(link.element);
  return staying;
}
