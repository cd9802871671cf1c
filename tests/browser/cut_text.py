"""Texts that have too little room: cut off, written over what is beside them, broken within a word."""

from playwright.sync_api import Page

# An ellipsis is deliberate where pointing at it tells the whole text. What can be scrolled is not cut, what
# has one pixel is for screen readers, and a name longer than any word of a language may break.
CUT = r"""() => {
  const LEEWAY = 2;
  const LONGEST_WORD = 24;
  const NOT_READ = ".material-symbols-outlined, svg, option, script, style, noscript, textarea";
  const WORD = /(?<!\S)[\p{L}„“(]+(?=[.,:;)…“]*(\s|$))/gu;
  const found = new Set();

  function say(fault, text, { tagName, className }) {
    const begin = text.trim().replace(/\s+/g, " ").slice(0, 60);
    found.add(`${fault}: ${begin} (${tagName.toLowerCase()}.${className})`);
  }

  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isInline = (element) => ["inline", "contents"].includes(getComputedStyle(element).display);
  const hasLongName = (text) => text.split(/\s+/).some(({ length }) => length > LONGEST_WORD);

  function rangeOf(node, start = 0, end = node.length) {
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    return range;
  }

  const linesOf = (range) =>
    [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  const areWider = (lines, { left, right }) =>
    lines.some((line) => line.right > right + LEEWAY || line.left < left - LEEWAY);
  const areHigher = (lines, { top, bottom }) =>
    lines.some((line) => middle(line) > bottom || middle(line) < top);
  const endsInDots = ({ textOverflow, webkitLineClamp }) =>
    textOverflow === "ellipsis" || webkitLineClamp !== "none";

  function lookAround(text, element, lines) {
    let isInBlock = false;
    for (let around = element; around !== document.body; around = around.parentElement) {
      const box = around.getBoundingClientRect();
      const style = getComputedStyle(around);
      if (box.width <= 1 || box.height <= 1 || /auto|scroll/.test(style.overflow)) return;
      if (/hidden|clip/.test(style.overflow)) {
        const isToldInFull = endsInDots(style) && element.closest("[title]");
        if (!isToldInFull && (areWider(lines, box) || areHigher(lines, box))) say("cut", text, around);
        return;
      }
      if (!isInBlock && !isInline(around)) {
        isInBlock = true;
        if (areWider(lines, box)) say("too wide", text, around);
      }
    }
  }

  function lookWithin(node, element) {
    for (const { 0: word, index } of node.data.matchAll(WORD)) {
      const [first, ...others] = linesOf(rangeOf(node, index, index + word.length));
      const isBroken = others.some(({ top }) => top >= first.bottom - LEEWAY);
      if (isBroken && word.length <= LONGEST_WORD) say("broken", word, element);
    }
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || element.closest(NOT_READ) || !isSeen(element)) continue;
    const lines = linesOf(rangeOf(node));
    lookAround(node.data, element, lines);
    if (lines.length > 1 && !endsInDots(getComputedStyle(element))) lookWithin(node, element);
  }

  const ruler = document.createElement("canvas").getContext("2d");
  for (const field of document.querySelectorAll("input, select")) {
    const chosen = field.tagName === "SELECT" ? field.selectedOptions[0]?.text : "";
    const text = chosen || (field.value ? "" : field.placeholder);
    if (!text || hasLongName(text) || field.clientWidth <= 1 || !isSeen(field)) continue;
    const { fontWeight, fontSize, fontFamily, paddingLeft, paddingRight } = getComputedStyle(field);
    ruler.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    if (ruler.measureText(text).width > room + LEEWAY) say("too wide", text, field);
  }
  return [...found];
}"""


def cut_texts(page: Page) -> set[str]:
    """Each as what is wrong with it, the text, and where it stands."""
    return set(page.evaluate(CUT))
