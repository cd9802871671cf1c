"""The group of verbs, which codes and promotions they are about, and how these are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.completion import PROMO_KINDS, PROMO_STATES, one_of
from cli.terminal.console import Column, Row, columns, counted, is_terminal, print_rows, say, wrong_use
from cli.terminal.moments import moment
from cli.terminal.plans import ROWS_SHOWN
from cli.terminal.verbs import group
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from orders.models.promo import PromoCodeQuerySet
    from orders.readers.promo_filters import PromoCodeFilter, PromotionFilter

app = group("Create, generate, import, pause and end promo codes; back-test them on past orders.")


def discount_in_words(terms: Row) -> str:
    """Write the discount, such as `20 %, up to €40.00`."""
    from orders.models import Promotion

    amounts = {name: terms[name] for name in ("percent_off", "amount_off", "max_discount")}
    # In an answer that was kept, amounts are text.
    exact = {name: None if amount is None else Decimal(amount) for name, amount in amounts.items()}
    return Promotion(kind=terms["kind"], **exact).discount_in_words


DISCOUNT = Column("discount", "Discount", in_words=discount_in_words)
CODES = columns(
    "code",
    DISCOUNT,
    "state",
    "times_used:n=Used",
    "max_uses:n=Of",
    "starts_at=Starts",
    "ends_at=Ends",
    "name",
)
PROMOTIONS = columns(
    "id",
    "name",
    DISCOUNT,
    "state",
    "codes.count:n=Codes",
    "codes.used:n=Used",
    "codes.left:n=Left",
    "starts_at=Starts",
    "ends_at=Ends",
    "created_at=Made",
)
HEADINGS = {
    "times_used": "Used",
    "max_uses": "Of",
    "discount_share": "… % of full price",
    "revenue_share": "… % of the shop's since",
}

Code = Annotated[str, typer.Argument(metavar="CODE", help="What customers type, in upper or lower case.")]


@dataclass(frozen=True)
class TermsOptions:
    """The options that narrow both codes and promotions."""

    q: Annotated[str | None, typer.Option(help="Words of the code or the promotion's name.")] = None
    kind: Annotated[
        str | None, typer.Option(autocompletion=one_of(*PROMO_KINDS), help="percentage or fixed.")
    ] = None
    starts_after: Annotated[str | None, typer.Option(metavar="WHEN", help="Starts then or later.")] = None
    starts_before: Annotated[str | None, typer.Option(metavar="WHEN", help="Starts before.")] = None
    ends_after: Annotated[str | None, typer.Option(metavar="WHEN", help="Ends then or later.")] = None
    ends_before: Annotated[str | None, typer.Option(metavar="WHEN", help="Ends before.")] = None

    def _common(self) -> dict[str, Any]:
        from orders.models import PromotionKind

        return {
            "q": self.q,
            "kind": _one_of(PromotionKind.values, self.kind, "kind"),
            "starts_after": moment(self.starts_after, option="starts-after"),
            "starts_before": moment(self.starts_before, option="starts-before"),
            "ends_after": moment(self.ends_after, option="ends-after"),
            "ends_before": moment(self.ends_before, option="ends-before"),
        }


@dataclass(frozen=True)
class PromoCodeOptions(TermsOptions):
    """The options that select codes: the filters of GET /api/v1/promo-codes, or one promotion's codes."""

    state: Annotated[
        str | None,
        typer.Option(
            autocompletion=one_of(*PROMO_STATES), help="scheduled, active, paused, expired or used_up."
        ),
    ] = None
    promotion: Annotated[
        int | None,
        typer.Option(metavar="ID", help="The codes of this promotion; see `shopctl promos promotions`."),
    ] = None

    def filter(self) -> "PromoCodeFilter":
        """Return the filter. Raises typer.BadParameter: no such state, kind or moment."""
        from orders.models import PromoState
        from orders.readers.promo_filters import PromoCodeFilter

        return PromoCodeFilter(**self._common(), state=_one_of(PromoState.values, self.state, "state"))

    def codes(self, *, every: bool = False, whole_batches: bool = True) -> "PromoCodeQuerySet":
        """Return the codes; those of batches only with `q`, `promotion` or `every`.

        Without `whole_batches` a search finds a batch's code only when it is typed in full.
        """
        from django.db.models import Q

        from orders.models import PromoCode
        from orders.models.promo import normalised_code
        from orders.promotions import promotion_numbered

        codes = PromoCode.objects.all()
        if self.promotion is not None:
            codes = codes.filter(promotion=promotion_numbered(self.promotion))
        elif not (self.q or every):
            codes = codes.filter(promotion__is_batch=False)
        if self.q and not whole_batches:
            codes = codes.filter(Q(promotion__is_batch=False) | Q(code=normalised_code(self.q)))
        return self.filter().of(codes)


@dataclass(frozen=True)
class PromotionOptions(TermsOptions):
    """The options that select promotions: the filters of GET /api/v1/promotions."""

    is_batch: Annotated[
        bool | None,
        typer.Option("--batches/--single", help="Only those with many generated codes, or with one."),
    ] = None

    def filter(self) -> "PromotionFilter":
        """Return the filter. Raises typer.BadParameter: no such kind or moment."""
        from orders.readers.promo_filters import PromotionFilter

        return PromotionFilter(**self._common(), is_batch=self.is_batch)


def in_short(promo: Mapping[str, Any]) -> dict[str, Any]:
    """Return a code or promotion for a person: the discount in words, counts and figures beside the terms."""
    beginning = ("code", "id", "name")
    left_out = (*beginning, "kind", "percent_off", "amount_off", "max_discount", "codes", "figures")
    figures = dict(promo["figures"] or {})
    return {
        **{name: promo[name] for name in beginning if name in promo},
        "discount": discount_in_words(promo),
        **{name: value for name, value in promo.items() if name not in left_out},
        **{f"codes {name}": number for name, number in promo.get("codes", {}).items()},
        # The promo's own discount is in words already.
        **{"discount_given" if name == "discount" else name: value for name, value in figures.items()},
    }


def show_plan(rows: Sequence[Row], shown: Sequence[Column], *, as_data: bool) -> None:
    """Show what is about to be changed: as a table on a terminal, else in words on standard error."""
    if is_terminal() and not as_data:
        print_rows(rows[:ROWS_SHOWN], shown)
    else:
        for row in rows[:ROWS_SHOWN]:
            say(_planned_change(row))
    if len(rows) > ROWS_SHOWN:
        say(_("… and %(number)s more.") % {"number": f"{len(rows) - ROWS_SHOWN:,}"})


def _planned_change(row: Row) -> str:
    """Write a row of the plan, such as `Newsletter (500 codes): 10 %, active`."""
    facts = {
        "name": row.get("code") or row["name"],
        "discount": discount_in_words(row),
        "state": row["state"],
    }
    if "codes" not in row:
        return _("%(name)s: %(discount)s, %(state)s") % facts
    codes = counted(row["codes"]["count"], "code")
    return _("%(name)s (%(codes)s): %(discount)s, %(state)s") % {**facts, "codes": codes}


def _one_of(known: Sequence[str], text: str | None, what: str) -> str | None:
    """Return the known value, however it is typed. Raises typer.BadParameter if there is none such."""
    if text is None:
        return None
    value = text.strip().casefold().replace(" ", "_").replace("-", "_")
    if value not in known:
        facts = {"text": text, "what": what, "known": ", ".join(known)}
        wrong_use(_("'%(text)s' is no %(what)s: %(known)s.") % facts)
    return value
