"""What is exported and imported again is all the same: products, promo codes and stock, as CSV and XLSX.

Shows that no writer loses what a name has: marks of formulas, apostrophes, blanks, escapes, digits.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from backoffice.sheets.plans import Outcome
from catalog import stock
from catalog.models import Product, ProductImport
from catalog.product_files import plan_products, read_products
from catalog.products import archive_product
from tests.admin_fixtures import SignIn
from tests.cli_fixtures import Answers, Shopctl
from tests.contract.client import Api
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, make_user

pytestmark = pytest.mark.django_db

NAMES = [
    "weird_x000D_name",
    "_x0041_",
    "=1+1",
    "'=quoted",
    "''=twice",
    "'quoted",
    "-10 °C  double  blank",
    '5" pipe, "best"; a',
    "+49 🙂 —",
    "@at",
    "\N{FULLWIDTH EQUALS SIGN}full width",
    "TRUE",
    "1e5",
    "2026-12-24",
    "0007",
    "<b>&amp;",
]
SKUS = ["007", "-RT-4", "@RT7", "=A", "1e5", "TRUE", "2026-12-24", "'=SKU", "4006381333931"]


@pytest.fixture
def odd_shop() -> None:
    lamps = make_category("Lamps & more; =x")
    for number, name in enumerate(NAMES):
        make_product(f"N-{number}", name=name, price=f"{number}.10", on_hand=number, category=lamps)
    for sku in SKUS:
        make_product(sku, low_stock_threshold=0, price="0", barcode=f"{sku}-b")
    archive_product("007", by=CLI)
    stock.receive("TRUE", 5, by=CLI)


@pytest.mark.usefixtures("odd_shop")
@pytest.mark.parametrize("name", ["products.csv", "products.xlsx"])
def test_products_from_shopctl(shopctl: Shopctl, answers: Answers, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert shopctl("products", "export", "--output", file).exit_code == 0

    result = answers("products", "import", file, "--yes")

    counts = [result[each] for each in ("new", "changed", "unchanged", "problems")]
    assert counts == [0, 0, len(NAMES) + len(SKUS), 0]


@pytest.mark.usefixtures("odd_shop")
@pytest.mark.parametrize(("kind", "name"), [("0", "products.csv"), ("1", "products.xlsx")])
def test_products_from_the_admin(sign_in: SignIn, kind: str, name: str) -> None:
    manager: Client = sign_in("Manager")
    exported = manager.post("/admin/catalog/product/export/", {"format": kind, "resource": "0"})

    uploaded = SimpleUploadedFile(name, exported.content)
    manager.post("/admin/catalog/product/import/", {"import_file": uploaded})

    kept = ProductImport.objects.get()
    assert (kept.new, kept.changed, kept.unchanged, kept.problems) == (0, 0, len(NAMES) + len(SKUS), 0)


@pytest.mark.usefixtures("odd_shop")
@pytest.mark.parametrize("name", ["stock.csv", "stock.xlsx"])
def test_stock(shopctl: Shopctl, answers: Answers, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    shopctl("stock", "export", "--all", "--output", file)

    result = answers("stock", "import", file, "--mode", "count", "--dry-run")

    counts = [result[each] for each in ("changes", "unchanged", "problems")]
    assert counts == [0, len(NAMES) + len(SKUS), 0]


@pytest.mark.usefixtures("odd_shop")
@pytest.mark.parametrize("name", ["promos.csv", "promos.xlsx"])
def test_promo_codes(shopctl: Shopctl, answers: Answers, tmp_path: Path, name: str) -> None:
    product = Product.objects.get(sku="'=SKU")
    for number, title in enumerate(NAMES):
        make_promo_code(f"CODE-{number}", name=title, percent_off="12.5", max_uses=number + 1)
    make_promo_code("-SUM", amount_off="3.00", minimum_spend="10.00", product_ids=(product.pk,))
    file = tmp_path / name
    assert shopctl("promos", "export", "--output", file).exit_code == 0

    result = answers("promos", "import", file, "--yes")

    counts = [result[each] for each in ("new", "changed", "unchanged", "problems")]
    assert counts == [0, 0, len(NAMES) + 1, 0]


def test_numbers_are_numbers_in_a_workbook_and_text_is_text(shopctl: Shopctl, tmp_path: Path) -> None:
    make_product("007", price="3.30", on_hand=4, low_stock_threshold=2, barcode="0123")
    shopctl("products", "export", "--output", tmp_path / "p.xlsx")

    header, row = load_workbook(tmp_path / "p.xlsx").active.values
    told: dict[Any, Any] = dict(zip(header, row, strict=True))

    assert (told["sku"], told["barcode"]) == ("007", "0123")
    assert (float(told["price"]), told["on_hand"], told["low_stock_threshold"]) == (3.3, 4, 2)
    assert told["is_active"] == 1


def test_the_columns_of_promo_codes_are_the_same_at_every_door(sign_in: SignIn, shopctl: Shopctl) -> None:
    number = make_batch(2).pk
    manager = sign_in("Manager")

    from_api = Api(make_user(role="Manager")).get(f"promotions/{number}/codes.csv").getvalue().decode()
    from_admin = manager.get(f"/admin/orders/promotion/{number}/codes.csv").getvalue().decode("utf-8-sig")
    from_shopctl = shopctl("promos", "export", "--promotion", str(number)).stdout

    assert from_api.splitlines() == from_admin.splitlines() == from_shopctl.splitlines()


def test_the_control_a_name_that_a_file_changes_is_seen(shopctl: Shopctl) -> None:
    make_product("A", name="Tea")
    changed = shopctl("products", "export").stdout.replace("Tea", "Teas")

    plan = plan_products(read_products(BytesIO(changed.encode()), file_name="p.csv"))

    assert [row.outcome for row in plan.rows] == [Outcome.CHANGE]
