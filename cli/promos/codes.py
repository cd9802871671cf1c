"""shopctl promos list, show, create, duplicate, delete: single promo codes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.promos.shown import CODES, HEADINGS, Code, PromoCodeOptions, app, in_short, show_plan
from cli.promos.terms import GivenTerms
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Row,
    Yes,
    counted,
    is_terminal,
    say,
    show_one,
)
from cli.terminal.files import words_of
from cli.terminal.idempotency import IdempotencyKey, answer_kept
from cli.terminal.options import taking
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

NewCode = Annotated[str, typer.Argument(metavar="NEW", help="What the new code is called.")]
MaxUses = Annotated[int | None, typer.Option(min=1, help="How often in all. Default: no limit.")]


@verb(
    app,
    "list",
    examples="""
    shopctl promos list --state active
    shopctl promos list --q summer --json
    shopctl promos list --promotion 12 --state used_up --jsonl
    """,
)
@taking(PromoCodeOptions)
def list_promos(
    given: PromoCodeOptions = PromoCodeOptions(),
    limit: Limit = None,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List promo codes, newest first. Those of batches are listed with --promotion, or found with --q.

    All codes of a batch are for those who may make codes; others find one of them by typing it in full.
    """
    from orders.models import Promotion
    from orders.readers.promo_codes import promo_codes_read

    by = actor(as_, "orders.view_promocode")
    if given.promotion is not None:
        by.require("orders.add_promotion")
    codes = given.codes(whole_batches=by.may("orders.add_promotion")).order_by("-pk")
    is_narrowed = given.q or given.promotion is not None
    if not is_narrowed and is_terminal() and Promotion.objects.filter(is_batch=True).exists():
        say(_("Codes of batches are not among these: see `shopctl promos promotions --batches`."))
    Listing(json, jsonl, limit, fail_if_empty).show(promo_codes_read(codes, to=by), CODES)


@verb(
    app,
    "show",
    examples="""
    shopctl promos show SUMMER20
    shopctl promos show SUMMER20 --json
    """,
)
def show_promo(code: Code, as_: As = None, json: Json = False) -> None:
    """Show a promo code: its terms, what it brought and what it cost."""
    from orders.readers.promo_codes import promo_code_data

    by = actor(as_, "orders.view_promocode")
    _show(promo_code_data(code, to=by), as_json=json)


@verb(
    app,
    "create",
    examples="""
    shopctl promos create SUMMER20 --percent 20 --max-discount 40 --ends +14d --max-uses 500
    shopctl promos create WELCOME5 --amount 5 --first-order-only --minimum-spend 25
    shopctl promos create LAMPS10 --percent 10 --category Lanterns --starts 2026-12-01 --ends 2026-12-24
    shopctl promos create LAMPS10 --percent 10 --idempotency-key lamps-2026
    """,
)
@taking(GivenTerms)
def create(
    code: Code,
    given: GivenTerms,
    max_uses: MaxUses = None,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Create a promo code. WHEN is a date such as 2026-12-24, or 2026-12-24T18:00, +7d or tomorrow.

    A day without a time is the whole day, in the shop's time zone: with --ends 2026-12-24 the code can be
    used until midnight of the 24th.
    """
    from orders.promotions import create_promo_code
    from orders.readers.promo_codes import promo_code_data

    by = actor(as_, "orders.add_promocode")
    terms = given.named_terms(usual_name=code.strip().upper())

    def run() -> dict[str, object]:
        made = create_promo_code(code, terms, max_uses=max_uses, by=by)
        return promo_code_data(made.code, to=by)

    said = f"promos-create {code} {given} {max_uses} {by}"
    _show(RequestedChange(said, idempotency_key).made(run), as_json=json)


@verb(
    app,
    "duplicate",
    examples="""
    shopctl promos duplicate SUMMER20 SUMMER21
    shopctl promos duplicate SUMMER20 SUMMER21 --idempotency-key summer-21 --json
    """,
)
def duplicate(
    code: Code, new: NewCode, as_: As = None, idempotency_key: IdempotencyKey = None, json: Json = False
) -> None:
    """Make a new code with the same terms, unused and not paused: the way on once a code was used."""
    from orders.promotions import duplicate_promo_code
    from orders.readers.promo_codes import promo_code_data

    by = actor(as_, "orders.add_promocode")

    def run() -> dict[str, object]:
        made = duplicate_promo_code(code, new_code=new, by=by)
        return promo_code_data(made.code, to=by)

    operation = f"promos-duplicate {code} {new} {by}"
    _show(RequestedChange(operation, idempotency_key).made(run), as_json=json)


@verb(
    app,
    "delete",
    examples="""
    shopctl promos delete SUMER20
    shopctl promos list --q TEST- | cut -f1 | shopctl promos delete - --yes
    """,
)
def delete(
    codes: Annotated[
        list[str], typer.Argument(metavar="CODE...", help="Codes. - is standard input, one a line.")
    ],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Delete codes that no order ever used, all of them or none. Used ones are paused instead."""
    by = actor(as_, "orders.delete_promocode")
    names = words_of(codes)
    operation = f"promos-delete {sorted(name.strip().upper() for name in names)} {by}"
    asked = RequestedChange(operation, idempotency_key, dry_run, yes)
    if answer_kept(idempotency_key, operation) is None:
        rows = _rows_of(names, by)

        def say_plan() -> None:
            say(_("To delete:"))
            show_plan(rows, CODES, as_data=dry_run or json or jsonl)

        question = _("Delete %(codes)s for ever?") % {"codes": counted(len(rows), "promo code")}
        asked = replace(asked, question=question, say_plan=say_plan)
    Listing(json, jsonl, limit=0).show(asked.made(partial(_delete_all, names, by)), CODES)


def _rows_of(names: Sequence[str], by: "Actor") -> list[Row]:
    from orders.promotions import promo_code_named
    from orders.readers.promo_codes import promo_code_row

    return [promo_code_row(promo_code_named(name).code, to=by) for name in names]


def _delete_all(names: Sequence[str], by: "Actor") -> list[Row]:
    """Delete them, all or none, and return what they were."""
    from backoffice.db.transactions import write_transaction
    from orders.promotions import delete_promo_code

    @write_transaction
    def delete_all() -> list[Row]:
        rows = _rows_of(names, by)
        for row in rows:
            delete_promo_code(row["code"], by=by)
        return rows

    return delete_all()


def _show(promo_code: dict[str, Any], *, as_json: bool) -> None:
    show_one(promo_code if as_json else in_short(promo_code), as_json=as_json, headings=HEADINGS)
