/* The filters of a list lie in a sheet at its side: f and a button open it, Escape and the page beside it close it. */
import { bind } from "./shortcuts.js";

const opener = document.querySelector("[data-opens]");
const sheet = opener && document.getElementById(opener.dataset.opens);

if (sheet) {
  const open = () => sheet.showModal();
  opener.addEventListener("click", open);
  bind({ f: (event) => { event.preventDefault(); open(); } });

  sheet.addEventListener("click", ({ target }) => {
    if (target === sheet || target.closest("[data-closes]")) sheet.close();
  });
  /* What is left empty does not narrow the list, and does not clutter its address. */
  sheet.addEventListener("submit", ({ target }) => {
    for (const control of target.elements) if (control.name && !control.value) control.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const control of sheet.querySelectorAll(":disabled")) control.disabled = false;
  });
}
