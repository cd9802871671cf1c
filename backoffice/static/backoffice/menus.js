import { bind } from "./shortcuts.js";

/* Menus close when something else is chosen; the sidebar is kept open or closed; a phone's further actions are shown. */

const closeMenus = (but) => {
  for (const menu of document.querySelectorAll("details.bo-menu[open]")) if (!menu.contains(but)) menu.open = false;
};

document.addEventListener("click", ({ target }) => {
  closeMenus(target.closest("details.bo-menu > :not(summary) :is(a, button)") ? null : target);
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.bo-menu[open]");
  if (event.key !== "Escape" || !menu) return;
  const hadFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (hadFocus) menu.querySelector("summary").focus();
});

document.addEventListener("focusin", ({ target }) => closeMenus(target));

/* Kept as Unfold keeps it; on a narrow screen the sidebar lies above the page while it is looked at. */
const page = document.documentElement;
const NARROW = window.matchMedia("(max-width: 1280px)");

function foldSidebar() {
  if (NARROW.matches) page.dataset.sidebar = page.dataset.sidebar === "open" ? "" : "open";
  else page.dataset.sidebar = page.dataset.sidebar === "closed" ? "" : "closed";
  if (!NARROW.matches) localStorage.setItem("sidebarOpen", page.dataset.sidebar === "closed" ? "0" : "1");
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-folds-sidebar]")) foldSidebar();
  else if (page.dataset.sidebar === "open" && !target.closest("#nav-sidebar")) page.dataset.sidebar = "";
});

bind({ "[": (event) => { event.stopImmediatePropagation(); foldSidebar(); } });

document.addEventListener("click", ({ target }) => {
  const button = document.querySelector("[data-more-actions]");
  if (!button) return;
  const shown = document.getElementById(button.getAttribute("aria-controls"));
  const isMenus = target.closest("#secondary-actions summary");
  const isOpen = shown.classList.contains("bo-shown");
  const opens = button.contains(target) ? !isOpen : isOpen && Boolean(isMenus);
  shown.classList.toggle("bo-shown", opens);
  button.setAttribute("aria-expanded", String(opens));
});
