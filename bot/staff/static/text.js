// How far a text went is counted apart from its page: over a year of conversations that takes a moment.
import { call } from "./dom.js";

const place = document.querySelector("[data-reach]");
if (place) {
  try {
    place.textContent = (await call(place.dataset.reach)).words;
  } catch (error) {
    place.textContent = error.message;
  }
}
