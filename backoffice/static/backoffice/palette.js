/* The palette: Enter opens the first result, also when a scanner was quicker than the answer. */
const INPUT = "search-input-command";
let asked = "";
let answered = "";
let isWaiting = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === INPUT) asked = event.target.value;
});

// The event's other name, htmx:afterSwap, comes earlier: Unfold would choose none again.
document.addEventListener("htmx:after-swap", (event) => {
  if (event.target.id !== "command-results") return;
  answered = asked;
  const input = document.getElementById(INPUT);
  const first = event.target.querySelector("a[href]");
  if (!first || input.value !== answered) return;
  if (isWaiting) window.location.assign(first.href);
  else input.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
});

/* It takes a moment until the opened search has the focus: what is typed meanwhile is for it, not for the list. */
const OPENS_WITHIN = 1000;
let openedAt = -Infinity;

document.addEventListener("keydown", (event) => {
  const input = document.getElementById(INPUT);
  if (!input || event.target === input) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const isText = !isCommand && (event.key.length === 1 || event.key === "Enter");
  if (isCommand && event.key === "k") {
    openedAt = event.timeStamp;
  } else if (isText && event.timeStamp - openedAt < OPENS_WITHIN) {
    if (event.key === "Enter") isWaiting = true;
    else input.value += event.key;
    event.preventDefault();
    event.stopPropagation();
  }
}, { capture: true });

document.addEventListener("focusin", (event) => {
  if (event.target.id !== INPUT) return;
  openedAt = -Infinity;
  // What htmx searches upon.
  if (event.target.value) event.target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== INPUT) return;
  isWaiting = event.key === "Enter" && event.target.value !== "" && event.target.value !== answered;
  if (!isWaiting) return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });
