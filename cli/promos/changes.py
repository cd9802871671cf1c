"""shopctl promos pause, resume, end: some codes, or all codes of batches, at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.promos.shown import CODES, PROMOTIONS, app, show_plan
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    As,
    Column,
    DryRun,
    Json,
    Jsonl,
    Listing,
    Row,
    Yes,
    counted,
    say,
    wrong_use,
)
from cli.terminal.files import words_of
from cli.terminal.idempotency import IdempotencyKey, answer_kept
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

if TYPE_CHECKING:
    from accounts.actors import Actor

Codes = Annotated[
    list[str] | None, typer.Argument(metavar="CODE...", help="Codes. - is standard input, one a line.")
]
Promotions = Annotated[
    list[int] | None,
    typer.Option("--promotion", metavar="ID", help="All codes of this promotion; may be repeated."),
]


@verb(
    app,
    "pause",
    examples="""
    shopctl promos pause SUMMER20
    shopctl promos pause SUMMER20 WELCOME5 --yes --idempotency-key pause-4711
    shopctl promos pause --promotion 12 --dry-run
    """,
)
def pause(
    codes: Codes = None,
    promotion: Promotions = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Stop codes from being used, at once. One alone is paused without a question."""
    from orders.promotions import pause_promo_code, pause_promotion

    asked = CodeChange(codes, promotion, dry_run, yes, as_, Listing(json, jsonl, limit=0), idempotency_key)
    asked.carry_out("pause", pause_promo_code, pause_promotion)


@verb(
    app,
    "resume",
    examples="""
    shopctl promos resume SUMMER20
    shopctl promos resume SUMMER20 WELCOME5 --dry-run
    shopctl promos resume --promotion 12 --yes
    """,
)
def resume(
    codes: Codes = None,
    promotion: Promotions = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Let paused codes be used again. A code of a paused batch stays paused with it."""
    from orders.promotions import resume_promo_code, resume_promotion

    asked = CodeChange(codes, promotion, dry_run, yes, as_, Listing(json, jsonl, limit=0), idempotency_key)
    asked.carry_out("resume", resume_promo_code, resume_promotion)


@verb(
    app,
    "end",
    examples="""
    shopctl promos end SUMMER20 --yes
    shopctl promos end SUMMER20 WELCOME5 --dry-run
    shopctl promos end --promotion 12
    """,
)
def end(
    codes: Codes = None,
    promotion: Promotions = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """End the window of codes now. Pausing can be taken back; this is the end."""
    from orders.promotions import end_promo_code, end_promotion

    asked = CodeChange(codes, promotion, dry_run, yes, as_, Listing(json, jsonl, limit=0), idempotency_key)
    asked.carry_out("end", end_promo_code, end_promotion)


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """The words above the codes that are to be changed, and the question below them."""

    to_do: Callable[[], str]
    question: Callable[[], str]


IN_WORDS = {
    "pause": ChangeInWords(lambda: _("To pause:"), lambda: _("Pause %(codes)s?")),
    "resume": ChangeInWords(lambda: _("To resume:"), lambda: _("Resume %(codes)s?")),
    "end": ChangeInWords(lambda: _("To end now:"), lambda: _("End %(codes)s now?")),
}


@dataclass(frozen=True, slots=True)
class CodeChange:
    """The codes, or promotions with all their codes, that are to be changed, and the options for it."""

    codes: Sequence[str] | None
    promotions: Sequence[int] | None
    dry_run: bool
    yes: bool
    email: str | None
    listing: Listing
    key: str | None

    def carry_out(
        self, what: str, change_code: Callable[..., Any], change_promotion: Callable[..., Any]
    ) -> None:
        """Change all of them or none."""
        if bool(self.codes) == bool(self.promotions):
            wrong_use(_("Give codes, or --promotion with a promotion's id."))
        if self.promotions:
            by = actor(self.email, "orders.change_promotion")
            numbers = list(dict.fromkeys(self.promotions))
            self._change(what, change_promotion, numbers, _rows_of_promotions, PROMOTIONS, by)
        else:
            by = actor(self.email, "orders.change_promocode")
            self._change(what, change_code, words_of(self.codes or ()), _rows_of_codes, CODES, by)

    def _change(
        self,
        what: str,
        change: Callable[..., Any],
        names: Sequence[Any],
        rows_of: Callable[[Sequence[Any], "Actor"], list[Row]],
        shown: Sequence[Column],
        by: "Actor",
    ) -> None:
        from backoffice.db.transactions import write_transaction

        @write_transaction
        def change_all() -> list[Row]:
            for name in names:
                change(name, by=by)
            return rows_of(names, by)

        operation = f"promos-{what} {shown is PROMOTIONS} {sorted(map(str, names))} {by}"
        asked = RequestedChange(operation, self.key, self.dry_run)
        if answer_kept(self.key, operation) is None:
            rows = rows_of(names, by)
            asked = replace(asked, say_plan=partial(self._say_plan, what, rows, shown))
            if len(rows) > 1 or shown is PROMOTIONS:
                question = IN_WORDS[what].question() % {"codes": _counted(rows)}
                asked = replace(asked, question=question, yes=self.yes)
        self.listing.show(asked.made(change_all), shown)

    def _say_plan(self, what: str, rows: Sequence[Row], shown: Sequence[Column]) -> None:
        say(IN_WORDS[what].to_do())
        show_plan(rows, shown, as_data=self.dry_run or self.listing.as_json or self.listing.as_jsonl)


def _rows_of_codes(names: Sequence[str], by: "Actor") -> list[Row]:
    from orders.readers.promo_codes import promo_code_row

    return [promo_code_row(name, to=by) for name in names]


def _rows_of_promotions(numbers: Sequence[int], by: "Actor") -> list[Row]:  # noqa: ARG001
    from orders.models import Promotion
    from orders.promotions import promotion_numbered
    from orders.readers.promotions import promotions_read

    # Refused before anything is shown, if there is none of one of these numbers.
    known = [promotion_numbered(number).pk for number in numbers]
    rows = {row["id"]: row for row in promotions_read(Promotion.objects.filter(pk__in=known))}
    return [rows[number] for number in known]


def _counted(rows: Sequence[Row]) -> str:
    codes = [row["codes"]["count"] for row in rows if "codes" in row]
    if not codes:
        return counted(len(rows), "promo code")
    of_promotions = ngettext("%(codes)s of this promotion", "%(codes)s of these promotions", len(rows))
    return of_promotions % {"codes": counted(sum(codes), "code")}
