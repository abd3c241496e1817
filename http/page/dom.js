// Elements from data. Texts always become text nodes, never markup.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

// undefined, null and false: without the attribute.
export function setAttribute(element, name, value) {
  if (value === undefined || value === null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text_of(value)) element.setAttribute(name, text_of(value));
}

function text_of(value) {
  return value === true ? "" : String(value);
}

// Replaces only the characters that differ: a selection around them stays, and a screen reader does not start again.
export function setText(element, text) {
  if (element.textContent === text) return;
  const node = element.firstChild;
  if (node?.nodeType !== Node.TEXT_NODE || node !== element.lastChild) {
    element.textContent = text;
    return;
  }
  const old = node.data;
  const shorter = Math.min(old.length, text.length);
  let head = 0;
  while (head < shorter && old[head] === text[head]) ++head;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === text.at(-1 - tail)) ++tail;
  node.replaceData(head, old.length - head - tail, text.slice(head, text.length - tail));
}

export function setData(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}
