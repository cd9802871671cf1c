"""What axe-core finds wrong in a page for people who do not see it, see it otherwise, or have no mouse."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ENGINE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """async (rules) => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none }) => [
    id, target.join(" "), [...any, ...all, ...none].map(({ message }) => message).join("; "),
  ]));
}"""


def violations(page: Page) -> set[str]:
    """Each as its rule, the element and what is wrong. What fades in has no contrast yet: it ends first."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(ENGINE)
    page.evaluate(
        """() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => 0)))"""
    )
    found: list[Any] = page.evaluate(RUN, RULES)
    return {f"{rule}: {element} ({why})" for rule, element, why in found}
