"""shopctl promos generate, promotions: many codes with the same terms, and all terms there are."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.promos.shown import (
    HEADINGS,
    PROMOTIONS,
    PromotionOptions,
    app,
    in_short,
)
from cli.promos.terms import GivenTerms
from cli.terminal.actors import actor
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    counted,
    proceed,
    say,
    show_one,
    wrong_use,
)
from cli.terminal.files import STANDARD, Overwrite, holds, refuse_but_csv, refuse_to_replace, write
from cli.terminal.idempotency import IdempotencyKey, answer_kept, once_per_key
from cli.terminal.options import limit, taking
from cli.terminal.values import for_people
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

if TYPE_CHECKING:
    from accounts.actors import Actor
    from orders.promotions import CodeShape, PromotionTerms


@verb(
    app,
    "generate",
    examples="""
    shopctl promos generate --count 10000 --prefix BF- --percent 15 --ends 2026-11-30 --output codes.csv
    shopctl promos generate --count 500 --amount 5 --name Newsletter --dry-run
    shopctl promos generate --count 500 --amount 5 --yes --output - --idempotency-key news-11 | mail-merge
    """,
)
@taking(GivenTerms)
def generate(
    count: Annotated[int, typer.Option(min=1, help="How many codes, at most 100,000.")],
    given: GivenTerms,
    prefix: Annotated[str, typer.Option(help="What all codes begin with, such as BF-.")] = "",
    length: Annotated[
        int | None, typer.Option(min=1, help="Random characters after the prefix. Default: 12, 59 bits.")
    ] = None,
    max_uses: Annotated[
        int | None, typer.Option(parser=limit, metavar="USES", help="How often each code, or none.")
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the codes to this CSV file; - is standard output."
        ),
    ] = None,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Generate a batch of random codes that nobody guesses: show the plan, ask, make and hand them out.

    WHEN is a date such as 2026-12-24 (the whole day), 2026-12-24T18:00, +7d or tomorrow. `promos export
    --promotion ID` hands the codes out again.
    """
    if json and str(output) == STANDARD:
        wrong_use(_("Standard output takes either the codes (--output -) or --json."))
    by = actor(as_, "orders.add_promotion")
    refuse_but_csv(output)
    said = f"promos-generate {count} {prefix} {length} {max_uses} {given} {by}"
    kept = answer_kept(idempotency_key, said)
    if kept is None:
        refuse_to_replace(output, overwrite=overwrite)
        planned = _planned(count, prefix, length, max_uses, given)
        planned.show(as_json=json) if dry_run else planned.say()
        question = _("Generate %(codes)s?") % {"codes": counted(count, "code")}
        proceed(question, yes=yes, dry_run=dry_run)
        kept = once_per_key(idempotency_key, said, lambda: planned.carried_out(by))
    else:
        say(_("Promotion %(id)s was generated under this key before.") % {"id": kept["id"]})
    _hand_out(kept["id"], output, overwrite=overwrite, by=by)
    if str(output) != STANDARD:
        show_one(kept if json else in_short(kept), as_json=json, headings=HEADINGS)


@verb(
    app,
    "promotions",
    examples="""
    shopctl promos promotions --batches
    shopctl promos promotions --q friday --json
    """,
)
@taking(PromotionOptions)
def list_promotions(
    given: PromotionOptions = PromotionOptions(),
    limit: Limit = None,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List promotions, newest first, with how many of their codes were used and uses are left.

    A batch is a promotion with many generated codes.
    """
    from orders.models import Promotion
    from orders.readers.promotions import promotions_read

    actor(as_, "orders.view_promotion")
    promotions = given.filter().of(Promotion.objects.order_by("-pk"))
    Listing(json, jsonl, limit, fail_if_empty).show(promotions_read(promotions), PROMOTIONS)


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch that was checked and can be generated."""

    count: int
    terms: "PromotionTerms"
    shape: "CodeShape"
    max_uses: int | None

    def show(self, *, as_json: bool) -> None:
        """Print the plan as data, for a dry run."""
        row = {
            "state": "planned",
            "count": self.count,
            "example": self._example,
            "bits": round(self.shape.bits, 1),
            "name": self.terms.name,
            "kind": str(self.terms.kind),
            "percent_off": self.terms.percent_off,
            "amount_off": self.terms.amount_off,
            "max_discount": self.terms.max_discount,
            "minimum_spend": self.terms.minimum_spend,
            "starts_at": self.terms.starts_at,
            "ends_at": self.terms.ends_at,
            "max_uses": self.max_uses,
            "max_uses_per_customer": self.terms.max_uses_per_customer,
            "is_restricted": self.terms.is_restricted,
        }
        show_one(row, as_json=as_json)

    def say(self) -> None:
        terms, shape = self.terms, self.shape
        codes = {
            "codes": counted(self.count, "code"),
            "example": self._example,
            "discount": terms.discount_in_words,
        }
        say(_("%(codes)s such as %(example)s: %(discount)s.") % codes)
        say(_window_in_words(terms))
        say(_("For what is named alone.") if terms.is_restricted else _("For everything in the shop."))
        limits = {"code": _times(self.max_uses), "customer": _times(terms.max_uses_per_customer)}
        say(_("Each code %(code)s, each customer %(customer)s.") % limits)
        guess = {"bits": f"{shape.bits:.1f}", "tries": f"{shape.possible // self.count:,}"}
        say(_("%(bits)s bits: somebody who guesses hits one in about %(tries)s tries.") % guess)

    @property
    def _example(self) -> str:
        from orders.promotions.batches import random_codes

        return next(random_codes(self.shape))

    def carried_out(self, by: "Actor") -> dict[str, Any]:
        from orders.promotions import generate_batch
        from orders.readers.promotions import promotion_data

        made = generate_batch(self.count, self.terms, by=by, shape=self.shape, max_uses=self.max_uses)
        return promotion_data(made.pk, to=by)


def _planned(count: int, prefix: str, length: int | None, max_uses: int | None, given: GivenTerms) -> Planned:
    """Plan the batch. Raises Invalid for one that cannot be generated."""
    from orders.promotions import CodeShape, refuse_impossible_batch
    from orders.promotions.batches import USUAL_LENGTH

    prefix = prefix.strip().upper()
    terms = given.named_terms(usual_name=prefix)
    terms = replace(terms, name=terms.name or terms.discount_in_words)
    shape = CodeShape(prefix, USUAL_LENGTH if length is None else length)
    refuse_impossible_batch(count, terms, shape=shape, max_uses=max_uses)
    return Planned(count, terms, shape, max_uses)


def _window_in_words(terms: "PromotionTerms") -> str:
    """Write the window, such as `Newsletter: at once, until 2026-12-01 00:00.`"""
    facts = {
        "name": terms.name,
        "starts": for_people(terms.starts_at),
        "ends": for_people(terms.ends_at),
    }
    if terms.starts_at and terms.ends_at:
        return _("%(name)s: from %(starts)s, until %(ends)s.") % facts
    if terms.starts_at:
        return _("%(name)s: from %(starts)s, without an end.") % facts
    if terms.ends_at:
        return _("%(name)s: at once, until %(ends)s.") % facts
    return _("%(name)s: at once, without an end.") % facts


def _times(uses: int | None) -> str:
    if uses is None:
        return _("without limit")
    return ngettext("once", "%(number)s times", uses) % {"number": f"{uses:,}"}


def _hand_out(number: int, output: Path | None, *, overwrite: bool, by: "Actor") -> None:
    """Write the codes to the output; a file that already holds them stays as it is."""
    from accounts.history import record_export
    from orders.models import PromoCode
    from orders.promotions import promo_codes_csv

    if output is None:
        command = f"shopctl promos export --promotion {number} --output codes.csv"
        say(_("Hand them out with: %(command)s") % {"command": command})
        return
    record_export("promo_codes", promotion=number, by=by)
    content = "".join(promo_codes_csv(PromoCode.objects.filter(promotion=number))).encode()
    if str(output) != STANDARD:
        if not holds(output, content):
            refuse_to_replace(output, overwrite=overwrite)
        say(_("The codes are in %(file)s.") % {"file": output})
    write(output, content, "csv")
