// Keeps runs of one script whole inside a line of the other: "AMH 0.4 ng/mL", "1-3%" and "0311-7786264" would have
// their parts reordered by the bidirectional algorithm after an Urdu letter.

const WORD = "[\\p{Script=Latin}\\p{Nd}]";
const INSIDE = "[\\p{Script=Latin}\\p{M}\\p{Nd} .,:;/&+×*@_%°=<>’'–-]";
const RUN = `${WORD}(?:${INSIDE}*(?:${WORD}|[%°+]))?`;
const LATIN = new RegExp(`(?:[+<>≤≥~±-](?=\\p{Nd}))?${RUN}(?: ?\\(${RUN}\\) ?${RUN})*`, "gu");
const ARABIC = /\p{Script=Arabic}(?:[\p{Script=Arabic}\p{M}\s،؛؟۔\u200c]*[\p{Script=Arabic}\p{M}؟۔])?/gu;
const LETTER = { latin: /\p{Script=Latin}/gu, arabic: /\p{Script=Arabic}/gu };

// Urdu with English terms in it is Urdu, even when it starts with one: "POF کیا ہے؟" runs from the right.
export function direction(text) {
  const [latin, arabic] = [LETTER.latin, LETTER.arabic].map((letters) => text.match(letters)?.length ?? 0);
  return arabic > 0 && arabic * 2 >= latin ? "rtl" : "ltr";
}

// Returns the nodes that show `text` in a line that runs in `dir`.
export function isolate(text, dir) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(dir === "rtl" ? LATIN : ARABIC)) {
    if (found.index > from) nodes.push(text.slice(from, found.index));
    const run = document.createElement("bdi");
    run.dir = dir === "rtl" ? "ltr" : "rtl";
    if (dir === "ltr") run.lang = "ur";
    else if (/\p{Script=Latin}/u.test(found[0])) run.lang = "en";
    run.textContent = found[0];
    nodes.push(run);
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}
