"""What axe-core finds wrong in a page for people who do not see it, see it otherwise, or have no mouse."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ENGINE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# What fades in has no contrast yet: it ends first. What goes on for ever is not waited for.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
  .map((each) => each.finished.catch(() => null)))"""
RUN = """async (rules) => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none }) => [
    id, target.join(" "), [...any, ...all, ...none].map(({ message }) => message).join("; "),
  ]));
}"""


def violations(page: Page) -> set[str]:
    """Each as its rule, the element and what is wrong with it."""
    return _found(page, RULES)


def too_faint(page: Page) -> set[str]:
    """Of these only texts that stand out too little from what is behind them."""
    return _found(page, ("color-contrast",))


def darken(page: Page) -> None:
    page.evaluate("document.documentElement.classList.add('dark')")


def _found(page: Page, rules: tuple[str, ...]) -> set[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(ENGINE)
    page.evaluate(SETTLED)
    found: list[Any] = page.evaluate(RUN, list(rules))
    # What an open menu lies above is there again when it has closed.
    return {f"{rule}: {element} ({why})" for rule, element, why in found if "partially obscured" not in why}
