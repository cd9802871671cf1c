"""shopctl backup, restore: the whole database as one file, and back."""

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.console import DryRun, Json, Yes, counted, proceed, say, show_one, wrong_use
from cli.terminal.files import Overwrite, refuse_to_replace
from cli.terminal.verbs import lone_verb
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

if TYPE_CHECKING:
    from accounts.privacy.ledger import ErasedRow

Backup = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
SendWaitingMails = Annotated[
    bool,
    typer.Option("--send-waiting-mails", help="Send what waited when the backup was made, perhaps again."),
]


Folder = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, or a folder for dated ones.")]
Keep = Annotated[
    int | None,
    typer.Option(min=1, help="In a folder: delete all dated backups but so many, once the new one is there."),
]
Stop = Annotated[
    bool, typer.Option("--stop", help="Stop the shop's processes on this machine first; start them yourself.")
]
DATED = re.compile(r"shop-(\d{8}T\d{6})Z(?:-(\d+))?\.backup")
# What the backup itself holds is shown, so that nobody replaces a good file by another shop's unseen.
CONTENT = {
    "orders": "SELECT COUNT(*) FROM orders_order",
    "products": "SELECT COUNT(*) FROM catalog_product",
    "users": "SELECT COUNT(*) FROM accounts_user",
    "pictures": "SELECT COUNT(*) FROM catalog_productpicture",
    "newest_order": "SELECT (SELECT number FROM orders_order ORDER BY serial DESC LIMIT 1)",
}


@lone_verb(
    examples="""
    shopctl backup /mnt/backup/shop-monday.backup
    shopctl backup shop.backup --overwrite --json
    shopctl backup /mnt/backup/ --keep 14
    """
)
def backup(file: Folder, overwrite: Overwrite = False, keep: Keep = None, json: Json = False) -> None:
    """Write the whole database to a file, while the shop runs, and tell what is in it.

    It holds one moment, readable by its owner alone. SECRET_KEY, JWT_KEYS and the environment are not in it.
    Nor are the files of pictures: none ever changes, so copy their folder whenever you like, after it.
    It is read before it replaces anything, and its digest is written beside it, as FILE.sha256. On PostgreSQL
    pg_dump must be installed here, at least as new as the server. In a folder it is named by its moment, such
    as shop-20261201T030000Z.backup.
    """
    from accounts.actors import Actor
    from accounts.history import record_of_system
    from accounts.models import AccountChange, Source
    from backoffice.db.backups import back_up

    if keep is not None and not file.is_dir():
        wrong_use(_("--keep is for dated backups in a folder, and %(file)s is none.") % {"file": file})
    path = _dated(file) if file.is_dir() else file
    refuse_to_replace(path, overwrite=overwrite)
    content = back_up(path, asked=CONTENT)
    record_of_system(AccountChange.BACKED_UP, str(path), by=Actor(None, Source.CLI))
    row = {"file": str(path), "bytes": path.stat().st_size, **content}
    show_one({**row, "deleted": _rotated(file, keep)} if keep else row, as_json=json)
    if content["pictures"]:
        say(
            _("The files of pictures are not in it: keep %(place)s as well.")
            % {"place": _place_of_pictures()}
        )


def _place_of_pictures() -> str:
    """Return the folder or bucket that the files of pictures are in."""
    from django.conf import settings

    storage: Any = settings.STORAGES["pictures"]
    options = storage.get("OPTIONS", {})
    return str(options.get("bucket_name") or options.get("location") or "")


def _dated(folder: Path) -> Path:
    moment = f"shop-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (moment, *(f"{moment}-{count}" for count in range(2, 100)))
    return next(path for name in names if not (path := folder / f"{name}.backup").exists())


def _rotated(folder: Path, keep: int) -> list[str]:
    """Delete the oldest of the dated backups, and no other file."""
    from backoffice.db.digests import digest_file

    dated = {path: found for path in folder.iterdir() if (found := DATED.fullmatch(path.name))}
    # Sorted by number within a second: as text, -2 would come before the first.
    outdated = sorted(dated, key=lambda path: (dated[path][1], int(dated[path][2] or 1)))[:-keep]
    for path in outdated:
        # Another backup of the same moment may have deleted it.
        path.unlink(missing_ok=True)
        digest_file(path).unlink(missing_ok=True)
    return [path.name for path in outdated]


@lone_verb(
    examples="""
    shopctl restore shop.backup --dry-run
    shopctl restore shop.backup --yes
    shopctl restore shop.backup --stop --yes
    shopctl restore shop.backup --yes --send-waiting-mails
    """
)
def restore(
    file: Backup,
    stop: Stop = False,
    send_waiting_mails: SendWaitingMails = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of everything that is in the database, while the shop does not run.

    A shop that runs is told by the locks of its processes: it is refused, or with --stop what runs on this
    machine is stopped, and nothing starts until all is done. It happens wholly or not at all. A backup of an
    older version is brought up to date; one of a newer version, of the other database, or with another digest
    than FILE.sha256 says, is refused.
    Everybody has to sign in again, and links in mails end. Who was erased after the backup was made is erased
    again: see docs/privacy.md. Mails that waited when the backup was made are held back as given up: they may
    have been sent since.
    """
    from backoffice.db import backups
    from backoffice.db.digests import digest_file
    from backoffice.runtime.processes import refuse_if_running, running, stopped

    backups.check(file)
    if not digest_file(file).exists():
        say(_("There is no %(name)s beside it to compare it with.") % {"name": digest_file(file).name})
    refuse_if_running(running(), stop=stop)
    held = _held()
    say(
        _("%(database)s holds %(orders)s now. All of it will be replaced.")
        % {"database": held["database"], "orders": counted(held["orders"], "order")}
    )
    proceed(_("Replace it by %(file)s?") % {"file": file}, yes=yes, dry_run=dry_run)
    with stopped(stop=stop):
        held_back, again = _put_back(file, send_waiting_mails=send_waiting_mails)
    told = {"file": str(file), **_held(), "mails_held_back": held_back, "erased_again": again}
    show_one(told, as_json=json)
    if again:
        say(_("The backup was older than their erasure: what it held of them is erased again."))
    _say_which_pictures_lack_files()
    if held_back:
        say(_("Mails that waited may have been sent since; look at them: shopctl emails list --state dead"))
    say(_("Everybody has to sign in again. Look whether everything adds up: shopctl doctor"))


def _put_back(file: Path, *, send_waiting_mails: bool) -> tuple[int, int]:
    """Restore it; return how many mails are held back, and how many rows were erased again."""
    from accounts.actors import Actor
    from accounts.history import record_of_system
    from accounts.models import AccountChange, Source
    from accounts.privacy import ledger
    from backoffice.db import backups
    from catalog.product_cache import forget_products

    # Read now: what takes the place of this database knows less.
    settle = partial(_settle, send_waiting_mails=send_waiting_mails, erased=ledger.entries())
    done = backups.restore(file, settle=settle)
    ledger.write_file()
    record_of_system(AccountChange.RESTORED, str(file), by=Actor(None, Source.CLI))
    forget_products()
    return done


def _settle(*, send_waiting_mails: bool, erased: "set[ErasedRow]") -> tuple[int, int]:
    """End what the backup would revive; return how many mails are held back, and how many rows erased."""
    from accounts.actors import Actor
    from accounts.models import Source
    from accounts.tokens.refresh import revoke_everybody
    from backoffice.outbox.delivery import hold_back_waiting
    from backoffice.outbox.models import RESTORED
    from orders.privacy.again import erase_again

    revoke_everybody(because="restored from a backup")
    held_back = 0 if send_waiting_mails else hold_back_waiting(because=RESTORED)
    return held_back, erase_again(erased, by=Actor(None, Source.CLI))


def _say_which_pictures_lack_files() -> None:
    from catalog.pictures.audit import audit_pictures

    if lost := len(audit_pictures()):
        words = ngettext(
            "%(count)s picture lacks its files: put them back into %(place)s",
            "%(count)s pictures lack their files: put them back into %(place)s",
            lost,
        )
        say(words % {"count": f"{lost:,}", "place": _place_of_pictures()})


def _held() -> dict[str, Any]:
    """Return the database's name, and how many orders are in it."""
    from django.db import connection

    from orders.models import Order

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not Path(name).exists():
        # Opening a database that does not exist would create it.
        return {"database": name, "orders": 0}
    tables = connection.introspection.table_names()
    return {"database": name, "orders": Order.objects.count() if Order._meta.db_table in tables else 0}
