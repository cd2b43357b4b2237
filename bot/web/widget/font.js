// Nastaliq, fetched only when there is Urdu to show; until it is here the phone's own font shows the text.

const RANGE = "U+0600-06FF, U+200C-200F";
let asked = false;

export function fetchNastaliq(base) {
  if (asked) return;
  asked = true;
  const url = new URL("fonts/noto-nastaliq-urdu-5.3.0.woff2", base);
  document.fonts.add(new FontFace("Jawab Nastaliq", `url("${url}")`, { display: "swap", unicodeRange: RANGE }));
}
