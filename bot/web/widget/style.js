// The widget's looks. Constructed style sheets need no permission in a page's Content-Security-Policy.

export const PANEL = `
  .panel {
    font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink);
    position: fixed; z-index: 2147483647; right: 20px; bottom: 20px; width: 390px;
    height: min(680px, calc(100dvh - 40px)); display: flex; flex-direction: column; overflow: hidden;
    border-radius: 14px; background: var(--paper); box-shadow: 0 6px 30px rgb(0 0 0 / .35); text-align: start;
  }
  :host([side="left"]) .panel { right: auto; left: 20px; }
  .panel.page { position: static; width: 100%; height: 100%; border-radius: 0; box-shadow: none; }
  @media (max-width: 520px) {
    .panel:not(.page) { inset: 0; width: 100%; height: var(--height, 100dvh); border-radius: 0; }
  }
  .panel:lang(ur):not(:lang(ur-Latn)), .said:lang(ur):not(:lang(ur-Latn)), .quick:lang(ur):not(:lang(ur-Latn)),
  bdi:lang(ur):not(:lang(ur-Latn)), p[dir="rtl"], option:lang(ur):not(:lang(ur-Latn)) {
    font-family: "Jawab Nastaliq", "Noto Nastaliq Urdu", "Jameel Noori Nastaleeq", "Urdu Typesetting", system-ui,
      sans-serif; line-height: 2.1;
  }
  .said:lang(en), .said:lang(ur-Latn), .quick:lang(en), .quick:lang(ur-Latn), bdi:lang(en), p[dir="ltr"], time {
    font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; line-height: 1.45;
  }
  .said[dir="rtl"] bdi { line-height: inherit; }
  button, select, textarea { font: inherit; color: inherit; }
  button { cursor: pointer; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
  header :focus-visible { outline-color: var(--on-head); }
  p, h1, h2, dl, dd { margin: 0; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  header { display: flex; align-items: center; gap: 8px; padding: 8px 12px; background: var(--head); color: var(--on-head); }
  .name { flex: 1; min-width: 0; }
  h1, h2 { font-size: 18px; font-weight: 600; line-height: 1.3; }
  .panel:lang(ur):not(:lang(ur-Latn)) :is(h1, h2) { line-height: 1.9; }
  .name p { font-size: 13px; }
  select {
    min-height: 40px; max-width: 150px; padding: 2px 6px; font-size: 15px; border: 1px solid currentColor; border-radius: 8px;
    background: var(--head); color: var(--on-head);
  }
  .plain { width: 44px; height: 44px; padding: 0; border: 0; background: none; display: grid; place-items: center; }
  .bar { display: flex; gap: 0 2px; padding: 0 8px; background: var(--bar); border-bottom: 1px solid var(--line); }
  .bar button { min-height: 42px; padding: 2px 6px; line-height: 1.2; text-align: start; border: 0; background: none; color: var(--accent); font-size: 14px; font-weight: 600; }
  .panel:lang(ur):not(:lang(ur-Latn)) .bar button { line-height: 1.9; }
  .bar .exit { margin-inline-start: auto; color: var(--bad); }
  .menu { display: grid; gap: 6px; padding: 10px 12px; background: var(--bar); border-bottom: 1px solid var(--line); max-height: 45%; overflow-y: auto; flex-shrink: 0; }
  .menu button, .quick button, .ask button {
    min-height: 44px; padding: 6px 14px; border: 1px solid var(--accent); border-radius: 22px; background: var(--theirs);
    color: var(--accent); text-align: start;
  }
  .notice { padding: 6px 14px; background: var(--sun); font-size: 14px; }
  .offline:not(:empty) { padding: 8px 14px; background: var(--bad); color: var(--bar); font-weight: 600; }

  .log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 12px; }
  .log:focus-visible { outline-offset: -3px; }
  .row { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 10px; }
  .row.end { align-items: flex-end; }
  .bubble { position: relative; max-width: 88%; padding: 8px 12px; border-radius: 12px; background: var(--theirs); overflow-wrap: anywhere; box-shadow: 0 1px 1px rgb(0 0 0 / .13); }
  .theirs { border-start-start-radius: 2px; }
  .mine { background: var(--mine); border-start-end-radius: 2px; }
  .bubble p + p { margin-top: 6px; }
  .bubble .small { font-size: 14px; color: var(--faint); }
  .said { text-align: start; }
  .said[dir="rtl"] .small { font-size: 15px; }
  .meta { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 10px; margin-top: 4px; font-size: 13px; color: var(--faint); }
  .mine .meta { justify-content: flex-end; gap: 4px; }
  .mark .icon { width: 17px; height: 17px; }
  .icon-delivered { color: var(--accent); }
  .failed .mark, .reason { color: var(--bad); }
  .link, .retry { min-height: 32px; padding: 2px 0; border: 0; background: none; color: var(--accent); text-decoration: underline; text-underline-offset: .35em; font-weight: 600; font-size: 14px; }
  .retry { min-height: 44px; color: var(--bad); }
  .votes { display: inline-flex; gap: 2px; margin-inline-start: auto; }
  .votes button { width: 36px; height: 36px; padding: 0; border: 0; background: none; color: var(--faint); display: grid; place-items: center; }
  .votes .icon { width: 19px; height: 19px; }
  .quick { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
  .reason { margin-top: 6px; }
  .receipt { margin-top: 6px; border-top: 1px solid var(--line); font-size: 14px; }
  .entry { padding: 8px 0; border-bottom: 1px solid var(--line); }
  .entry:last-child { border: 0; }
  .first { font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .trial { color: var(--bad); font-weight: 600; }
  .receipt dl { display: flex; flex-wrap: wrap; gap: 2px 16px; color: var(--faint); }
  .receipt dl div { display: flex; gap: 6px; }
  .receipt dt::after { content: ":"; }
  .ask { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 0 auto 10px; padding: 10px 14px; border-radius: 12px; background: var(--theirs); }
  .ask p { flex-basis: 100%; font-weight: 600; }
  .done { text-align: center; font-size: 14px; color: var(--faint); }
  .status { min-height: 0; }
  .typing { padding: 2px 18px 6px; font-size: 14px; color: var(--faint); }
  .typing::after { content: ""; display: inline-block; width: 7px; height: 7px; margin-inline-start: 8px; border-radius: 50%; background: currentColor; animation: breathe .8s ease-in-out infinite alternate; }
  @keyframes breathe { from { opacity: .2; } to { opacity: 1; } }

  form { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px; padding: 8px; background: var(--bar); border-top: 1px solid var(--line); }
  textarea { flex: 1; min-width: 0; min-height: 44px; max-height: 130px; padding: 9px 14px; border: 1px solid var(--faint); border-radius: 22px; background: var(--theirs); resize: none; overflow-y: auto; }
  textarea:focus-visible { outline-width: 2px; outline-offset: -1px; }
  textarea::placeholder { color: var(--faint); opacity: 1; }
  .send { width: 46px; height: 46px; padding: 0; border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); display: grid; place-items: center; flex-shrink: 0; }
  [dir="rtl"] .send .icon { transform: scaleX(-1); }
  .alert:not(:empty) { flex-basis: 100%; color: var(--bad); font-weight: 600; font-size: 14px; }
  @media (max-height: 420px) { .panel { overflow-y: auto; } .log { min-height: 180px; flex-shrink: 0; } .name p { display: none; } }
  @media (prefers-reduced-motion: reduce) { .typing::after { animation: none; } }
  @media (forced-colors: active) { .bubble, .send, .launcher { border: 1px solid; } }
`;
