// Elements with text in them: whatever a patient wrote is shown as text, never as HTML.

// A sentence of the page, in its language: data-… of its <template id="words">, with values put in.
export function say(name, values = {}) {
  const isolate = (text) => document.documentElement.dir !== "rtl" ? text
    : `${/[\u0600-\u06ff]/.test(text) ? "\u2067" : "\u2066"}${text}\u2069`;
  return document.getElementById("words").dataset[name].replace(/\{(\w+)\}/g, (_, key) => isolate(values[key]));
}

export function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") made.className = value;
    else if (key === "text") made.textContent = value;
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function words(text, variety) {
  const count = (letters) => (text.match(letters) || []).length;
  const urdu = variety ? variety === "ur" : count(/[\u0600-\u06ff]/g) > count(/[A-Za-z]/g);
  return element("span", { class: "words", lang: urdu ? "ur" : undefined, dir: urdu ? "rtl" : "ltr", text });
}

export function table(caption, headings, rows) {
  const head = element("tr", {}, ...headings.map((text) => element("th", { scope: "col", text })));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => cell instanceof Node
    ? element("td", {}, cell) : element("td", {}, element("bdi", { text: cell })))));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

export async function call(path, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json",
    "X-CSRF-Token": document.querySelector("[data-csrf]").dataset.csrf };
  let answer;
  try {
    answer = await fetch(path, body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw new Error(say("unreachable"));
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error || say("status", { status: answer.status }));
  return found;
}
