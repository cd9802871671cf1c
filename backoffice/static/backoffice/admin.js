/* The admin's own behaviour: keys, focus, scanners. No inline script anywhere: the CSP forbids it. */
(() => {
  "use strict";

  /* After g: the sidebar's link that ends so, hence only pages that this user may open. */
  const PLACES = {
    o: "/orders/order/", p: "/orders/promocode/", s: "/catalog/product/", c: "/catalog/product/count/", i: "/catalog/stockimport/",
  };
  let lastKey = { key: "", at: 0 };

  const isTyping = (element) =>
    element && (element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName)) &&
    !["checkbox", "radio", "button", "submit"].includes(element.type);

  const isDialogOpen = () => {
    const dialog = document.getElementById("modal-content");
    return Boolean(dialog && dialog.offsetParent !== null);
  };

  function goTo(key) {
    const ending = PLACES[key];
    const link = ending ? `#nav-sidebar-apps a[href$="${ending}"]` : "#nav-sidebar-apps a";
    document.querySelector(link)?.click();
  }

  /* Lists: j and k move, x selects, e expands, Enter opens. */
  const rows = () => [...document.querySelectorAll("#result_list tr.data-row")];
  const here = () => document.querySelector("#result_list tr.bo-here");

  function moveTo(row) {
    if (!row) return;
    here()?.classList.remove("bo-here");
    row.classList.add("bo-here");
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(here());
    moveTo(all[Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  const ROW_KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => here()?.querySelector("input.action-select")?.click(),
    e: () => here()?.querySelector("[data-expander]")?.click(),
    Enter: () => here()?.querySelector("th a, td a")?.click(),
  };
  /* On the page of one row. */
  const PAGE_KEYS = { j: ".bo-beside [rel=next]", k: ".bo-beside [rel=prev]" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
    const isSecondKey = lastKey.key === "g" && event.timeStamp - lastKey.at < 1000;
    lastKey = { key: event.key, at: event.timeStamp };
    if (isSecondKey && (event.key === "d" || PLACES[event.key])) {
      event.preventDefault();
      goTo(event.key);
      return;
    }
    const isOnControl = ["A", "BUTTON", "SUMMARY"].includes(event.target.tagName) || event.target.type === "checkbox";
    if (event.key === "Enter" && (isOnControl || !here())) return;
    if (ROW_KEYS[event.key] && rows().length) {
      event.preventDefault();
      ROW_KEYS[event.key]();
    } else if (PAGE_KEYS[event.key]) {
      document.querySelector(PAGE_KEYS[event.key])?.click();
    }
  });

  /* Row expanders and row menus cannot be reached by keyboard in Unfold: make buttons of them. */
  function makeButton(element, label) {
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    element.setAttribute("aria-label", label);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      element.click();
    });
  }

  function makeRowsReachable() {
    for (const row of rows()) {
      for (const cell of row.querySelectorAll("td.cursor-pointer")) {
        cell.dataset.expander = "";
        makeButton(cell, "Show details");
      }
      for (const menu of row.querySelectorAll("td.field-actions_holder span.cursor-pointer")) {
        makeButton(menu, "More actions");
      }
    }
  }

  /* The overlay behind "?" lists Unfold's keys; ours belong there too. */
  const OUR_KEYS = [
    ["Next and previous row or order", "j", "k"], ["Select row", "x"], ["Open row", "Enter"], ["Show row's details", "e"],
    ["Go to dashboard", "g", "d"], ["Go to orders", "g", "o"], ["Go to promo codes", "g", "p"], ["Go to products", "g", "s"],
    ["Count shelves", "g", "c"], ["Import stock", "g", "i"],
  ];

  function tellOurKeys() {
    const model = document.querySelector('[x-show="shortcutsOpen"] ul:nth-of-type(1) li kbd')?.closest("ul");
    const list = model?.parentElement.nextElementSibling?.querySelector("ul");
    const key = list?.querySelector("kbd");
    if (!key) return;
    for (const [what, ...keys] of OUR_KEYS) {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = what;
      const shown = document.createElement("span");
      shown.className = "bo-keys";
      for (const each of keys) {
        const copy = key.cloneNode(true);
        copy.querySelector("span").textContent = each;
        shown.append(copy);
      }
      item.append(name, shown);
      list.append(item);
    }
  }

  /* Focus: Alpine's x-cloak hides full pages until load, so autofocus fails on them. */
  function focusFirst() {
    const first = document.querySelector("[data-focus], [autofocus]");
    if (!first || first.closest("#modal-content")) return;
    first.focus();
    first.select?.();
  }

  /* Scanners end with Enter: inside [data-enter-next] it moves to the next field, and submits from none. */
  document.addEventListener("keydown", (event) => {
    const list = event.target.closest?.("[data-enter-next]");
    if (!list || event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const inputs = [...list.querySelectorAll("input:not([type=hidden]):not([disabled]):not([type=checkbox])")];
    const next = inputs[inputs.indexOf(event.target) + 1] ?? list.querySelector("[type=submit]");
    next?.focus();
    next?.select?.();
  });

  /* [data-copy] copies its text, [data-print] prints the page, [data-submit-on-change] sends its form. */
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard?.writeText(copy.dataset.copy).then(() => {
        const before = copy.textContent;
        copy.textContent = "Copied";
        setTimeout(() => { copy.textContent = before; }, 1500);
      });
    }
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form?.requestSubmit();
  });

  /* A form is sent once, however often its button is pressed; [data-busy] is what its button says meanwhile. */
  const SENT_ONCE = "form[data-once], #content-main > form[id$=_form]";
  // Those of a form that stand outside it belong to it as well.
  const buttonsOf = (form) => [...form.elements].filter(({ type }) => type === "submit");

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(SENT_ONCE)) return;
    for (const button of buttonsOf(event.target)) {
      setTimeout(() => {
        button.disabled = true;
        if (!button.dataset.busy) return;
        button.dataset.idle = button.textContent;
        button.textContent = button.dataset.busy;
      });
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of [...document.querySelectorAll(SENT_ONCE)].flatMap(buttonsOf)) {
      if (!button.hasAttribute("data-never")) button.disabled = false;
      if (button.dataset.idle) button.textContent = button.dataset.idle;
    }
  });

  /* A letter's frame is as high as the letter. */
  function fitLetters() {
    for (const frame of document.querySelectorAll("iframe.bo-letter")) {
      const letter = frame.contentDocument?.documentElement;
      if (!letter) continue;
      frame.style.height = "0";
      frame.style.height = `${letter.scrollHeight + 2}px`;
    }
  }

  window.addEventListener("load", () => {
    makeRowsReachable();
    tellOurKeys();
    focusFirst();
    fitLetters();
  });
})();

/* Dialogs, rows and the search ask within the page: once, and told when there is no answer. */
(() => {
  "use strict";

  const isDialogs = (form) => form.matches?.("#dialog > form");
  const told = Object.assign(document.createElement("p"), { className: "bo-banner bo-bad bo-failed" });
  told.setAttribute("role", "alert");

  function tell(text) {
    told.textContent = text;
    document.body.append(told);
  }

  /* What was sent may have been done although no answer came; a dialog's key keeps it from being done again. */
  const adviceOn = ({ requestConfig }) =>
    requestConfig.verb === "get" ? "Try again in a moment." : "Send it again in a moment: nothing is done twice.";

  /* A second click while the first is under way would do it all again: htmx sends it afterwards. */
  document.addEventListener("htmx:confirm", (event) => {
    if (!isDialogs(event.target)) return;
    if (event.target.hasAttribute("data-sent")) event.preventDefault();
    else event.target.setAttribute("data-sent", "");
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    // Done: the page is about to be left, and nothing more is sent.
    const isDone = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (isDialogs(event.target) && !isDone) event.target.removeAttribute("data-sent");
  });

  document.addEventListener("htmx:beforeSend", () => told.remove());
  document.addEventListener("htmx:sendError", ({ detail }) => tell(`The shop cannot be reached. ${adviceOn(detail)}`));
  /* A refusal says itself what to do; whether a fault did something, a dialog's key makes no matter. */
  document.addEventListener("htmx:responseError", ({ detail }) => {
    const { status, responseText } = detail.xhr;
    const isSaid = status < 500 && detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
    const id = detail.xhr.getResponseHeader("X-Request-ID");
    tell(isSaid ? responseText : `The shop could not do this (${status}). ${adviceOn(detail)}${id ? ` (Request ${id})` : ""}`);
  });

  /* Unfold calls it Cancel, which beside “Cancel these units” could mean either. */
  document.addEventListener("htmx:afterSwap", () => {
    const close = document.querySelector("#dialog a[href='#']");
    if (close) close.textContent = "Close";
  });

  /* For a few lines of many: the others need not be emptied one by one. */
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-clear]")) return;
    const quantities = document.querySelectorAll("#dialog-form [type=number]");
    for (const quantity of quantities) quantity.value = 0;
    quantities[0].focus();
    quantities[0].select();
  });

  // Unfold opens a dialog whatever was answered: an empty one, or the one from before.
  document.addEventListener("htmx:after-on-load", (event) => {
    if (event.detail.xhr.status >= 400) event.stopPropagation();
  }, { capture: true });
})();

/* The palette: Enter opens the first result, also when a scanner was quicker than the answer. */
(() => {
  "use strict";

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
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      openedAt = event.timeStamp;
    } else if (event.timeStamp - openedAt < OPENS_WITHIN && !event.ctrlKey && !event.metaKey && (event.key.length === 1 || event.key === "Enter")) {
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

  /* On narrow screens tabs scroll: show the chosen one. */
  window.addEventListener("load", () => {
    const tabs = document.getElementById("tabs-items");
    const chosen = tabs?.querySelector(".active");
    if (chosen) tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
  });
})();

/* Stock: choosing files and counting shelves. */
(() => {
  "use strict";

  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  /* Files: in form[data-upload] a chosen or dropped file is sent at once; the form says how far that is. */
  function tell(form, text, { isBad = false, share = null } = {}) {
    const isUnderway = Boolean(text) && !isBad;
    const bar = form.querySelector("progress");
    const words = form.querySelector(".bo-progress span");
    bar.hidden = !isUnderway;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    words.textContent = text;
    words.className = isBad ? "bo-bad" : "";
    form.toggleAttribute("data-sending", isUnderway);
  }

  async function rowsRead(form, upload) {
    const answer = await fetch(`${form.dataset.upload}?upload=${upload}`).then((response) => response.json()).catch(() => null);
    return answer?.rows ? `${answer.rows.toLocaleString("en")} rows, ` : "";
  }

  function sendFile(form) {
    const input = form.querySelector("[type=file]");
    const file = input.files[0];
    if (!file || form.hasAttribute("data-sending")) return;
    const size = `${(file.size / 1e6).toFixed(1)} MB`;
    const request = new XMLHttpRequest();
    const content = new FormData(form);
    const upload = newKey();
    content.set("upload", upload);
    let clock;
    const stop = (text) => {
      clearInterval(clock);
      // Emptied, so that the same file can be chosen again once it is mended.
      input.value = "";
      tell(form, text, { isBad: true });
    };
    const read = () => {
      const began = Date.now();
      tell(form, `Reading ${file.name} …`);
      clock = setInterval(async () => {
        const rows = await rowsRead(form, upload);
        const seconds = Math.round((Date.now() - began) / 1000);
        if (request.readyState !== XMLHttpRequest.DONE) tell(form, `Reading ${file.name}: ${rows}${seconds} s`);
      }, 1000);
    };
    request.upload.addEventListener("progress", (event) => {
      const share = event.loaded / event.total;
      tell(form, `Sending ${file.name}: ${Math.floor(share * 100)} % of ${size}`, { share });
    });
    request.upload.addEventListener("load", read);
    request.addEventListener("error", () => stop("The file did not arrive. Choose it again when the connection is back."));
    request.addEventListener("load", () => {
      clearInterval(clock);
      if (request.responseURL.includes("/login/")) return stop("You are signed out. Load the page again to sign in.");
      const answer = request.status === 200 ? request.response : null;
      if (!answer) return stop(`The shop could not take the file (${request.status}). Choose it again.`);
      if (answer.refused) return stop(answer.refused);
      tell(form, "Opening the preview …");
      window.location.assign(answer.url);
    });
    request.open("POST", form.action);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    tell(form, `Sending ${file.name} …`, { share: 0 });
    request.send(content);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (form && event.target.type === "file") sendFile(form);
  });
  // Without a report of its rows: form[data-send-chosen] is sent like any other form, once a file is chosen.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-chosen]");
    if (!form || event.target.type !== "file" || !event.target.files.length) return;
    tell(form, `Reading ${event.target.files[0].name} …`);
    form.requestSubmit();
  });
  // Unfold would look for the text field of its own widget beside each file field that is not marked so.
  window.addEventListener("load", () => {
    for (const input of document.querySelectorAll(".bo-drop [type=file]")) input.hasChangeListener = true;
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-upload], form[data-send-chosen]")) {
      form.reset();
      tell(form, "");
    }
  });

  /* Counting shelves, in [data-counting]: Enter records a row and moves on; answers come in behind.

     Counts are sent one after the other, in the order of typing. When one cannot be sent, it and those after it wait
     and are tried again under the same keys, so that none is lost and none is recorded twice. */
  const TRY_AGAIN_AFTER = 5000;
  const GIVE_UP_AFTER = 20000;
  const SIGNED_OUT = "You are signed out, or may no longer count. Sign in again in another tab.";
  const UNREACHABLE = "The shop cannot be reached, or is too busy.";
  const waiting = [];
  let page, scan, leavingTo;
  let isSending = false, isLookingUp = false, isEntered = false;

  const rows = () => [...page.querySelectorAll("[data-row]")];
  const inputOf = (row) => row.querySelector("input");
  const grouped = (units) => Number(units).toLocaleString("en");
  const csrfToken = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

  function show(row, state, html) {
    row.dataset.state = state;
    row.querySelector(".bo-says").innerHTML = html;
  }

  function trouble(cause, text) {
    page.dataset.cause = cause;
    page.querySelector("[data-trouble]").hidden = !text;
    page.querySelector("[data-trouble] span").textContent = text;
    page.querySelector("[data-send-again]").hidden = !waiting.length;
  }

  function noMore(cause) {
    if (page.dataset.cause === cause) trouble("", "");
  }

  function tally() {
    const refused = rows().filter((row) => row.dataset.state === "refused").length;
    const told = [waiting.length && `${waiting.length} waiting to be sent`, refused && `${refused} refused`];
    page.querySelector("[data-tally]").textContent = told.filter(Boolean).map((each) => ` · ${each}`).join("");
  }

  function addOneTo(figure) {
    const place = page.querySelector(figure);
    place.textContent = grouped(Number(place.textContent.replaceAll(",", "")) + 1);
  }

  async function fetchJson(url, options = {}) {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(GIVE_UP_AFTER), ...options })
      .catch(() => { throw new Error(UNREACHABLE); });
    if (response.type === "opaqueredirect" || response.status === 403) throw new Error(SIGNED_OUT);
    if (!response.ok && response.status !== 500) throw new Error(UNREACHABLE);
    return response.ok ? response.json() : null;
  }

  async function sendOne({ row, counted, expected, key }) {
    const answer = await fetchJson(row.dataset.row, {
      method: "POST",
      body: new URLSearchParams({ counted, expected, key }),
      headers: { "X-CSRFToken": csrfToken() },
    });
    // What failed in the shop itself was not recorded; it must not hold up the counts behind it.
    return answer ?? { is_counted: false, on_hand: expected, says: "The shop failed at this one. Enter tries again." };
  }

  function answered({ row, counted }, answer) {
    row.dataset.onHand = answer.on_hand;
    row.querySelector(".bo-has").textContent = grouped(answer.on_hand);
    if (!waiting.some((entry) => entry.row === row)) row.dataset.next = answer.on_hand;
    show(row, answer.is_counted ? "counted" : "refused", answer.says);
    if (!answer.is_counted) return;
    row.dataset.recorded = counted;
    // A product is tallied once however often it is counted, and not at all when the list is of others.
    if (!row.dataset.tallied) addOneTo("[data-counted]");
    if (answer.differs && row.dataset.tallied !== "differs") addOneTo("[data-differing]");
    if (row.dataset.tallied !== "differs") row.dataset.tallied = answer.differs ? "differs" : "right";
  }

  async function sendAll() {
    if (isSending) return;
    isSending = true;
    while (waiting.length) {
      try {
        const answer = await sendOne(waiting[0]);
        answered(waiting.shift(), answer);
        noMore("sending");
        tally();
      } catch (error) {
        for (const { row } of waiting) show(row, "waiting", "not sent yet");
        trouble("sending", `${error.message} ${waiting.length} not sent yet; kept on this page and tried again.`);
        setTimeout(sendAll, TRY_AGAIN_AFTER);
        break;
      }
    }
    isSending = false;
    if (leavingTo && !waiting.length) window.location.assign(leavingTo);
  }

  /* Far from what is on hand, perhaps a code scanned into the wrong field: then false, and Enter is wanted again. */
  function record(row) {
    const counted = inputOf(row).value.trim();
    const expected = row.dataset.next ?? row.dataset.onHand;
    if (row.dataset.state === "counted" && row.dataset.recorded === counted) return true;
    const isFar = Math.abs(counted - expected) >= 100 && (counted >= 3 * expected || expected >= 3 * counted);
    if (isFar && row.dataset.asked !== counted) {
      row.dataset.asked = counted;
      show(row, "asked", `${grouped(counted)} is far from ${grouped(expected)}. Enter again if it is right.`);
      return false;
    }
    row.dataset.next = counted;
    waiting.push({ row, counted, expected, key: newKey() });
    show(row, "waiting", "…");
    tally();
    sendAll();
    return true;
  }

  function goTo(input) {
    input.focus();
    input.select();
    input.scrollIntoView({ block: "nearest" });
  }

  function neighbour(row, by) {
    const all = rows();
    return all[all.indexOf(row) + by];
  }

  function enter(input) {
    const row = input.closest("[data-row]");
    const text = input.value.trim();
    // Codes are longer than counts, or hold more than digits: scanned while the focus was here.
    if (/[^0-9]/.test(text) || text.length > 7) {
      input.value = "";
      find(text);
    } else if (!text || record(row)) {
      const next = "scanned" in row.dataset ? scan : neighbour(row, 1) && inputOf(neighbour(row, 1));
      if (next) goTo(next);
      else (page.querySelector("[rel=next]") ?? scan).focus();
    }
  }

  const onPage = (code) => rows().find(({ dataset }) =>
    dataset.sku.toLowerCase() === code.toLowerCase() || dataset.barcode === code);

  async function lookUp(code) {
    const answer = await fetchJson(`${page.dataset.find}?${new URLSearchParams([...new URLSearchParams(location.search), ["code", code]])}`);
    page.querySelector("tbody").insertAdjacentHTML("afterbegin", answer?.rows ?? "");
    if (!onPage(code)) throw new Error(`No product has the SKU or barcode ${code}.`);
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
      trouble("finding", error.message);
    }
    scan.value = "";
    isLookingUp = isEntered = false;
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
    if (!link || !waiting.length) return;
    event.preventDefault();
    leavingTo = link.href;
  }

  window.addEventListener("load", () => {
    page = document.querySelector("[data-counting]");
    if (!page) return;
    scan = page.querySelector("[data-scan]");
    page.addEventListener("keydown", onKey);
    page.addEventListener("click", onClick);
    page.querySelector("[data-send-again]").addEventListener("click", sendAll);
    window.addEventListener("online", sendAll);
    window.addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
  });
})();

/* Orders by phone, in form[data-new-order]: products are found, and the order is priced, while one types. */
(() => {
  "use strict";

  const PAUSE = 250;
  const SIGNED_OUT = "You are signed out, or may no longer place orders. Sign in again in another tab.";
  const UNREACHABLE = "The shop cannot be reached, or is too busy. What you typed is still here.";
  let form, search, hits, quote;
  let pricing, priceClock, finding, findClock, isEntered = false, isLeaving = false;
  let found = null, filled = {};

  const rows = () => [...form.querySelectorAll("[data-line]")];
  const quantityOf = (row) => row.querySelector("[name=quantity]");
  const options = () => [...hits.querySelectorAll("[data-hit]")];
  const chosen = () => hits.querySelector("[aria-selected=true]");

  async function fetchJson(url, request) {
    const response = await fetch(url, { redirect: "manual", ...request }).catch((error) => {
      throw error.name === "AbortError" ? error : new Error(UNREACHABLE);
    });
    if (response.type === "opaqueredirect" || response.status === 403) throw new Error(SIGNED_OUT);
    if (!response.ok) throw new Error(UNREACHABLE);
    return response.json();
  }

  function goTo(input) {
    input.focus();
    input.select?.();
  }

  /* The price: asked for a moment after the last change; only the newest answer is shown. */
  function fillAddress(address) {
    const parts = [...form.querySelectorAll(".bo-delivery input")];
    // What somebody typed stays; what was filled in for another e-mail address goes with it.
    if (parts.some((part) => part.value !== (filled[part.name] ?? ""))) return;
    for (const part of parts) part.value = address[part.name] ?? "";
    filled = address;
  }

  function tell(answer) {
    quote.innerHTML = answer.quote;
    rows().forEach((row, index) => {
      row.querySelector(".bo-says").textContent = answer.problems[index];
      row.toggleAttribute("data-bad", Boolean(answer.problems[index]));
    });
    const customer = form.querySelector("[data-customer]");
    customer.innerHTML = answer.customer;
    customer.hidden = !customer.textContent.trim();
    fillAddress(answer.address);
  }

  async function price() {
    const { signal } = (pricing = new AbortController());
    try {
      tell(await fetchJson(form.dataset.quote, { method: "POST", body: new FormData(form), signal }));
    } catch (error) {
      if (signal.aborted) return;
      quote.textContent = error.message;
    }
    quote.removeAttribute("aria-busy");
  }

  function priceSoon() {
    pricing?.abort();
    clearTimeout(priceClock);
    quote.setAttribute("aria-busy", "true");
    priceClock = setTimeout(price, PAUSE);
  }

  /* Products: chosen from a list, or added at once when Enter follows a SKU or barcode. */
  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    search.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  function close() {
    finding?.abort();
    clearTimeout(findClock);
    found = null;
    hits.hidden = true;
    hits.replaceChildren();
    search.setAttribute("aria-expanded", "false");
    search.setAttribute("aria-activedescendant", "");
  }

  async function find(term) {
    finding?.abort();
    clearTimeout(findClock);
    const { signal } = (finding = new AbortController());
    try {
      hits.innerHTML = (await fetchJson(`${form.dataset.find}?${new URLSearchParams({ q: term })}`, { signal })).hits;
    } catch (error) {
      if (signal.aborted) return false;
      hits.replaceChildren(Object.assign(document.createElement("li"), { textContent: error.message }));
    }
    found = term;
    hits.hidden = false;
    search.setAttribute("aria-expanded", "true");
    choose(options()[0]);
    return true;
  }

  function add(option) {
    const { hit } = option.dataset;
    let row = rows().find(({ dataset }) => dataset.line === hit);
    if (row) {
      quantityOf(row).value = (Number(quantityOf(row).value) || 0) + 1;
    } else {
      form.querySelector("[data-lines]").append(option.querySelector("template").content.cloneNode(true));
      row = rows().at(-1);
    }
    search.value = "";
    close();
    goTo(quantityOf(row));
    priceSoon();
    return row;
  }

  /* Quicker than the answer: what is typed meanwhile is the quantity, and a second Enter ends it. */
  async function addTyped(term) {
    search.value = "";
    isEntered = false;
    form.toggleAttribute("data-looking-up", true);
    const isAnswered = await find(term);
    form.toggleAttribute("data-looking-up", false);
    const typed = search.value.trim();
    const option = hits.querySelector("[data-exact]") ?? (options().length === 1 ? options()[0] : null);
    if (!option) {
      search.value = term;
      if (isAnswered) goTo(search);
      return;
    }
    const row = add(option);
    if (typed) quantityOf(row).value = typed;
    if (isEntered) goTo(search);
  }

  function enterSearch() {
    const term = search.value.trim();
    if (form.hasAttribute("data-looking-up")) isEntered = true;
    else if (term && found === term && chosen()) add(chosen());
    else if (term) addTyped(term);
    else goOn();
  }

  /* Nothing more to add: to what is still missing of the address, or to the button. */
  function goOn() {
    const missing = [...form.querySelectorAll(".bo-delivery input[required]")].find((part) => !part.value.trim());
    goTo(missing ?? form.querySelector("[type=submit]"));
  }

  function onKey(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isSearch = event.target === search;
    if (event.key === "Enter" && (isSearch || event.target.name === "quantity")) {
      if (isSearch) enterSearch();
      else goTo(search);
    } else if (isSearch && by && options().length) {
      const all = options();
      choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
    } else if (isSearch && event.key === "Escape" && !hits.hidden) {
      close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function onInput(event) {
    if (event.target !== search) return priceSoon();
    if (form.hasAttribute("data-looking-up")) return;
    clearTimeout(findClock);
    const term = search.value.trim();
    if (term) findClock = setTimeout(() => find(term), PAUSE);
    else close();
  }

  function onClick(event) {
    const option = event.target.closest("[data-hit]");
    if (option) add(option);
    if (!event.target.closest("[data-remove]")) return;
    event.target.closest("[data-line]").remove();
    goTo(search);
    priceSoon();
  }

  window.addEventListener("load", () => {
    form = document.querySelector("form[data-new-order]");
    if (!form) return;
    search = form.querySelector("[data-search]");
    hits = form.querySelector("[data-hits]");
    quote = form.querySelector("[data-priced]");
    form.addEventListener("keydown", onKey);
    form.addEventListener("input", onInput);
    form.addEventListener("click", onClick);
    // A click on a choice leaves the focus where it is, else the list would be gone before.
    hits.addEventListener("pointerdown", (event) => event.preventDefault());
    search.addEventListener("blur", close);
    form.addEventListener("submit", () => { isLeaving = true; });
    window.addEventListener("beforeunload", (event) => { if (rows().length && !isLeaving) event.preventDefault(); });
    form.querySelector(".errors input, [data-bad] [name=quantity]")?.focus();
    if (rows().length || form.elements.email.value) priceSoon();
  });
})();

/* Shipping many orders, in [data-shipping]: Enter moves on and never submits; an order's number goes to its row. */
(() => {
  "use strict";

  let page, scan, button;
  let isLeaving = false;

  const rows = () => [...page.querySelectorAll("[data-row]")];
  const inputOf = (row) => row.querySelector(".bo-tracked input");
  const typedIn = (row) => inputOf(row).value.trim();
  const plain = (text) => text.trim().toUpperCase();
  const trouble = (text) => { page.querySelector("[data-trouble]").textContent = text; };

  function goTo(input) {
    input.focus();
    input.select();
    input.scrollIntoView({ block: "nearest" });
  }

  function say(row, state, text) {
    row.dataset.state = state;
    row.querySelector(".bo-says").textContent = text;
  }

  /* Two orders may share a parcel, hence a number that is there twice is told and not refused. */
  function markTwins() {
    const seen = new Map();
    for (const row of rows()) {
      const number = plain(typedIn(row));
      const twin = number && seen.get(number);
      if (number && !twin) seen.set(number, row);
      if (twin) say(row, "twin", `The same number as ${twin.dataset.row}.`);
      else if (row.dataset.state === "twin") say(row, "", "");
    }
  }

  function tally() {
    const count = rows().filter(typedIn).length;
    page.querySelector("[data-tally]").textContent = count ? `${count} of ${rows().length} have a number` : page.dataset.idle;
    button.textContent = count ? `Ship ${count} order${count === 1 ? "" : "s"}` : "Ship orders";
    button.disabled = !count;
  }

  function update() {
    markTwins();
    tally();
  }

  const rowOf = (text) => rows().find(({ dataset }) => dataset.row === plain(text));

  /* Also one that is not on this page: no carrier's number looks so. */
  function isOrder(text) {
    const prefix = plain(page.dataset.shipping);
    return prefix !== "" && plain(text).startsWith(prefix) && /^[0-9]{6,}$/.test(plain(text).slice(prefix.length));
  }

  function find(text) {
    const row = rowOf(text);
    if (!row) trouble(`${text} is not on this page.`);
    goTo(row ? inputOf(row) : scan);
  }

  const firstOpen = () => rows().find((row) => !typedIn(row));

  function enter(input) {
    const row = input.closest("[data-row]");
    const text = input.value.trim();
    trouble("");
    if (row && !isOrder(text) && !rowOf(text)) {
      input.dataset.kept = input.value;
      const next = rows()[rows().indexOf(row) + 1];
      goTo(next ? inputOf(next) : scan);
    } else {
      // In a row back to what was there before the order's number was scanned over it.
      input.value = row ? input.dataset.kept : "";
      if (text) find(text);
      else goTo(firstOpen() ? inputOf(firstOpen()) : scan);
    }
    update();
  }

  function onKey(event) {
    if (event.target.tagName !== "INPUT") return;
    const row = event.target.closest("[data-row]");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      if (row || event.target === scan) enter(event.target);
      else if (firstOpen()) goTo(inputOf(firstOpen()));
    } else if (by && row) {
      event.preventDefault();
      const next = rows()[rows().indexOf(row) + by];
      if (next) goTo(inputOf(next));
    }
  }

  function onInput(event) {
    const row = event.target.closest("[data-row]");
    if (row?.dataset.state === "refused") say(row, "", "");
    if (row) update();
  }

  window.addEventListener("load", () => {
    // A chosen file is looked at without another click; Unfold would look for its own field beside it.
    for (const input of document.querySelectorAll("[data-parcels] [type=file]")) {
      input.hasChangeListener = true;
      input.addEventListener("change", () => { if (input.files.length) input.form.requestSubmit(); });
    }
    page = document.querySelector("[data-shipping]");
    if (!page) return;
    scan = page.querySelector("[data-scan]");
    button = page.querySelector("[data-ship]");
    page.dataset.idle = page.querySelector("[data-tally]").textContent;
    for (const row of rows()) inputOf(row).dataset.kept = inputOf(row).value;
    page.addEventListener("keydown", onKey);
    page.addEventListener("input", onInput);
    // What is scanned replaces what was there.
    page.addEventListener("click", (event) => { if (event.target.matches(".bo-tracked input")) event.target.select(); });
    page.addEventListener("submit", () => { isLeaving = true; });
    update();
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
    for (const form of document.querySelectorAll("[data-parcels]")) form.reset();
    if (page) update();
  });
  window.addEventListener("beforeunload", (event) => {
    if (page && !isLeaving && rows().some((row) => typedIn(row) && row.dataset.state !== "refused")) event.preventDefault();
  });
})();

/* Packing with a scanner, in [data-packing]: each product ticks a unit, then the tracking number ships them. */
(() => {
  "use strict";

  const CARRIER = "backoffice.carrier";
  let page, code;
  let isLeaving = false;

  const lines = () => [...page.querySelectorAll("[data-line]")];
  const plain = (text) => text.trim().toUpperCase();
  const pickedOf = (line) => Number(line.querySelector("[data-picked]").value);
  const openOf = (line) => Number(line.dataset.open);
  const sum = (count) => lines().reduce((units, line) => units + count(line), 0);
  const part = () => page.querySelector("[data-part]");
  const isReady = () => sum(pickedOf) === sum(openOf) || (!part().disabled && sum(pickedOf) > 0);
  const lineOf = (text) => lines().find(({ dataset }) => plain(dataset.sku) === plain(text) || (dataset.barcode && dataset.barcode === text));
  const units = (count) => `${count} unit${count === 1 ? "" : "s"}`;

  /* Emptied first, so that the same words are told once more. */
  function trouble(text) {
    const place = page.querySelector("[data-trouble]");
    place.textContent = "";
    setTimeout(() => { place.textContent = text; });
  }

  function isOrder(text) {
    const prefix = plain(page.dataset.prefix);
    return prefix !== "" && plain(text).startsWith(prefix) && /^[0-9]{6,}$/.test(plain(text).slice(prefix.length));
  }

  function update() {
    for (const line of lines()) {
      const picked = pickedOf(line);
      line.dataset.state = picked === openOf(line) ? "all" : "";
      line.querySelector("[data-count]").textContent = `${picked} / ${openOf(line)}`;
      line.querySelector("[data-take-back]").disabled = !picked;
    }
    const picked = sum(pickedOf), open = sum(openOf);
    if (!picked) part().disabled = true;
    const told = page.querySelector("[data-told]");
    told.classList.toggle("bo-good", picked === open);
    told.classList.toggle("bo-warn", picked !== open && isReady());
    if (picked === open) told.textContent = `All ${units(open)} picked. Scan the tracking number.`;
    else if (isReady()) told.textContent = `${picked} of ${units(open)} will ship. Scan the tracking number.`;
    else told.textContent = `${picked} of ${units(open)} picked`;
    code.placeholder = isReady() ? "Scan the tracking number" : "Scan a product";
    page.querySelector("[data-ship-part]").disabled = !picked || isReady();
  }

  function pick(line, by) {
    for (const each of lines()) each.toggleAttribute("data-here", each === line);
    line.querySelector("[data-picked]").value = pickedOf(line) + by;
    line.scrollIntoView({ block: "nearest" });
    update();
  }

  function openOrder(text) {
    if (plain(text) === page.dataset.packing) return trouble(`${page.dataset.packing} is open already. Scan its products.`);
    if (sum(pickedOf)) return trouble(`${text} is another order. Ship ${page.dataset.packing} first, or press "Another order".`);
    window.location.assign(`${page.dataset.page}?order=${encodeURIComponent(text)}`);
  }

  function tick(line) {
    if (pickedOf(line) < openOf(line)) return pick(line, 1);
    trouble(`One ${line.dataset.sku} too many: ${openOf(line)} of ${openOf(line)} picked already. Take it out again.`);
  }

  function enter() {
    const text = code.value.trim();
    if (!text || isLeaving) return;
    trouble("");
    const line = lineOf(text);
    if (!line && !isOrder(text) && isReady()) {
      isLeaving = true;
      page.requestSubmit();
      return;
    }
    code.value = "";
    if (line) tick(line);
    else if (isOrder(text)) openOrder(text);
    else trouble(`${text} is unknown: no product of this order.`);
  }

  function onClick(event) {
    const takeBack = event.target.closest("[data-take-back]");
    if (takeBack) pick(takeBack.closest("[data-line]"), -1);
    if (event.target.closest("[data-ship-part]")) {
      part().disabled = false;
      update();
    }
    if (event.target.closest("button")) {
      trouble("");
      code.focus();
    }
  }

  /* The carrier is chosen once: this browser remembers it. */
  const carrier = (name) => page.querySelector(`[name=${name}]`);

  function recall() {
    const [chosen, other] = JSON.parse(localStorage.getItem(CARRIER) ?? "[]");
    if (page.dataset.chosen || ![...carrier("carrier").options].some(({ value }) => value === chosen)) return;
    carrier("carrier").value = chosen;
    carrier("other_carrier").value = other;
  }

  function remember(event) {
    if (!event.target.closest(".bo-carrier")) return;
    localStorage.setItem(CARRIER, JSON.stringify([carrier("carrier").value, carrier("other_carrier").value]));
    if (event.target.tagName === "SELECT") (carrier("other_carrier").checkVisibility() ? carrier("other_carrier") : code).focus();
  }

  window.addEventListener("load", () => {
    page = document.querySelector("[data-packing]");
    if (!page) return;
    code = page.querySelector("[data-code]");
    page.addEventListener("click", onClick);
    page.addEventListener("change", remember);
    page.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      if (event.target === code) enter();
      else code.focus();
    });
    update();
    recall();
  });
  window.addEventListener("pageshow", () => { isLeaving = false; });
})();
