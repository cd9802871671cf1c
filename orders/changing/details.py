"""Change where an order goes, whose it is and what its customer asked for, until all of it has shipped."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email, normalised_email
from orders.changing.ownership import hand_over
from orders.emails.overtaken import follow_to
from orders.held_order import begin, finish
from orders.models import EventKind, Order
from orders.placing.basket import Address, address_fields, checked_note
from orders.status import Action
from orders.timeline import happened


@write_transaction
def edit_order(
    number: str,
    *,
    by: Actor,
    address: Address | None = None,
    email: str | None = None,
    note: str | None = None,
    past_promo_limits: bool = False,
    expected_version: int | None = None,
) -> Order:
    """Change address, e-mail or note. What only is written in another way is not changed.

    With another e-mail the order and its promo code's use become that person's, who gets the confirmation.

    Args:
        past_promo_limits: let the other person keep a discount that their own use of the code would forbid.

    Raises:
        UnknownOrder, IllegalTransition, Invalid, Stale.
        PromoLimitPassed: the other person may not use the order's promo code.
    """
    order, order_lines = begin(number, Action.EDIT, expected_version=expected_version)
    wanted = {} if address is None else dict[str, Any](address_fields(address))
    if email is not None and checked_email(email) != normalised_email(order.email):
        wanted["email"] = checked_email(email)
    if note is not None and checked_note(note) != checked_note(order.note):
        wanted["note"] = checked_note(note)
    changed = [name for name, value in wanted.items() if getattr(order, name) != value]
    if not changed:
        return order
    before = _details(order)
    for name in changed:
        setattr(order, name, wanted[name])
    passed = (
        hand_over(order, order_lines, by=by, past_promo_limits=past_promo_limits)
        if "email" in changed
        else ()
    )
    finish(order, order_lines, fields=[*changed, *(["customer"] if "email" in changed else [])])
    if "email" in changed:
        follow_to(order, before=before["email"])
    facts = {
        "changes": _changes(before, _details(order)),
        **({"promo_limits_passed": passed} if passed else {}),
    }
    happened(order, EventKind.EDITED, facts, by=by, at=timezone.now(), lines=order_lines)
    return order


def _details(order: Order) -> dict[str, Any]:
    return {"shipping_address": order.shipping_address, "email": order.email, "note": order.note}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
