"""The stock ledger, for staff."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.actors import Actor
from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import Sorting, SortKey, asked_by, chosen_fields
from backoffice.errors import Fault, Invalid
from backoffice.requests.json_reply import Reply, rendered
from catalog import stock
from catalog.api.schemas import MovementFilters, MovementIn, MovementList, MovementOut
from catalog.models import StockMovement
from catalog.products import product_with_sku
from catalog.readers.movements import (
    MOVEMENT_FIELDS,
    MovementFilter,
    movement_as_data,
    movement_columns,
    movement_data,
)

stock_router = Router(tags=["Stock"])

SORTING = Sorting("movements", {"id": SortKey("id"), "at": SortKey("at")}, usual="-id")


@stock_router.get(
    "/products/{sku}/movements",
    response=MovementList,
    operation_id="list_movements",
    summary="A product's movements",
    openapi_extra=asked_by(MOVEMENT_FIELDS, SORTING),
)
def list_movements(request: HttpRequest, sku: str, filters: Query[MovementFilters]) -> HttpResponse:
    """List why, by whom and by how much on hand and reserved changed; the newest first."""
    reader = require(request, "catalog.view_stockmovement").user
    narrowed = MovementFilter(filters.kind, filters.after, filters.before)
    movements = narrowed.of(StockMovement.objects.filter(product=product_with_sku(sku)))
    wanted = chosen_fields(filters.fields, MOVEMENT_FIELDS)
    page = SORTING.page(movements, filters, movement_columns(wanted))
    items = [movement_as_data(row, wanted, to=reader) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


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
        return rendered(movement_data(_move(body, actor).pk, to=actor.user), status=201)

    return answer_once(request, body, run)


def _move(body: MovementIn, actor: Actor) -> StockMovement:
    if body.expected is not None and body.kind != "count":
        raise _misplaced("expected", _("Only a count can expect a number on hand: remove it."))
    if body.reference and body.kind != "receive":
        raise _misplaced(
            "reference", _("Only a receipt has a reference: remove it, or write it into the note.")
        )
    if body.kind == "receive":
        return stock.receive(body.sku, body.quantity, by=actor, note=body.note, reference=body.reference)
    if body.kind == "count":
        return stock.count(body.sku, body.quantity, by=actor, note=body.note, expected=body.expected)
    return stock.adjust(body.sku, body.quantity, reason=body.reason or "", by=actor, note=body.note)


def _misplaced(name: str, detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault(f"/{name}", "misplaced", detail, {"in": "body"})])
