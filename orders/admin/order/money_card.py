"""What of an order is paid and due, on its page: the balance, each payment, and what may be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actors import name_told_to
from accounts.models import Source, User
from backoffice import dates
from orders.admin import words
from orders.admin.order.price_card import Term, term
from orders.models import Allowance, Order, PaymentEntry, PaymentKind
from orders.status import PaymentState
from orders.visibility import may_know_payment_state, may_know_payments


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the ledger; what was taken back says so."""

    kind: str
    amount: str
    paid_after: str
    day: str
    # `Bank transfer · NTRF 4711 · for B-100042-R1`
    details: str
    note: str
    who: str
    at: SafeString
    is_reversed: bool
    reverse_url: str = ""
    move_url: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceRow:
    reference: str
    amount: str
    reason: str
    at: SafeString


@dataclass(frozen=True, slots=True)
class MoneyButton:
    text: str
    url: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class MoneyCard:
    """The balance, and for whoever may see payments, each of them."""

    label: SafeString
    # From what the order is worth to what is due, or to be paid back.
    terms: Sequence[Term]
    # `to be paid by 14 Dec 2026`, or that this day has passed.
    until: str
    is_overdue: bool
    buttons: Sequence[MoneyButton]
    entries: Sequence[EntryRow]
    allowances: Sequence[AllowanceRow]


def money_card_of(order: Order, reader: User, *, was_moved: bool) -> MoneyCard | None:
    """Return the card, None for whoever may not know whether the order is paid.

    Args:
        was_moved: whether the timeline tells of any money; without it nothing is asked of the ledger.
    """
    if not may_know_payment_state(reader):
        return None
    due_on = order.payment_due_on if order.due > 0 else None
    is_overdue = due_on is not None and due_on < timezone.localdate()
    tells_all = was_moved and may_know_payments(reader)
    return MoneyCard(
        label=words.payment_label(order.payment_state),
        terms=_terms(order),
        until=_until(order, is_overdue=is_overdue) if due_on else "",
        is_overdue=is_overdue,
        buttons=_buttons(order, reader),
        entries=_entries(order, reader) if tells_all else (),
        allowances=_allowances(order) if tells_all else (),
    )


def _terms(order: Order) -> list[Term]:
    title = _("To pay back") if order.due < 0 else _("Due")
    return [
        term("", _("Net"), order.net, order) if order.credited else term("", _("Sold"), order.total, order),
        term("−", _("Paid"), order.paid, order),
        *([term("−", _("Written off"), order.waived, order)] if order.waived else []),
        term("=", title, abs(order.due), order, is_result=True),
    ]


def balance_in_words(order: Order) -> str:
    """Say what is due of the order now, or to be paid back."""
    amount = {"amount": words.money(abs(order.due), order.currency)}
    if order.due < 0:
        return _("%(amount)s is to be paid back.") % amount
    if order.due:
        return _("%(amount)s is still due.") % amount
    return _("Nothing is due any more.")


def balance_told_to(reader: User | None, order: Order) -> str:
    """Return the same sentence, "" for whoever may not know whether orders are paid."""
    return balance_in_words(order) if reader is None or may_know_payment_state(reader) else ""


def _until(order: Order, *, is_overdue: bool) -> str:
    assert order.payment_due_on is not None
    facts = {"day": dates.day_with_year(order.payment_due_on)}
    return _("was to be paid by %(day)s") % facts if is_overdue else _("to be paid by %(day)s") % facts


def _buttons(order: Order, reader: User) -> list[MoneyButton]:
    buttons = []
    if reader.has_perm("orders.pay_back") and order.paid:
        is_owed = order.payment_state == PaymentState.TO_PAY_BACK
        buttons.append(MoneyButton(_("Pay back"), dialog_url("pay_back", order), is_primary=is_owed))
    if reader.has_perm("orders.record_payment"):
        is_due = order.due > 0
        url = dialog_url("record_payment", order)
        buttons.insert(0 if is_due else len(buttons), MoneyButton(_("Record payment"), url, is_due))
    return buttons


def dialog_url(name: str, order: Order, entry: PaymentEntry | None = None) -> str:
    url = reverse(f"admin:orders_order_{name}", args=[order.pk])
    return f"{url}?entry={entry.pk}" if entry else url


def _entries(order: Order, reader: User) -> list[EntryRow]:
    entries = order.payment_entries.select_related("actor", "reversed_by").order_by("-id")
    return [_entry(each, order, reader) for each in entries]


def _entry(entry: PaymentEntry, order: Order, reader: User) -> EntryRow:
    is_reversed = getattr(entry, "reversed_by", None) is not None
    may_correct = (
        reader.has_perm("orders.record_payment") and not is_reversed and entry.kind != PaymentKind.REVERSAL
    )
    return EntryRow(
        kind=str(entry.get_kind_display()),
        amount=words.signed_money(entry.paid_delta or entry.waived_delta, order.currency),
        paid_after=words.money(entry.paid_after, order.currency),
        day=dates.day_with_year(entry.value_date),
        details=" · ".join(filter(None, _details(entry))),
        note=entry.note,
        who=_who(entry, reader),
        at=words.time_tag(entry.at, words.moment(entry.at)),
        is_reversed=is_reversed,
        reverse_url=dialog_url("reverse_payment", order, entry) if may_correct else "",
        move_url=dialog_url("move_payment", order, entry) if may_correct and entry.paid_delta else "",
    )


def _details(entry: PaymentEntry) -> list[str]:
    settles = _("for %(reference)s") % {"reference": entry.settles} if entry.settles else ""
    method = str(entry.get_method_display()) if entry.method else ""
    return [method, entry.provider, entry.reference, settles]


def _who(entry: PaymentEntry, reader: User) -> str:
    actor = entry.actor
    name = actor.get_short_name() if actor else None
    told = name_told_to(reader, name, is_staff=actor is not None and actor.is_staff)
    return told if entry.source == Source.ADMIN else f"{told}, {entry.get_source_display()}"


def _allowances(order: Order) -> list[AllowanceRow]:
    return [
        AllowanceRow(
            each.reference,
            words.money(each.amount, order.currency),
            each.reason,
            words.time_tag(each.at, words.moment(each.at)),
        )
        for each in Allowance.objects.filter(order=order)
    ]
