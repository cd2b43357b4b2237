// One message on the screen. Text only, each line in its own direction.

import { h, icon } from "./dom.js";
import { direction, isolate } from "./isolate.js";

const SMALL = new Set(["disclaimer", "notice"]);

function lines(text, dir, blocks = []) {
  const small = blocks.flatMap((block) => Array(block.lines).fill(SMALL.has(block.id)));
  return text.split("\n").map((line, at) =>
    h("p", { dir: dir ?? direction(line), class: small[at] ? "small" : null },
      ...isolate(line, dir ?? direction(line))));
}

function clock(time) {
  return h("time", { datetime: time.toISOString(), dir: "ltr" },
    time.toLocaleTimeString("en-PK", { hour: "numeric", minute: "2-digit" }));
}

// What the visitor sent. `state` is sending, delivered or failed; a failed one can be sent again.
export function mine(words, time) {
  const mark = h("span", { class: "mark" });
  const bubble = h("div", { class: "bubble mine" }, h("span", { class: "unseen", t: "you" }), ...lines(words),
    h("div", { class: "meta" }, clock(time), mark));
  const node = h("div", { class: "row end" }, bubble);
  const self = {
    node,
    failed: false,
    onretry: () => {},
    state(name, reason = "") {
      self.failed = name === "failed";
      bubble.classList.toggle("failed", self.failed);
      for (const old of bubble.querySelectorAll(".retry, .reason")) old.remove();
      mark.replaceChildren(icon(name), self.failed ? "" : h("span", { class: "unseen", t: name }));
      if (!self.failed) return;
      if (reason) bubble.append(h("p", { class: "reason", role: "alert" }, reason));
      bubble.append(h("button", { type: "button", class: "retry", t: "retry", onclick: () => self.onretry() }));
    },
  };
  return self;
}

// What the bot said, with its buttons, who signed it, and a vote where there is an answer to vote on.
export function theirs(reply, time, actions) {
  const about = reply.blocks.some((block) => block.kind === "answer");
  const bubble = h("div", { class: "bubble theirs" }, h("span", { class: "unseen", t: "assistant" }),
    h("div", { class: "said", lang: actions.tag(reply.variety), dir: reply.dir },
      ...lines(reply.text, reply.dir, reply.blocks)));
  const foot = h("div", { class: "meta" }, clock(time));
  if (reply.blocks.length) foot.append(receiptButton(reply, bubble, actions));
  if (about) foot.append(votes(actions));
  bubble.append(foot);
  const quick = reply.buttons.length ? h("div", { class: "quick", lang: actions.tag(reply.variety), dir: reply.dir },
    ...reply.buttons.map(({ id, title }) =>
      h("button", { type: "button", onclick: () => actions.tap(id, title) }, ...isolate(title, reply.dir)))) : null;
  return h("div", { class: "row" }, bubble, quick);
}

function receiptButton(reply, bubble, actions) {
  let shown = null;
  const button = h("button", { type: "button", class: "link", t: "receipt", "aria-expanded": "false" });
  button.addEventListener("click", async () => {
    if (shown) {
      shown.remove();
      shown = null;
    } else {
      shown = h("div", { class: "receipt", role: "group", label: "receipt" });
      bubble.append(shown);
      try {
        shown.append(...receipt(reply, await actions.receipt(), actions));
      } catch {
        shown.append(h("p", { role: "alert", t: "offline" }));
      }
      actions.label(shown);
    }
    button.setAttribute("aria-expanded", String(Boolean(shown)));
  });
  return button;
}

// For each text of the message its first words, who signed it, and until when; trial texts are marked as such.
function receipt(reply, entries, actions) {
  const said = reply.text.split("\n");
  let at = 0;
  return entries.map((entry) => {
    const first = said[at] ?? "";
    at += entry.lines;
    const row = (name, value) => h("div", {}, h("dt", { t: name }), h("dd", {}, h("bdi", {}, value ?? "–")));
    return h("div", { class: "entry" },
      h("p", { class: "first", lang: actions.tag(entry.variety), dir: reply.dir }, ...isolate(first, reply.dir)),
      entry.provisional ? h("p", { class: "trial", t: "on_trial" }) : null,
      h("dl", {}, row(entry.provisional ? "signed_by" : "approved_by", entry.roles.join(", ")),
        row("signed_on", entry.date), row("valid_until", entry.expires)));
  });
}

function votes(actions) {
  const group = h("span", { class: "votes", role: "status", tabindex: "-1" });
  const vote = async (name) => {
    try {
      await actions.vote(name);
      group.replaceChildren(h("span", { t: "voted" }));
      actions.label(group);
      group.focus({ preventScroll: true });
    } catch {
      // a vote that does not arrive is not worth a word to the patient
    }
  };
  group.append(h("button", { type: "button", label: "helpful", onclick: () => vote("up") }, icon("up")),
    h("button", { type: "button", label: "not_helpful", onclick: () => vote("down") }, icon("down")));
  return group;
}
