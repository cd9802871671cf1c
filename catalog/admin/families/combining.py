"""The page that makes the combinations a family lacks: values, a pattern, then each product to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin
from backoffice.admin.idempotency import done_once, new_idempotency_key
from backoffice.db.money_fields import MoneyInput
from backoffice.errors import Fault, Invalid, Refusal
from backoffice.money import MAX_AMOUNT
from backoffice.numbers import editable, grouped
from catalog.admin.families.members import family_or_404, page_of_family, require
from catalog.families import PlannedProduct, make_products, offered_pattern, plan_products_of
from catalog.families.combinations import values_in_use
from catalog.models import ProductFamily
from catalog.models.family import OPTIONS

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class AskedCombinations:
    """What is to be combined: values by option, a pattern of SKUs, and a price as typed."""

    values: Mapping[str, Sequence[str]]
    pattern: str
    price: str


@dataclass(frozen=True, slots=True)
class CombinationRow:
    """A product to be made as it was planned or typed, and what stands in its way."""

    options: Sequence[str]
    sku: str
    name: str
    price: str
    problem: str = ""
    is_ticked: bool = True


class FamilyCombining(DomainAdmin):
    """The part of the families' admin in which missing products are made."""

    @action(
        description=gettext_lazy("Make missing combinations"),
        permissions=["change", "make_combinations"],
        url_path="combinations",
        icon="library_add",
    )
    def make_combinations(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show which products the family lacks; a POST makes those that are ticked."""
        require(request, "catalog.add_product")
        family = family_or_404(object_id)
        asked = _asked(family, request.GET)
        rows: Sequence[CombinationRow] = ()
        if request.method == "POST":
            rows = _typed(family, request.POST)
            try:
                return _made(request, family, rows)
            except Refusal as refusal:
                rows = _with_problems(request, refusal, rows)
        elif family.products.exists() or "pattern" in request.GET:
            rows = _planned(request, family, asked)
        context = {
            "title": _("Make missing combinations"),
            "object": family,
            "family": family,
            "asked": asked,
            "option_values": [
                (field, name, "\n".join(asked.values[name]))
                for field, name in zip(OPTIONS, family.options, strict=False)
            ],
            "rows": rows[:MOST_SHOWN],
            "more": max(0, len(rows) - MOST_SHOWN),
            "ready": sum(1 for row in rows[:MOST_SHOWN] if row.is_ticked),
            "key": new_idempotency_key(),
        }
        return self.page(request, "catalog/families/combinations.html", context)

    def has_make_combinations_permission(self, request: HttpRequest, *_object_ids: Any) -> bool:
        return request.user.has_perm("catalog.add_product")


def _asked(family: ProductFamily, query: QueryDict) -> AskedCombinations:
    used = dict(zip(family.options, values_in_use(family), strict=True))
    values = {
        name: _lines(query.get(field, "")) if field in query else used[name]
        for field, name in zip(OPTIONS, family.options, strict=False)
    }
    pattern = query.get("pattern", "").replace("\x00", "").strip()[:200]
    return AskedCombinations(values, pattern or offered_pattern(family), query.get("price", "").strip()[:20])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\x00", "").splitlines() if line.strip()]


def _planned(request: HttpRequest, family: ProductFamily, asked: AskedCombinations) -> list[CombinationRow]:
    try:
        price = _price_of(asked.price, 0)
        planned = plan_products_of(family.slug, pattern=asked.pattern, values=asked.values, price=price)
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return []
    rows = [
        CombinationRow(
            list(each.options.values()),
            each.sku,
            each.name,
            "" if each.price is None else editable(each.price),
            each.problem,
            is_ticked=not each.code,
        )
        for each in planned
    ]
    # Problems first, so that they can be mended before anything is made.
    return sorted(rows, key=lambda row: row.is_ticked)


def _typed(family: ProductFamily, sent: QueryDict) -> list[CombinationRow]:
    return [
        CombinationRow(
            [sent.get(f"value-{place}-{option}", "")[:200] for option in range(len(family.options))],
            sent.get(f"sku-{place}", "")[:200],
            sent.get(f"name-{place}", "")[:500],
            sent.get(f"price-{place}", "")[:20],
            is_ticked=f"tick-{place}" in sent,
        )
        for place in range(MOST_SHOWN)
        if f"sku-{place}" in sent
    ]


def _made(request: HttpRequest, family: ProductFamily, rows: Sequence[CombinationRow]) -> HttpResponse:
    ticked = [row for row in rows if row.is_ticked]
    if not ticked:
        raise Invalid(_("No product is ticked: nothing was made."))
    wanted = [
        PlannedProduct(
            dict(zip(family.options, row.options, strict=True)),
            row.sku,
            row.name,
            _price_of(row.price, place),
        )
        for place, row in enumerate(ticked)
    ]
    by = actor_of(request)
    done_once(
        request,
        request.POST.get("key", "")[:64] or new_idempotency_key(),
        lambda: {"made": len(make_products(family.slug, wanted, by=by))},
    )
    made = ngettext(
        "%(count)s product was made. It has no stock yet: receive some.",
        "%(count)s products were made. They have no stock yet: receive some.",
        len(wanted),
    )
    messages.success(request, made % {"count": grouped(len(wanted))})
    return HttpResponseRedirect(page_of_family(family))


def _price_of(text: str, place: int) -> Decimal | None:
    """Return the price, None for an empty one. Raises Invalid, which names the row."""
    if not text.strip():
        return None
    try:
        price: Decimal = MoneyInput(min_value=0, max_value=MAX_AMOUNT).clean(text)
    except ValidationError as error:
        detail = _("“%(text)s” is not a price.") % {"text": text}
        raise Invalid(detail, faults=[Fault(f"/products/{place}/price", "validation", detail)]) from error
    return price


def _with_problems(
    request: HttpRequest, refusal: Refusal, rows: Sequence[CombinationRow]
) -> list[CombinationRow]:
    """Return the rows with what stands in their way; what is about none of them is said on top."""
    told = {
        int(parts[2]): fault.detail or refusal.detail
        for fault in refusal.faults
        if len(parts := fault.pointer.split("/")) > 2 and parts[2].isdecimal()
    }
    if not told:
        messages.error(request, refusal.detail)
    ticked = iter(range(len(rows)))
    return [
        CombinationRow(
            row.options,
            row.sku,
            row.name,
            row.price,
            told.get(next(ticked), "") if row.is_ticked else "",
            row.is_ticked,
        )
        for row in rows
    ]
