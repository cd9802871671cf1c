/* The admin's own behaviour: keys, focus, scanners. No inline script anywhere: the CSP forbids it. */
(() => {
  "use strict";

  /* After g: the sidebar's link that ends so, hence only pages that this user may open. */
  const PLACES = { o: "/orders/order/", p: "/orders/promocode/", s: "/catalog/product/" };
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
    ["Next and previous row", "j", "k"], ["Select row", "x"], ["Open row", "Enter"], ["Show row's details", "e"],
    ["Go to dashboard", "g", "d"], ["Go to orders", "g", "o"], ["Go to promo codes", "g", "p"], ["Go to products", "g", "s"],
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

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-once]")) return;
    for (const button of event.target.querySelectorAll("[type=submit]")) {
      setTimeout(() => { button.disabled = true; });
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form[data-once] [type=submit]")) {
      if (!button.hasAttribute("data-never")) button.disabled = false;
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
