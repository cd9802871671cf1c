/* What a camera reads, many times a second, as codes that were each held in front of it once. */

/* A code is taken when two pictures in a row show it, for one alone may be misread, and again only after it was out
   of sight for so long: held still, it counts as one. */
export const OUT_OF_SIGHT_FOR = 1000;

export class Readings {
  #before = new Set();
  // When each code that was taken was last in sight.
  #seen = new Map();

  /* The codes of one picture, at `now` in milliseconds; returns those that are taken. */
  see(codes, now) {
    const here = new Set(codes.map((code) => code.trim()).filter(Boolean));
    for (const code of here) {
      if (now - this.#seen.get(code) > OUT_OF_SIGHT_FOR) this.#seen.delete(code);
    }
    const taken = [...here].filter((code) => this.#before.has(code) && !this.#seen.has(code));
    for (const code of here) {
      if (this.#seen.has(code) || taken.includes(code)) this.#seen.set(code, now);
    }
    this.#before = here;
    return taken;
  }
}
