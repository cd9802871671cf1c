"""The timeline on an order's page: an entry for each thing that happened, with old and new values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import name_told_to
from accounts.models import Source, User
from backoffice.countries import country_name
from backoffice.dates import day_with_year
from orders.admin import words
from orders.admin.changes import FieldChange
from orders.models import EventKind, Order, OrderEvent
from orders.models.order import ADDRESS_PARTS
from orders.timeline_words import CHANGES, sentence_of
from orders.visibility import ABOUT_MONEY, events_told_to, facts_told_to

MOST_EVENTS = 200
# Those before stand behind "Show 30 earlier entries".
SHOWN_AT_ONCE = 12
DOTS = {
    EventKind.PLACED: "ring",
    EventKind.SHIPPED: "blue",
    EventKind.DELIVERED: "green",
    EventKind.RETURNED: "amber",
    EventKind.CANCELLED: "red",
    EventKind.SHIPMENT_UNDONE: "amber",
    EventKind.PAYMENT_RECORDED: "green",
    EventKind.PAID_BACK: "amber",
    EventKind.CHARGED_BACK: "red",
    EventKind.PAYMENT_REVERSED: "amber",
}
# Fields as the timeline calls them, where old and new value stand below; the others are told in a sentence.
FIELDS = {
    "email": gettext_lazy("E-mail"),
    "note": gettext_lazy("Note"),
    "payment_due_on": gettext_lazy("To be paid by"),
    "carrier": gettext_lazy("Carrier"),
    "tracking_number": gettext_lazy("Tracking number"),
    "name": gettext_lazy("Name"),
    "line1": gettext_lazy("Street"),
    "line2": gettext_lazy("Second line"),
    "city": gettext_lazy("City"),
    "region": gettext_lazy("Region"),
    "postcode": gettext_lazy("Postcode"),
    "country": gettext_lazy("Country"),
    "phone": gettext_lazy("Phone"),
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    text: str
    changes: Sequence[FieldChange]
    who: str
    # Through which door it came, "" for the pages of the back office.
    door: str
    at: SafeString
    dot: str
    is_comment: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, the newest first."""

    entries: Sequence[TimelineEntry]
    # Who shipped each parcel, by its reference.
    shipped_by: Mapping[str, str]
    was_undone: bool
    tells_of_money: bool

    @property
    def shown(self) -> Sequence[TimelineEntry]:
        return self.entries[:SHOWN_AT_ONCE]

    @property
    def earlier(self) -> Sequence[TimelineEntry]:
        return self.entries[SHOWN_AT_ONCE:]


def timeline_of(order: Order, reader: User) -> Timeline:
    """Read it in one statement."""
    told = events_told_to(reader, order.events.select_related("actor").order_by("-id"))
    events = list(told[:MOST_EVENTS])
    return Timeline(
        entries=[_entry(event, reader) for event in events],
        shipped_by=dict(_shippers(events, reader)),
        was_undone=any(event.kind == EventKind.SHIPMENT_UNDONE for event in events),
        tells_of_money=any(event.kind in ABOUT_MONEY for event in events),
    )


def _shippers(events: Iterable[OrderEvent], reader: User) -> Iterator[tuple[str, str]]:
    for event in events:
        if event.kind == EventKind.SHIPPED:
            yield event.facts["shipment"], _who(event, reader)


def _entry(event: OrderEvent, reader: User) -> TimelineEntry:
    facts = facts_told_to(reader, event.facts)
    changes = list(_changes(facts.get("changes", {})))
    return TimelineEntry(
        text=_heading(event.kind, facts) if changes else sentence_of(event.kind, facts),
        changes=changes,
        who=_who(event, reader),
        door="" if event.source == Source.ADMIN else event.get_source_display(),
        at=words.time_tag(event.at, words.moment(event.at)),
        dot=DOTS.get(EventKind(event.kind), "grey"),
        is_comment=event.kind == EventKind.COMMENT,
    )


def _who(event: OrderEvent, reader: User) -> str:
    actor: Any = event.actor
    return name_told_to(
        reader, actor and actor.get_short_name(), is_staff=actor is not None and actor.is_staff
    )


def _heading(kind: str, facts: Mapping[str, Any]) -> str:
    """Say what the changes below are about, and what this reader may only know to have changed."""
    changes = facts["changes"]
    told = [str(CHANGES[name][1]) for name in CHANGES if name in changes and changes[name] is None]
    if facts.get("promo_limits_passed"):
        told.append(_("Discount kept, although the customer has used up the promo code"))
    if kind == EventKind.SHIPMENT_CORRECTED:
        told.insert(0, _("%(shipment)s corrected") % {"shipment": facts["shipment"]})
    return "; ".join(told)


def _changes(changes: Mapping[str, Sequence[Any] | None]) -> Iterator[FieldChange]:
    for name in CHANGES:
        change = changes.get(name)
        if change is None:
            continue
        before, after = change
        if isinstance(before, str):
            before, after = (_shown(name, value) for value in change)
            yield FieldChange(str(FIELDS[name]), before, after)
        else:
            yield from _changed_parts(before, after)


def _changed_parts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[FieldChange]:
    """Of an address only what became another is told."""
    for part in ADDRESS_PARTS:
        if before[part] != after[part]:
            yield FieldChange(str(FIELDS[part]), _named(part, before[part]), _named(part, after[part]))


def _named(part: str, value: str) -> str:
    return country_name(value) if part == "country" and value else value


def _shown(name: str, value: str) -> str:
    return day_with_year(date.fromisoformat(value)) if name == "payment_due_on" and value else value
