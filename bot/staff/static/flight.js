// The flight recorder: every step from the typed words to the signed texts, as the server recorded it.
import { element, table, words } from "./dom.js";

function typed(record) {
  const line = element("p", { class: "typed", dir: "auto" });
  for (const piece of record.pieces) {
    line.append(piece.cues.length ? element("mark", { title: piece.cues.join(", "), text: piece.text }) : piece.text);
  }
  return line;
}

function evidence(told) {
  const counts = Object.entries(told.evidence).map(([name, value]) => `${name} ${value}`).join(", ");
  return told.label ? `${told.label} (${counts})` : "no words";
}

function votes(record) {
  return table("Who asked for what", ["Asked by", "Level", "Because of", "Outcome"], record.votes.map((vote) => [
    vote.who, vote.level, vote.because ? words(vote.because) : "", vote.won ? "decided" : "outranked or agreed"]));
}

function ranking(record) {
  const list = element("ul", { class: "ranking" });
  for (const [name, score] of record.ranking) {
    list.append(element("li", {}, element("meter", { min: 0, max: 1, value: score, "aria-label": name }),
      ` ${name} ${score.toFixed(3)}`));
  }
  return list;
}

function blocks(record) {
  const rows = record.replies.flatMap((reply) => reply.blocks).map((block) => [
    block.id, block.standing, block.signers.join(", ") || "nobody", block.date || "-", block.expires || "-",
    block.sha256.slice(0, 12)]);
  return rows.length ? table("Texts sent", ["Text", "Standing", "Signed by", "On", "Until", "SHA-256"], rows)
    : element("p", { text: "No ledger text: the service-trouble text went instead." });
}

export function flight(record) {
  const part = (title, ...children) => element("section", {}, element("h3", { text: title }), ...children);
  const shown = [
    part("Typed, with the words that rules caught", typed(record)),
    part("Normal form", element("p", {}, words(record.normalised))),
    part("Variety", element("p", { text: evidence(record.told) })),
    part("Classifier", ranking(record)),
    part("Who asked for which level of caution", votes(record),
      element("p", { text: `Verdict: ${record.verdict.level || "button"}, by ${record.verdict.reason || "a button"}` })),
    part("Done", element("p", { text: `${record.action}: ${record.reasons.join("; ") || "-"}` }),
      element("p", { text: record.replies.map((reply) => reply.shape.limits).join("; ") })),
    part("Texts sent, and who signed them", blocks(record)),
    part("Milliseconds", table("Milliseconds", ["Step", "ms"], [
      ...record.steps.map((step) => [step.name, step.ms.toFixed(2)]), ["together", record.ms.toFixed(1)]])),
  ];
  if (record.draft) {
    shown.push(part("The draft texts would have said", element("p", {}, words(record.draft.text, record.draft.variety))));
  }
  return shown;
}
