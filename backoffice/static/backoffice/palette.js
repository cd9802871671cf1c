/* The palette: searches whatever way its text came to be there; Enter opens the first result, also when a
   scanner was quicker than the answer. */
const INPUT = "search-input-command";
const NOW = "search-now";
let asked = "";
let answered = "";
let isWaiting = false;

const field = () => document.getElementById(INPUT);
const searchNow = () => field().dispatchEvent(new Event(NOW));

/* Unfold waits for a key, which a paste by mouse, a dictation and some keyboards on glass never press. htmx
   reads these once the page has loaded, which is after this. */
field()?.setAttribute("hx-trigger", `input changed delay:250ms, ${NOW}`);

/* What was not typed letter by letter is complete. */
const TYPED = ["insertText", "insertCompositionText", "deleteContentBackward", "deleteContentForward"];
document.addEventListener("input", (event) => {
  if (event.target.id !== INPUT || TYPED.includes(event.inputType)) return;
  event.stopPropagation();
  searchNow();
}, { capture: true });

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === INPUT) asked = event.target.value;
});

// The event's other name, htmx:afterSwap, comes earlier: Unfold would choose none again.
document.addEventListener("htmx:after-swap", (event) => {
  if (event.target.id !== "command-results") return;
  answered = asked;
  const input = field();
  const first = event.target.querySelector("a[href]");
  if (!first || input.value !== answered) return;
  if (isWaiting) window.location.assign(first.href);
  else input.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
});

/* It takes a moment until the opened search has the focus: what is typed meanwhile is for it, not for the list. */
const OPENS_WITHIN = 1000;
let openedAt = -Infinity;

const isOpening = ({ ctrlKey, metaKey, altKey, shiftKey, key }) =>
  (ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k";

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

/* Also from within a field, where Unfold leaves the key to the browser; a dialog must be closed first. */
function open(event) {
  stop(event);
  const state = window.Alpine.$data(field());
  if (state.openModal || state.openCommandResults) return;
  openedAt = event.timeStamp;
  window.dispatchEvent(new CustomEvent("opencommand"));
  // What was closed a moment ago may still take the keyboard back to where it was.
  setTimeout(() => { if (window.Alpine.$data(field()).openCommandResults) field().focus(); }, 80);
}

document.addEventListener("keydown", (event) => {
  const input = field();
  if (!input || event.target === input) return;
  const isText = !event.ctrlKey && !event.metaKey && (event.key.length === 1 || event.key === "Enter");
  if (isOpening(event)) {
    open(event);
  } else if (isText && event.timeStamp - openedAt < OPENS_WITHIN) {
    if (event.key === "Enter") isWaiting = true;
    else input.value += event.key;
    stop(event);
  }
}, { capture: true });

document.addEventListener("focusin", (event) => {
  if (event.target.id !== INPUT) return;
  openedAt = -Infinity;
  if (event.target.value) searchNow();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== INPUT) return;
  isWaiting = event.key === "Enter" && event.target.value !== "" && event.target.value !== answered;
  if (!isWaiting) return;
  stop(event);
  if (event.target.value !== asked) searchNow();
}, { capture: true });
