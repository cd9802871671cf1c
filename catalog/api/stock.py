"""The stock ledger, for staff."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.actors import Actor, name_told_to
from accounts.api.auth import require
from accounts.models import User
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.json_reply import Reply, rendered
from backoffice.api.pagination import Sorting, SortKey, asked_by, chosen_fields
from backoffice.errors import Fault, Invalid
from catalog import stock
from catalog.api.schemas import MovementFilters, MovementIn, MovementList, MovementOut
from catalog.models import StockMovement
from catalog.products import product_with_sku

stock_router = Router(tags=["Stock"])

COLUMNS = {
    "id": "id",
    "sku": "product__sku",
    "kind": "kind",
    "on_hand_delta": "on_hand_delta",
    "reserved_delta": "reserved_delta",
    "on_hand_after": "on_hand_after",
    "reserved_after": "reserved_after",
    "reason": "reason",
    "note": "note",
    "reference": "reference",
    "actor": "actor__email",
    "source": "source",
    "at": "at",
}
SORTING = Sorting("movements", {"id": SortKey("id"), "at": SortKey("at")}, usual="-id")


@stock_router.get(
    "/products/{sku}/movements",
    response=MovementList,
    operation_id="list_movements",
    summary="A product's movements",
    openapi_extra=asked_by(COLUMNS, SORTING),
)
def list_movements(request: HttpRequest, sku: str, filters: Query[MovementFilters]) -> HttpResponse:
    """Why, by whom and by how much on hand and reserved changed; the newest first."""
    reader = require(request, "catalog.view_stockmovement").user
    lookups = {"kind": filters.kind, "at__gte": filters.after, "at__lt": filters.before}
    movements = StockMovement.objects.filter(
        product=product_with_sku(sku),
        **{lookup: value for lookup, value in lookups.items() if value is not None},
    )
    wanted = chosen_fields(filters.fields, list(COLUMNS))
    page = SORTING.page(movements, filters, _columns_of(wanted))
    return rendered(page.envelope([_shape(row, wanted, reader) for row in page.rows])).to(request)


@stock_router.post(
    "/stock/movements",
    response={201: MovementOut},
    operation_id="move_stock",
    summary="Receive, adjust or count",
    openapi_extra=DOCUMENTED,
)
def move(request: HttpRequest, body: MovementIn) -> HttpResponse:
    """Add what arrived, correct it by a difference with a reason, or set it to what was counted."""
    actor = require(request, "catalog.move_stock")

    def run() -> Reply:
        movement = _moved(body, actor)
        row = StockMovement.objects.values(*_columns_of(list(COLUMNS))).get(pk=movement.pk)
        return rendered(_shape(row, list(COLUMNS), actor.user), status=201)

    return answer_once(request, body, run)


def _moved(body: MovementIn, actor: Actor) -> StockMovement:
    if body.expected is not None and body.kind != "count":
        raise _misplaced("expected", "Only a count can expect a number on hand: remove it.")
    if body.reference and body.kind != "receive":
        raise _misplaced("reference", "Only a receipt has a reference: remove it, or write it into the note.")
    if body.kind == "receive":
        return stock.receive(body.sku, body.quantity, by=actor, note=body.note, reference=body.reference)
    if body.kind == "count":
        return stock.count(body.sku, body.quantity, by=actor, note=body.note, expected=body.expected)
    return stock.adjust(body.sku, body.quantity, reason=body.reason or "", by=actor, note=body.note)


def _misplaced(name: str, detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault(f"/{name}", "misplaced", detail, {"in": "body"})])


def _columns_of(wanted: Sequence[str]) -> list[str]:
    columns = [COLUMNS[name] for name in wanted]
    return [*columns, "actor__is_staff"] if "actor" in wanted else columns


def _shape(row: Mapping[str, Any], wanted: Sequence[str], reader: User | None) -> dict[str, Any]:
    shape = {name: row[COLUMNS[name]] for name in wanted}
    if "actor" in shape:
        shape["actor"] = name_told_to(reader, shape["actor"], is_staff=bool(row["actor__is_staff"]))
    return shape
