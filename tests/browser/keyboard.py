"""Keys pressed as a person does: once the page has loaded, for its scripts are modules and begin late."""

from playwright.sync_api import Page


def press(page: Page, key: str) -> None:
    page.wait_for_load_state()
    page.keyboard.press(key)


def type_text(page: Page, text: str) -> None:
    page.wait_for_load_state()
    page.keyboard.type(text)
