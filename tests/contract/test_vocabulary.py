"""One thing has one name: the API, `shopctl --json` and exported files say the same of the same thing."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from backoffice.api.application import api
from catalog import stock
from catalog.exports import ImportRowExport, MovementExport
from catalog.models.family import OPTIONS
from catalog.readers.movements import MOVEMENT_FIELDS
from catalog.readers.product_imports import PRODUCT_IMPORT_FIELDS
from catalog.readers.products import EDITOR_DETAIL, STAFF_FIELDS
from catalog.readers.stock_imports import IMPORT_FIELDS, ROW_FIELDS
from cli.app import app
from orders.exports import OrderExport
from orders.fulfilment import lifecycle
from orders.models import Order, PaymentEntry
from orders.payments.exports import PaymentExport
from orders.readers.customers import CUSTOMER_COLUMNS
from orders.readers.orders import ADDRESS, LINE_COLUMNS, ORDER_FIELDS
from orders.readers.payments import ENTRY_FIELDS
from orders.readers.promo_codes import PROMO_CODE_DETAIL
from tests.cli_fixtures import Answers, Shopctl
from tests.contract.client import Api
from tests.factories import (
    CLI,
    make_batch,
    make_category,
    make_customer,
    make_product,
    make_promo_code,
    make_user,
    place,
)
from tests.pictures import pictures_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(picture_folder: Any) -> Order:
    """A shop with one of each noun in it; the order has a promo, a parcel and something cancelled."""
    lanterns = make_category("Lanterns")
    make_product("TEA-01", on_hand=9, price="10.00", category=lanterns, low_stock_threshold=2)
    make_product("MUG-7", on_hand=5, price="4.00")
    pictures_of("TEA-01", 2)
    make_promo_code("TEN", max_uses=5)
    make_batch(2, name="Friday")
    stock.adjust("TEA-01", -1, reason="damaged", by=CLI)
    order = place({"TEA-01": 3, "MUG-7": 1}, promo_code="TEN", note="Ring")
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number="0034")
    lifecycle.cancel_order(order.number, by=CLI, lines={"MUG-7": 1})
    return order


@pytest.fixture
def manager(order: Order) -> Api:
    return Api(make_user(role="Manager"))


def test_a_product_is_the_same_object_at_both_doors(manager: Api, answers: Answers) -> None:
    listed = manager.get("products").json()["items"]

    assert answers("products", "list") == listed
    assert answers("stock", "list") == listed
    assert answers("stock", "show", "TEA-01", "MUG-7") == [listed[1], listed[0]]
    assert answers("products", "show", "tea-01") == manager.get("products/TEA-01").json()
    assert set(listed[0]) == set(STAFF_FIELDS)


def test_a_movement_is_the_same_object_at_both_doors(manager: Api, answers: Answers) -> None:
    assert answers("stock", "history", "TEA-01") == manager.get("products/TEA-01/movements").json()["items"]
    moved = answers("stock", "receive", "TEA-01", "4")
    assert moved == manager.get("products/TEA-01/movements?kind=receive&limit=1").json()["items"][0]


def test_a_stock_import_and_its_rows_are_the_same_objects_at_both_doors(
    manager: Api, answers: Answers
) -> None:
    file = "sku,quantity\nTEA-01,20\nMUG-7,5\nNONE,1\n"
    applied = answers("stock", "import", "-", "--mode", "count", "--skip-invalid", "--yes", stdin=file)
    planned = answers("stock", "import", "-", "--mode", "receive", "--skip-invalid", "--dry-run", stdin=file)

    number = applied["number"]
    assert manager.get(f"stock/imports/{number}?fields={','.join(IMPORT_FIELDS)}").json() == applied
    assert answers("stock", "imports") == [applied]
    rows = manager.get(f"stock/imports/{planned['number']}/rows?ordering=row").json()["items"]
    assert planned.pop("plan") == rows
    assert answers("stock", "imports", "--all") == [planned, applied]
    assert manager.get("stock/imports").json()["items"] == [planned, applied]


def test_a_product_import_and_its_rows_are_the_same_objects_at_both_doors(
    manager: Api, answers: Answers
) -> None:
    file = "sku,name,price,category\nTEA-01,Tea,11.00,\nMUG-7,Product MUG-7,4.00,\nNEW,Cup,free,\n"
    applied = answers("products", "import", "-", "--skip-invalid", "--yes", stdin=file)
    planned = answers("products", "import", "-", "--skip-invalid", "--dry-run", stdin=file)

    path = f"products/imports/{applied['number']}"
    assert manager.get(f"{path}?fields={','.join(PRODUCT_IMPORT_FIELDS)}").json() == applied
    assert answers("products", "imports") == [applied]
    rows = manager.get(f"products/imports/{planned['number']}/rows?ordering=row").json()["items"]
    assert planned.pop("plan") == rows
    assert answers("products", "imports", "--all") == [planned, applied]
    assert manager.get("products/imports").json()["items"] == [planned, applied]
    undone = answers("products", "undo", str(applied["number"]), "--yes")
    assert manager.get(f"{path}?fields={','.join(PRODUCT_IMPORT_FIELDS)}").json() == undone


def test_an_order_is_the_same_object_at_both_doors(manager: Api, answers: Answers, order: Order) -> None:
    shown = answers("orders", "show", order.number)
    events = shown.pop("events")

    assert shown == manager.get(f"orders/{order.number}").json()
    assert events == manager.get(f"orders/{order.number}/events?ordering=id").json()["items"]
    assert answers("orders", "list") == manager.get("orders").json()["items"]
    assert (shown["credited"], shown["net"]) == ("3.60", "27.00")


def test_a_promo_code_is_the_same_object_at_both_doors(manager: Api, answers: Answers) -> None:
    assert answers("promos", "list") == manager.get("promo-codes").json()["items"]
    assert answers("promos", "show", "TEN") == manager.get("promo-codes/TEN").json()
    made = answers("promos", "create", "FIVE", "--amount", "5", "--per-customer", "none")
    assert made == manager.get("promo-codes/FIVE").json()
    assert (made["max_uses"], made["max_uses_per_customer"]) == (None, None)


def test_a_promotion_is_the_same_object_at_both_doors(manager: Api, answers: Answers) -> None:
    listed = manager.get("promotions").json()["items"]

    assert answers("promos", "promotions") == listed
    assert (
        answers("promos", "promotions", "--batches")
        == manager.get("promotions?is_batch=true").json()["items"]
    )
    made = answers("promos", "generate", "--count", "3", "--percent", "15", "--yes")
    assert made == manager.get(f"promotions/{made['id']}").json()


def test_a_backtest_is_the_same_object_at_both_doors(manager: Api, answers: Answers) -> None:
    period = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
    found = answers("promos", "backtest", "TEN", "--from", period["from"], "--to", period["to"])

    assert found == manager.post("promo-codes/backtest", {"code": "TEN", **period}).json()


def test_a_customer_and_a_merge_are_the_same_objects_at_both_doors(
    manager: Api, answers: Answers, order: Order
) -> None:
    kept, gone = order.customer_id, make_customer("theo@exmaple.com").pk
    assert answers("customers", "list") == manager.get("customers").json()["items"]
    shown = answers("customers", "show", kept)
    assert shown.pop("history") == []
    assert shown == manager.get(f"customers/{kept}").json()
    assert shown["spent"] == "27.00"

    plan = manager.post(f"customers/{kept}/merges/plan", {"customer": gone}).json()
    assert answers("customers", "merge", kept, "theo@exmaple.com", "--dry-run") == plan
    merged = answers("customers", "merge", kept, gone, "--yes")
    assert manager.get(f"customers/{kept}").json()["merges"] == [merged]
    undone = answers("customers", "undo-merge", kept, "--yes")
    assert manager.get(f"customers/{kept}").json()["merges"] == [undone]


def test_a_user_is_the_same_object_at_both_doors(manager: Api, answers: Answers) -> None:
    listed = manager.get("users?is_staff=true").json()["items"]

    assert answers("users", "list") == listed
    assert {"is_active", "is_staff", "created_at"} <= set(listed[0])


def columns_of(content: str) -> list[str]:
    return next(csv.reader(io.StringIO(content)))


def test_the_columns_of_files_have_the_names_of_fields(shopctl: Shopctl, order: Order) -> None:
    # JSON has a product's values by the names of its family's options, of which a file knows nothing.
    assert set(columns_of(shopctl("products", "export").stdout)) <= {*EDITOR_DETAIL, *OPTIONS}
    assert set(columns_of(shopctl("promos", "export").stdout)) <= set(PROMO_CODE_DETAIL)
    assert set(MovementExport().get_export_headers()) <= {*MOVEMENT_FIELDS, "name"}
    assert set(PaymentExport(PaymentEntry.objects.all()).columns) <= {
        *ENTRY_FIELDS,
        *("currency", "customer", "email"),
    }
    of_row = {"number", "file_name", "expected", "note"}
    assert set(ImportRowExport().get_export_headers()) <= {*IMPORT_FIELDS, *ROW_FIELDS, *of_row}


def test_the_columns_of_exported_customers_have_the_names_of_fields(shopctl: Shopctl) -> None:
    assert set(columns_of(shopctl("customers", "export").stdout)) <= set(CUSTOMER_COLUMNS)


def test_the_columns_of_exported_orders_have_the_names_of_fields() -> None:
    of_line = {*LINE_COLUMNS, "total"}
    addresses = {f"shipping_address_{part}" for part in ADDRESS}
    # Of other nouns: the customer's name, the code of the promo, those of the parcels.
    related = {"customer", "promo_code", "tracking_numbers"}
    for column in OrderExport(Order.objects.all()).columns:
        if column.startswith("order_"):
            assert column.removeprefix("order_") in ORDER_FIELDS
        elif column.startswith("line_"):
            assert column.removeprefix("line_") in of_line
        else:
            assert column in {*ORDER_FIELDS, *of_line, *addresses, *related}


LISTS = {
    "/products": ("products", "list"),
    "/products/{sku}/movements": ("stock", "history"),
    "/products/imports": ("products", "imports"),
    "/families": ("families", "list"),
    "/stock/imports": ("stock", "imports"),
    "/orders": ("orders", "list"),
    "/promo-codes": ("promos", "list"),
    "/promotions": ("promos", "promotions"),
    "/users": ("users", "list"),
    "/customers": ("customers", "list"),
}
PAGING = {"fields", "limit", "cursor", "count", "ordering"}
OUTPUT = {"limit", "json", "jsonl", "fail_if_empty", "as_", "yes", "help"}
# What shopctl narrows by besides: another way to say placed_before, all plans, and a path of the API.
MORE = {
    "/orders": {"older_than", "to"},
    "/stock/imports": {"every"},
    "/products/imports": {"every"},
    "/promo-codes": {"promotion"},
}


def filters_of(path: str) -> set[str]:
    schema: Any = api.get_openapi_schema()
    parameters = schema["paths"][f"/api/v1{path}"]["get"]["parameters"]
    return {each["name"] for each in parameters if each["in"] == "query"} - PAGING


def options_of(group: str, verb: str) -> Iterator[str]:
    command: Any = get_command(app)
    for word in (group, verb):
        command = command.get_command(None, word)
    return (each.name for each in command.params if each.param_type_name == "option")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_narrowed_by_the_same_names_at_both_doors(path: str) -> None:
    assert filters_of(path) == set(options_of(*LISTS[path])) - OUTPUT - MORE.get(path, set())
