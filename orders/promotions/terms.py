"""The terms of promotions: reading, writing, comparing and refusing them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.errors import Conflict, Fault, Invalid
from backoffice.money import ZERO
from backoffice.numbers import grouped
from orders.models import (
    PromoCode,
    Promotion,
    PromotionCategory,
    PromotionEvent,
    PromotionKind,
    PromotionProduct,
)
from orders.promotions.restriction import hold_categories, linked, refuse_unclear

FROZEN_ONCE_USED = ("kind", "percent_off", "amount_off", "max_discount")
# Between these years a moment can be shown in every time zone.
FIRST_YEAR, LAST_YEAR = 2000, 9000
MOST_USES = 2_000_000_000
CONSTRAINTS = {each.name: each for each in (*Promotion._meta.constraints, *PromoCode._meta.constraints)}


class PromoFrozen(Conflict):
    code = "promo_frozen"
    title = gettext_lazy("Used promo codes keep their amounts")


class NotStarted(Conflict):
    code = "promo_not_started"
    title = gettext_lazy("What has not started cannot end")


@dataclass(frozen=True, slots=True)
class PromotionTerms:
    """All terms of a promotion; times are aware, and the window is [starts_at, ends_at).

    If it `is_restricted` it applies only to its categories and products; otherwise it has none.
    """

    name: str
    kind: PromotionKind | str = PromotionKind.PERCENTAGE
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    max_discount: Decimal | None = None
    minimum_spend: Decimal = ZERO
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    max_uses_per_customer: int | None = 1
    first_order_only: bool = False
    is_restricted: bool = False
    category_ids: tuple[int, ...] = ()
    product_ids: tuple[int, ...] = ()
    is_paused: bool = False

    @property
    def discount_in_words(self) -> str:
        """Return `20 %, up to €40.00`."""
        return Promotion(
            kind=self.kind,
            percent_off=self.percent_off,
            amount_off=self.amount_off,
            max_discount=self.max_discount,
        ).discount_in_words


COLUMNS = tuple(field.name for field in fields(PromotionTerms) if not field.name.endswith("_ids"))


def terms_of_promotion(promotion: Promotion) -> PromotionTerms:
    return terms_of_promotions([promotion])[promotion.pk]


def terms_of_promotions(promotions: Iterable[Promotion]) -> dict[int, PromotionTerms]:
    """Return the terms by the promotions' primary keys, in two statements."""
    by_key = {promotion.pk: promotion for promotion in promotions}
    categories = linked(PromotionCategory, "category_id", by_key)
    products = linked(PromotionProduct, "product_id", by_key)
    return {
        pk: PromotionTerms(
            **{name: getattr(promotion, name) for name in COLUMNS},
            category_ids=tuple(categories.get(pk, ())),
            product_ids=tuple(products.get(pk, ())),
        )
        for pk, promotion in by_key.items()
    }


def write_terms(promotion: Promotion, terms: PromotionTerms) -> None:
    """Save the promotion with these terms.

    Raises:
        Invalid: naming every field that cannot be so.
    """
    is_new = promotion.pk is None
    set_terms(promotion, terms)
    hold_categories(terms.category_ids)
    promotion.save()
    for links, pks in ((promotion.categories, terms.category_ids), (promotion.products, terms.product_ids)):
        if pks or not is_new:
            links.set(pks)


def set_terms(promotion: Promotion, terms: PromotionTerms) -> None:
    """Set these terms, except restrictions, on the promotion in memory; writes nothing.

    Raises:
        Invalid: naming every field that cannot be so.
    """
    refuse_impossible(terms)
    for name in COLUMNS:
        setattr(promotion, name, getattr(terms, name))
    if terms.ends_at is None or terms.ends_at > timezone.now():
        promotion.expired_at = None
    refuse_unclean(promotion)


def refuse_unclean(row: Promotion | PromoCode) -> None:
    """Raises Invalid for what a field cannot hold.

    Rules between fields are checked by `refuse_impossible`: for the models' constraints, which enforce
    them in the end, Django would query the database one by one.
    """
    try:
        row.clean_fields(exclude=["promotion"])
    except ValidationError as error:
        raise invalid(error) from error


def refuse_frozen(promotion: Promotion, changed: Mapping[str, Any], name: str) -> None:
    """Refuse changes of kind and amounts once the promotion was used.

    Raises:
        PromoFrozen.
    """
    frozen = [field for field in changed if field in FROZEN_ONCE_USED]
    if frozen and promotion.redemptions.exists():
        raise PromoFrozen(
            _("%(name)s was used already: its %(fields)s stays. Duplicate it instead.")
            % {"name": name, "fields": ", ".join(frozen)},
            faults=[Fault(f"/{field}", PromoFrozen.code, _("Frozen once used.")) for field in frozen],
        )


def refuse_to_end_before_start(terms: PromotionTerms, name: str, at: datetime) -> None:
    """Raises NotStarted, for a window must not end before it starts."""
    if terms.starts_at is not None and terms.starts_at >= at:
        raise NotStarted(_("%(name)s has not started yet: pause it instead.") % {"name": name})


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return each changed name with its old and new value, as the history stores them, in plain JSON."""
    return {
        name: [_as_json(before[name]), _as_json(value)]
        for name, value in after.items()
        if value != before[name]
    }


def changed_terms(promotion: Promotion, terms: PromotionTerms) -> dict[str, list[Any]]:
    return changes_between(asdict(terms_of_promotion(promotion)), asdict(terms))


def record(
    promotion: Promotion,
    kind: str,
    by: Actor,
    details: Mapping[str, Any],
    promo_code: PromoCode | None = None,
) -> None:
    """Add an entry to the promotion's history."""
    PromotionEvent.objects.create(
        promotion=promotion,
        promo_code=promo_code,
        kind=kind,
        details=dict(details),
        actor=by.user,
        source=by.source,
    )


def refuse_impossible(terms: PromotionTerms) -> None:
    """Raises Invalid for combinations that no single column could refuse."""
    field = "percent_off" if terms.kind == PromotionKind.PERCENTAGE else "amount_off"
    if getattr(terms, field) is None:
        detail = _("A promotion of kind %(kind)s needs %(field)s.") % {"kind": terms.kind, "field": field}
        raise Invalid(detail, faults=[Fault(f"/{field}", "missing", detail)])
    if not _has_its_value(terms):
        raise _breaks(field, "promotion_kind_has_its_value")
    _refuse_impossible_window(terms)
    refuse_unclear(terms.is_restricted, terms.category_ids, terms.product_ids)
    refuse_impossible_uses("max_uses_per_customer", terms.max_uses_per_customer)


def _has_its_value(terms: PromotionTerms) -> bool:
    if terms.kind == PromotionKind.PERCENTAGE:
        return terms.amount_off is None and 0 < (terms.percent_off or 0) <= 100
    return terms.percent_off is None and terms.max_discount is None and (terms.amount_off or 0) > 0


def _refuse_impossible_window(terms: PromotionTerms) -> None:
    for field in ("starts_at", "ends_at"):
        moment = getattr(terms, field)
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            detail = year_out_of_range()
            raise Invalid(detail, faults=[Fault(f"/{field}", "validation", detail)])
    if terms.starts_at and terms.ends_at and terms.starts_at >= terms.ends_at:
        raise _breaks("ends_at", "promotion_starts_before_it_ends")


def year_out_of_range() -> str:
    years = {"first": FIRST_YEAR, "last": LAST_YEAR}
    return _("Choose a year from %(first)s to %(last)s, or leave it empty.") % years


def rule_of(constraint: str) -> str:
    """Return the sentence about the constraint of this name."""
    return str(CONSTRAINTS[constraint].violation_error_message)


def _breaks(field: str, constraint: str) -> Invalid:
    detail = rule_of(constraint)
    return Invalid(detail, faults=[Fault(f"/{field}", "validation", detail)])


def refuse_impossible_uses(field: str, uses: int | None) -> None:
    if uses is not None and not 1 <= uses <= MOST_USES:
        most = {"most": grouped(MOST_USES)}
        detail = _("Between 1 and %(most)s, or empty for no limit.") % most
        raise Invalid(f"{field}: {detail}", faults=[Fault(f"/{field}", "validation", detail)])


def invalid(error: ValidationError) -> Invalid:
    faults = [
        Fault("" if name == "__all__" else f"/{name}", "validation", " ".join(messages))
        for name, messages in error.message_dict.items()
    ]
    told = " ".join(
        f"{fault.pointer[1:]}: {fault.detail}" if fault.pointer else fault.detail for fault in faults
    )
    return Invalid(told, faults=faults)


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
