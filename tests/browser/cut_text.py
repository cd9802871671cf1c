"""Texts that a page has too little room for: cut off, written over what is beside them, broken within a word."""

from playwright.sync_api import Page

# An ellipsis is deliberate where pointing at it tells the whole text. What is scrolled is not cut, and what has a
# single pixel is for screen readers. Names longer than any word of the language may break.
CUT = r"""() => {
  const LEEWAY = 2;
  const LONGEST_WORD = 24;
  const NOT_READ = ".material-symbols-outlined, svg, option, script, style, noscript, textarea";
  const found = new Set();
  const told = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);
  const say = (fault, text, element) => found.add(`${fault}: ${told(text)} (${element.tagName.toLowerCase()}.${element.className})`);
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isInline = (element) => ["inline", "contents"].includes(getComputedStyle(element).display);

  function linesOf(range) {
    return [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
  }

  function isWider(rects, box) {
    return rects.some(({ left, right }) => right > box.right + LEEWAY || left < box.left - LEEWAY);
  }

  function isHigher(rects, box) {
    return rects.some(({ top, bottom }) => (top + bottom) / 2 > box.bottom || (top + bottom) / 2 < box.top);
  }

  function lookAround(text, element, rects) {
    let isWithin = false;
    for (let around = element; around !== document.body; around = around.parentElement) {
      const box = around.getBoundingClientRect();
      const style = getComputedStyle(around);
      if (box.width <= 1 || box.height <= 1 || /auto|scroll/.test(style.overflow)) return;
      if (/hidden|clip/.test(style.overflow)) {
        const isToldInFull = around.closest("[title]") && (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none");
        if (!isToldInFull && (isWider(rects, box) || isHigher(rects, box))) say("cut", text, around);
        return;
      }
      if (!isWithin && !isInline(around)) {
        isWithin = true;
        if (isWider(rects, box)) say("too wide", text, around);
      }
    }
  }

  function lookForBroken(node, element) {
    for (const word of node.data.matchAll(/[\p{L}\p{N}]+/gu)) {
      if (word[0].length > LONGEST_WORD) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const [first, ...others] = linesOf(range);
      if (others.some(({ top }) => top >= first.bottom - LEEWAY)) say("broken", word[0], element);
    }
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || element.closest(NOT_READ) || !isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = linesOf(range);
    if (!rects.length) continue;
    lookAround(node.data, element, rects);
    if (rects.length > 1 && getComputedStyle(element).webkitLineClamp === "none") lookForBroken(node, element);
  }

  const ruler = document.createElement("canvas").getContext("2d");
  for (const field of document.querySelectorAll("input, select")) {
    const text = field.tagName === "SELECT" ? field.selectedOptions[0]?.text : field.value ? "" : field.placeholder;
    if (!text || field.clientWidth <= 1 || !isSeen(field)) continue;
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
