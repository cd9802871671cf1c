"""What the page of a customer tells of their past: edits with old and new values, and merges."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Customer, User
from orders.admin import words
from orders.admin.changes import FieldChange
from orders.models import CustomerEvent, CustomerEventKind
from orders.models.customer_event import FIELD_NAMES

LATEST = 50


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry; `undo_url` is where a merge is undone that was not undone yet, for whoever may."""

    text: str
    changes: list[FieldChange]
    who: str
    door: str
    at: SafeString
    undo_url: str = ""


def history_of(customer: Customer, reader: User) -> list[HistoryEntry]:
    """Return the latest entries, the newest first."""
    events = CustomerEvent.objects.filter(Q(customer=customer) | Q(other=customer))
    events = events.select_related("customer", "other", "actor", "undone_by").order_by("-pk")
    return [_entry(event, customer, reader) for event in events[:LATEST]]


def _entry(event: CustomerEvent, customer: Customer, reader: User) -> HistoryEntry:
    may_undo = (
        event.kind == CustomerEventKind.MERGED
        and event.customer_id == customer.pk
        and not hasattr(event, "undone_by")
        and reader.has_perm("accounts.change_customer")
    )
    return HistoryEntry(
        text=_sentence(event, customer),
        changes=list(_changes(event)) if event.customer_id == customer.pk else [],
        who=event.actor_told_to(reader),
        door=event.get_source_display(),
        at=words.time_tag(event.at, words.moment(event.at)),
        undo_url=reverse("admin:accounts_customer_undo_merge", args=[customer.pk, event.pk])
        if may_undo
        else "",
    )


def _sentence(event: CustomerEvent, customer: Customer) -> str:
    other = event.other
    if other is None:
        return str(event.get_kind_display())
    facts = {"gone": other.readable_email, "kept": event.customer.readable_email}
    if event.kind == CustomerEventKind.MERGE_UNDONE:
        return _("Merge of %(gone)s into %(kept)s undone") % facts
    if event.customer_id == customer.pk:
        return _("%(gone)s was merged into this customer") % facts
    return _("Merged into %(kept)s") % facts


def _changes(event: CustomerEvent) -> Iterator[FieldChange]:
    for name, (before, after) in event.facts.get("changes", {}).items():
        if before != after:
            yield FieldChange(str(FIELD_NAMES[name]), before or "", after or "")
