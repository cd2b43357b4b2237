// Right or wrong: a button that opens the form of the page's own template, for one message.
import { call, element, say } from "./dom.js";

const template = document.getElementById("mark");
export const canMark = Boolean(template);

export function marking(text, action, topics) {
  const place = element("div", { class: "marking" });
  const open = element("button", { type: "button", class: "why", text: say("judge") });
  open.addEventListener("click", () => {
    place.replaceChildren(form(place, { text, action, topics }));
    place.scrollIntoView({ block: "nearest" });
    place.querySelector("button").focus();
  });
  place.append(open);
  return place;
}

function form(place, told) {
  const made = template.content.querySelector("form").cloneNode(true);
  for (const [name, value] of Object.entries(told)) made.elements[name].value = value;
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = element("p", { class: "small", role: "status", tabindex: "-1" });
    try {
      await call(made.getAttribute("action"), { ...Object.fromEntries(new FormData(made)), judgement: event.submitter.value });
      told.textContent = say("marked");
      place.replaceChildren(told);
    } catch (error) {
      told.textContent = error.message;
      place.querySelector("[role=status]")?.remove();
      place.append(told);
    }
    told.focus();
  });
  return made;
}
