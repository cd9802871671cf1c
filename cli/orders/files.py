"""shopctl orders export: orders as files."""

import typer

from cli.orders.options import OrderOptions
from cli.orders.shown import app
from cli.terminal.actors import actor
from cli.terminal.console import EMPTY, As, FailIfEmpty, counted, say
from cli.terminal.files import STANDARD, FileKind, Output, Overwrite, kind_of, refuse_to_replace, writing
from cli.terminal.options import taking
from cli.terminal.progress import bar
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _


@verb(
    app,
    "export",
    examples="""
    shopctl orders export --placed-after 2026-11-01 --placed-before 2026-12-01 > november.csv
    shopctl orders export --status pending --output to-ship.xlsx --overwrite
    """,
)
@taking(OrderOptions)
def export(
    given: OrderOptions = OrderOptions(),
    output: Output = None,
    kind: FileKind = None,
    overwrite: Overwrite = False,
    as_: As = None,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Write orders as CSV or XLSX.

    A row for each line, in which what is the order's own is repeated, its order_ amounts too: sum the line_
    ones. The oldest orders come first; moments are in the shop's time zone. However many there are, the
    memory is the same. Text that a spreadsheet would take for a formula has an apostrophe before it. Who may
    not see customers or promo codes gets a file without them.
    """
    from accounts.history import record_export
    from backoffice.sheets.writing import exported_csv
    from orders.exports import OrderExport, write_orders_workbook
    from orders.models import Order

    by = actor(as_, "orders.export_order")
    by.require("orders.view_order")
    kind = kind_of(output, kind)
    refuse_to_replace(output, overwrite=overwrite)
    orders = given.filter().of(Order.objects.all())
    total = orders.count()
    record_export("orders", count=total, by=by)
    with bar("Exporting", None, rows=total), writing(output, kind) as file:
        wanted = OrderExport.told_to(by.user, orders)
        if kind == "xlsx":
            write_orders_workbook(file, wanted)
        else:
            file.writelines(part.encode() for part in exported_csv(wanted))
    if output is not None and str(output) != STANDARD:
        say(_("%(orders)s in %(file)s.") % {"orders": counted(total, "order"), "file": output})
    if fail_if_empty and not total:
        raise typer.Exit(EMPTY)
