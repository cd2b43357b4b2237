// What stands around the conversation: the head, the bar, the menu, the signs and the form.

import { h, icon } from "./dom.js";

// Returns the panel, and leaves in `parts` what changes later. `actions` are what its buttons do.
export function frame(parts, { languages, table }, actions) {
  const { page } = actions;
  parts.menu = h("div", { id: "menu", class: "menu", hidden: true, role: "group", label: "menu" });
  parts.notice = h("p", { class: "notice" });
  parts.offline = h("p", { class: "offline", role: "status" });
  parts.log = h("div", { class: "log", role: "log", tabindex: "0", label: "messages" },
    h("div", { class: "row" }, h("p", { class: "bubble theirs", t: "welcome" })));
  parts.status = h("p", { class: "status", role: "status" });
  return h(page ? "section" : "div",
    { class: page ? "panel page" : "panel", role: page ? null : "dialog", label: "title", onkeydown: actions.key },
    head(parts, languages, table, actions), bar(parts, actions), parts.menu, parts.notice, parts.log, parts.status,
    parts.offline, form(parts, actions));
}

function head(parts, languages, table, { page, close, choose }) {
  parts.language = h("select", { label: "language", onchange: choose }, ...Object.entries(languages).map(
    ([variety, name]) => h("option", { value: variety, lang: table[variety].tag }, name)));
  return h("header", {}, h("div", { class: "name" }, h(page ? "h1" : "h2", { t: "title" }), h("p", { t: "assistant" })),
    parts.language,
    page ? null : h("button", { type: "button", class: "plain", label: "close", onclick: close }, icon("close")));
}

function bar(parts, { menu, clear, exit }) {
  parts.more = h("button", { type: "button", t: "menu", "aria-expanded": "false", "aria-controls": "menu",
                             onclick: menu });
  return h("div", { class: "bar" }, parts.more, h("button", { type: "button", t: "clear", onclick: clear }),
    h("button", { type: "button", class: "exit", t: "exit", onclick: exit }));
}

function form(parts, { typed, submit }) {
  parts.text = h("textarea", { rows: "1", label: "placeholder", autocomplete: "off", enterkeyhint: "send",
                               oninput: typed });
  parts.send = h("button", { type: "submit", class: "send", label: "send" }, icon("send"));
  parts.alert = h("p", { class: "alert", role: "alert" });
  return h("form", { onsubmit: submit }, parts.alert, parts.text, parts.send);
}
