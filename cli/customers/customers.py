"""shopctl customers: who orders; exporting, editing and merging them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    EMPTY,
    REFUSED,
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
    print_json,
    say,
    show_one,
    wrong_use,
)
from cli.terminal.files import STANDARD, FileKind, Output, Overwrite, kind_of, refuse_to_replace, writing
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.progress import bar
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from orders.customers.merge_plan import MergePlan

app = group("Look at customers; edit, export and merge them.")  # not translated

LISTED = columns(
    "id", "name", "email", "orders:n", "spent:n", "due:n", "last_order_at=Last order", "has_account=Account"
)
HISTORY = columns("at=When", "kind=What", "changes", "other=Who", "actor=By", "source=Through")
Who = Annotated[
    str, typer.Argument(metavar="CUSTOMER", help="An e-mail address, or the number of a customer.")
]
SEE, EDIT, EXPORT = "accounts.view_customer", "accounts.change_customer", "accounts.export_customer"


@verb(
    app,
    "list",
    examples="""
    shopctl customers list --q jansen
    shopctl customers list --has-account --json
    """,
)
def list_customers(
    q: Annotated[str | None, typer.Option(help="Words of the name or e-mail address.")] = None,
    has_account: Annotated[
        bool | None, typer.Option("--has-account/--guests", help="Who has an account, or who has none.")
    ] = None,
    as_: As = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List customers, the newest first. Who was merged into another is found by the old address too."""
    from orders.readers.customers import (
        CUSTOMER_COLUMNS,
        CustomerFilter,
        customer_as_data,
        customers_with_figures,
    )

    by = actor(as_, SEE)
    found = CustomerFilter(q, has_account).of(customers_with_figures().order_by("-pk"))
    rows = found.values(*CUSTOMER_COLUMNS.values()).iterator(500)
    shown = (customer_as_data(row, CUSTOMER_COLUMNS, to=by.user) for row in rows)
    Listing(json, jsonl, limit, fail_if_empty).show(shown, LISTED)


@verb(
    app,
    "show",
    examples="""
    shopctl customers show theo@example.com
    shopctl customers show 42 --json
    """,
)
def show(who: Who, as_: As = None, json: Json = False) -> None:
    """Show a customer, and what was changed about them."""
    from accounts.customers import customer_named
    from orders.readers.customers import CUSTOMER_DETAIL, customer_detail, history_of

    by = actor(as_, SEE)
    customer = customer_named(who)
    row = customer_detail(customer, CUSTOMER_DETAIL, to=by.user)
    history = list(history_of(customer))
    if json:
        print_json(row | {"history": history})
        return
    show_one({name: value for name, value in row.items() if name != "merges"}, as_json=False)
    if history:
        Listing(limit=0).show(history, HISTORY)


@verb(
    app,
    "edit",
    examples="""
    shopctl customers edit theo@example.com --phone "+49 221 1234"
    shopctl customers edit 42 --note "" --as sam@example.com
    """,
    clearing=("name", "phone", "note", "language"),
)
def edit(
    who: Who,
    name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    phone: Annotated[str | None, typer.Option(help="Their telephone number.")] = None,
    note: Annotated[str | None, typer.Option(help="For colleagues; the customer never sees it.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Of mails to them, such as de; empty for the shop's.")
    ] = None,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Change a customer's name, telephone number, note or language. What is not named stays as it is."""
    from accounts.customers import customer_named
    from orders.customers.editing import edit_customer
    from orders.readers.customers import CUSTOMER_DETAIL, customer_detail

    by = actor(as_, EDIT)
    changes = {"name": name, "phone": phone, "note": note, "language": language}
    if all(value is None for value in changes.values()):
        wrong_use(_("Name what is to change: --name, --phone, --note or --language."))

    def change() -> dict[str, Any]:
        customer = edit_customer(customer_named(who), by=by, **changes)
        return customer_detail(customer, CUSTOMER_DETAIL, to=by.user)

    asked = RequestedChange(f"customers-edit {who} {list(changes.values())!r} {by}", idempotency_key)
    show_one(asked.made(change), as_json=json)


@verb(
    app,
    "export",
    examples="""
    shopctl customers export > customers.csv
    shopctl customers export --output customers.xlsx --overwrite --as boss@example.com
    """,
)
def export(
    output: Output = None,
    kind: FileKind = None,
    overwrite: Overwrite = False,
    as_: As = None,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Write all customers as CSV or XLSX, the oldest first.

    Each export is noted in the security log. Text that a spreadsheet would take for a formula has an
    apostrophe before it. Who may not see revenue gets a file without it.
    """
    from accounts.history import record_export
    from accounts.models import Customer
    from backoffice.sheets.writing import exported_csv, write_exported_workbook
    from orders.customers.export import CustomerExport

    by = actor(as_, EXPORT)
    by.require(SEE)
    kind = kind_of(output, kind)
    refuse_to_replace(output, overwrite=overwrite)
    total = Customer.objects.present().count()
    record_export("customers", count=total, by=by)
    wanted = CustomerExport.told_to(by.user)
    with bar("Exporting", None, rows=total), writing(output, kind) as file:
        if kind == "xlsx":
            write_exported_workbook(file, wanted)
        else:
            file.writelines(part.encode() for part in exported_csv(wanted))
    if output is not None and str(output) != STANDARD:
        say(_("%(customers)s in %(file)s.") % {"customers": counted(total, "customer"), "file": output})
    if fail_if_empty and not total:
        raise typer.Exit(EMPTY)


@verb(
    app,
    "merge",
    examples="""
    shopctl customers merge theo@example.com theo@exmaple.com --dry-run
    shopctl customers merge 42 57 --yes --as sam@example.com
    """,
)
def merge(
    kept: Annotated[str, typer.Argument(metavar="KEPT", help="The e-mail address or number of who stays.")],
    gone: Annotated[str, typer.Argument(metavar="GONE", help="The e-mail address or number of who goes.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Merge the second customer into the first: orders, uses of promo codes, note and account.

    The address of who goes leads to who stays. Undo it with `shopctl customers undo-merge`, while nothing has
    followed. A dry run exits with 1 where the merge would be refused.
    """
    from accounts.customers import customer_named
    from orders.customers.merge_plan import plan_merge
    from orders.customers.merging import merge_customers
    from orders.readers.customers import merge_as_data

    by = actor(as_, EDIT)
    plan = plan_merge(customer_named(kept), customer_named(gone))
    if dry_run:
        _answer_dry_run(plan, as_json=json)
        return
    facts = {"gone": plan.gone.readable_email, "kept": plan.kept.readable_email}
    asked = RequestedChange(
        f"customers-merge {plan.kept.pk} {plan.gone.pk} {by}",
        idempotency_key,
        yes=yes,
        question=_("Merge %(gone)s into %(kept)s?") % facts,
        say_plan=lambda: _tell(plan),
    )
    done = asked.made(lambda: merge_as_data(merge_customers(plan.kept, plan.gone, by=by, digest=plan.digest)))
    _show_merge(done, as_json=json)


@verb(
    app,
    "undo-merge",
    examples="""
    shopctl customers undo-merge theo@example.com
    shopctl customers undo-merge 42 --yes
    """,
)
def undo(
    kept: Annotated[str, typer.Argument(metavar="KEPT", help="The e-mail address or number of who stayed.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Undo the latest merge into a customer, while no order, edit or merge has followed."""
    from accounts.customers import customer_named
    from orders.customers.merging import latest_merge_of, undo_merge
    from orders.readers.customers import merge_as_data

    by = actor(as_, EDIT)
    stayed = customer_named(kept)

    def undone() -> dict[str, Any]:
        latest = latest_merge_of(stayed)
        undo_merge(latest.pk, by=by)
        return merge_as_data(latest)

    asked = RequestedChange(
        f"customers-undo-merge {stayed.pk} {by}",
        idempotency_key,
        dry_run=dry_run,
        yes=yes,
        question=_("Undo the latest merge into %(kept)s?") % {"kept": stayed.readable_email},
    )
    _show_merge(asked.made(undone), as_json=json)


def _answer_dry_run(plan: "MergePlan", *, as_json: bool) -> None:
    """Show what would move. Raises typer.Exit where it would be refused."""
    from orders.readers.customers import plan_as_data

    if as_json:
        print_json(plan_as_data(plan))
    else:
        _tell(plan)
    for problem in plan.problems:
        say(problem.detail)
    if plan.problems:
        raise typer.Exit(REFUSED)
    say(_("A dry run: nothing was changed."))


def _tell(plan: "MergePlan") -> None:
    """Show a person what would happen."""
    facts: dict[str, Any] = {
        "kept": plan.kept.email,
        "gone": plan.gone.email,
        "orders": ", ".join(plan.orders),
        "uses": plan.uses,
        "name": plan.after.name,
        "phone": plan.after.phone,
        "note": plan.after.note,
        "language": plan.after.language,
        "moves_account": plan.moves_account,
    }
    show_one(facts, as_json=False)
    for each in plan.promotions:
        if each.is_over:
            say(
                _("%(promotion)s: %(uses)s uses together, more than one customer may have. They are kept.")
                % {"promotion": each.promotion, "uses": each.uses}
            )


def _show_merge(row: dict[str, Any], *, as_json: bool) -> None:
    if not as_json:
        row = row | {"kept": row["kept"]["email"], "gone": row["gone"]["email"], "changes": None}
    show_one(row, as_json=as_json)
