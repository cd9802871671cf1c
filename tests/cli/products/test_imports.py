"""shopctl products imports, undo: the files that were imported, and taking one back."""

from decimal import Decimal

import pytest

from catalog.models import Product, ProductImport
from catalog.products import edit_product
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import CLI, make_product, make_user

pytestmark = pytest.mark.django_db

PRICES = "sku,name,price\nTEA-01,Green tea,4.10\nTEA-02,Black tea,4.20\nNEW-1,Mate,7.00\n"


@pytest.fixture
def number(answers: Answers) -> str:
    """The import of two prices and a product."""
    make_product("TEA-01", name="Green tea")
    make_product("TEA-02", name="Black tea")
    return str(answers("products", "import", "-", "--yes", stdin=PRICES)["number"])


def prices() -> dict[str, str]:
    return {sku: str(price) for sku, price in Product.objects.active().values_list("sku", "price")}


def test_imports_are_listed_with_their_counts_the_newest_first(shopctl: Shopctl, number: str) -> None:
    shopctl("products", "import", "-", "--dry-run", stdin="sku,price\nTEA-01,9\n")

    listed = shopctl("products", "imports").stdout.split("\t")
    assert listed[:6] == [number, "applied", "-", "1", "2", "0"]
    assert len(shopctl("products", "imports", "--all").stdout.splitlines()) == 2
    assert shopctl("products", "imports", "--state", "undone", "--fail-if-empty").exit_code == 3


def test_an_import_is_undone(shopctl: Shopctl, number: str) -> None:
    result = shopctl("products", "undo", number, "--yes")

    assert result.stdout == f"Undone: product import {number}\n"
    assert prices() == {"TEA-01": "3.39", "TEA-02": "3.39"}


def test_a_dry_run_tells_each_field_and_undoes_nothing(shopctl: Shopctl, number: str) -> None:
    result = shopctl("products", "undo", number, "--dry-run")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "TEA-01\tprice\t4.10\t3.39",
        "TEA-02\tprice\t4.20\t3.39",
        "NEW-1\tis_active\tyes\tno",
    ]
    assert ProductImport.objects.get().state == "applied"
    assert prices() == {"TEA-01": "4.10", "TEA-02": "4.20", "NEW-1": "7.00"}


def test_what_was_changed_since_is_named_and_the_rest_can_be_undone(shopctl: Shopctl, number: str) -> None:
    edit_product("TEA-02", by=CLI, changes={"price": Decimal("5.00")})

    refused = shopctl("products", "undo", number, "--yes")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Row 3 (TEA-02): price: It has been changed since, to 5.00: that stays." in refused.stderr
    assert shopctl("products", "undo", number, "--dry-run").exit_code == 1
    assert prices()["TEA-01"] == "4.10"

    result = shopctl("products", "undo", number, "--skip-invalid", "--yes")
    assert result.stdout == f"Undone: product import {number}; 1 change could not be undone\n"
    assert prices() == {"TEA-01": "3.39", "TEA-02": "5.00"}


def test_it_is_undone_once_and_only_if_it_is_there(shopctl: Shopctl, number: str) -> None:
    shopctl("products", "undo", number, "--yes")

    again = shopctl("products", "undo", number, "--yes")
    assert (again.exit_code, f"Product import {number} is undone, not applied." in again.stderr) == (1, True)
    assert shopctl("products", "undo", "4711", "--yes").exit_code == 1


def test_a_person_is_asked(terminal: Terminal, number: str) -> None:
    code, screen = terminal("products", "undo", number, typed="n\n")

    assert (code, "Undo it? [y/N]" in screen, "Nothing was changed." in screen) == (1, True, True)
    assert prices()["TEA-01"] == "4.10"


def test_undoing_needs_the_permissions_of_the_admin(shopctl: Shopctl, number: str) -> None:
    make_user("ana@example.com", role="Warehouse")

    assert shopctl("products", "undo", number, "--yes", "--as", "ana@example.com").exit_code == 1
    assert prices()["TEA-01"] == "4.10"
