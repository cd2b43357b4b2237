// Elements without HTML: text is always text. `t` and `label` name interface texts, so that they can change language.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  send: "M3 20l18-8L3 4v6l12 2-12 2z",
  close: "M6 4.6 4.6 6l6 6-6 6L6 19.4l6-6 6 6 1.4-1.4-6-6 6-6L18 4.6l-6 6z",
  sending: "M12 3a9 9 0 1 0 .01 0zm0 2a7 7 0 1 1-.01 0zM11 7v6l4.5 2.7.8-1.3-3.6-2.2V7z",
  delivered: "M1.5 13l1.4-1.4L6.5 15.2 14.6 7 16 8.4 6.5 18zM9.8 15.4l1.4-1.4 1.3 1.2L20.700 7l1.400 1.400L12.500 18z",
  failed: "M12 2a10 10 0 1 0 .01 0zm-1 5h2v7h-2zm0 9h2v2h-2z",
  up: "M2 10h4v11H2zm6 9V9l6-7c1.300.2 2 1.300 1.700 2.500L14.800 9H21a1.500 1.500 0 0 1 1.500 1.900l-2 8A2.500 2.500 0 0 1 18 21h-7z",
  down: "M22 14h-4V3h4zm-6-9v10l-6 7c-1.300-.2-2-1.300-1.700-2.500L9.200 15H3a1.500 1.500 0 0 1-1.500-1.900l2-8A2.500 2.500 0 0 1 6 3h7z",
};

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "t" || name === "label") node.dataset[name] = value;
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

// Writes the interface's texts into `root` and everything under it that names one.
export function relabel(root, strings) {
  for (const node of [root, ...root.querySelectorAll("[data-t], [data-label]")]) {
    const { t, label } = node.dataset;
    if (t) node.textContent = strings[t] ?? "";
    if (!label) continue;
    const text = strings[label] ?? "";
    node.setAttribute("aria-label", text);
    if (node.matches("button")) node.title = text;
    if (node.matches("textarea")) node.placeholder = text;
  }
}
