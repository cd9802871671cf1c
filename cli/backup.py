"""shopctl backup, restore: the whole database as one file, and back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.console import DryRun, Json, Yes, counted, proceed, say, show_one
from cli.files import Overwrite, refuse_to_replace
from cli.verbs import lone_verb

Backup = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


@lone_verb(
    examples="""
    shopctl backup /mnt/backup/shop-monday.backup
    shopctl backup shop.backup --overwrite --json
    """
)
def backup(file: Backup, overwrite: Overwrite = False, json: Json = False) -> None:
    """Write the whole database to a file, while the shop runs.

    It holds one moment, readable by its owner alone. SECRET_KEY, JWT_KEYS and the environment are not in it.
    On PostgreSQL pg_dump must be installed here, at least as new as the server.
    """
    from backoffice.backups import back_up

    refuse_to_replace(file, overwrite=overwrite)
    back_up(file)
    show_one({"file": str(file), "bytes": file.stat().st_size}, as_json=json)


@lone_verb(
    examples="""
    shopctl restore shop.backup --dry-run
    shopctl restore shop.backup --yes
    """
)
def restore(file: Backup, dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """Put a backup in the place of everything that is in the database. Stop the shop first.

    It happens wholly or not at all. A backup of an older version is brought up to date; one of a newer
    version, or of the other database, is refused.
    """
    from backoffice import backups

    backups.check(file)
    held = _held()
    say(f"{held['database']} holds {counted(held['orders'], 'order')} now. All of it will be replaced.")
    proceed(f"Replace it by {file}?", yes=yes, dry_run=dry_run)
    backups.restore(file)
    show_one({"file": str(file), **_held()}, as_json=json)
    say("Look whether everything adds up: shopctl doctor")


def _held() -> dict[str, Any]:
    """What the database is called, and how much is in it."""
    from django.db import connection

    from orders.models import Order

    tables = connection.introspection.table_names()
    orders = Order.objects.count() if Order._meta.db_table in tables else 0
    return {"database": str(connection.settings_dict["NAME"]), "orders": orders}
