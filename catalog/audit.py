"""Proves every unit: the ledger adds up to the balances, and each row follows from the one before."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, Sum, Window
from django.db.models.functions import Coalesce, Lag

from catalog.models import Product, StockMovement

NAMED_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not add up: of which SKU or order, which check, and the figures."""

    subject: str
    check: str
    detail: str


def audit_stock() -> list[Discrepancy]:
    """Every discrepancy between ledger and balances (at most 1,000 of each kind); empty when all is well."""
    return [*_sums_that_differ(), *_rows_that_do_not_follow()]


def _sums_that_differ() -> Iterator[Discrepancy]:
    products = (
        Product.objects.annotate(
            moved_on_hand=Coalesce(Sum("movements__on_hand_delta"), 0),
            moved_reserved=Coalesce(Sum("movements__reserved_delta"), 0),
        )
        .filter(~Q(on_hand=F("moved_on_hand")) | ~Q(reserved=F("moved_reserved")))
        .order_by("sku")[:NAMED_AT_MOST]
    )
    for product in products:
        yield Discrepancy(
            product.sku,
            "balance",
            f"on hand {product.on_hand}, reserved {product.reserved}; the ledger says "
            f"{product.moved_on_hand} and {product.moved_reserved}",
        )


def _rows_that_do_not_follow() -> Iterator[Discrepancy]:
    by_product = {"partition_by": F("product_id"), "order_by": F("id").asc()}
    rows = (
        StockMovement.objects.annotate(
            on_hand_before=Coalesce(Window(Lag("on_hand_after"), **by_product), 0),
            reserved_before=Coalesce(Window(Lag("reserved_after"), **by_product), 0),
        )
        .filter(
            ~Q(on_hand_after=F("on_hand_before") + F("on_hand_delta"))
            | ~Q(reserved_after=F("reserved_before") + F("reserved_delta"))
        )
        .select_related("product")
        .order_by("id")[:NAMED_AT_MOST]
    )
    for row in rows:
        yield Discrepancy(
            row.product.sku,
            "sequence",
            f"movement {row.pk} ({row.kind}) leaves {row.on_hand_after}/{row.reserved_after}, which does not "
            f"follow from {row.on_hand_before}/{row.reserved_before} by "
            f"{row.on_hand_delta:+d}/{row.reserved_delta:+d}",
        )
