"""Checks every unit: the ledger adds up to the balances, and each row follows from the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from django.db.models import F, Q, Sum, Window
from django.db.models.functions import Coalesce, Lag

from catalog.models import Product, StockMovement

NAMED_AT_MOST = 1_000
BALANCES = ("on_hand_after", "reserved_after", "on_hand_delta", "reserved_delta")


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not add up: of which SKU or order, which check, and the figures."""

    subject: str
    check: str
    detail: str


def audit_stock() -> list[Discrepancy]:
    """Return every discrepancy of ledger and balances, at most 1,000 of each kind; none when all is well."""
    return [*_sums_that_differ(), *_rows_that_do_not_follow()]


def _sums_that_differ() -> Iterator[Discrepancy]:
    products = (
        Product.objects.annotate(
            moved_on_hand=Coalesce(Sum("movements__on_hand_delta"), 0),
            moved_reserved=Coalesce(Sum("movements__reserved_delta"), 0),
        )
        .filter(~Q(on_hand=F("moved_on_hand")) | ~Q(reserved=F("moved_reserved")))
        .order_by("sku")
        .values_list("sku", "on_hand", "reserved", "moved_on_hand", "moved_reserved")
    )
    for sku, on_hand, reserved, moved_on_hand, moved_reserved in products[:NAMED_AT_MOST]:
        yield Discrepancy(
            sku,
            "balance",
            f"on hand {on_hand}, reserved {reserved}; the ledger says {moved_on_hand} and {moved_reserved}",
        )


def _rows_that_do_not_follow() -> Iterator[Discrepancy]:
    # Compared in the selection: in a filter, Django would repeat each window function.
    wrong = (
        StockMovement.objects.annotate(
            on_hand_before=_previous("on_hand_after"), reserved_before=_previous("reserved_after")
        )
        .filter(
            ~Q(on_hand_before=F("on_hand_after") - F("on_hand_delta"))
            | ~Q(reserved_before=F("reserved_after") - F("reserved_delta"))
        )
        .values("id", "product", "kind", *BALANCES, "on_hand_before", "reserved_before")
    )
    rows = sorted(wrong[:NAMED_AT_MOST], key=itemgetter("id"))
    # Read separately: a join above would touch a million rows for the few that are wrong.
    skus = dict(Product.objects.filter(pk__in={row["product"] for row in rows}).values_list("pk", "sku"))
    for row in rows:
        yield Discrepancy(
            skus[row["product"]],
            "sequence",
            "movement {id} ({kind}) leaves {on_hand_after}/{reserved_after}, which does not follow from "
            "{on_hand_before}/{reserved_before} by {on_hand_delta:+d}/{reserved_delta:+d}".format(**row),
        )


def _previous(balance: str) -> Window:
    """Return the balance after the product's previous movement; 0 before its first."""
    return Window(Lag(balance, default=0), partition_by=F("product_id"), order_by=F("id").asc())
