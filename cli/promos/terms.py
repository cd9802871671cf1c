"""The options that say how much off what: declared once for all verbs that take them."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.completion import categories, skus
from cli.terminal.console import wrong_use
from cli.terminal.moments import end_moment, moment
from cli.terminal.options import limit, number
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from orders.promotions import PromotionTerms


@dataclass(frozen=True)
class DiscountOptions:
    """The options that say how much off what, and how often for one customer."""

    percent: Annotated[
        Decimal | None,
        typer.Option(parser=number, metavar="PERCENT", help="Percent off, such as 20 or 12.5."),
    ] = None
    amount: Annotated[
        Decimal | None,
        typer.Option(parser=number, metavar="AMOUNT", help="A fixed amount off, such as 5.00."),
    ] = None
    max_discount: Annotated[
        Decimal | None,
        typer.Option(parser=number, metavar="AMOUNT", help="The most that a percentage may take off."),
    ] = None
    minimum_spend: Annotated[
        Decimal | None,
        typer.Option(parser=number, metavar="AMOUNT", help="What eligible goods must cost at least."),
    ] = None
    per_customer: Annotated[
        int | None,
        typer.Option(parser=limit, metavar="USES", help="How often one customer may use it, or none."),
    ] = 1
    first_order_only: Annotated[
        bool, typer.Option("--first-order-only", help="Only for a customer's first order.")
    ] = False
    category: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", autocompletion=categories, help="Only for this category; may be repeated."
        ),
    ] = None
    product: Annotated[
        list[str] | None,
        typer.Option(metavar="SKU", autocompletion=skus, help="Only for this product; may be repeated."),
    ] = None

    @property
    def is_given(self) -> bool:
        return self.percent is not None or self.amount is not None

    def terms(self, **more: Any) -> "PromotionTerms":
        """Return the terms. Raises typer.BadParameter unless exactly one of percent and amount is given."""
        from orders.models import PromotionKind
        from orders.promotions import PromotionTerms, category_ids, product_ids, restriction_said

        if (self.percent is None) == (self.amount is None):
            wrong_use(_("Give either --percent or --amount."))
        named: dict[str, Any] = {}
        if self.category is not None:
            named["category_ids"] = category_ids(self.category)
        if self.product is not None:
            named["product_ids"] = product_ids(self.product)
        return PromotionTerms(
            **{"name": "", **more},
            kind=PromotionKind.FIXED if self.percent is None else PromotionKind.PERCENTAGE,
            percent_off=self.percent,
            amount_off=self.amount,
            max_discount=self.max_discount,
            minimum_spend=self.minimum_spend or Decimal(),
            max_uses_per_customer=self.per_customer,
            first_order_only=self.first_order_only,
            **asdict(restriction_said(named)),
        )


@dataclass(frozen=True)
class GivenTerms(DiscountOptions):
    """The options of a discount with its window and name."""

    starts: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="From when on; a day from its first moment. Default: at once."),
    ] = None
    ends: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Until when; a day until it is over, at 24:00. Default: never."),
    ] = None
    name: Annotated[str, typer.Option(help="What colleagues call it.")] = ""
    paused: Annotated[bool, typer.Option("--paused", help="Not usable before it is resumed.")] = False

    def named_terms(self, usual_name: str) -> "PromotionTerms":
        """Return the terms, by default named `usual_name`. Raises typer.BadParameter, Invalid."""
        return self.terms(
            name=self.name or usual_name,
            starts_at=moment(self.starts, option="starts"),
            ends_at=end_moment(self.ends, option="ends"),
            is_paused=self.paused,
        )
