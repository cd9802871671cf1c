"""shopctl promos import, export: promo codes as files."""

from functools import partial
from typing import Annotated

import typer

from cli.promos.shown import PromoCodeOptions, app
from cli.terminal.actors import actor
from cli.terminal.console import EMPTY, As, DryRun, FailIfEmpty, Json, Jsonl, Yes, counted, say
from cli.terminal.files import (
    STANDARD,
    FileKind,
    Output,
    Overwrite,
    Rejects,
    kind_of,
    opened,
    refuse_rejects,
    refuse_to_replace,
    writing,
)
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid
from cli.terminal.progress import bar
from cli.terminal.row_plans import Asked, RowImport
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _


@verb(
    app,
    "import",
    examples="""
    shopctl promos import promos.csv --dry-run
    shopctl promos import partners.xlsx --yes
    shopctl promos import promos.csv --skip-invalid --rejects rejected.csv
    shopctl promos export | ssh other-shop shopctl promos import - --yes
    """,
)
def import_file(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV or XLSX with a column code. - is standard input.")
    ],
    skip_invalid: SkipInvalid = False,
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
    """Create and change promo codes by a file: show what each row does, ask, and do all of it or nothing.

    Columns: code, name, percent_off or amount_off, max_discount, minimum_spend, starts_at, ends_at (a day is
    whole, 2026-12-24), max_uses, max_uses_per_customer (empty: no limit), first_order_only (yes or no),
    is_restricted (yes or no), categories, products (with ; between several), is_paused (yes or no). A code
    that names categories or products is restricted to them; one for the whole shop says no in
    is_restricted, or has none of the three columns. What has no column stays as it is, and is usual for new
    codes. At most 10,000 rows; `shopctl promos export` writes such a file.
    """
    from backoffice.sheets.reading import MAX_FILE
    from orders.promotions import (
        import_promo_codes,
        plan_promo_codes,
        read_promo_file,
        rejected_promo_codes_csv,
    )

    by = actor(as_, "orders.add_promocode")
    by.require("orders.change_promocode")
    refuse_rejects(rejects, overwrite=overwrite)
    with opened(file, most=MAX_FILE) as stream:
        content = read_promo_file(stream, file_name=file)
    codes = RowImport(
        "promo code",
        plan_promo_codes,
        partial(import_promo_codes, by=by),
        rejected_promo_codes_csv,
    )
    operation = f"promos-import {by}"
    asked = Asked(
        file, skip_invalid, rejects, dry_run, yes, json, jsonl, fail_if_empty, idempotency_key, operation
    )
    codes.carry_out(content, asked)


@verb(
    app,
    "export",
    examples="""
    shopctl promos export > promos.csv
    shopctl promos export --state active --output active.csv
    shopctl promos export --promotion 12 --output codes.xlsx --overwrite
    """,
)
@taking(PromoCodeOptions)
def export(
    output: Output = None,
    file_kind: FileKind = None,
    overwrite: Overwrite = False,
    given: PromoCodeOptions = PromoCodeOptions(),
    every: Annotated[bool, typer.Option("--all", help="The codes of all batches too.")] = False,
    as_: As = None,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Write codes with their terms as CSV or XLSX, with the columns that `promos import` understands."""
    from accounts.history import record_export
    from orders.promotions import promo_codes_csv, write_promo_codes_workbook

    by = actor(as_, "orders.add_promotion")
    kind = kind_of(output, file_kind)
    refuse_to_replace(output, overwrite=overwrite)
    codes = given.codes(every=every)
    total = codes.count()
    record_export("promo_codes", count=total, by=by)
    with bar("Exporting", None, rows=total), writing(output, kind) as file:
        if kind == "xlsx":
            write_promo_codes_workbook(file, codes)
        else:
            file.writelines(part.encode() for part in promo_codes_csv(codes))
    if output is not None and str(output) != STANDARD:
        in_file = {"codes": counted(total, "promo code"), "file": output}
        say(_("%(codes)s in %(file)s.") % in_file)
    if fail_if_empty and not total:
        raise typer.Exit(EMPTY)
