"""shopctl promos: create, look at, pause and expire promo codes."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.actors import actor
from cli.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    columns,
    counted,
    print_rows,
    proceed,
    say,
    show_one,
    wrong_use,
)
from cli.moments import moment
from cli.verbs import group, verb

if TYPE_CHECKING:
    from orders.models import PromoCode

app = group("Create, pause, resume and expire promo codes.")

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
Code = Annotated[str, typer.Argument(metavar="CODE", help="What customers type, in upper or lower case.")]
Codes = Annotated[list[str], typer.Argument(metavar="CODE...", help="One code or several.")]


@verb(
    app,
    "list",
    examples="""
    shopctl promos list --state active
    shopctl promos list --search summer --json
    """,
)
def list_promos(
    state: Annotated[str | None, typer.Option(help="scheduled, active, paused, expired or used_up.")] = None,
    search: Annotated[str | None, typer.Option(help="Part of the code or the promotion's name.")] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List promo codes, newest first."""
    from django.db.models import Q

    from orders.models import PromoCode, PromoState

    codes = PromoCode.objects.select_related("promotion").order_by("-pk")
    if state:
        state = state.strip().casefold().replace(" ", "_").replace("-", "_")
        if state not in PromoState.values:
            wrong_use(f"{state!r} is no state: {', '.join(PromoState.values)}.")
        codes = codes.in_state(state)
    if search:
        codes = codes.filter(Q(code__icontains=search) | Q(promotion__name__icontains=search))
    Listing(json, jsonl, limit, fail_if_empty).show(map(_as_row, codes.iterator(2_000)), LISTED)


@verb(
    app,
    "show",
    examples="""
    shopctl promos show SUMMER20
    shopctl promos show SUMMER20 --json
    """,
)
def show_promo(code: Code, json: Json = False) -> None:
    """Show a promo code with its terms."""
    from orders.promotions import promo_code_named

    show_one(_in_full(promo_code_named(code)), as_json=json)


@verb(
    app,
    "create",
    examples="""
    shopctl promos create SUMMER20 --percent 20 --max-discount 40 --ends +14d --max-uses 500
    shopctl promos create WELCOME5 --amount 5 --first-order-only --minimum-spend 25
    shopctl promos create LAMPS10 --percent 10 --category Lanterns --starts 2026-12-01 --ends 2026-12-24T18:00
    """,
)
def create(
    code: Code,
    percent: Annotated[str | None, typer.Option(help="Percent off, such as 20 or 12.5.")] = None,
    amount: Annotated[str | None, typer.Option(help="A fixed amount off, such as 5.00.")] = None,
    max_discount: Annotated[str | None, typer.Option(help="The most that a percentage may take off.")] = None,
    minimum_spend: Annotated[str, typer.Option(help="What eligible goods must cost at least.")] = "0",
    starts: Annotated[
        str | None, typer.Option(metavar="WHEN", help="From when on. Default: at once.")
    ] = None,
    ends: Annotated[
        str | None, typer.Option(metavar="WHEN", help="From when on no longer. Default: never.")
    ] = None,
    max_uses: Annotated[int | None, typer.Option(min=1, help="How often in all. Default: no limit.")] = None,
    per_customer: Annotated[int, typer.Option(min=0, help="How often for one customer; 0 for no limit.")] = 1,
    first_order_only: Annotated[
        bool, typer.Option("--first-order-only", help="Only for a customer's first order.")
    ] = False,
    category: Annotated[
        list[str] | None, typer.Option(help="Only for this category; may be repeated.")
    ] = None,
    product: Annotated[
        list[str] | None, typer.Option(metavar="SKU", help="Only for this product; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the promotion is called. Default: the code.")] = "",
    paused: Annotated[bool, typer.Option("--paused", help="Not usable before it is resumed.")] = False,
    as_: As = None,
    json: Json = False,
) -> None:
    """Create a promo code. WHEN is a date such as 2026-12-24, 2026-12-24T18:00, +7d or tomorrow.

    A day without a time means its first moment, in the shop's time zone.
    """
    from orders.models import PromotionKind
    from orders.promotions import PromotionTerms, create_promo_code, promo_code_named

    by = actor(as_, "orders.add_promocode")
    if (percent is None) == (amount is None):
        wrong_use("Give either --percent or --amount.")
    terms = PromotionTerms(
        name=name or code.strip().upper(),
        kind=PromotionKind.PERCENTAGE if amount is None else PromotionKind.FIXED,
        percent_off=_decimal(percent, "--percent"),
        amount_off=_decimal(amount, "--amount"),
        max_discount=_decimal(max_discount, "--max-discount"),
        minimum_spend=_decimal(minimum_spend, "--minimum-spend") or Decimal(),
        starts_at=moment(starts, option="starts"),
        ends_at=moment(ends, option="ends"),
        max_uses_per_customer=per_customer or None,
        first_order_only=first_order_only,
        category_ids=_category_ids(category or []),
        product_ids=_product_ids(product or []),
        is_paused=paused,
    )
    made = create_promo_code(code, terms, max_uses=max_uses, by=by)
    show_one(_in_full(promo_code_named(made.code)), as_json=json)


@verb(
    app,
    "pause",
    examples="""
    shopctl promos pause SUMMER20
    shopctl promos pause SUMMER20 WELCOME5 --yes
    """,
)
def pause(
    codes: Codes, dry_run: DryRun = False, yes: Yes = False, as_: As = None, json: Json = False
) -> None:
    """Stop codes from being used, at once."""
    from orders.promotions import pause_promo_code

    _change_all(codes, "pause", pause_promo_code, as_=as_, yes=yes, dry_run=dry_run, as_json=json)


@verb(
    app,
    "resume",
    examples="""
    shopctl promos resume SUMMER20
    shopctl promos resume SUMMER20 WELCOME5 --dry-run
    """,
)
def resume(
    codes: Codes, dry_run: DryRun = False, yes: Yes = False, as_: As = None, json: Json = False
) -> None:
    """Let paused codes be used again."""
    from orders.promotions import resume_promo_code

    _change_all(codes, "resume", resume_promo_code, as_=as_, yes=yes, dry_run=dry_run, as_json=json)


@verb(
    app,
    "expire",
    examples="""
    shopctl promos expire SUMMER20 --yes
    shopctl promos expire SUMMER20 WELCOME5 --dry-run
    """,
)
def expire(
    codes: Codes, dry_run: DryRun = False, yes: Yes = False, as_: As = None, json: Json = False
) -> None:
    """End the promotions of these codes now; pausing can be taken back, this is the end of their window."""
    from orders.promotions import end_promo_code

    _change_all(codes, "expire", end_promo_code, as_=as_, yes=yes, dry_run=dry_run, as_json=json)


def _change_all(
    codes: Sequence[str],
    what: str,
    change: Any,
    *,
    as_: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Change all the codes or none. One alone is changed without a question."""
    from backoffice.transactions import write_transaction
    from orders.promotions import promo_code_named

    by = actor(as_, "orders.change_promocode")
    found = [promo_code_named(code) for code in codes]
    if len(found) > 1 or dry_run:
        say(f"To {what}:")
        if not as_json:
            print_rows(map(_as_row, found), LISTED)
        proceed(f"{what.capitalize()} {counted(len(found), 'promo code')}?", yes=yes, dry_run=dry_run)

    @write_transaction
    def change_all() -> list["PromoCode"]:
        return [change(promo_code.code, by=by) for promo_code in found]

    changed = [promo_code_named(promo_code.code) for promo_code in change_all()]
    Listing(as_json, limit=0).show(map(_as_row, changed), LISTED)


def _category_ids(names: Sequence[str]) -> tuple[int, ...]:
    from backoffice.errors import NotFound
    from catalog.models import Category

    ids = []
    for name in names:
        found = Category.objects.filter(name__iexact=name.strip()).first()
        if found is None:
            raise NotFound(f"There is no category {name}.")
        ids.append(found.pk)
    return tuple(ids)


def _product_ids(skus: Sequence[str]) -> tuple[int, ...]:
    from catalog.products import product_with_sku

    return tuple(product_with_sku(sku).pk for sku in skus)


def _decimal(text: str | None, option: str) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        wrong_use(f"{option} must be a number such as 12.50, not {text!r}.")
    return number


def _as_row(promo_code: "PromoCode") -> dict[str, Any]:
    promotion = promo_code.promotion
    return {
        "code": promo_code.code,
        "name": promotion.name,
        "discount": promotion.discount_in_words,
        "state": promo_code.state.value,
        "times_used": promo_code.times_used,
        "max_uses": promo_code.max_uses,
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
    }


def _in_full(promo_code: "PromoCode") -> dict[str, Any]:
    promotion = promo_code.promotion
    return {
        **_as_row(promo_code),
        "kind": str(promotion.kind),
        "percent_off": promotion.percent_off,
        "amount_off": promotion.amount_off,
        "max_discount": promotion.max_discount,
        "minimum_spend": promotion.minimum_spend,
        "max_uses_per_customer": promotion.max_uses_per_customer,
        "first_order_only": promotion.first_order_only,
        "categories": list(promotion.categories.order_by("name").values_list("name", flat=True)),
        "products": list(promotion.products.order_by("sku").values_list("sku", flat=True)),
        "is_paused": promo_code.is_paused or promotion.is_paused,
        "expired_at": promotion.expired_at,
        "created_at": promo_code.created_at,
    }
