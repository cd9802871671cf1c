"""Pictures on a product's page, in a browser: added by themselves, moved by dragging and by keys."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from tests.browser.conftest import OpenPage
from tests.factories import make_product, make_user
from tests.pictures import pictures_of, png

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pictures_are_added_and_moved_while_something_is_typed(
    open_page: OpenPage, picture_folder: Any, tmp_path: Path
) -> None:
    product = make_product("MUG-7", name="Mug", on_hand=4)
    pictures_of("MUG-7", 2)
    (tmp_path / "third.png").write_bytes(png(colour="#ff0000"))
    (tmp_path / "page.png").write_bytes(b"<html>")
    page = open_page(make_user(role="Manager"), f"/admin/catalog/product/{product.pk}/change/")
    page.locator("[name=name]").fill("A larger mug")

    page.get_by_label("Choose pictures").set_input_files([tmp_path / "third.png", tmp_path / "page.png"])
    expect(page.get_by_role("alert")).to_contain_text("page.png: Something else is hidden in this file")
    expect(page.locator(".bo-picture")).to_have_count(3)

    page.locator(".bo-picture").nth(2).drag_to(page.locator(".bo-picture").nth(0))
    expect(page.locator(".bo-picture").nth(0)).to_have_attribute(
        "data-name", Product.objects.get().pictures.get(file_name="third.png").name
    )
    page.get_by_label("Change picture 2").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Later").click()
    expect(page.get_by_label("Change picture 3")).to_be_focused()
    assert [each.file_name for each in product.pictures.all()] == ["third.png", "2.png", "1.png"]

    expect(page.locator("[name=name]")).to_have_value("A larger mug")
    page.get_by_role("button", name="One more").click()
    expect(page.locator("output")).to_have_text("4 → 6 · available 4 → 6")
