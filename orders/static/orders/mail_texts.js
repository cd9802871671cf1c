/* Shows the mail while its words are written, and what is wrong with them beside the field. */
import { fetchJson } from "../backoffice/request.js";

const PAUSE = 400;
const form = document.querySelector("[data-mail-text]");
const frame = document.querySelector("iframe.bo-letter");
let waiting;
let asked = 0;

async function preview() {
  const body = new FormData(form);
  body.set("do", "preview");
  const mine = ++asked;
  const answer = await fetchJson(form.action, { method: "POST", body, headers: { "X-Part": "preview" } }).catch(() => null);
  // What was asked earlier may be answered later.
  if (!answer || mine !== asked) return;
  for (const name of ["opening", "closing"]) tell(name, answer.faults[name] ?? "");
  if (answer.html) frame.srcdoc = answer.html;
}

function tell(name, fault) {
  const field = form.elements[name];
  document.getElementById(`${field.id}_error`).textContent = fault;
  field.closest(".bo-field").classList.toggle("errors", fault !== "");
  if (fault) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(preview, PAUSE);
});
