// Deadline clocks: how long there is left, in words, told again every ten seconds.
import { say } from "./dom.js";

function words(seconds) {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  const span = minutes < 120 ? say("minutes", { minutes }) : say("hours", { hours: Math.round(minutes / 60) });
  return say(seconds < 0 ? "overdue" : "due", { span });
}

function tick() {
  for (const clock of document.querySelectorAll("[data-due]")) {
    const left = Number(clock.dataset.due) - Date.now() / 1000;
    clock.textContent = words(left);
    clock.classList.toggle("late", left < 0);
  }
}

tick();
setInterval(tick, 10_000);
