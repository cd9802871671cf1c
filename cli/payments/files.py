"""shopctl payments import, imports, undo, template: payments from a file of a bank or provider."""

import sys
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.payments.ledger import app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    EMPTY,
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Row,
    Yes,
    columns,
    counted,
    print_document,
    print_json,
    print_rows,
    proceed,
    put,
    say,
)
from cli.terminal.file_imports import ImportOptions
from cli.terminal.files import Overwrite, Rejects, name_of, opened, refuse_rejects, write_rejects
from cli.terminal.idempotency import IdempotencyKey, answer_kept, once_per_key
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid, say_ignored, say_remarks
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor
    from orders.models import PaymentImport

PLANNED = columns(
    "row:n", "value_date=Day", "amount:n", "order", "due:n", "outcome", "text", "name", "problem"
)
LISTED = columns(
    "number", "state", "format", "file_name=File", "changes:n", "differing:n", "unmatched:n", "applied_at"
)
NumberOfImport = Annotated[int, typer.Argument(metavar="NUMBER", help="See `shopctl payments imports`.")]


@verb(
    app,
    "import",
    examples="""
    shopctl payments import november.xml --dry-run
    shopctl payments import umsaetze.csv --rejects open.csv --yes
    shopctl payments import paypal.csv --accept-differences --yes --idempotency-key paypal-2026-11
    """,
)
def import_payments(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CAMT.053, MT940, or a table of a bank, Stripe or PayPal. - is standard input.",
        ),
    ],
    accept_differences: Annotated[
        bool, typer.Option("--accept-differences", help="Book also what differs from what is due.")
    ] = False,
    rejects: Rejects = None,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Book what came in by a statement: show what it settles, ask, and book just that.

    The order is the one whose number stands in the text. What differs from what is due is only booked with
    --accept-differences; what names no order, or was booked before, never.
    """
    by = actor(as_, "orders.record_payment")
    content = _content_of(file)
    operation = f"payments {sha256(content).hexdigest()} {accept_differences} {by}"
    if (kept := answer_kept(idempotency_key, operation)) is not None:
        say(_("This file was booked before, under this key."))
        _tell(kept, as_json=json)
        return
    refuse_rejects(rejects, overwrite=overwrite)
    plan = _planned(content, name_of(file), by=by)
    booked = plan.changes + (plan.differing if accept_differences else 0)
    if dry_run:
        _show_plan(plan, by=by, as_json=json, as_jsonl=jsonl)
        _hand_back(plan, rejects)
    else:
        if booked:
            proceed(_("Book %(payments)s?") % {"payments": counted(booked, "payment")}, yes=yes)
        book = partial(_booked, plan.pk, booked, by=by, accept_differences=accept_differences)
        result = once_per_key(idempotency_key, operation, book)
        _hand_back(plan, rejects)
        _tell(result, as_json=json)
    if fail_if_empty and not booked:
        raise typer.Exit(EMPTY)


def _planned(content: bytes, file_name: str, *, by: "Actor") -> "PaymentImport":
    from orders.payments.imports import plan_payments

    plan = plan_payments(BytesIO(content), file_name=file_name, by=by)
    _say_plan(plan)
    return plan


def _content_of(file: str) -> bytes:
    from backoffice.sheets.reading import MAX_FILE

    with opened(file, most=MAX_FILE) as stream:
        return stream.read(MAX_FILE + 1)


def _booked(number: int, booked: int, *, by: "Actor", accept_differences: bool) -> dict[str, Any]:
    """Apply the plan, unless it would book nothing; return what became of it."""
    from orders.payments.imports import apply_payments
    from orders.readers.payment_imports import payment_import_data

    if booked:
        apply_payments(number, by=by, accept_differences=accept_differences)
    return payment_import_data(number, to=by.user)


def _say_plan(plan: "PaymentImport") -> None:
    from backoffice.sheets.remarks import remarks_kept

    say(
        _(
            "%(file_name)s: %(rows)s; %(changes)s to book, %(differing)s differing, %(known)s booked before, "
            "%(unmatched)s without one order, %(problems)s."
        )
        % {
            "file_name": plan.file_name,
            "rows": counted(plan.rows_count, "row"),
            "changes": f"{plan.changes:,}",
            "differing": f"{plan.differing:,}",
            "known": f"{plan.unchanged:,}",
            "unmatched": f"{plan.unmatched:,}",
            "problems": counted(plan.problems, "problem"),
        }
    )
    say_ignored(plan.ignored_columns)
    say_remarks(remarks_kept(plan.remarks))


def _show_plan(plan: "PaymentImport", *, by: "Actor", as_json: bool, as_jsonl: bool) -> None:
    from orders.readers.payment_imports import payment_import_data

    result = payment_import_data(plan.pk, to=by.user)
    if as_jsonl:
        Listing(as_jsonl=True).show(_rows(result), PLANNED)
    elif as_json:
        print_document(result, "plan", _rows(result))
    else:
        print_rows(_rows(result), PLANNED)
    say(_("A dry run: nothing was changed."))


def _rows(result: Row) -> Iterator[Row]:
    from orders.models import PaymentImportRow
    from orders.readers.payment_imports import payment_rows_as_data

    rows = PaymentImportRow.objects.filter(payment_import=result["number"])
    return payment_rows_as_data(rows.order_by("row"))


def _hand_back(plan: "PaymentImport", rejects: Path | None) -> None:
    from orders.payments.imports import open_rows, rejected_payments_csv

    if rejects is not None and open_rows(plan).exists():
        write_rejects(rejects, rejected_payments_csv(plan))


def _tell(result: Row, *, as_json: bool) -> None:
    if as_json:
        print_json(result)
    elif not result["applied_at"]:
        say(_("There is nothing to book."))
    else:
        facts = {"number": result["number"], "payments": counted(result["changes"], "payment")}
        put(_("Booked: import %(number)s, %(payments)s") % facts)


@verb(app, "template", examples="shopctl payments template > payments.csv")
def template() -> None:
    """Print an empty file with the columns that an import understands."""
    from orders.payments.imports import payments_template_csv

    sys.stdout.write(payments_template_csv())


@verb(
    app,
    "imports",
    examples="""
    shopctl payments imports
    shopctl payments imports --state applied --limit 10
    shopctl payments imports --all --json
    """,
)
@taking(ImportOptions)
def list_imports(
    given: ImportOptions = ImportOptions(),
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List imports of payments, newest first; plans that were not applied only when they are asked for."""
    from orders.models import PaymentImport
    from orders.readers.payment_imports import PaymentImportFilter, payment_imports_as_data

    narrowed = PaymentImportFilter(given.state, *given.period)
    imports = given.without_plans(narrowed.of(PaymentImport.objects.order_by("-pk")))
    Listing(json, jsonl, limit, fail_if_empty).show(payment_imports_as_data(imports, to=None), LISTED)


@verb(
    app,
    "undo",
    examples="""
    shopctl payments undo 12 --dry-run
    shopctl payments undo 12 --yes
    shopctl payments undo 12 --skip-invalid --yes --idempotency-key undo-12
    """,
)
def undo(
    number: NumberOfImport,
    skip_invalid: SkipInvalid = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Take an import back: reverse each entry that it wrote, unless somebody did so before."""
    from orders.payments.imports import payment_import_numbered, undo_payments
    from orders.readers.payment_imports import payment_import_data

    by = actor(as_, "orders.record_payment")
    found = payment_import_numbered(number)

    def undone() -> dict[str, Any]:
        undo_payments(number, by=by, skip_invalid=skip_invalid)
        return payment_import_data(number, to=by.user)

    operation = f"undo payments {number} {skip_invalid} {by}"
    say_plan = partial(_say_what_it_booked, found)
    answer = RequestedChange(operation, idempotency_key, dry_run, yes, _("Undo it?"), say_plan).made(undone)
    if json:
        print_json(answer)
    else:
        put(_("Undone: import %(number)s") % {"number": number})


def _say_what_it_booked(found: "PaymentImport") -> None:
    facts = {
        "number": found.pk,
        "file_name": found.file_name,
        "payments": counted(found.changes, "payment"),
    }
    say(_("Import %(number)s (%(file_name)s) booked %(payments)s.") % facts)
