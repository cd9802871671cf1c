"""Who changed what of a promotion, in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from accounts.actors import name_told_to
from accounts.models import User
from backoffice.money import percent
from catalog.models import Category, Product
from orders.admin import words
from orders.models import PromoCode, Promotion, PromotionEvent, PromotionKind

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Entry:
    text: str
    changes: list[str]
    who: str
    door: str
    at: SafeString


@dataclass(frozen=True, slots=True)
class Term:
    """How a term is called, and how its value is said; `empty` is what none means."""

    title: str
    told: Callable[[Any], str]
    empty: str


def _amount(value: Any) -> str:
    return words.money(Decimal(value))


def _moment(told: Callable[[datetime], str]) -> Callable[[Any], str]:
    return lambda value: told(datetime.fromisoformat(value))


TERMS = {
    "name": Term("Name", str, "none"),
    "kind": Term("Kind", lambda value: str(PromotionKind(value).label).lower(), "none"),
    "percent_off": Term("Percentage", lambda value: percent(Decimal(value)), "none"),
    "amount_off": Term("Amount", _amount, "none"),
    "max_discount": Term("At most", _amount, "no cap"),
    "minimum_spend": Term("Minimum spend", _amount, "none"),
    "starts_at": Term("Starts", _moment(words.beginning), "at once"),
    "ends_at": Term("Ends", _moment(words.end), "never"),
    "max_uses": Term("Uses in total", lambda value: f"{value:,}", "no limit"),
    "max_uses_per_customer": Term("Uses per customer", lambda value: f"{value:,}", "no limit"),
    "first_order_only": Term("First order only", lambda value: "yes" if value else "no", "no"),
    "is_restricted": Term(
        "Applies to", lambda value: "what is named" if value else "everything", "everything"
    ),
    "is_paused": Term("Paused", lambda value: "yes" if value else "no", "no"),
}
NAMED = {"category_ids": "Only these categories", "product_ids": "Only these products"}
TEXTS = {
    "created": "Created",
    "changed": "Changed",
    "paused": "Paused",
    "resumed": "Resumed",
    "expired": "Ended by itself",
    "deleted": "Deleted a code that nobody used",
}


def history_of(of: PromoCode | Promotion, reader: User) -> list[Entry]:
    """The newest first; of a batch's code only what happened to it alone."""
    is_batch = isinstance(of, Promotion) and of.is_batch
    if isinstance(of, PromoCode) and not of.promotion.is_batch:
        of = of.promotion
    events: QuerySet[PromotionEvent] = of.events.select_related("actor", "promo_code")
    newest = list(events.order_by("-at", "-pk")[:MOST_EVENTS])
    names = _names(newest)
    return [_entry(event, names, reader, names_code=is_batch) for event in newest]


def _entry(
    event: PromotionEvent, names: dict[str, dict[int, str]], reader: User, *, names_code: bool
) -> Entry:
    actor: Any = event.actor
    return Entry(
        text=_text(event, names_code=names_code),
        changes=list(_changes(event.details, names)) if event.kind == "changed" else [],
        who=name_told_to(
            reader, actor and actor.get_short_name(), is_staff=actor is not None and actor.is_staff
        ),
        door=event.get_source_display(),
        at=words.time_tag(event.at, words.moment(event.at)),
    )


def _text(event: PromotionEvent, *, names_code: bool) -> str:
    if event.kind == "generated":
        return _generated(event.details)
    text = TEXTS.get(event.kind, event.kind.capitalize())
    return f"{text}: {event.promo_code} alone" if names_code and event.promo_code else text


def _generated(details: dict[str, Any]) -> str:
    """`Generated 10,000 codes, each for 1 use and with 59.4 bits`."""
    limit = details.get("max_uses")
    uses = "without a limit of uses" if limit is None else f"for {words.counted(limit, 'use')}"
    codes = words.counted(details.get("count", 0), "code")
    return f"Generated {codes}, each {uses} and with {details.get('bits')} bits"


def _changes(details: dict[str, Any], names: dict[str, dict[int, str]]) -> Iterator[str]:
    """In the order of the form: PostgreSQL keeps none."""
    for field, term in TERMS.items():
        if field in details:
            before, after = (_told(term, value) for value in details[field])
            yield f"{term.title}: {before} → {after}"
    for field, title in NAMED.items():
        if field in details:
            before, after = (_listed(pks, names[field]) for pks in details[field])
            yield f"{title}: {before} → {after}"


def _told(term: Term, value: Any) -> str:
    return term.empty if value in (None, "") else term.told(value)


def _listed(pks: Sequence[int], known: dict[int, str]) -> str:
    return ", ".join(known.get(pk, f"no. {pk}") for pk in pks) or "none"


def _names(events: Iterable[PromotionEvent]) -> dict[str, dict[int, str]]:
    """What the categories and products are called that changes name; asked for only when some do."""
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
