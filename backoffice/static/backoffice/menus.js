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

const root = document.documentElement;
const NARROW = window.matchMedia("(max-width: 1280px)");

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-sidebar]")) {
    if (NARROW.matches) root.classList.toggle("bo-sidebar-open");
    else localStorage.setItem("sidebarOpen", root.classList.toggle("bo-sidebar-closed") ? "0" : "1");
  } else if (!target.closest("#nav-sidebar")) root.classList.remove("bo-sidebar-open");
});

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
