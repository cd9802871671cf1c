/* What scripts say to people, in the language of the page. Sentences stand in English where they are said; the
   translations come from Django's catalogue (admin:jsi18n), and a page that does not load it stays English.

   `%(name)s` in a sentence is replaced by the fact of that name. */

const filled = (sentence, facts) => sentence.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);

export const gettext = (sentence, facts = {}) => filled(globalThis.gettext?.(sentence) ?? sentence, facts);

export function ngettext(one, many, count, facts = {}) {
  const sentence = globalThis.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
  return filled(sentence, { count, ...facts });
}

/* 12345 as people write it: 12,345 in English. */
export const grouped = (number) => Number(number).toLocaleString(globalThis.document?.documentElement.lang || "en");

/* And back, however it is grouped. */
export const ungrouped = (text) => Number(text.replace(/\D/g, ""));
