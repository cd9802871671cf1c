"""Shipments of an order, corrected and undone."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED
from backoffice.db.transactions import write_transaction
from backoffice.requests.json_reply import Reply
from orders.api.actions import answer_with_order
from orders.api.orders import caller, expected_version
from orders.api.schemas import OrderOut, ShipmentPatch, UndoShipmentIn
from orders.fulfilment.shipments import correct_shipment, undo_shipment
from orders.readers.orders import order_reply

shipments_router = Router(tags=["Orders"])


@shipments_router.patch(
    "/{number}/shipments/{reference}",
    response=OrderOut,
    operation_id="correct_shipment",
    summary="Correct a shipment",
)
def correct(request: HttpRequest, number: str, reference: str, body: ShipmentPatch) -> HttpResponse:
    """Correct the carrier or the tracking number. Unless it has arrived, the customer gets an e-mail."""
    actor = require(request, "orders.ship_order")
    version = expected_version(request)

    @write_transaction
    def run() -> Reply:
        correct_shipment(number, reference, by=actor, expected_version=version, **body.changes())
        return order_reply(number, to=caller(request))

    return run().to(request)


@shipments_router.post(
    "/{number}/shipments/{reference}/undo",
    response=OrderOut,
    operation_id="undo_shipment",
    summary="Undo a shipment that never left",
    openapi_extra=DOCUMENTED,
)
def undo(
    request: HttpRequest, number: str, reference: str, body: UndoShipmentIn | None = None
) -> HttpResponse:
    """Put its units back on the shelf, reserved for the order as before; the customer gets an e-mail.

    Refused once it was delivered, or units of it came back.
    """
    actor = require(request, "orders.ship_order")
    asked = body or UndoShipmentIn()
    return answer_with_order(
        request,
        number,
        asked,
        lambda version: undo_shipment(
            number,
            reference,
            by=actor,
            reason=asked.reason,
            notify=asked.notify,
            expected_version=version,
        ),
    )
