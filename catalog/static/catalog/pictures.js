/* The pictures on a product's page: dropped or chosen, several at once, moved by dragging; every change is sent by
   itself, so that nothing that is typed into the form is lost. Without it the same forms lead through the page. */
import { csrfToken, heldBy } from "../backoffice/request.js";
import { gettext } from "../backoffice/words.js";

const card = () => document.getElementById("pictures");
const placeOf = (item) => [...item.parentElement.children].indexOf(item) + 1;

function tell(text) {
  const line = card().querySelector("[role=status]");
  line.textContent = text;
  line.hidden = !text;
}

function complain(text) {
  const banner = card().querySelector("[role=alert]");
  banner.hidden = !text;
  banner.replaceChildren(...text.split("\n").filter(Boolean).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  }));
}

/* What the shop answers: the card as it is now, or why not. */
async function send(url, body) {
  const headers = { "X-Part": "pictures", "X-CSRFToken": csrfToken(document.cookie) };
  try {
    const response = await fetch(url, { method: "POST", body, headers, redirect: "manual" });
    const isRefusal = response.headers.get("Content-Type")?.startsWith("text/plain");
    if (isRefusal) return { refused: await response.text() };
    if (response.ok) return { card: await response.text() };
    if (response.status === 413) return { refused: gettext("This file is too large.") };
    if (response.type === "opaqueredirect" || response.status === 403) {
      return { refused: gettext("You are signed out: load the page again, and sign in.") };
    }
  } catch {
    // Told below.
  }
  return { refused: gettext("The shop cannot be reached. Try again in a moment.") };
}

function show(answer) {
  if (!answer.card) return;
  const page = new DOMParser().parseFromString(answer.card, "text/html");
  card().replaceWith(page.getElementById("pictures"));
  prepare();
}

async function add(files) {
  const refused = [];
  const { action } = card().querySelector(".bo-drop");
  for (const [index, file] of files.entries()) {
    tell(gettext("Adding %(number)s of %(all)s: %(name)s", { number: index + 1, all: files.length, name: file.name }));
    const body = new FormData();
    body.append("pictures", file);
    const answer = await send(action, body);
    show(answer);
    if (answer.refused) refused.push(answer.refused);
  }
  tell("");
  complain(refused.join("\n"));
  (card().querySelector(".bo-drop input[type=file]") ?? card().querySelector(".bo-picture:last-child summary"))?.focus();
}

async function change(form, submitter) {
  const body = heldBy(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const name = form.closest(".bo-picture").dataset.name;
  const answer = await send(form.action, body);
  show(answer);
  complain(answer.refused ?? "");
  const again = card().querySelector(`[data-name="${name}"] summary`) ?? card().querySelector("summary, input[type=file]");
  again?.focus();
}

async function move(item, position) {
  const body = new FormData();
  body.append("picture", item.dataset.name);
  body.append("position", position);
  const answer = await send(item.querySelector("form").action, body);
  show(answer);
  complain(answer.refused ?? "");
}

function prepare() {
  card().querySelector(".bo-drop")?.classList.add("bo-scripted");
}

/* Caught on its way: Unfold would look for a text field beside every input of files, and there is none. */
document.addEventListener("change", (event) => {
  if (!event.target.matches("#pictures [type=file]")) return;
  event.stopPropagation();
  if (event.target.files.length) add([...event.target.files]);
}, { capture: true });

document.addEventListener("submit", (event) => {
  if (!event.target.closest("#pictures")) return;
  event.preventDefault();
  if (event.target.matches(".bo-drop")) add([...event.target.elements.pictures.files]);
  else change(event.target, event.submitter);
});

/* Dragging: a picture to another place, or files from the desk. */
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".bo-picture") ?? null;
  if (dragged) event.dataTransfer.effectAllowed = "move";
  dragged?.classList.add("bo-dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("bo-dragged");
  dragged = null;
});
document.addEventListener("dragover", (event) => {
  const drop = event.target.closest?.(".bo-drop");
  const other = dragged && event.target.closest?.(".bo-picture");
  const hasFiles = event.dataTransfer.types.includes("Files") && !dragged;
  if (other || (hasFiles && event.target.closest?.("#pictures"))) event.preventDefault();
  card().classList.toggle("bo-over", Boolean(hasFiles && drop));
});
document.addEventListener("drop", (event) => {
  card().classList.remove("bo-over");
  if (!event.target.closest?.("#pictures")) return;
  event.preventDefault();
  const other = event.target.closest(".bo-picture");
  if (dragged && other && other !== dragged) move(dragged, placeOf(other));
  else if (!dragged && event.dataTransfer.files.length && card().querySelector(".bo-drop")) add([...event.dataTransfer.files]);
});

if (card()) prepare();
