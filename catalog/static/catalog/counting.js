/* Counting shelves, in [data-counting]: Enter records a row and moves on; answers come in behind. */
import { goTo } from "../backoffice/focus.js";
import { FAILED, SIGNED_OUT, csrfToken, fetchJson, newKey } from "../backoffice/request.js";
import { gettext, grouped, ungrouped } from "../backoffice/words.js";
import { CountQueue } from "./count_queue.js";
import { farAway, isCode, isFar, isOf, tally } from "./counts.js";

const GIVE_UP_AFTER = 20000;
const page = document.querySelector("[data-counting]");
const scan = page.querySelector("[data-scan]");
const queue = new CountQueue({ send: sendOne, onAnswer: answered, onFailure: notSent, onEmpty: leave });
let leavingTo;
let isLookingUp = false, isEntered = false;

const rows = () => [...page.querySelectorAll("[data-row]")];
const inputOf = (row) => row.querySelector("input");
const neighbour = (row, by) => rows()[rows().indexOf(row) + by];
const onPage = (code) => rows().find(({ dataset }) => isOf(code, dataset));

// What is said

function show(row, state, html) {
  row.dataset.state = state;
  row.querySelector(".bo-says").innerHTML = html;
}

function trouble(cause, text) {
  page.dataset.cause = cause;
  page.querySelector("[data-trouble]").hidden = !text;
  page.querySelector("[data-trouble] span").textContent = text;
  page.querySelector("[data-send-again]").hidden = !queue.waiting.length;
}

function noMore(cause) {
  if (page.dataset.cause === cause) trouble("", "");
}

function tellTally() {
  const refused = rows().filter((row) => row.dataset.state === "refused").length;
  page.querySelector("[data-tally]").textContent = tally(queue.waiting.length, refused);
}

function addOneTo(figure) {
  const place = page.querySelector(figure);
  place.textContent = grouped(ungrouped(place.textContent) + 1);
}

function why({ cause, message }) {
  // What went wrong without a request says so itself.
  if (!cause) return message;
  return cause === SIGNED_OUT
    ? gettext("You are signed out, or may no longer count. Sign in again in another tab.")
    : gettext("The shop cannot be reached, or is too busy.");
}

// Counts on their way

const ask = (url, options) => fetchJson(url, { signal: AbortSignal.timeout(GIVE_UP_AFTER), ...options });

function sendOne({ row, counted, expected, key }) {
  const options = {
    method: "POST",
    body: new URLSearchParams({ counted, expected, key }),
    headers: { "X-CSRFToken": csrfToken(document.cookie) },
  };
  return ask(row.dataset.row, options).catch((error) => {
    if (error.cause !== FAILED) throw error;
    // What failed in the shop itself was not recorded; it must not hold up the counts behind it.
    return { is_counted: false, on_hand: expected, says: gettext("The shop failed at this one. Enter tries again.") };
  });
}

function answered({ row, counted }, answer) {
  row.dataset.onHand = answer.on_hand;
  row.querySelector(".bo-has").textContent = grouped(answer.on_hand);
  if (!queue.waiting.some((count) => count.row === row)) row.dataset.next = answer.on_hand;
  show(row, answer.is_counted ? "counted" : "refused", answer.says);
  if (answer.is_counted) tallyProduct(row, counted, answer.differs);
  noMore("sending");
  tellTally();
}

/* Once however often it is counted, and not at all when the list is of others. */
function tallyProduct(row, counted, differs) {
  row.dataset.recorded = counted;
  if (!row.dataset.tallied) addOneTo("[data-counted]");
  if (differs && row.dataset.tallied !== "differs") addOneTo("[data-differing]");
  if (row.dataset.tallied !== "differs") row.dataset.tallied = differs ? "differs" : "right";
}

function notSent(error) {
  for (const { row } of queue.waiting) show(row, "waiting", gettext("not sent yet"));
  const facts = { why: why(error), count: queue.waiting.length };
  trouble("sending", gettext("%(why)s %(count)s not sent yet; kept on this page and tried again.", facts));
}

function leave() {
  if (leavingTo) window.location.assign(leavingTo);
}

/* Far from what is on hand: then false, and Enter is wanted again. */
function record(row) {
  const counted = inputOf(row).value.trim();
  const expected = row.dataset.next ?? row.dataset.onHand;
  if (row.dataset.state === "counted" && row.dataset.recorded === counted) return true;
  if (isFar(counted, expected) && row.dataset.asked !== counted) {
    row.dataset.asked = counted;
    show(row, "asked", farAway(counted, expected));
    return false;
  }
  row.dataset.next = counted;
  show(row, "waiting", "…");
  queue.add({ row, counted, expected, key: newKey() });
  tellTally();
  return true;
}

// Finding a product's row

async function lookUp(code) {
  const filters = new URLSearchParams(location.search);
  filters.set("code", code);
  // A fault of the shop finds nothing, like a code that nobody knows.
  const answer = await ask(`${page.dataset.find}?${filters}`).catch((error) => {
    if (error.cause !== FAILED) throw error;
  });
  page.querySelector("tbody").insertAdjacentHTML("afterbegin", answer?.rows ?? "");
  if (!onPage(code)) throw new Error(gettext("No product has the SKU or barcode %(code)s.", { code }));
  return onPage(code);
}

/* What is typed while a row is being looked up belongs to that row. */
async function find(code) {
  goTo(scan);
  scan.value = "";
  isLookingUp = true;
  try {
    const row = onPage(code) ?? await lookUp(code);
    row.dataset.scanned = "";
    inputOf(row).value = scan.value.trim();
    goTo(inputOf(row));
    noMore("finding");
    if (isEntered) enter(inputOf(row));
  } catch (error) {
    trouble("finding", why(error));
  }
  scan.value = "";
  isLookingUp = isEntered = false;
}

// Keys and clicks

function enter(input) {
  const row = input.closest("[data-row]");
  const text = input.value.trim();
  if (isCode(text)) {
    input.value = "";
    find(text);
  } else if (!text || record(row)) {
    const next = "scanned" in row.dataset ? scan : neighbour(row, 1) && inputOf(neighbour(row, 1));
    if (next) goTo(next);
    else (page.querySelector("[rel=next]") ?? scan).focus();
  }
}

function onKey(event) {
  const row = event.target.closest("[data-row]");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.target.tagName !== "INPUT" || !(by || event.key === "Enter")) return;
  event.preventDefault();
  if (by) {
    const next = row ? neighbour(row, by) : rows()[0];
    if (next) goTo(inputOf(next));
  } else if (row) {
    enter(event.target);
  } else if (isLookingUp) {
    isEntered = true;
  } else if (scan.value.trim()) {
    find(scan.value.trim());
  }
}

function onClick(event) {
  // What is typed replaces what was counted before.
  if (event.target.closest("[data-row] input")) event.target.select();
  const link = event.target.closest("a[href]");
  if (!link || !queue.waiting.length) return;
  event.preventDefault();
  leavingTo = link.href;
}

page.addEventListener("keydown", onKey);
page.addEventListener("click", onClick);
page.querySelector("[data-send-again]").addEventListener("click", () => queue.sendAll());
window.addEventListener("online", () => queue.sendAll());
window.addEventListener("beforeunload", (event) => { if (queue.waiting.length) event.preventDefault(); });
