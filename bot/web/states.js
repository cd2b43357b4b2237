// Shows the widget in every state it can be in. The replies on it are real: the server's own, asked for once.

import "./widget/jawab.js?manual";
import { Talk, Trouble, newId } from "./widget/talk.js";

const language = new URLSearchParams(location.search).get("language") ?? "en";
const NAMES = { en: "English", ur: "اردو", roman: "Roman Urdu" };
const TYPED = { en: "What is POF?", ur: "POF کیا ہے؟", roman: "POF kya hai?" };
const CASE = { en: "My AMH is 0.4 ng/mL (POF), will it work?", ur: "میرا AMH 0.4 ng/mL ہے (POF)، کیا فائدہ ہو گا؟",
               roman: "Mera AMH 0.4 ng/mL hai (POF), kya faida ho ga?" };
const never = () => new Promise(() => {});

// Stands in for the server: `answers` holds what each call gives or throws.
class Stub {
  started = true;
  constructor(answers = {}) { this.answers = answers; }
  async start() {}
  async history() { return this.answers.history ?? []; }
  async send() { return this.#give(this.answers.send); }
  async receipt() { return this.#give(this.answers.receipt); }
  async vote() {}
  async clear() {}
  leave() {}
  async #give(what) {
    if (what instanceof Error) throw what;
    return typeof what === "function" ? what() : what;
  }
}

const talk = new Talk(new URL("./", import.meta.url), { read: () => ({}), write() {}, forget() {} });
const ask = async (text, id) => ({ id, text, time: "2026-11-22T10:05:00Z",
                                   replies: await talk.send({ text, id, variety: language }) });
const answered = await ask(TYPED[language], newId());
const steered = await ask(CASE[language], newId());
const receipt = await talk.receipt(answered.id);

const STATES = [
  { name: "new", stub: {} },
  { name: "topic menu", stub: {}, then: (find) => find("menu").click() },
  { name: "answer", stub: { history: [answered] } },
  { name: "own case and quick replies", stub: { history: [steered] } },
  { name: "who checked this", stub: { history: [answered], receipt }, then: (find) => find("receipt").click() },
  { name: "voted", stub: { history: [answered] }, then: (find, label) => label("helpful").click() },
  { name: "waiting", stub: { send: never }, then: (find, label) => type(label, TYPED[language]) },
  { name: "not delivered", stub: { send: new Trouble(0) }, then: (find, label) => type(label, CASE[language]) },
  { name: "too many messages", stub: { send: new Trouble(429) }, then: (find, label) => type(label, TYPED[language]) },
  { name: "too long", stub: {}, then: (find, label) => fill(label, `${CASE[language]} `.repeat(90)) },
  { name: "asked to clear", stub: { history: [answered] }, then: (find) => find("clear").click() },
  { name: "cleared", stub: { history: [answered] }, then: async (find) => {
    find("clear").click();
    find("yes").click();
  } },
  { name: "320 px wide", narrow: true, stub: { history: [answered, steered] } },
];

function fill(label, words) {
  const text = label("placeholder");
  text.value = words;
  text.dispatchEvent(new Event("input"));
  return text;
}

function type(label, words) {
  fill(label, words).form.requestSubmit();
}

async function show({ name, stub, then, narrow }) {
  const section = document.createElement("section");
  const title = document.createElement("h2");
  title.textContent = name;
  const box = document.createElement("div");
  box.className = narrow ? "box narrow" : "box";
  const chat = document.createElement("jawab-chat");
  chat.setAttribute("page", "");
  chat.setAttribute("language", language);
  chat.dataset.state = name;
  chat.talk = new Stub(stub);
  section.append(title, box);
  document.querySelector("#states").append(section);
  box.append(chat);
  const panel = await chat.open({ focus: false });
  await panel.ready;
  const find = (text) => panel.node.querySelector(`button[data-t="${text}"]`);
  const label = (text) => panel.node.querySelector(`[data-label="${text}"]:is(button, textarea)`);
  await then?.(find, label);
}

for (const [variety, name] of Object.entries(NAMES)) {
  const link = document.createElement("a");
  link.href = `?language=${variety}`;
  link.lang = variety === "ur" ? "ur" : "en";
  link.textContent = name;
  document.querySelector("#languages").append(link);
}
for (const state of STATES) await show(state);
document.querySelector("#states").dataset.ready = "";
