"""Who changed what of a promotion: facts are stored, and put into words when they are shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import name_told_to
from accounts.models import User
from backoffice import dates
from backoffice.languages import inside_a_sentence
from backoffice.money import percent
from backoffice.numbers import grouped
from catalog.models import Category, Product
from orders.admin import words
from orders.admin.changes import FieldChange
from orders.models import PromoCode, Promotion, PromotionEvent, PromotionKind

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class PromotionEntry:
    text: str
    changes: list[FieldChange]
    who: str
    door: str
    at: SafeString


@dataclass(frozen=True, slots=True)
class TermInWords:
    """How a term is named and its value written; `empty` says what having no value means."""

    title: str | Promise
    told: Callable[[Any], str]
    empty: str | Promise

    def value(self, value: Any) -> str:
        return str(self.empty) if value in (None, "") else self.told(value)


def _kind(value: Any) -> str:
    return inside_a_sentence(PromotionKind(value).label)


def _amount(value: Any) -> str:
    return words.money(Decimal(value))


def _percentage(value: Any) -> str:
    return percent(Decimal(value))


def _number(value: Any) -> str:
    return grouped(value)


def _beginning(value: Any) -> str:
    return dates.beginning(datetime.fromisoformat(value))


def _end(value: Any) -> str:
    return dates.end(datetime.fromisoformat(value))


def _yes_or_no(value: Any) -> str:
    return _("yes") if value else _("no")


def _what_it_applies_to(value: Any) -> str:
    return _("what is named") if value else _("everything")


NO, NONE, NO_LIMIT = gettext_lazy("no"), gettext_lazy("none"), gettext_lazy("no limit")
TERMS = {
    "name": TermInWords(gettext_lazy("Name"), str, NONE),
    "kind": TermInWords(gettext_lazy("Kind"), _kind, NONE),
    "percent_off": TermInWords(gettext_lazy("Percentage"), _percentage, NONE),
    "amount_off": TermInWords(gettext_lazy("Amount"), _amount, NONE),
    "max_discount": TermInWords(gettext_lazy("At most"), _amount, gettext_lazy("no cap")),
    "minimum_spend": TermInWords(gettext_lazy("Minimum spend"), _amount, NONE),
    "starts_at": TermInWords(gettext_lazy("Starts"), _beginning, gettext_lazy("at once")),
    "ends_at": TermInWords(gettext_lazy("Ends"), _end, gettext_lazy("never")),
    "max_uses": TermInWords(gettext_lazy("Uses in total"), _number, NO_LIMIT),
    "max_uses_per_customer": TermInWords(gettext_lazy("Uses per customer"), _number, NO_LIMIT),
    "first_order_only": TermInWords(gettext_lazy("First order only"), _yes_or_no, NO),
    "is_restricted": TermInWords(gettext_lazy("Applies to"), _what_it_applies_to, gettext_lazy("everything")),
    "is_paused": TermInWords(gettext_lazy("Paused"), _yes_or_no, NO),
}
NAMED = {
    "category_ids": gettext_lazy("Only these categories"),
    "product_ids": gettext_lazy("Only these products"),
}
HAPPENED: dict[str, str | Promise] = {
    "created": gettext_lazy("Created"),
    "changed": gettext_lazy("Changed"),
    "paused": gettext_lazy("Paused"),
    "resumed": gettext_lazy("Resumed"),
}
HAPPENED_TO_CODE: dict[str, str | Promise] = {
    "created": gettext_lazy("Created: %(code)s alone"),
    "changed": gettext_lazy("Changed: %(code)s alone"),
    "paused": gettext_lazy("Paused: %(code)s alone"),
    "resumed": gettext_lazy("Resumed: %(code)s alone"),
}
"""Sentences about what happened to a single code of a batch."""


def history_of(of: PromoCode | Promotion, reader: User) -> list[PromotionEntry]:
    """Return the history, newest first; for a code of a batch only what happened to that code alone."""
    has_many_codes = isinstance(of, Promotion) and of.is_batch
    if isinstance(of, PromoCode) and not of.promotion.is_batch:
        of = of.promotion
    events: QuerySet[PromotionEvent] = of.events.select_related("actor", "promo_code")
    newest = list(events.order_by("-at", "-pk")[:MOST_EVENTS])
    names = _names_of_what_is_named(newest)
    return [_entry(event, names, reader, names_code=has_many_codes) for event in newest]


def _entry(
    event: PromotionEvent, names: Mapping[str, Mapping[int, str]], reader: User, *, names_code: bool
) -> PromotionEntry:
    actor: Any = event.actor
    return PromotionEntry(
        text=_what_happened(event, names_code=names_code),
        changes=list(_changes(event.details, names)) if event.kind == "changed" else [],
        who=name_told_to(
            reader, actor and actor.get_short_name(), is_staff=actor is not None and actor.is_staff
        ),
        door=event.get_source_display(),
        at=words.time_tag(event.at, dates.moment(event.at)),
    )


def _what_happened(event: PromotionEvent, *, names_code: bool) -> str:
    if event.kind == "generated":
        return _generated(event.details)
    if event.kind == "deleted":
        return _("Deleted %(code)s, which nobody had used") % {"code": event.details["code"]}
    if event.kind == "expired":
        return _("Ended by itself: %(end)s") % {"end": _end(event.details["ends_at"])}
    if names_code and event.promo_code and event.kind in HAPPENED_TO_CODE:
        return HAPPENED_TO_CODE[event.kind] % {"code": event.promo_code}
    return str(HAPPENED.get(event.kind, event.kind))


def _generated(details: Mapping[str, Any]) -> str:
    """Return `Generated 10,000 codes, each for 1 use and with 59.4 bits`."""
    count, limit = details.get("count", 0), details.get("max_uses")
    if limit is None:
        told = ngettext(
            "Generated %(count)s code, each without a limit of uses and with %(bits)s bits",
            "Generated %(count)s codes, each without a limit of uses and with %(bits)s bits",
            count,
        )
    elif limit == 1:
        told = ngettext(
            "Generated %(count)s code, each for 1 use and with %(bits)s bits",
            "Generated %(count)s codes, each for 1 use and with %(bits)s bits",
            count,
        )
    else:
        told = ngettext(
            "Generated %(count)s code, each for %(limit)s uses and with %(bits)s bits",
            "Generated %(count)s codes, each for %(limit)s uses and with %(bits)s bits",
            count,
        )
    bits = grouped(Decimal(str(details.get("bits", 0))))
    facts = {"count": grouped(count), "limit": grouped(limit or 0), "bits": bits}
    return told % facts


def _changes(details: Mapping[str, Any], names: Mapping[str, Mapping[int, str]]) -> Iterator[FieldChange]:
    """Yield the changes in the order of the form, for PostgreSQL's JSON keeps no order."""
    for field, term in TERMS.items():
        if field in details:
            yield FieldChange(str(term.title), *map(term.value, details[field]))
    for field, title in NAMED.items():
        if field in details:
            yield FieldChange(str(title), *(_listed(pks, names[field]) for pks in details[field]))


def _listed(pks: Sequence[int], known: Mapping[int, str]) -> str:
    """Return the names, joined; what no longer exists is named by its number."""
    return ", ".join(known.get(pk) or _("no. %(number)s") % {"number": pk} for pk in pks) or str(NONE)


def _names_of_what_is_named(events: Iterable[PromotionEvent]) -> dict[str, dict[int, str]]:
    """Return the names of the categories and products that changes mention; an empty set costs no query."""
    mentioned = {
        field: set(chain.from_iterable(chain.from_iterable(e.details.get(field, ()) for e in events)))
        for field in NAMED
    }
    categories = Category.objects.filter(pk__in=mentioned["category_ids"])
    products = Product.objects.filter(pk__in=mentioned["product_ids"])
    return {
        "category_ids": dict(categories.values_list("pk", "name")),
        "product_ids": dict(products.values_list("pk", "sku")),
    }
