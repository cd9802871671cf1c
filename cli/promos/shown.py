"""The group of verbs, and how promo codes and batches are shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.console import Column, Row, columns, is_terminal, print_rows, say, wrong_use
from cli.terminal.plans import ROWS_SHOWN
from cli.terminal.verbs import group

if TYPE_CHECKING:
    from accounts.actors import Actor
    from orders.models import PromoCode, Promotion
    from orders.models.promo import PromoCodeQuerySet
    from orders.promotions import CodesUsed, PromoFigures

app = group("Create, generate, import, pause and end promo codes; try them on past orders.")

BATCHES_AT_ONCE = 100
LISTED = columns(
    "code",
    "discount",
    "state",
    "times_used:n=Used",
    "max_uses:n=Of",
    "starts_at=Starts",
    "ends_at=Ends",
    "name",
)
BATCHES = columns(
    "id",
    "name",
    "discount",
    "state",
    "codes:n",
    "used:n",
    "left:n",
    "starts_at=Starts",
    "ends_at=Ends",
    "created_at=Made",
)
HEADINGS = {
    "times_used": "Used",
    "max_uses": "Of",
    "discount_given": "Discount given",
    "discount_share": "… % of full price",
    "revenue_share": "… % of the shop's since",
}

Code = Annotated[str, typer.Argument(metavar="CODE", help="What customers type, in upper or lower case.")]
Batch = Annotated[
    int | None, typer.Option(metavar="NUMBER", help="The codes of this batch; see `shopctl promos batches`.")
]
State = Annotated[str | None, typer.Option(help="scheduled, active, paused, expired or used_up.")]
Search = Annotated[str | None, typer.Option(help="Part of the code or the promotion's name.")]


def codes_asked_for(
    *,
    state: str | None,
    search: str | None,
    batch: int | None,
    every: bool = False,
    whole_batches: bool = True,
) -> "PromoCodeQuerySet":
    """With their promotions; codes of batches only with `search`, `batch` or `every`.

    Without `whole_batches` a search finds a batch's code only when it is typed in full.
    """
    from django.db.models import Q

    from orders.models import PromoCode
    from orders.models.promo import normalised_code
    from orders.promotions import promotion_numbered

    codes = PromoCode.objects.select_related("promotion")
    if batch is not None:
        codes = codes.filter(promotion=promotion_numbered(batch))
    elif not (search or every):
        codes = codes.filter(promotion__is_batch=False)
    if search:
        codes = codes.filter(Q(code__icontains=search) | Q(promotion__name__icontains=search))
        if not whole_batches:
            codes = codes.filter(Q(promotion__is_batch=False) | Q(code=normalised_code(search)))
    return codes.in_state(_state(state)) if state else codes


def as_row(promo_code: "PromoCode") -> dict[str, Any]:
    """With the terms and the batch."""
    promotion = promo_code.promotion
    limit = promo_code.max_uses
    return {
        "code": promo_code.code,
        "name": promotion.name,
        "discount": promotion.discount_in_words,
        "state": promo_code.state.value,
        "times_used": promo_code.times_used,
        "max_uses": promo_code.max_uses,
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
        **terms_in_full(promotion),
        "left": None if limit is None else limit - promo_code.times_used,
        "is_paused": promo_code.is_paused or promotion.is_paused,
        "batch": promotion.pk if promotion.is_batch else None,
        "expired_at": promotion.expired_at,
        "created_at": promo_code.created_at,
    }


def in_full(promo_code: "PromoCode", by: "Actor") -> dict[str, Any]:
    """With figures: of money only what the reader may see."""
    from orders.promotions import promo_figures

    return {**as_row(promo_code), **figures_in_full(promo_figures(promo_code), by)}


def terms_in_full(promotion: "Promotion") -> dict[str, Any]:
    return {
        "kind": str(promotion.kind),
        "percent_off": promotion.percent_off,
        "amount_off": promotion.amount_off,
        "max_discount": promotion.max_discount,
        "minimum_spend": promotion.minimum_spend,
        "max_uses_per_customer": promotion.max_uses_per_customer,
        "first_order_only": promotion.first_order_only,
        "is_restricted": promotion.is_restricted,
        "categories": sorted(category.name for category in promotion.categories.all()),
        "products": sorted(product.sku for product in promotion.products.all()),
    }


def figures_in_full(figures: "PromoFigures", by: "Actor") -> dict[str, Any]:
    money = {
        "revenue": figures.revenue,
        "discount_given": figures.discount,
        "discount_share": figures.discount_share,
        "revenue_share": figures.revenue_share,
    }
    return {
        "orders": figures.orders,
        "customers": figures.customers,
        "first_used_at": figures.first_used_at,
        **(money if by.may("orders.view_revenue") else dict.fromkeys(money)),
    }


def batch_rows(batches: Iterable["Promotion"]) -> Iterator[dict[str, Any]]:
    from orders.promotions import codes_used_of

    for part in batched(batches, BATCHES_AT_ONCE):
        used = codes_used_of([batch.pk for batch in part])
        yield from (_batch_row(batch, used) for batch in part)


def batch_in_full(batch: "Promotion", by: "Actor") -> dict[str, Any]:
    from orders.promotions import promo_figures

    [row] = batch_rows([batch])
    return {**row, **terms_in_full(batch), **figures_in_full(promo_figures(batch), by)}


def show_plan(rows: Sequence[Row], shown: Sequence[Column], *, as_data: bool) -> None:
    """What is about to be changed: a table on a terminal; else words, for the result has standard output."""
    if is_terminal() and not as_data:
        print_rows(rows[:ROWS_SHOWN], shown)
    else:
        for row in rows[:ROWS_SHOWN]:
            codes = f" ({row['codes']:,} codes)" if "codes" in row else ""
            say(f"{row.get('code') or row['name']}{codes}: {row['discount']}, {row['state']}")
    if len(rows) > ROWS_SHOWN:
        say(f"… and {len(rows) - ROWS_SHOWN:,} more.")


def _batch_row(batch: "Promotion", used_of: Mapping[int, "CodesUsed"]) -> dict[str, Any]:
    from orders.promotions import promotion_state

    used = used_of.get(batch.pk)
    return {
        "id": batch.pk,
        "name": batch.name,
        "discount": batch.discount_in_words,
        "state": promotion_state(batch, has_uses_left=used is None or used.left != 0).value,
        "codes": used.codes if used else 0,
        "used": used.used if used else 0,
        "left": used.left if used else 0,
        "starts_at": batch.starts_at,
        "ends_at": batch.ends_at,
        "is_paused": batch.is_paused,
        "created_at": batch.created_at,
    }


def _state(text: str) -> str:
    from orders.models import PromoState

    state = text.strip().casefold().replace(" ", "_").replace("-", "_")
    if state not in PromoState.values:
        wrong_use(f"{text!r} is no state: {', '.join(PromoState.values)}.")
    return state
