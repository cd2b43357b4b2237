// The flight recorder: every step from the typed words to the signed texts, as the server recorded it.
import { element, say, table, words } from "./dom.js";

function typed(record) {
  const line = element("p", { class: "typed", dir: "auto" });
  for (const piece of record.pieces) {
    line.append(piece.cues.length ? element("mark", { title: piece.cues.join(", "), text: piece.text }) : piece.text);
  }
  return line;
}

function evidence(told) {
  const counts = Object.entries(told.evidence).map(([name, value]) => `${name} ${value}`).join(", ");
  return told.label ? `${told.label} (${counts})` : say("noWords");
}

function votes(record) {
  return table(say("votes"), [say("askedBy"), say("level"), say("because"), say("outcome")], record.votes.map((vote) => [
    vote.who, vote.level, vote.because ? words(vote.because) : "", say(vote.won ? "decided" : "outranked")]));
}

function ranking(record) {
  const list = element("ul", { class: "ranking" });
  for (const [name, score] of record.ranking) {
    list.append(element("li", {}, element("meter", { min: 0, max: 1, value: score, "aria-label": name }),
      " ", element("bdi", { text: `${name} ${score.toFixed(3)}` })));
  }
  return list;
}

function blocks(record) {
  const rows = record.replies.flatMap((reply) => reply.blocks).map((block) => [
    block.id, block.standing, block.signers.join(say("comma")) || say("nobody"), block.date || "-", block.expires || "-",
    block.sha256.slice(0, 12)]);
  return rows.length ? table(say("texts"), [say("text"), say("standing"), say("signedBy"), say("on"), say("until"), "SHA-256"], rows)
    : element("p", { text: say("noText") });
}

export function flight(record) {
  const part = (title, ...children) => element("section", {}, element("h3", { text: title }), ...children);
  const shown = [
    part(say("typed"), typed(record)),
    part(say("normal"), element("p", {}, words(record.normalised))),
    part(say("variety"), element("p", {}, element("bdi", { text: evidence(record.told) }))),
    part(say("classifier"), ranking(record)),
    part(say("levels"), votes(record),
      element("p", {
        text: say("verdict", { level: record.verdict.level || say("button"), reason: record.verdict.reason || say("aButton") }) })),
    part(say("done"), element("p", {}, element("bdi", { text: `${record.action}: ${record.reasons.join("; ") || "-"}` })),
      element("p", { text: record.replies.map((reply) => reply.shape.limits).join("; ") })),
    part(say("signed"), blocks(record)),
    part(say("milliseconds"), table(say("milliseconds"), [say("step"), "ms"], [
      ...record.steps.map((step) => [step.name, step.ms.toFixed(2)]), [say("together"), record.ms.toFixed(1)]])),
  ];
  if (record.draft) {
    shown.push(part(say("draft"), element("p", {}, words(record.draft.text, record.draft.variety))));
  }
  return shown;
}
