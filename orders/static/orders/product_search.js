/* Products found while one types: a list to choose from, in [data-hits] below [data-search]. */
import { around } from "../backoffice/focus.js";
import { fetchJson } from "../backoffice/request.js";

const PAUSE = 250;

/* What Enter after a whole SKU or barcode means: the exact hit, or the only one. */
export const meant = (hits) => hits.find((hit) => hit.dataset.exact !== undefined) ?? (hits.length === 1 ? hits[0] : null);

export class ProductSearch {
  #url;
  #why;
  #clock;
  #asking;
  #found = null;

  constructor(form, { why }) {
    this.#url = form.dataset.find;
    this.#why = why;
    this.input = form.querySelector("[data-search]");
    this.list = form.querySelector("[data-hits]");
    // A click on a choice leaves the focus where it is, else the list would be gone before.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.input.addEventListener("blur", () => this.close());
  }

  get hits() {
    return [...this.list.querySelectorAll("[data-hit]")];
  }

  get chosen() {
    return this.list.querySelector("[aria-selected=true]");
  }

  /* The chosen hit of what is typed now, null while its list is not there. */
  get chosenOfTyped() {
    return this.#found === this.input.value.trim() ? this.chosen : null;
  }

  choose(hit) {
    this.chosen?.setAttribute("aria-selected", "false");
    hit?.setAttribute("aria-selected", "true");
    hit?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", hit?.id ?? "");
  }

  chooseBeside(by) {
    const hits = this.hits;
    this.choose(hits[around(hits.indexOf(this.chosen), by, hits.length)]);
  }

  findSoon() {
    clearTimeout(this.#clock);
    const term = this.input.value.trim();
    if (term) this.#clock = setTimeout(() => this.find(term), PAUSE);
    else this.close();
  }

  /* False when another search has taken its place. */
  async find(term) {
    this.#stop();
    const { signal } = (this.#asking = new AbortController());
    try {
      this.list.innerHTML = (await fetchJson(`${this.#url}?${new URLSearchParams({ q: term })}`, { signal })).hits;
    } catch (error) {
      if (signal.aborted) return false;
      this.list.replaceChildren(Object.assign(document.createElement("li"), { textContent: this.#why(error) }));
    }
    this.#found = term;
    this.#open(true);
    this.choose(this.hits[0]);
    return true;
  }

  close() {
    this.#stop();
    this.#found = null;
    this.#open(false);
    this.list.replaceChildren();
    this.input.setAttribute("aria-activedescendant", "");
  }

  #stop() {
    this.#asking?.abort();
    clearTimeout(this.#clock);
  }

  #open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }
}
