/* Keys of the whole admin: g and a letter open a page of the sidebar; a page may bind keys of its own. */
import { BOUND, described, isOnControl, isTyping, isUnfolds, placeAfter } from "./shortcuts.js";

const bound = new Map();
let last = { key: "", at: 0 };

document.addEventListener(BOUND, ({ detail }) => {
  for (const [key, act] of Object.entries(detail)) bound.set(key, act);
});

/* A dialog, the palette, the list of keys or the filters lie above the page. */
function isCovered() {
  if (document.querySelector("dialog[open]")) return true;
  const dialog = document.getElementById("modal-content");
  const state = dialog && window.Alpine ? window.Alpine.$data(dialog) : {};
  return Boolean(state.openModal || state.openCommandResults || state.shortcutsOpen);
}

const linkTo = (place) =>
  document.querySelector(place ? `#nav-sidebar-apps a[href$="${place}"]` : "#nav-sidebar-apps a");

/* Unfold hears keys at the window, after this: what stops here does not reach it. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || isCovered()) {
    if (isUnfolds(event.key)) event.stopPropagation();
    return;
  }
  const pressed = { key: event.key, at: event.timeStamp };
  const place = placeAfter(last, pressed);
  last = pressed;
  if (place !== null) {
    event.preventDefault();
    event.stopImmediatePropagation();
    linkTo(place)?.click();
  } else if (bound.has(event.key) && !(event.key === "Enter" && isOnControl(event.target))) {
    bound.get(event.key)(event);
  }
});

/* The overlay behind "?" lists the keys of every page; a page's own belong there too. */
function describeKeys() {
  const list = document.getElementById("key-list");
  for (const [what, ...keys] of list ? described() : []) list.append(itemFor(what, keys));
}

function itemFor(what, keys) {
  const item = document.createElement("li");
  const shown = Object.assign(document.createElement("span"), { className: "bo-keys" });
  shown.append(...keys.map((key) => Object.assign(document.createElement("kbd"), { className: "bo-key", textContent: key })));
  item.append(Object.assign(document.createElement("span"), { textContent: what }), shown);
  return item;
}

window.addEventListener("load", describeKeys);
