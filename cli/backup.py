"""shopctl backup, restore: the whole database as one file, and back."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.console import DryRun, Json, Yes, counted, proceed, say, show_one
from cli.files import Overwrite, refuse_to_replace
from cli.verbs import lone_verb

Backup = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
SendWaitingMails = Annotated[
    bool,
    typer.Option("--send-waiting-mails", help="Send what waited when the backup was made, perhaps again."),
]


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
    from accounts.actors import Actor, Source
    from accounts.history import record_of_system
    from accounts.models import AccountChange
    from backoffice.backups import back_up

    refuse_to_replace(file, overwrite=overwrite)
    back_up(file)
    record_of_system(AccountChange.BACKED_UP, str(file), by=Actor(None, Source.CLI))
    show_one({"file": str(file), "bytes": file.stat().st_size}, as_json=json)


@lone_verb(
    examples="""
    shopctl restore shop.backup --dry-run
    shopctl restore shop.backup --yes
    shopctl restore shop.backup --yes --send-waiting-mails
    """
)
def restore(
    file: Backup,
    send_waiting_mails: SendWaitingMails = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of everything that is in the database. Stop the shop first.

    It happens wholly or not at all. A backup of an older version is brought up to date; one of a newer
    version, or of the other database, is refused. Everybody has to sign in again, and links in mails end.
    Mails that waited when the backup was made are held back as given up: they may have been sent since.
    """
    from accounts.actors import Actor, Source
    from accounts.history import record_of_system
    from accounts.models import AccountChange
    from backoffice import backups
    from catalog.product_cache import forget_products

    backups.check(file)
    held = _held()
    say(f"{held['database']} holds {counted(held['orders'], 'order')} now. All of it will be replaced.")
    proceed(f"Replace it by {file}?", yes=yes, dry_run=dry_run)
    held_back = backups.restore(file, settle=partial(_settle, send_waiting_mails=send_waiting_mails))
    record_of_system(AccountChange.RESTORED, str(file), by=Actor(None, Source.CLI))
    forget_products()
    show_one({"file": str(file), **_held(), "mails_held_back": held_back}, as_json=json)
    if held_back:
        say("Mails that waited may have been sent since; look at them: shopctl emails list --state dead")
    say("Everybody has to sign in again. Look whether everything adds up: shopctl doctor")


def _settle(*, send_waiting_mails: bool) -> int:
    """End what the backup would revive; return how many mails are held back."""
    from accounts.tokens import revoke_everybody
    from backoffice.outbox.delivery import hold_back_waiting

    revoke_everybody(because="restored from a backup")
    if send_waiting_mails:
        return 0
    return hold_back_waiting(because="Waited in a restored backup; it may have been sent since.")


def _held() -> dict[str, Any]:
    """What the database is called, and how much is in it."""
    from django.db import connection

    from orders.models import Order

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not Path(name).exists():
        # To look into it would make it.
        return {"database": name, "orders": 0}
    tables = connection.introspection.table_names()
    return {"database": name, "orders": Order.objects.count() if Order._meta.db_table in tables else 0}
