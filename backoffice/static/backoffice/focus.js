/* Where the keyboard goes next. */

export function goTo(field) {
  field.focus();
  field.select?.();
  field.scrollIntoView({ block: "nearest" });
}

/* The place that is `by` further of `count`; the last, or the first, where they end. */
export const further = (at, by, count) => Math.min(count - 1, Math.max(0, at + by));

/* The same in a circle. */
export const around = (at, by, count) => (at + by + count) % count;

/* The first field that the last answer refused; it may be one of many that are shown and hidden. */
export const firstInvalid = (within) =>
  [...within.querySelectorAll("[aria-invalid=true]")].find((field) => field.type !== "hidden" && !field.disabled);
