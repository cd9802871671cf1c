"""Who hears of what by e-mail: customers of what happens to their orders, staff of what needs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from backoffice.outbox.queueing import queue_email
from orders.emails import contexts
from orders.emails.contexts import BOOKS_DO_NOT_BALANCE, PROMOTIONS_ENDED, Happening
from orders.models import EventKind

type OfHappening[T] = Callable[[Happening], T]


def _always(_happening: Happening) -> bool:
    return True


class Addressee(NamedTuple):
    """Whom a mail goes to, and in which language; "" is the shop's."""

    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One template, whom it goes to and what it is filled with; once for each cause and recipient."""

    template: str
    readers: OfHappening[Sequence[Addressee]]
    cause: OfHappening[str]
    context: OfHappening[Mapping[str, Any]]
    is_due: OfHappening[bool] = _always


def tell(happening: Happening) -> None:
    """Queue the mails about it, inside the transaction of their cause."""
    is_mailed = happening.about is None or happening.about.is_mailed
    about = "" if happening.about is None else happening.about.number
    for mail in WHO_HEARS.get(happening.kind, ()):
        if not mail.is_due(happening):
            continue
        context, cause = mail.context(happening), mail.cause(happening)
        for reader in mail.readers(happening):
            queue_email(
                cause=cause,
                about=about,
                template=mail.template,
                recipient=reader.email,
                context=context,
                language=reader.language,
                suppressed=not is_mailed,
            )


# Readers


def _customer(happening: Happening) -> Sequence[Addressee]:
    return [Addressee(happening.order.email, happening.order.language_spoken)]


def _marketing(_happening: Happening) -> Sequence[Addressee]:
    """Return marketing; without marketing staff the managers, without those superusers."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    for role in ("Marketing", "Manager"):
        if readers := _readers(staff.filter(groups__name=role)):
            return readers
    return _readers(staff.filter(is_superuser=True))


def _managers(_happening: Happening) -> Sequence[Addressee]:
    """Return managers and superusers, who can do something about it."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    return _readers((staff.filter(is_superuser=True) | staff.filter(groups__name="Manager")).distinct())


def _readers(users: QuerySet[User]) -> list[Addressee]:
    return [Addressee(*each) for each in users.order_by("email").values_list("email", "language")]


# Causes and conditions


def _by_fact(name: str) -> OfHappening[str]:
    """Make the parcel, cancellation or return that this fact names the cause of the mail."""
    return lambda happening: f"{name}:{happening.facts[name]}"


def _by_order(happening: Happening) -> str:
    return f"order:{happening.order.number}"


def _by_version(happening: Happening) -> str:
    return f"{_by_order(happening)}:v{happening.order.version}"


def _by_correction(happening: Happening) -> str:
    return f"shipment:{happening.facts['shipment']}:v{happening.order.version}"


def _by_undoing(happening: Happening) -> str:
    return f"shipment:{happening.facts['shipment']}:undone"


def _by_day(happening: Happening) -> str:
    return f"{_by_order(happening)}:reminded:{timezone.localdate(happening.at)}"


def _is_new(happening: Happening) -> bool:
    """Whether the money moved, and was not only booked on another order before."""
    return not happening.facts.get("moved_from")


def _is_to_be_told(happening: Happening) -> bool:
    return bool(happening.facts["told"])


def _has_another_address(happening: Happening) -> bool:
    return "email" in happening.facts["changes"]


WHO_HEARS: Mapping[str, Sequence[Mail]] = {
    EventKind.PLACED: (Mail("order_placed", _customer, _by_order, contexts.order_placed),),
    EventKind.EDITED: (
        Mail(
            "order_placed",
            _customer,
            _by_version,
            contexts.order_placed,
            is_due=_has_another_address,
        ),
    ),
    EventKind.SHIPPED: (Mail("order_shipped", _customer, _by_fact("shipment"), contexts.order_shipped),),
    EventKind.SHIPMENT_CORRECTED: (
        Mail(
            "shipment_corrected",
            _customer,
            _by_correction,
            contexts.shipment_corrected,
            is_due=_is_to_be_told,
        ),
    ),
    EventKind.SHIPMENT_UNDONE: (
        Mail("shipment_undone", _customer, _by_undoing, contexts.shipment_undone, is_due=_is_to_be_told),
    ),
    EventKind.CANCELLED: (
        Mail("order_cancelled", _customer, _by_fact("cancellation"), contexts.order_cancelled),
    ),
    EventKind.RETURNED: (Mail("return_received", _customer, _by_fact("return"), contexts.return_received),),
    EventKind.PAID_BACK: (
        Mail("order_paid_back", _customer, _by_fact("entry"), contexts.order_paid_back, is_due=_is_new),
    ),
    EventKind.REMINDED: (Mail("payment_reminder", _customer, _by_day, contexts.payment_reminder),),
    PROMOTIONS_ENDED: (
        Mail(
            "promotions_ended",
            _marketing,
            lambda happening: f"promo-expiry:{happening.at:%Y-%m-%dT%H:%M:%S.%f}",
            contexts.promotions_ended,
        ),
    ),
    BOOKS_DO_NOT_BALANCE: (
        Mail(
            "invariants",
            _managers,
            lambda happening: f"invariants:{happening.at:%Y-%m-%dT%H}",
            contexts.books_do_not_balance,
        ),
    ),
}
