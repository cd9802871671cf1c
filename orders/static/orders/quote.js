/* The price of a new order: asked for a moment after the last change; only the newest answer is shown. */
import { fetchJson, heldBy } from "../backoffice/request.js";

const PAUSE = 250;

export class Quote {
  #form;
  #place;
  #tell;
  #why;
  #clock;
  #asking;

  /* `tell(answer)` fills in what else the answer holds; `why(error)` is what stands in the price's place without one. */
  constructor(form, { tell, why }) {
    this.#form = form;
    this.#place = form.querySelector("[data-priced]");
    this.#tell = tell;
    this.#why = why;
  }

  askSoon() {
    this.#asking?.abort();
    clearTimeout(this.#clock);
    this.#place.setAttribute("aria-busy", "true");
    this.#clock = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    const { signal } = (this.#asking = new AbortController());
    try {
      const answer = await fetchJson(this.#form.dataset.quote, { method: "POST", body: heldBy(this.#form), signal });
      this.#place.innerHTML = answer.quote;
      this.#tell(answer);
    } catch (error) {
      if (signal.aborted) return;
      this.#place.textContent = this.#why(error);
    }
    this.#place.removeAttribute("aria-busy");
  }
}

/* What somebody typed stays; what was filled in for another e-mail address goes with it. */
export const isUntouched = (parts, filled) => parts.every(({ name, value }) => value === (filled[name] ?? ""));
