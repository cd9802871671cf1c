/* What scripts say to people, in the language of the page. Sentences stand in English where they are said; the
   translations come from Django's catalogue (admin:jsi18n), and a page that does not load it stays English.

   `%(name)s` in a sentence is replaced by the fact of that name. */

const filled = (sentence, facts) => sentence.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);

export const gettext = (sentence, facts = {}) => filled(globalThis.gettext?.(sentence) ?? sentence, facts);

export function ngettext(one, many, count, facts = {}) {
  const sentence = globalThis.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
  return filled(sentence, { count, ...facts });
}

const language = () => globalThis.document?.documentElement.lang || "en";

/* 12345 as people write it: 12,345 in English, 12.345 in German. */
export const grouped = (number) => Number(number).toLocaleString(language());

/* And back, however it is grouped. */
export const ungrouped = (text) => Number(text.replace(/\D/g, ""));

/* A whole number as somebody typed it, grouped as in their language or not; NaN for anything else. */
export function whole(typed) {
  const text = typed.trim().replace("−", "-");
  const { value: mark } = new Intl.NumberFormat(language()).formatToParts(12345).find(({ type }) => type === "group");
  const groups = text.replace(/^[+-]/, "").split(mark);
  const isGrouped = /^[1-9]\d{0,2}$/.test(groups[0]) && groups.slice(1).every((group) => /^\d{3}$/.test(group));
  return text ? Number(isGrouped ? text.replaceAll(mark, "") : text) : NaN;
}
