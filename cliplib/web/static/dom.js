// Making elements. Text only ever becomes a text node, so nothing in a record can become markup.

/** An element with attributes, listeners (`onclick`), `class`, `data-…`, `style` as an object, and children. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, shown] of Object.entries(value)) node.style.setProperty(key, shown);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
}

/** Put children in the place of what was in the node. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
}

/** Children as one flat list without what is not there. */
const present = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

/** Whether keys go to a text field or a list just now. */
export function typing(target) {
  return Boolean(target.closest?.("input:not([type=checkbox]), textarea, select"));
}

/** Seconds with one or two decimals, from milliseconds. */
export function seconds(millis, digits = 1) {
  return (millis / 1000).toFixed(digits);
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon of 16 x 16 from the path data. */
export function icon(path) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

export const ICONS = {
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14",
  twins: "M5.5 5.5h8v8h-8zM2.5 10.5v-8h8",
  pen: "M3 13l.8-3L10.5 3.2l2.3 2.3L6 12.2z",
  play: "M5 3.5v9l7-4.5z",
  pause: "M5 3.5v9M11 3.5v9",
  undo: "M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
};
