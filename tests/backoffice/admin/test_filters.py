"""What narrows a list: chips in words, each taken away alone, and a sheet of the browser's own controls."""

import re
from html import unescape

import pytest
from django.test import Client

from catalog.models import Product
from tests.admin_fixtures import SignIn
from tests.factories import make_category, make_product, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
PRODUCTS = "/admin/catalog/product/"
LEDGER = "/admin/catalog/stockmovement/"
CHIP = re.compile(r'<a class="bo-chip" href="([^"]*)"[^>]*>([^<]*)<b>([^<]*)</b>')


def chips(client: Client, address: str) -> dict[str, str]:
    """What each chip says, and where it leads."""
    found = CHIP.findall(client.get(address).text)
    return {unescape(f"{title}{value}"): unescape(url) for url, title, value in found}


def test_each_chip_says_what_narrows_the_list_and_takes_that_alone_away(manager: Client) -> None:
    query = "?placed_at_from=2026-01-01&placed_at_to=2026-12-31&q=tea&status__exact=pending&view=late"

    shown = chips(manager, ORDERS + query)

    assert shown == {
        "Status Pending": "?placed_at_from=2026-01-01&placed_at_to=2026-12-31&q=tea&view=late",
        "Placed this year": "?q=tea&status__exact=pending&view=late",
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("placed_at_from=2025-01-01&placed_at_to=2025-12-31", "Placed 2025"),
        ("placed_at_from=2025-02-03&placed_at_to=2025-02-03", "Placed Mon 3 Feb 2025"),
        ("placed_at_from=2025-02-03&placed_at_to=05/02/2025", "Placed Mon 3 Feb 2025 to Wed 5 Feb 2025"),
        ("placed_at_from=2025-02-03", "Placed from Mon 3 Feb 2025"),
        ("placed_at_to=2025-02-03", "Placed up to Mon 3 Feb 2025"),
        ("total_from=10&total_to=20.5", "Total €10.00 to €20.50"),
        ("status__exact=pending&status__exact=shipped", "Status Pending or In transit"),
        ("promo=WELCOME10", "Promo code WELCOME10"),
        ("note=yes", "Note Has a note"),
    ],
)
def test_a_chip_is_in_words(manager: Client, query: str, said: str) -> None:
    assert list(chips(manager, f"{ORDERS}?{query}")) == [said]


@pytest.mark.parametrize(
    "query", ["placed_at_from=soon", "placed_at_from=0001-01-01", "total_from=much", "promo=%00", "note="]
)
def test_what_does_not_narrow_the_list_has_no_chip(manager: Client, query: str) -> None:
    place({make_product("TEA-01", on_hand=3).sku: 1})

    page = manager.get(f"{ORDERS}?{query}")

    assert CHIP.findall(page.text) == []
    assert len(page.context["cl"].result_list) == 1


def test_the_sheet_is_filled_in_with_what_narrows_the_list_and_keeps_the_rest(manager: Client) -> None:
    lamps = make_category("Lamps")
    make_product("LAMP-1", category=lamps)

    page = manager.get(f"{PRODUCTS}?category__id__exact={lamps.pk}&q=lamp&o=-5").text

    sheet = page[page.index("<dialog") : page.index("</dialog>")]
    assert f'<option value="{lamps.pk}" selected>Lamps</option>' in sheet
    assert '<input type="hidden" name="q" value="lamp">' in sheet
    assert '<option value="-5" selected>' in sheet
    assert "category__id__exact" not in re.findall(r'type="hidden" name="([^"]*)"', sheet)
    assert 'href="?q=lamp&amp;o=-5"' in sheet


def test_every_control_of_every_sheet_has_a_name(sign_in: SignIn) -> None:
    client = sign_in("superuser")
    make_category("Lamps")
    for address in (ORDERS, PRODUCTS, LEDGER, "/admin/outbox/emailmessage/", "/admin/orders/promocode/"):
        page = client.get(address).text
        sheet = page[page.index("<dialog") : page.index("</dialog>")]
        labels = set(re.findall(r'<label for="([^"]*)"', sheet))
        alone = re.findall(r'<div class="bo-field">.*?<(?:select|input)[^>]* id="([^"]*)"', sheet, re.DOTALL)
        assert labels == set(alone), address
        groups = re.findall(r"<fieldset[^>]*>\s*<legend>([^<]+)</legend>", sheet)
        assert len(groups) == sheet.count("<fieldset"), address


def test_the_ledger_is_narrowed_by_a_product_that_is_typed_or_that_a_link_names(manager: Client) -> None:
    for sku in ("TEA-01", "CUP-01"):
        make_product(sku, on_hand=3)
    cup = Product.objects.get(sku="CUP-01")

    def shown(query: str) -> tuple[list[str], set[str]]:
        page = manager.get(f"{LEDGER}?{query}")
        rows = {movement.product.sku for movement in page.context["cl"].result_list}
        return [f"{title}{value}" for _url, title, value in CHIP.findall(page.text)], rows

    assert shown("sku=tea-01") == (["Product tea-01"], {"TEA-01"})
    assert shown(f"product__id__exact={cup.pk}") == (["Product CUP-01"], {"CUP-01"})
    assert shown("sku=nothing") == (["Product nothing"], set())
    assert chips(manager, f"{LEDGER}?sku=tea-01&q=x") == {"Product tea-01": "?q=x"}


def test_a_list_that_nothing_passes_says_what_was_asked_and_how_to_see_more(manager: Client) -> None:
    lamps = make_category("Lamps")
    make_product("TEA-01")

    page = manager.get(f"{PRODUCTS}?category__id__exact={lamps.pk}&q=tea").text

    assert "No products that pass these filters were found for “tea”." in page
    assert 'href="?q=tea">Clear filters' in page
    assert f'href="?category__id__exact={lamps.pk}">Clear search' in page
    assert 'href="?">Show all products' in page
