"""Looking at what a file would do holds nobody up, at whichever door."""

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from backoffice.db import transactions
from backoffice.db.transactions import write_transaction
from backoffice.sheets import reading
from backoffice.sheets.csv_rows import csv_rows
from catalog.product_files import import_products, plan_products, read_products
from catalog.products import edit_product
from catalog.stock_import import plan_import
from catalog.stock_import.stock_file import FileRow
from orders.fulfilment.dispatch import plan_dispatch
from orders.fulfilment.parcels import read_parcels
from orders.promotions import import_promo_codes, pause_promo_code, plan_promo_codes, read_promo_file
from tests.admin_fixtures import sign_in as sign_in
from tests.cli_fixtures import shopctl as shopctl
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_promo_code, make_user, place

STOCK = b"sku,quantity\nTEA-01,5\n"
PRODUCTS = b"sku,price\nTEA-01,4.10\n"
CODES = b"code,percent\nSPRING,20\n"


# While somebody looks


class Slowly:
    """For `on_row`: tells that the first row is reached, and stays there until others have written."""

    def __init__(self, patience: float) -> None:
        self.is_under_way, self.others_have_written = threading.Event(), threading.Event()
        self.waited_in_vain = False
        self._patience = patience

    def __call__(self) -> None:
        self.is_under_way.set()
        self.waited_in_vain |= not self.others_have_written.wait(self._patience)


def holds_up(work: Callable[[Slowly], object], write: Callable[[], object], *, patience: float) -> bool:
    """Whether a write that begins while the work is under way has to wait until that is done."""
    slowly = Slowly(patience)

    def run() -> None:
        try:
            work(slowly)
        finally:
            connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    assert slowly.is_under_way.wait(10)
    write()
    slowly.others_have_written.set()
    worker.join()
    return slowly.waited_in_vain


def rename() -> None:
    edit_product("TEA-01", by=CLI, changes={"name": "Assam"})


def pause() -> None:
    pause_promo_code("SPRING", by=CLI)


def plan_stock(slowly: Slowly) -> None:
    def follow(rows: Iterator[FileRow]) -> Iterator[FileRow]:
        for row in rows:
            slowly()
            yield row

    plan_import(io.BytesIO(STOCK), file_name="a.csv", mode="count", by=CLI, follow=follow)


@pytest.fixture
def _shop() -> None:
    make_product("TEA-01", on_hand=9, price="3.00")
    make_promo_code("SPRING", percent_off="10")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_shop")
def test_others_write_while_files_are_looked_at() -> None:
    number = place({"TEA-01": 1}).number
    products = read_products(io.BytesIO(PRODUCTS), file_name="a.csv")
    codes = read_promo_file(io.BytesIO(CODES), file_name="a.csv")
    parcels = read_parcels(io.BytesIO(f"number,tracking\n{number},0034\n".encode()), file_name="a.csv")
    looks: list[tuple[Callable[[Slowly], object], Callable[[], object]]] = [
        (lambda slowly: plan_products(products, on_row=slowly), rename),
        (lambda slowly: plan_promo_codes(codes, on_row=slowly), pause),
        (lambda slowly: plan_dispatch(parcels, on_row=slowly), rename),
        (plan_stock, rename),
    ]

    assert [holds_up(look, write, patience=10) for look, write in looks] == [False] * 4


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_shop")
def test_the_harness_sees_a_write_that_waits() -> None:
    """The same rows, done: whoever changes what is being changed waits."""
    products = read_products(io.BytesIO(PRODUCTS), file_name="a.csv")
    codes = read_promo_file(io.BytesIO(CODES), file_name="a.csv")
    seen, seen_codes = plan_products(products), plan_promo_codes(codes)

    def do_products(slowly: Slowly) -> None:
        import_products(products, by=CLI, seen=seen, on_row=slowly)

    def do_codes(slowly: Slowly) -> None:
        import_promo_codes(codes, by=CLI, seen=seen_codes, on_row=slowly)

    assert holds_up(do_products, rename, patience=1)
    assert holds_up(do_codes, pause, patience=1)


# At every door


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each row that is read from a file, whether others have to wait for it."""
    found: list[bool] = []

    def watched(content: bytes, *, delimiter: str) -> Iterator[Any]:
        for row in csv_rows(content, delimiter=delimiter):
            found.append(getattr(transactions._state, "is_writing", False))
            yield row

    monkeypatch.setattr(reading, "csv_rows", watched)
    return found


def sent(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", content)


@pytest.mark.django_db
@pytest.mark.usefixtures("_shop")
def test_no_page_reads_a_file_while_others_wait(reads: list[bool], sign_in: Any) -> None:
    manager = sign_in("Manager")
    number = place({"TEA-01": 1}).number
    parcels = f"number,tracking\n{number},0034\n".encode()
    pages = [
        ("catalog/product/import/", {"import_file": sent(PRODUCTS)}),
        ("catalog/stockimport/import/", {"import_file": sent(STOCK), "mode": "count"}),
        ("orders/order/ship-many/file/", {"file": sent(parcels), "carrier": "DHL"}),
    ]
    for page, form in pages:
        reads.clear()
        assert manager.post(f"/admin/{page}", form, follow=True).status_code == 200
        assert (set(reads), len(reads) >= 2) == ({False}, True), page


@pytest.mark.django_db
@pytest.mark.usefixtures("_shop")
@pytest.mark.parametrize("query", ["", "?dry_run=true"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "delivery-1"}])
def test_the_api_reads_no_file_while_others_wait(
    reads: list[bool], query: str, headers: dict[str, str]
) -> None:
    api = Api(make_user(role="Warehouse"))

    answer = api.client.post(
        f"/api/v1/stock/imports{query}", {"file": sent(STOCK), "mode": "count"}, headers=api.headers | headers
    )

    assert answer.status_code in (200, 201)
    assert (set(reads), len(reads) >= 2) == ({False}, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("_shop")
def test_no_verb_reads_a_file_while_others_wait(reads: list[bool], shopctl: Any, tmp_path: Path) -> None:
    number = place({"TEA-01": 1}).number
    verbs = [
        (("products", "import"), PRODUCTS),
        (("stock", "import", "--mode", "count"), STOCK),
        (("promos", "import"), CODES),
        (("orders", "ship", "--from"), f"number,tracking\n{number},0034\n".encode()),
    ]
    for verb, content in verbs:
        reads.clear()
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        assert shopctl(*verb, path, "--dry-run").exit_code == 0
        assert (set(reads), len(reads) >= 2) == ({False}, True), verb


@pytest.mark.django_db
def test_a_file_read_while_others_wait_is_seen(reads: list[bool]) -> None:
    write_transaction(read_products)(io.BytesIO(PRODUCTS), file_name="a.csv")

    assert set(reads) == {True}
