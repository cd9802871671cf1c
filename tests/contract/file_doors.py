"""Every door that takes a file of rows, spoken to as its users do.

A door plans a file, says what is wrong with which row and what was noticed about the whole, and applies it. A
further door is added to DOORS: whatever is sent to all of them is sent to it too.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner, Result

from catalog.models import Category, Product
from cli.app import app
from orders.models import Order, PromoCode, Shipment
from tests.contract.client import Api
from tests.contract.file_answers import Answer, Page, Row, name_shown, one_line
from tests.factories import make_category, make_product, make_user, place
from tests.model.database import rolled_back

DATA = Path(__file__).parents[1] / "data"
FOLDERS = (DATA / "cases", DATA / "bad-imports")
SKUS = (
    *("00123", "1E5", "1-2", "90.75", "90.750", "12345678901234567", "Café-1", "A 1", "TRUE", "straße"),
    *("4006381333931", "=X1", "UN-3", "71053", "84029E"),
)
ARCHIVED = "UN-2"
ORDERS = (900_001, 900_002, 900_003)


class FileDoorBroken(AssertionError):
    """A door answered with a traceback, a 500 or an exit code of its own making."""


class FileDoor(ABC):
    """`kind` says what the file is about: doors of one kind must agree."""

    name = ""
    kind = ""

    @abstractmethod
    def plan(self, file: Path) -> Answer: ...

    @abstractmethod
    def apply(self, file: Path, *, skip_invalid: bool) -> None:
        """Have the file's rows done, which may be refused."""


# What the doors have in common


def _sent(file: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.read_bytes())


def _page_of(answer: Any) -> Page:
    if answer.status_code >= 500:
        raise FileDoorBroken(answer.content[:500])
    return Page(answer.content.decode())


def _run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exit_code not in (0, 1, 3) or "Traceback" in result.stderr:
        raise FileDoorBroken(f"exit {result.exit_code}: {result.stderr}")
    return result


def _told_by_json(result: Result, name: str) -> Answer:
    if not result.stdout:
        return Answer(refused=result.stderr.strip().removeprefix("shopctl: "))
    told = json.loads(result.stdout)
    return Answer(rows=_rows(told["plan"], name), remarks=_remarks(told), ignored=_ignored(told))


def _rows(rows: list[dict[str, Any]], name: str) -> tuple[Row, ...]:
    found = (Row(each["row"], name_shown(each[name]), one_line([each["problem"] or ""])) for each in rows)
    return tuple(sorted(found, key=lambda row: row.number))


def _remarks(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each["detail"] for each in told["remarks"])


def _ignored(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(told["ignored_columns"])


class AdminPlans(FileDoor):
    """The admin: a file is chosen, its plan has a page of its own."""

    choose = ""
    form: Mapping[str, str] = {}

    def __init__(self) -> None:
        self._client = Client(raise_request_exception=False)
        self._client.force_login(make_user(role="Manager"))

    def _planned(self, file: Path) -> dict[str, str]:
        form = {**self.form, "import_file": _sent(file)}
        answer = self._client.post(f"/admin/{self.choose}", form, headers={"Accept": "application/json"})
        if answer.status_code >= 500:
            raise FileDoorBroken(answer.content[:500])
        told: dict[str, str] = answer.json()
        return told

    def plan(self, file: Path) -> Answer:
        told = self._planned(file)
        if "refused" in told:
            return Answer(refused=told["refused"])
        answer = self._client.get(told["url"])
        page = _page_of(answer)
        # Of many problems the page shows the first few, and leads to all of them.
        problems = _page_of(self._client.get(f"{told['url']}?show=problems"))
        ignored = tuple(answer.context["object"].ignored_columns)
        rows = {row.number: row for row in (*page.plan(), *problems.plan())}
        in_order = tuple(sorted(rows.values(), key=lambda row: row.number))
        return Answer(rows=in_order, remarks=tuple(page.warnings), ignored=ignored)

    def apply(self, file: Path, *, skip_invalid: bool) -> None:
        told = self._planned(file)
        if "url" in told:
            form = {"skip_invalid": "on"} if skip_invalid else {}
            _page_of(self._client.post(told["url"].replace("/change/", "/") + "apply/", form, follow=True))


class CommandPlans(FileDoor):
    """shopctl."""

    verb: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    subject = "sku"

    def plan(self, file: Path) -> Answer:
        return _told_by_json(_run(*self.verb, file, *self.options, "--dry-run", "--json"), self.subject)

    def apply(self, file: Path, *, skip_invalid: bool) -> None:
        more = ["--skip-invalid"] if skip_invalid else []
        _run(*self.verb, file, *self.options, "--yes", *more)


# Stock


class StockAdmin(AdminPlans):
    name, kind = "admin", "stock, counted"
    choose, form = "catalog/stockimport/import/", {"mode": "count"}


class ApiPlans(FileDoor):
    """The API: a file is only planned, then applied by its number."""

    name = "API"
    path = ""
    form: Mapping[str, str] = {}

    def __init__(self) -> None:
        self._api = Api(make_user(role="Manager"))

    def _post(self, file: Path) -> Any:
        answer = self._api.client.post(
            f"/api/v1/{self.path}?dry_run=true&limit=100",
            {**self.form, "file": _sent(file)},
            headers=self._api.headers,
        )
        if answer.status_code not in (200, 409, 422):
            raise FileDoorBroken(answer.content[:500])
        return answer

    def plan(self, file: Path) -> Answer:
        answer = self._post(file)
        told = answer.json()
        if answer.status_code != 200:
            return Answer(refused=told["detail"])
        return Answer(rows=_rows(told["plan"], "sku"), remarks=_remarks(told), ignored=_ignored(told))

    def apply(self, file: Path, *, skip_invalid: bool) -> None:
        answer = self._post(file)
        if answer.status_code == 200:
            number = answer.json()["number"]
            done = self._api.post(f"{self.path}/{number}/apply", {"skip_invalid": skip_invalid})
            if done.status_code not in (200, 409):
                raise FileDoorBroken(done.content[:500])


class StockApi(ApiPlans):
    kind, path, form = "stock, counted", "stock/imports", {"mode": "count"}


class StockReceivedApi(StockApi):
    kind, form = "stock, received", {"mode": "receive"}


class StockCommand(CommandPlans):
    name, kind = "shopctl", "stock, counted"
    verb, options = ("stock", "import"), ("--mode", "count")


# Products, promo codes, parcels


class ProductsAdmin(AdminPlans):
    name, kind = "admin", "products"
    choose = "catalog/product/import/"


class ProductsApi(ApiPlans):
    kind, path = "products", "products/imports"


class ProductsCommand(CommandPlans):
    name, kind = "shopctl", "products"
    verb = ("products", "import")


class PromosCommand(CommandPlans):
    name, kind = "shopctl", "promo codes"
    verb, subject = ("promos", "import"), "code"


class ParcelsAdmin(FileDoor):
    name, kind = "admin", "parcels"
    page = "/admin/orders/order/ship-many/file/"

    def __init__(self) -> None:
        self._client = Client(raise_request_exception=False)
        self._client.force_login(make_user(role="Manager"))

    def _previewed(self, file: Path) -> Any:
        return self._client.post(self.page, {"file": _sent(file), "carrier": "DHL"})

    def plan(self, file: Path) -> Answer:
        answer = self._previewed(file)
        page = _page_of(answer)
        if page.refusal:
            return Answer(refused=page.refusal)
        ignored = tuple(answer.context["ignored_columns"])
        return Answer(rows=page.plan(), remarks=tuple(page.warnings), ignored=ignored)

    def apply(self, file: Path, *, skip_invalid: bool) -> None:
        """Rows with problems are always left out here."""
        answer = self._previewed(file)
        carried = answer.context.get("carried")
        is_clean = not any(row.problem for row in _page_of(answer).plan())
        if carried and (skip_invalid or is_clean):
            _page_of(self._client.post(self.page, {"parcels": carried}))


class ParcelsCommand(CommandPlans):
    name, kind = "shopctl", "parcels"
    verb, options, subject = ("orders", "ship", "--from"), ("--carrier", "DHL"), "number"


DOORS: tuple[type[FileDoor], ...] = (
    *(StockAdmin, StockApi, StockCommand),
    StockReceivedApi,
    *(ProductsAdmin, ProductsApi, ProductsCommand),
    PromosCommand,
    *(ParcelsAdmin, ParcelsCommand),
)


# The shop to which the files are sent


def open_shop() -> None:
    make_category("Lanterns")
    for sku in SKUS:
        make_product(sku, on_hand=20)
    make_product(ARCHIVED, on_hand=20, is_active=False)
    for serial in ORDERS:
        Order.objects.filter(pk=place({"71053": 1}).pk).update(prefix="B-", serial=serial)


def state_of_the_shop() -> dict[str, list[Any]]:
    """Return what files change, without moments and keys."""
    products = Product.objects.order_by("sku_key")
    codes = PromoCode.objects.order_by("code")
    terms = ("percent_off", "amount_off", "minimum_spend", "starts_at", "ends_at", "is_paused")
    return {
        "products": list(
            products.values_list(
                *("sku", "name", "price", "category__slug", "barcode", "low_stock_threshold", "is_active"),
                *("on_hand", "reserved"),
            )
        ),
        "categories": list(Category.objects.order_by("slug").values_list("slug")),
        "codes": list(codes.values_list("code", "max_uses", *(f"promotion__{name}" for name in terms))),
        "parcels": list(
            Shipment.objects.order_by("order__number").values_list(
                "order__number", "tracking_number", "carrier"
            )
        ),
    }


def files() -> list[Path]:
    """Return every file that is sent, sorted by folder and name."""
    return sorted(
        file
        for folder in FOLDERS
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith(("README", "."))
    )


def name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


# What they make of it


@dataclass(frozen=True, slots=True)
class Tried:
    """What a door says of a file, the shop after all or nothing was applied, and after all that can be."""

    answer: Answer
    all_or_nothing: dict[str, list[Any]] = field(default_factory=dict)
    after: dict[str, list[Any]] = field(default_factory=dict)


def tried(door: FileDoor, file: Path) -> Tried:
    """Plan the file, and have it done in both ways unless it was refused; afterwards nothing stays."""
    with rolled_back():
        answer = door.plan(file)
    if answer.refused:
        return Tried(answer)
    states = []
    # Without a problem both ways are one.
    for skip_invalid in (False, True) if answer.problems else (False,):
        with rolled_back():
            door.apply(file, skip_invalid=skip_invalid)
            states.append(state_of_the_shop())
    return Tried(answer, states[0], states[-1])


def kinds() -> list[str]:
    return list(dict.fromkeys(door.kind for door in DOORS))


def tried_at_all(kind: str) -> Iterator[tuple[str, dict[str, Tried]]]:
    """Yield each file's name with what every door of this kind makes of it."""
    doors = [door() for door in DOORS if door.kind == kind]
    for file in files():
        yield name_of(file), {door.name: tried(door, file) for door in doors}
