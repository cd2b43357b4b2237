// The test console: a phone-like pane, the record of each answer, and lists of messages.
import { call, element, say, table, words } from "./dom.js";
import { flight } from "./flight.js";
import { canMark, marking } from "./mark.js";

const find = (id) => document.getElementById(id);
const LANGUAGE = { en: "en", ur: "ur", roman: "ur-Latn" };
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let conversation = random();
let busy = false;

function trouble(problem) {
  find("problem").textContent = problem;
  find("problem").hidden = !problem;
}

function bubble(kind, text, variety, record) {
  const made = element("div", { class: `bubble ${kind}`, dir: variety === "ur" ? "rtl" : variety ? "ltr" : "auto",
    lang: LANGUAGE[variety] });
  made.append(element("p", { text }));
  if (record) {
    const why = element("button", { type: "button", class: "why", lang: document.documentElement.lang,
      dir: document.documentElement.dir, text: say("why") });
    why.addEventListener("click", () => find("flight").replaceChildren(...flight(record)));
    made.append(why);
  }
  find("talk").append(made);
  return made;
}

function offer(reply) {
  if (!reply.buttons.length) return;
  const place = element("div", { class: "offers", lang: LANGUAGE[reply.variety], dir: reply.dir });
  for (const button of reply.buttons) {
    const tap = element("button", { type: "button", text: button.title });
    tap.addEventListener("click", () => send({ button: button.id }, button.title));
    place.append(tap);
  }
  if (reply.shape.as === "list") {
    const list = element("details", {}, element("summary", { text: reply.shape.choose }), place);
    find("talk").append(list);
  } else if (reply.shape.as !== "text") find("talk").append(place);
}

async function send(message, shown) {
  if (busy) return;
  busy = true;
  trouble("");
  bubble("mine", shown);
  try {
    const record = await call("/staff/test/say", { ...message, conversation, channel: find("channel").value,
      variety: find("variety").value });
    for (const reply of record.replies) {
      bubble("said", reply.text, reply.variety, record);
      offer(reply);
    }
    if (canMark && message.text) find("talk").append(marking(message.text, record.action, record.topics.join(" ")));
    find("flight").replaceChildren(...flight(record));
  } catch (error) {
    trouble(error.message);
  }
  busy = false;
  find("talk").scrollTop = find("talk").scrollHeight;
}

find("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = find("text").value.trim();
  if (!text || busy) return;
  find("text").value = "";
  send({ text }, text);
});
find("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find("write").requestSubmit();
});
function anew() {
  conversation = random();
  find("talk").replaceChildren();
  find("text").focus();
}
find("anew").addEventListener("click", anew);
find("channel").addEventListener("change", anew);

function listProblem(problem) {
  find("list-problem").textContent = problem;
  find("list-problem").hidden = !problem;
}

function showRows(run, rows) {
  const changed = rows.filter((row) => row.changed && row.changed !== "new").length;
  find("table").replaceChildren(
    element("p", {}, say("listed", { count: rows.length, changed }), " ",
      element("a", { href: `/staff/test/csv/${run}`, download: true, text: say("download") })),
    table(say("answers"), [say("message"), say("action"), say("topics"), say("language"), say("by"), say("changed"), "ms",
      ...canMark ? [say("mark")] : []], rows.map((row) => [
      words(row.text), row.action, row.topics, row.variety, row.verdict,
      row.changed && row.changed !== "new" ? element("mark", { dir: "ltr", text: row.changed }) : row.changed && say("new"), String(row.ms),
      ...canMark ? [marking(row.text, row.action, row.topics)] : []])));
}

async function follow(run) {
  for (;;) {
    const state = await call(`/staff/test/list/${run}`);
    find("bar").max = state.total;
    find("bar").value = state.answered;
    find("count").textContent = say("progress", { answered: state.answered, total: state.total });
    if (state.problem) throw new Error(state.problem);
    if (state.done) return state.rows;
    await new Promise((wake) => { setTimeout(wake, 500); });
  }
}

find("list").addEventListener("submit", async (event) => {
  event.preventDefault();
  listProblem("");
  find("table").replaceChildren();
  try {
    const file = find("file").files[0];
    const { run } = await call("/staff/test/list", { content: file ? await file.text() : find("content").value });
    find("progress").hidden = false;
    showRows(run, await follow(run));
  } catch (error) {
    listProblem(error.message);
  }
  find("progress").hidden = true;
});
