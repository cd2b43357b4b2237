// The conversation: what is shown, in which order, and what happens when something is tapped.

import { mine, theirs } from "./bubbles.js";
import { h, relabel } from "./dom.js";
import { fetchNastaliq } from "./font.js";
import { frame } from "./frame.js";
import { direction } from "./isolate.js";
import { PANEL } from "./style.js";
import { Talk, newId } from "./talk.js";

export class Panel {
  sheet = new CSSStyleSheet();
  #texts;
  #talk;
  #options;
  #language;
  #queue = Promise.resolve();
  #waiting = 0;
  #parts = {};

  constructor(options) {
    this.#options = options;
    this.#texts = options.texts;
    this.#talk = options.talk ?? new Talk(options.base, options.tab);
    this.sheet.replaceSync(PANEL);
    this.node = this.#build();
    this.speak(options.language);
    addEventListener("online", () => this.#online());
    addEventListener("offline", () => this.#online());
    this.#online();
    this.ready = this.#resume();
  }

  focus() {
    this.#parts.text.focus();
  }

  // Where the focus goes when what had it is gone: not the input, which would open a phone's keyboard.
  #read() {
    this.#parts.log.focus({ preventScroll: true });
  }

  // Switches the interface; what was said stays as it was said.
  speak(variety) {
    this.#language = variety;
    const { tag, direction, script } = this.#texts.table[variety];
    this.node.lang = tag;
    this.node.dir = direction;
    if (!this.#parts.text.value) this.#parts.text.dir = this.node.dir;
    this.#parts.language.value = variety;
    this.#parts.notice.textContent = this.#texts.notice[variety];
    this.#parts.notice.hidden = !this.#texts.notice[variety];
    this.#parts.menu.replaceChildren(...this.#texts.menu[variety].map(({ id, title }) =>
      h("button", { type: "button", onclick: () => this.#tap(id, title) }, title)));
    relabel(this.node, this.#strings);
    if (script === "Arab") fetchNastaliq(this.#options.base);
    this.#options.onlanguage(variety);
  }

  get #strings() {
    return this.#texts.strings[this.#language];
  }

  #build() {
    return frame(this.#parts, this.#texts, {
      page: this.#options.page, close: this.#options.onclose, key: (event) => this.#key(event),
      choose: () => this.#chosen(), menu: () => this.#menu(this.#parts.menu.hidden), clear: () => this.#askToClear(),
      exit: () => this.#exit(), typed: () => this.#typed(), submit: (event) => this.#submit(event),
    });
  }

  #key(event) {
    if (event.key === "Escape" && !this.#options.page) this.#options.onclose();
    const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (plain && event.target === this.#parts.text) this.#submit(event);
  }

  #typed() {
    const { text, alert } = this.#parts;
    text.dir = text.value ? direction(text.value) : this.node.dir;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
    const long = [...text.value].length > this.#texts.cap;
    alert.textContent = long ? this.#strings.too_long : "";
    return !long;
  }

  #submit(event) {
    event.preventDefault();
    const { text } = this.#parts;
    const words = text.value.trim();
    if (!words || !this.#typed()) return;
    text.value = "";
    this.#typed();
    this.#say({ text: words }, words);
  }

  #tap(button, title) {
    this.#menu(false);
    this.#read();
    this.#say({ button }, title);
  }

  #menu(open) {
    this.#parts.menu.hidden = !open;
    this.#parts.more.setAttribute("aria-expanded", String(open));
  }

  // The bot is told too, once there is a conversation, so that it answers in the language that is shown.
  #chosen() {
    const variety = this.#parts.language.value;
    this.speak(variety);
    if (this.#parts.log.querySelector(".mine")) {
      this.#say({ button: `language:${variety}` }, this.#texts.languages[variety]);
    }
  }

  #say(message, words) {
    const whole = { ...message, id: newId(), variety: this.#language };
    const bubble = mine(words, new Date());
    this.#show(bubble.node);
    bubble.onretry = () => {
      this.#read();
      this.#deliver(whole, bubble);
    };
    return this.#deliver(whole, bubble);
  }

  // One after the other, so that what is typed first is answered first.
  #deliver(message, bubble) {
    bubble.state("sending");
    this.#label(bubble.node);
    this.#busy(+1);
    this.#queue = this.#queue.then(() => this.#send(message, bubble)).finally(() => this.#busy(-1));
    return this.#queue;
  }

  async #send(message, bubble) {
    try {
      const replies = await this.#talk.send(message);
      bubble.state("delivered");
      for (const reply of replies) this.#answer(reply, message.id, new Date(), true);
    } catch (trouble) {
      bubble.state("failed", this.#reason(trouble));
      this.#online(trouble.status === 0);
    }
    this.#label(bubble.node);
    if (bubble.failed) this.#reveal(bubble.node);
  }

  #reason(trouble) {
    if (trouble.status === 429 || trouble.status === 503) return trouble.text || this.#strings.busy;
    return trouble.status === 413 ? this.#strings.too_long : "";
  }

  #answer(reply, id, time, fresh) {
    if (this.#texts.table[reply.variety]?.script === "Arab") fetchNastaliq(this.#options.base);
    this.#parts.log.querySelector(".quick")?.remove();
    const actions = {
      tag: (variety) => this.#texts.table[variety]?.tag,
      receipt: () => this.#talk.receipt(id), vote: (vote) => this.#talk.vote(id, vote),
      tap: (button, title) => this.#tap(button, title),
      label: (node) => {
        this.#label(node);
        this.#reveal(node);
      },
    };
    this.#show(theirs(reply, time, actions), fresh);
  }

  // A long answer is read from its start, not from its end.
  #show(node, fresh = true) {
    this.#label(node);
    const { log } = this.#parts;
    log.append(node);
    const long = fresh && node.offsetHeight > log.clientHeight;
    log.scrollTop = long ? node.offsetTop - log.offsetTop - 8 : log.scrollHeight;
  }

  // Scrolls the log, and never the page around it, until the end of `node` is seen.
  #reveal(node) {
    const { log } = this.#parts;
    const below = node.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom + 10;
    if (below > 0) log.scrollTop += below;
  }

  #label(node) {
    relabel(node, this.#strings);
  }

  #busy(change) {
    this.#waiting += change;
    const { status } = this.#parts;
    status.classList.toggle("typing", this.#waiting > 0);
    if (this.#waiting > 0) status.dataset.t = "typing";
    else delete status.dataset.t;
    status.textContent = this.#waiting > 0 ? this.#strings.typing : "";
  }

  #online(lost = false) {
    const offline = lost || !navigator.onLine;
    const { offline: sign } = this.#parts;
    if (offline) sign.dataset.t = "offline";
    else delete sign.dataset.t;
    sign.textContent = offline ? this.#strings.offline : "";
  }

  async #resume() {
    try {
      const turns = await this.#talk.history();
      for (const turn of turns) {
        const bubble = mine(turn.text, new Date(turn.time));
        bubble.state("delivered");
        this.#show(bubble.node, false);
        for (const reply of turn.replies) this.#answer(reply, turn.id, new Date(turn.time), false);
      }
      if (!this.#talk.started) await this.#talk.start();
    } catch (trouble) {
      this.#online(trouble.status === 0);
    }
  }

  #askToClear() {
    this.#parts.log.querySelector(".ask")?.remove();
    const ask = h("div", { class: "ask", role: "group" }, h("p", { t: "clear_ask" }),
      h("button", { type: "button", t: "yes", onclick: () => this.#clear(ask) }),
      h("button", { type: "button", t: "no", onclick: () => { ask.remove(); this.#read(); } }));
    this.#show(ask);
    ask.querySelector("button").focus();
  }

  async #clear(ask) {
    try {
      await this.#talk.clear();
      this.#parts.log.replaceChildren(this.#parts.log.firstElementChild, h("p", { class: "done", t: "cleared" }));
      this.#label(this.#parts.log);
    } catch (trouble) {
      this.#online(trouble.status === 0);
      ask.remove();
    }
    this.#read();
  }

  #exit() {
    document.documentElement.hidden = true;
    this.#talk.leave();
    location.replace(this.#options.exit);
  }
}
