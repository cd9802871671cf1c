"""shopctl promos pause, resume, expire: some codes, or all codes of batches, at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.promos.shown import BATCHES, LISTED, app, as_row, batch_rows, show_plan
from cli.terminal.actors import actor
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
    proceed,
    say,
    wrong_use,
)
from cli.terminal.files import words_of
from cli.terminal.verbs import verb

if TYPE_CHECKING:
    from accounts.actors import Actor

Codes = Annotated[
    list[str] | None, typer.Argument(metavar="CODE...", help="Codes. - is standard input, one a line.")
]
Batches = Annotated[
    list[int] | None,
    typer.Option("--batch", metavar="NUMBER", help="All codes of this batch; may be repeated."),
]


@verb(
    app,
    "pause",
    examples="""
    shopctl promos pause SUMMER20
    shopctl promos pause SUMMER20 WELCOME5 --yes
    shopctl promos pause --batch 12 --dry-run
    """,
)
def pause(
    codes: Codes = None,
    batch: Batches = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Stop codes from being used, at once. One alone is paused without a question."""
    from orders.promotions import pause_promo_code, pause_promotion

    asked = Asked(codes, batch, dry_run, yes, as_, Listing(json, jsonl, limit=0))
    asked.carry_out("pause", pause_promo_code, pause_promotion)


@verb(
    app,
    "resume",
    examples="""
    shopctl promos resume SUMMER20
    shopctl promos resume SUMMER20 WELCOME5 --dry-run
    shopctl promos resume --batch 12 --yes
    """,
)
def resume(
    codes: Codes = None,
    batch: Batches = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Let paused codes be used again. A code of a paused batch stays paused with it."""
    from orders.promotions import resume_promo_code, resume_promotion

    asked = Asked(codes, batch, dry_run, yes, as_, Listing(json, jsonl, limit=0))
    asked.carry_out("resume", resume_promo_code, resume_promotion)


@verb(
    app,
    "expire",
    examples="""
    shopctl promos expire SUMMER20 --yes
    shopctl promos expire SUMMER20 WELCOME5 --dry-run
    shopctl promos expire --batch 12
    """,
)
def expire(
    codes: Codes = None,
    batch: Batches = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """End the window of codes now. Pausing can be taken back; this is the end."""
    from orders.promotions import end_promo_code, end_promotion

    asked = Asked(codes, batch, dry_run, yes, as_, Listing(json, jsonl, limit=0))
    asked.carry_out("expire", end_promo_code, end_promotion)


@dataclass(frozen=True, slots=True)
class Asked:
    """Either codes or batches, and how it is to be done."""

    codes: Sequence[str] | None
    batches: Sequence[int] | None
    dry_run: bool
    yes: bool
    email: str | None
    listing: Listing

    def carry_out(self, what: str, change_code: Callable[..., Any], change_batch: Callable[..., Any]) -> None:
        """Change all of them or none."""
        if bool(self.codes) == bool(self.batches):
            wrong_use("Give codes, or --batch with a batch's number.")
        if self.batches:
            by = actor(self.email, "orders.change_promotion")
            self._change(what, change_batch, list(dict.fromkeys(self.batches)), _rows_of_batches, BATCHES, by)
        else:
            by = actor(self.email, "orders.change_promocode")
            self._change(what, change_code, words_of(self.codes or ()), _rows_of_codes, LISTED, by)

    def _change(
        self,
        what: str,
        change: Callable[..., Any],
        names: Sequence[Any],
        rows_of: Callable[[Sequence[Any]], list[Row]],
        shown: Sequence[Column],
        by: "Actor",
    ) -> None:
        from backoffice.db.transactions import write_transaction

        rows = rows_of(names)
        if self.dry_run:
            say(f"To {what}:")
            self.listing.show(rows, shown)
            proceed("", yes=False, dry_run=True)
        if len(rows) > 1 or shown is BATCHES:
            say(f"To {what}:")
            show_plan(rows, shown, as_data=self.listing.as_json or self.listing.as_jsonl)
            proceed(f"{what.capitalize()} {_counted(rows)}?", yes=self.yes)

        @write_transaction
        def change_all() -> None:
            for name in names:
                change(name, by=by)

        change_all()
        self.listing.show(rows_of(names), shown)


def _rows_of_codes(names: Sequence[str]) -> list[Row]:
    from orders.promotions import promo_code_named

    return [as_row(promo_code_named(name)) for name in names]


def _rows_of_batches(numbers: Sequence[int]) -> list[Row]:
    from orders.promotions import promotion_numbered

    return list(batch_rows(promotion_numbered(number) for number in numbers))


def _counted(rows: Sequence[Row]) -> str:
    codes = [row["codes"] for row in rows if "codes" in row]
    if not codes:
        return counted(len(rows), "promo code")
    return f"{counted(sum(codes), 'code')} of {'this batch' if len(rows) == 1 else 'these batches'}"
