"""shopctl move-database: from the embedded SQLite file to PostgreSQL, with proof."""

import sys
import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli.database.backup import Stop
from cli.terminal.console import DryRun, Json, Yes, counted, proceed, say, show_one, wrong_use
from cli.terminal.verbs import lone_verb
from cli.terminal.words import gettext as _

To = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="An empty PostgreSQL: postgresql://user@host/name; - reads it from standard input.",
    ),
]

COUNTED = {"orders": "orders_order", "products": "catalog_product", "users": "accounts_user"}


@lone_verb(
    examples="""
    shopctl move-database --to postgresql://shop@db.internal/shop --dry-run
    PGPASSWORD=… shopctl move-database --to postgresql://shop@db.internal/shop --stop --yes
    shopctl move-database --to - --yes <url.txt
    """
)
def move_database(
    to: To, stop: Stop = False, dry_run: DryRun = False, yes: Yes = False, json: Json = False
) -> None:
    """Move the shop from its SQLite file into an empty PostgreSQL, while it does not run.

    All of it or nothing, in one transaction there, which ends only when every table has the same rows on both
    sides, by count and by digest, stock and orders add up on both, the ledger is guarded and every sequence
    goes on after the highest number. The SQLite file stays as it is. It says what to set next. A password in
    the URL can be read by others on this machine while it runs: give it by PGPASSWORD, ~/.pgpass, or -.
    """
    from django.db import connection, connections

    from backoffice.db import moving
    from backoffice.runtime.processes import refuse_if_running, running, stopped

    target = moving.target_at(_url(to))
    source = connections[connection.alias]
    try:
        if source.vendor == "sqlite":
            refuse_if_running(running(), stop=stop)
        rows = moving.look(source, target)
        name = target.settings_dict["NAME"]
        say(
            _("%(rows)s in %(tables)s would go to %(database)s.")
            % {
                "rows": counted(sum(rows.values()), "row"),
                "tables": counted(len(rows), "table"),
                "database": name,
            }
        )
        proceed(
            _("Move %(database)s there?") % {"database": source.settings_dict["NAME"]},
            yes=yes,
            dry_run=dry_run,
        )
        began = time.monotonic()
        with stopped(stop=stop):
            moved = moving.move(source, target, _audits())
        row = _moved_as_data(moved, target, seconds=time.monotonic() - began)
    finally:
        target.close()
    show_one(row, as_json=json)
    _say_what_is_next(target)


def _url(to: str) -> str:
    if to != "-":
        return to
    lines = sys.stdin.read().split()
    if len(lines) != 1:
        wrong_use(_("Standard input must hold the URL alone."))
    return lines[0]


def _audits() -> dict[str, Any]:
    from django.db import connection

    from catalog.audit import audit_stock
    from catalog.models.triggers import missing_triggers
    from orders.audit import audit_orders

    def unguarded() -> Sequence[str]:
        return missing_triggers(connection)

    return {"stock": audit_stock, "orders": audit_orders, "the ledger's triggers": unguarded}


def _moved_as_data(moved: Any, target: Any, *, seconds: float) -> dict[str, Any]:
    with target.cursor() as cursor:
        cursor.execute("SELECT (SELECT number FROM orders_order ORDER BY serial DESC LIMIT 1)")
        [newest] = cursor.fetchone()
    counts = {name: moved.contents[table].rows for name, table in COUNTED.items()}
    return {
        "to": target.settings_dict["NAME"],
        "tables": moved.tables,
        "rows": moved.rows,
        **counts,
        "newest_order": newest,
        "seconds": round(seconds, 1),
    }


def _say_what_is_next(target: Any) -> None:
    """Print the settings to make now, without the password, which somebody might read over a shoulder."""
    from django.conf import settings

    database = target.settings_dict
    user = f"{database['USER']}@" if database["USER"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    is_socket = str(database["HOST"]).startswith("/")
    host, query = ("", f"?host={database['HOST']}") if is_socket else (database["HOST"], "")
    url = f"postgresql://{user}{host}{port}/{database['NAME']}{query}"
    say(_("Every row arrived, and both sides add up. Now set, for every process of the shop:"))
    say(f"  DATABASE_URL={url}  {_('(with its password)')}")
    for name, file in (("SECRET_KEY", "secret_key"), ("JWT_KEYS", "jwt_keys")):
        kept = settings.VAR_DIR / file
        where = f'"$(cat {kept})"' if kept.exists() else "as it is set now"
        say(f"  {name}={where}  {_('so that everybody stays signed in')}")
    say(f"  REDIS_URL=redis://…  {_('when there is more than one process')}")
    say(_("Then: shopctl serve, and shopctl doctor. Do not start the shop on the SQLite file again."))
