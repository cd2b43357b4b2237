// One line on any page: <script type="module" src="https://.../chat/widget/jawab.js"></script>
// Draws the button at once; everything else is fetched when the page is idle, or at the first tap.

const TEXTS = /* the interface's texts */ null;
const SCRIPT = new URL(import.meta.url);
const BASE = new URL("../", SCRIPT);
const KEY = "chat";

const SVG = "http://www.w3.org/2000/svg";
const SHAPE = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4V6a2 2 0 0 1 0-2z";
const COLOURS = `
  --head: #075e54; --on-head: #fff; --paper: #efe7de; --mine: #d9fdd3; --theirs: #fff; --ink: #111b21;
  --faint: #54656f; --accent: #00665a; --on-accent: #fff; --line: #d1c7bc; --bar: #fff; --bad: #b3261e; --sun: #fff4ce;
`;
const DARK = `
  --head: #1f2c33; --on-head: #f1f4f5; --paper: #0b141a; --mine: #005c4b; --theirs: #1f2c33; --ink: #eef2f3;
  --faint: #c3ccd2; --accent: #56d3b4; --on-accent: #06231c; --line: #37464f; --bar: #111b21; --bad: #ffb4ab;
  --sun: #3a3113;
`;

const LOOKS = `
  :host { all: initial !important; display: contents !important; ${COLOURS} color-scheme: light dark !important; }
  @media (prefers-color-scheme: dark) { :host { ${DARK} } }
  :host([page]) { display: block !important; height: 100% !important; }
  aside { position: fixed; inset: auto; width: 0; height: 0; margin: 0; padding: 0; border: 0; overflow: visible; background: none; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .icon { width: 24px; height: 24px; fill: currentColor; display: block; }
  .launcher {
    position: fixed; z-index: 2147483646; inset-block-end: 20px; right: 20px; width: 60px; height: 60px; border: 0;
    border-radius: 50%; background: #075e54; color: #fff; cursor: pointer; display: grid; place-items: center;
    box-shadow: 0 2px 10px rgb(0 0 0 / .35);
  }
  :host([side="left"]) .launcher { right: auto; left: 20px; }
  .launcher .icon { width: 30px; height: 30px; }
  .launcher:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #075e54; }
  :host([open]) .launcher { visibility: hidden; }
`;

// This tab's memory: the session's id, the language, whether the chat was open. Lost with the tab; never any words.
const tab = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  },
  write(change) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ ...this.read(), ...change }));
    } catch {
      // storage is switched off: the conversation lives until the page is left
    }
  },
  forget() {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // nothing was kept
    }
  },
};

// <jawab-chat language="ur" exit="https://www.google.com/" side="left" page>
// `page` fills the element's box and has no button, for a page of its own.
export class JawabChat extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #panel = null;
  #button = null;
  #sheet = new CSSStyleSheet();

  // for a page that shows states: answers in place of the server
  talk = null;

  connectedCallback() {
    if (this.#root.childElementCount) {
      this.#root.querySelector("aside")?.showPopover?.();     // moved to another place in the page
      return;
    }
    this.#sheet.replaceSync(LOOKS);
    this.#root.adoptedStyleSheets = [this.#sheet];
    if (this.page) {
      this.open();
      return;
    }
    this.#button = this.#launcher();
    if (tab.read().open) this.open({ focus: false });
    else (window.requestIdleCallback ?? setTimeout)(() => import("./panel.js"));
  }

  get page() {
    return this.hasAttribute("page");
  }

  get language() {
    const [tag] = document.documentElement.lang.split("-");
    const page = Object.values(TEXTS.table).find((one) => one.tag === tag)?.code ?? "en";
    const wanted = [this.talk ? null : tab.read().language, this.getAttribute("language"),
                    SCRIPT.searchParams.get("language"), page];
    return wanted.find((variety) => variety in TEXTS.table);
  }

  async open({ focus = !this.page } = {}) {
    this.#button?.setAttribute("aria-expanded", "true");
    this.setAttribute("open", "");
    const { Panel } = await import("./panel.js");
    if (!this.#panel) {
      this.#panel = new Panel({
        texts: TEXTS, base: BASE, tab, language: this.language, page: this.page, talk: this.talk,
        exit: this.getAttribute("exit") ?? SCRIPT.searchParams.get("exit") ?? "https://www.google.com/",
        onclose: () => this.close(), onlanguage: (variety) => this.#speak(variety),
      });
      this.#root.adoptedStyleSheets = [this.#sheet, this.#panel.sheet];
      (this.#root.querySelector("aside") ?? this.#root).append(this.#panel.node);
      this.#fit();
    }
    this.#panel.node.hidden = false;
    if (!this.talk && !this.page) tab.write({ open: true });
    if (focus) this.#panel.focus();
    return this.#panel;
  }

  close() {
    this.#panel.node.hidden = true;
    this.removeAttribute("open");
    this.#button.setAttribute("aria-expanded", "false");
    this.#button.focus();
    tab.write({ open: false });
  }

  toggle() {
    return this.hasAttribute("open") ? this.close() : this.open();
  }

  #speak(variety) {
    if (!this.talk) tab.write({ language: variety });
    this.#button?.setAttribute("aria-label", TEXTS.strings[variety].title ?? "");
  }

  #launcher() {
    const button = document.createElement("button"), aside = document.createElement("aside");
    const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    path.setAttribute("d", SHAPE);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.append(path);
    button.className = "launcher";
    button.setAttribute("aria-expanded", "false");
    for (const node of [button, aside]) node.setAttribute("aria-label", TEXTS.strings[this.language].title ?? "");
    button.addEventListener("click", () => this.toggle());
    button.append(svg);
    aside.append(button);
    aside.popover = "manual";       // above everything, whatever the page does to what is around it
    this.#root.append(aside);
    aside.showPopover?.();
    return button;
  }

  // keeps the input above a phone's keyboard
  #fit() {
    const view = window.visualViewport;
    const fit = () => this.#panel.node.style.setProperty("--height", `${view.height}px`);
    view?.addEventListener("resize", fit);
    if (view) fit();
  }
}

customElements.define("jawab-chat", JawabChat);
if (!document.querySelector("jawab-chat") && !SCRIPT.searchParams.has("manual")) {
  const place = () => document.body.append(document.createElement("jawab-chat"));
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
}
