"""The only writer of stock. Each change of on hand or reserved is a row of the ledger, written with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.inserting import insert, insert_unanswered
from backoffice.db.statements import selecting
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Invalid, Stale
from backoffice.numbers import grouped
from backoffice.text import fault_of
from catalog.models import MovementKind, Product, Reason, SeenProduct, StockMovement
from catalog.models.moving import Reservation, add_to_balances, reserve_as_seen
from catalog.models.product import MAX_UNITS
from catalog.product_cache import forget_products
from catalog.products import product_with_sku
from catalog.shortage import InsufficientStock, refuse_below_reserved, shortage

MAX_NOTE = 255
MAX_REFERENCE = 64


@dataclass(frozen=True, slots=True)
class Change:
    """The amounts by which one product's balances change."""

    product: Product | SeenProduct
    on_hand: int = 0
    reserved: int = 0


def lock_products(ids: Iterable[int]) -> list[Product]:
    """Lock these products until the transaction ends and return them as they are now."""
    wanted = list(ids)
    return _locked_by_pk(wanted) if wanted else []


@selecting
def _locked_by_pk(ids: Sequence[int]) -> QuerySet[Product]:
    # Locked in ascending order, so that two orders cannot deadlock.
    return Product.objects.filter(pk__among=ids).order_by("pk").select_for_update(no_key=True)


# For orders, inside their transaction: `quantities` are units by product id, `held_for` is an order's number.


def reserve(
    products: Sequence[Product | SeenProduct],
    quantities: Mapping[int, int],
    *,
    held_for: str,
    by: Actor,
    at: datetime,
) -> None:
    """Reserve every line or none, if the products are still as they were seen; else all is undone.

    Raises:
        InsufficientStock: naming every product of which there was not enough already.
    """
    short = [shortage(each, quantities[each.pk]) for each in products if each.available < quantities[each.pk]]
    if short:
        raise InsufficientStock(" ".join(fault.detail for fault in short), faults=short)
    forget_products()
    if connection.vendor == "postgresql":
        wanted = [Reservation(each.pk, quantities[each.pk], each.price) for each in products]
        actor = by.user.pk if by.user else None
        reserve_as_seen(wanted, {"held_for": held_for, "actor": actor, "source": by.source, "at": at})
        return
    changes = [Change(each, reserved=quantities[each.pk]) for each in products]
    _move(MovementKind.RESERVE, changes, reference=held_for, held_for=held_for, by=by, at=at)


def release(quantities: Mapping[int, int], *, reference: str, held_for: str, by: Actor, at: datetime) -> None:
    """Give reserved units back for sale."""
    changes = [Change(each, reserved=-quantities[each.pk]) for each in lock_products(quantities)]
    _move(MovementKind.RELEASE, changes, reference=reference, held_for=held_for, by=by, at=at)


def ship(quantities: Mapping[int, int], *, reference: str, held_for: str, by: Actor, at: datetime) -> None:
    """Take reserved units off the shelf."""
    changes = [
        Change(each, on_hand=-quantities[each.pk], reserved=-quantities[each.pk])
        for each in lock_products(quantities)
    ]
    _move(MovementKind.SHIP, changes, reference=reference, held_for=held_for, by=by, at=at)


def unship(quantities: Mapping[int, int], *, reference: str, held_for: str, by: Actor, at: datetime) -> None:
    """Put units that never left back on the shelf, reserved for their order as before."""
    changes = [
        Change(each, on_hand=quantities[each.pk], reserved=quantities[each.pk])
        for each in lock_products(quantities)
    ]
    for change in changes:
        _refuse_too_many(change.product, change.on_hand)
    _move(MovementKind.UNSHIP, changes, reference=reference, held_for=held_for, by=by, at=at)


def restock(quantities: Mapping[int, int], *, reference: str, by: Actor, at: datetime) -> None:
    """Put returned units back on the shelf."""
    changes = [Change(each, on_hand=quantities[each.pk]) for each in lock_products(quantities)]
    for change in changes:
        _refuse_too_many(change.product, change.on_hand)
    _move(MovementKind.RESTOCK, changes, reference=reference, by=by, at=at)


# For staff: single changes.


@write_transaction
def receive(
    sku: str, quantity: int, *, by: Actor, note: str = "", reference: str = "", at: datetime | None = None
) -> StockMovement:
    """Add units that arrived.

    Raises:
        NotFound, Invalid.
    """
    if not 1 <= quantity <= MAX_UNITS:
        raise _invalid_quantity(_("Receive between 1 and %(most)s units.") % {"most": grouped(MAX_UNITS)})
    product = _locked(sku)
    _refuse_too_many(product, quantity)
    return _move_one(
        MovementKind.RECEIVE, Change(product, on_hand=quantity), by=by, note=note, reference=reference, at=at
    )


@write_transaction
def adjust(
    sku: str, change: int, *, reason: Reason | str, by: Actor, note: str = "", at: datetime | None = None
) -> StockMovement:
    """Add or take away units for a reason.

    Raises:
        NotFound, Invalid, BelowReserved.
    """
    if change == 0 or abs(change) > MAX_UNITS:
        raise _invalid_quantity(_("Adjust by at least one unit up or down."))
    if reason not in Reason.values:
        reasons = {"reasons": ", ".join(Reason.values)}
        raise Invalid(
            _("Give a reason: %(reasons)s.") % reasons,
            faults=[Fault("/reason", "validation", _("One of %(reasons)s.") % reasons)],
        )
    product = _locked(sku)
    _refuse_too_many(product, change)
    refuse_below_reserved(product, product.on_hand + change)
    return _move_one(
        MovementKind.ADJUST, Change(product, on_hand=change), by=by, note=note, reason=reason, at=at
    )


@write_transaction
def count(
    sku: str,
    counted: int,
    *,
    by: Actor,
    note: str = "",
    expected: int | None = None,
    at: datetime | None = None,
) -> StockMovement:
    """Set on hand to what was counted on the shelf; recorded also when it was right.

    Args:
        expected: what the counter was shown; somebody's change since then refuses the count.

    Raises:
        NotFound, Invalid, Stale, BelowReserved.
    """
    if not 0 <= counted <= MAX_UNITS:
        raise _invalid_quantity(
            _("A count is a whole number from 0 to %(most)s.") % {"most": grouped(MAX_UNITS)}
        )
    product = _locked(sku)
    if expected is not None and expected != product.on_hand:
        raise Stale(
            _("%(sku)s now has %(on_hand)s on hand, not %(expected)s. Count it again.")
            % {"sku": product.sku, "on_hand": product.on_hand, "expected": expected}
        )
    refuse_below_reserved(product, counted)
    return _move_one(
        MovementKind.COUNT, Change(product, on_hand=counted - product.on_hand), by=by, note=note, at=at
    )


def _locked(sku: str) -> Product:
    return lock_products([product_with_sku(sku).pk])[0]


def _invalid_quantity(detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault("/quantity", "validation", detail)])


def _refuse_too_many(product: Product | SeenProduct, added: int) -> None:
    if product.on_hand + added > MAX_UNITS:
        raise _invalid_quantity(
            _("%(sku)s would have more than %(most)s units on hand.")
            % {"sku": product.sku, "most": grouped(MAX_UNITS)}
        )


def _move_one(
    kind: MovementKind,
    change: Change,
    *,
    by: Actor,
    note: str,
    at: datetime | None,
    reason: str = "",
    reference: str = "",
) -> StockMovement:
    detail = fault_of(note) or fault_of(reference)
    if len(note) > MAX_NOTE or len(reference) > MAX_REFERENCE:
        detail = _("A note has at most %(note)s characters, a reference %(reference)s.") % {
            "note": MAX_NOTE,
            "reference": MAX_REFERENCE,
        }
    if detail:
        raise Invalid(detail, faults=[Fault("/note", "validation", detail)])
    [movement] = insert(
        _moved(kind, [change], by=by, at=at or timezone.now(), note=note, reason=reason, reference=reference)
    )
    return movement


def _move(
    kind: MovementKind,
    changes: Sequence[Change],
    *,
    by: Actor,
    at: datetime,
    reference: str,
    held_for: str = "",
) -> None:
    """Change the balances of locked products and write the ledger: two statements, however many products."""
    movements = _moved(kind, changes, by=by, at=at, reference=reference, held_for=held_for)
    if movements:
        insert_unanswered(movements)


def _moved(
    kind: MovementKind,
    changes: Sequence[Change],
    *,
    by: Actor,
    at: datetime,
    reference: str,
    held_for: str = "",
    note: str = "",
    reason: str = "",
) -> list[StockMovement]:
    """Change the balances of locked products; return the rows of the ledger, yet to be written."""
    _change_balances(changes)
    forget_products()
    return [
        StockMovement(
            product_id=change.product.pk,
            kind=kind,
            on_hand_delta=change.on_hand,
            reserved_delta=change.reserved,
            on_hand_after=change.product.on_hand + change.on_hand,
            reserved_after=change.product.reserved + change.reserved,
            reference=reference,
            held_for=held_for,
            note=note,
            reason=reason,
            actor=by.user,
            source=by.source,
            at=at,
        )
        for change in changes
    ]


def _change_balances(changes: Sequence[Change]) -> None:
    add_to_balances(
        [change.product.pk for change in changes],
        [change.on_hand for change in changes],
        [change.reserved for change in changes],
        at=timezone.now(),
    )
