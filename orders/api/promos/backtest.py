"""What a promo code would have cost, for staff who may see revenue."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.api.auth import require
from backoffice.errors import Fault, Invalid
from backoffice.requests.json_reply import rendered
from orders.api.promos.inputs import terms_sent
from orders.api.promos.schemas import BacktestIn, BacktestOut, DiscountIn
from orders.promotions import Backtest, backtest, backtest_promo_code
from orders.readers.backtests import backtest_as_data

backtest_router = Router(tags=["Promo codes"])


@backtest_router.post(
    "/backtest",
    response=BacktestOut,
    by_alias=True,
    operation_id="backtest_promo_code",
    summary="What terms would have cost over past orders",
)
def backtest_terms(request: HttpRequest, body: BacktestIn) -> HttpResponse:
    """Tell how many orders would have had the discount and what it would have cost. Nothing is written.

    The window and the pause of the terms are left out of account; limits count in the order of time.
    """
    require(request, "orders.view_promocode").require("orders.view_revenue")
    return rendered(backtest_as_data(_backtest_of(body))).to(request)


def _backtest_of(body: BacktestIn) -> Backtest:
    if body.code is not None:
        return backtest_promo_code(body.code, start=body.start, end=body.end)
    assert body.terms is not None
    terms = terms_sent(body.terms, under="/terms")
    try:
        return backtest(terms, start=body.start, end=body.end, max_uses=body.max_uses)
    except Invalid as refusal:
        raise Invalid(refusal.detail, faults=[_fault_in_body(fault) for fault in refusal.faults]) from refusal


def _fault_in_body(fault: Fault) -> Fault:
    """Point the fault into the body, where the terms are below `/terms`."""
    is_term = fault.pointer[1:] in DiscountIn.model_fields
    return replace(fault, pointer=f"/terms{fault.pointer}") if is_term else fault
