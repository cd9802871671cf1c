"""shopctl doctor: is everything there that the shop needs, and does everything add up?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

import typer

from cli.terminal.console import FOUND_PROBLEMS, Json, Jsonl, Listing, columns, say
from cli.terminal.verbs import lone_verb

OLDEST = {"sqlite": (3, 37), "postgresql": (15,)}
WORKER_SILENT_AFTER = timedelta(minutes=3)
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
LEAST_FREE_BYTES, ENOUGH_FREE_BYTES = 100 * 1_048_576, 1_024 * 1_048_576
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAIL_MAY_WAIT = timedelta(minutes=15)
SHOWN = columns("check", "state", "detail")
Mend = Annotated[bool, typer.Option("--mend", help="Move on sequences that are behind their tables.")]


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    state: State
    detail: str


@lone_verb(
    examples="""
    shopctl doctor
    shopctl doctor --json | jq '.[] | select(.state == "trouble")'
    shopctl doctor --mend
    """
)
def doctor(mend: Mend = False, json: Json = False, jsonl: Jsonl = False) -> None:
    """Look whether everything is there that the shop needs, and whether stock and orders add up.

    Exits with 4 when there is trouble. --mend first moves on the sequences that are behind the numbers in
    their tables, which rows from elsewhere leave so; nothing else is changed.
    """
    if mend:
        _mend_sequences()
    findings: dict[str, Finding] = {}
    for name, check in CHECKS.items():
        is_in_vain = name in OF_THE_DATABASE and findings["database"].detail.startswith(AWAY)
        findings[name] = NOT_LOOKED_AT if is_in_vain else _found(check)
    rows = (
        {"check": name, "state": each.state.value, "detail": each.detail} for name, each in findings.items()
    )
    Listing(json, jsonl, limit=0).show(rows, SHOWN)
    troubles = [name for name, each in findings.items() if each.state == State.TROUBLE]
    if troubles:
        say(f"Trouble with: {', '.join(troubles)}.")
        raise typer.Exit(FOUND_PROBLEMS)


# What `_found` says of a database that cannot be asked.
AWAY = "OperationalError: "
NOT_LOOKED_AT = Finding(State.TROUBLE, "not looked at: the database does not answer")
OF_THE_DATABASE = frozenset(
    ("migrations", "sequences", "ledger triggers", "worker", "outbox", "stock", "orders", "clock")
)


def _mend_sequences() -> None:
    from django.db import connection

    from backoffice.db.sequences import catch_up

    for each in catch_up(connection):
        say(f"{each.table}.{each.column} goes on after {each.highest}.")


def _found(check: Callable[[], Finding]) -> Finding:
    """What the check finds; that it cannot even look is trouble too."""
    try:
        return check()
    except Exception as error:
        words = str(error).strip().splitlines()
        return Finding(State.TROUBLE, f"{type(error).__name__}: {words[0] if words else 'no reason given'}")


def _database() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            words = f"SQLite {cursor.fetchone()[0]}, {connection.settings_dict['NAME']}"
        else:
            cursor.execute("SHOW server_version")
            words = f"PostgreSQL {cursor.fetchone()[0]}, {connection.settings_dict['NAME']}"
            cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")
            if cursor.fetchone()[0]:
                return Finding(
                    State.TROUBLE, f"{words}; it only reads: look at its disk, or name the primary"
                )
    version = connection.get_database_version()
    oldest = OLDEST[connection.vendor]
    if version < oldest:
        return Finding(State.TROUBLE, f"{words}; at least {'.'.join(map(str, oldest))} is needed")
    return Finding(State.OK, words)


def _migrations() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from backoffice.db.migrating import SchemaOfAnotherVersion, refuse_schema_of_another_version

    try:
        refuse_schema_of_another_version()
    except SchemaOfAnotherVersion as refusal:
        return Finding(State.TROUBLE, refusal.detail)
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding(State.TROUBLE, f"{len(missing)} not applied; run: python manage.py migrate")
    return Finding(State.OK, "all applied")


def _sequences() -> Finding:
    from django.db import connection

    from backoffice.db.sequences import behind

    late = behind(connection)
    if late:
        named = ", ".join(f"{each.table}.{each.column} (at {each.highest})" for each in late[:3])
        more = f" and {len(late) - 3} more" if len(late) > 3 else ""
        return Finding(
            State.TROUBLE,
            f"behind what is there: {named}{more}; new rows would collide; run: shopctl doctor --mend",
        )
    if connection.vendor == "sqlite":
        return Finding(State.OK, "numbers follow from the rows themselves")
    return Finding(State.OK, "each goes on after the highest number there is")


def _ledger_triggers() -> Finding:
    from django.db import connection

    from catalog.models.triggers import missing_triggers

    missing = missing_triggers(connection)
    if missing:
        return Finding(State.TROUBLE, f"missing: {', '.join(missing)}; movements could be changed by raw SQL")
    return Finding(State.OK, "movements cannot be changed")


def _disk() -> Finding:
    """Where the shop keeps its files: room, and whether anything can be written at all."""
    import os
    from tempfile import TemporaryFile

    from django.conf import settings
    from django.db import connection

    folders = {settings.VAR_DIR}
    if connection.vendor == "sqlite":
        folders.add(Path(connection.settings_dict["NAME"]).absolute().parent)
    least = None
    for folder in sorted(folder for folder in folders if folder.is_dir()):
        try:
            with TemporaryFile(dir=folder) as probe:
                probe.write(bytes(4_096))
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            return Finding(
                State.TROUBLE, f"nothing can be written in {folder}: {error.strerror}; make room there"
            )
        disk = os.statvfs(folder)
        free = disk.f_bavail * disk.f_frsize
        if free < LEAST_FREE_BYTES:
            return Finding(State.TROUBLE, f"{free >> 20:,} MB are free in {folder}; make room there")
        least = free if least is None else min(least, free)
    if least is None:
        return Finding(State.OK, "no folder of its own")
    state = State.NOTE if least < ENOUGH_FREE_BYTES else State.OK
    return Finding(state, f"{least >> 20:,} MB are free, and what is written stays")


def _proxy() -> Finding:
    from django.conf import settings

    if settings.IS_HTTPS and not settings.TRUSTED_PROXIES:
        return Finding(
            State.TROUBLE,
            "SHOP_URL is https, but TRUSTED_PROXIES names no proxy: every request is sent to https again and"
            " again; set TRUSTED_PROXIES to the address of the proxy that ends https",
        )
    if not settings.IS_HTTPS:
        return Finding(State.NOTE, f"{settings.SHOP_URL} is not https: for this machine alone")
    return Finding(State.OK, f"https, told by {', '.join(settings.TRUSTED_PROXIES)}")


def _private_files() -> Finding:
    """Secrets, the database, mails with links that let people in: nobody else's on this machine."""
    from django.conf import settings
    from django.db import connection

    files = [settings.VAR_DIR / name for name in ("secret_key", "jwt_keys", "admin_login")]
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        files += [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    files += [settings.VAR_DIR / "mail", settings.BASE_DIR / ".env"]
    # A folder that others may not enter keeps all that is in it.
    open_to_others = [
        path
        for path in files
        if path.exists() and path.stat().st_mode & 0o077 and path.parent.stat().st_mode & 0o011
    ]
    if open_to_others:
        named = " ".join(str(path) for path in open_to_others)
        return Finding(State.TROUBLE, f"others on this machine may read them; run: chmod go= {named}")
    return Finding(State.OK, "secrets are their owner's alone")


def _cache() -> Finding:
    from django.conf import settings
    from django.core.cache import cache

    cache.set("doctor", "ok", timeout=10)
    if cache.get("doctor") != "ok":
        return Finding(State.TROUBLE, "it does not keep what it is given")
    if not settings.REDIS_URL:
        return Finding(State.OK, "in this process")
    parts = urlsplit(settings.REDIS_URL)
    if not parts.password and parts.hostname not in (*LOOPBACK, None):
        return Finding(
            State.NOTE,
            f"Redis on {parts.hostname} wants no password: whoever reaches it can turn throttles off; set"
            " requirepass there, and redis://:password@… in REDIS_URL",
        )
    return Finding(State.OK, "Redis")


def _queue() -> Finding:
    from django.conf import settings
    from huey.contrib.djhuey import HUEY

    where = "Redis" if settings.REDIS_URL else HUEY.storage.filename
    waiting = HUEY.pending_count()
    if waiting > 1_000:
        return Finding(State.TROUBLE, f"{waiting:,} tasks wait in {where}: is a worker running?")
    return Finding(State.OK, f"{waiting} tasks wait, {where}")


def _worker() -> Finding:
    from django.utils import timezone

    from backoffice.jobs import last_beat

    seen_at = last_beat()
    if seen_at is None:
        return Finding(State.TROUBLE, "none has run yet; run: shopctl serve (or: shopctl worker)")
    silent = timezone.now() - seen_at
    if silent > WORKER_SILENT_AFTER:
        return Finding(
            State.TROUBLE, f"silent for {_in_words(silent)}; run: shopctl serve (or: shopctl worker)"
        )
    return Finding(State.OK, f"last seen {_in_words(silent)} ago")


def _mail() -> Finding:
    """Whether the mail server takes our sign-in; no mail is sent."""
    from django.conf import settings
    from django.core.mail import mailers

    backend = settings.EMAIL_BACKEND_PATH.rpartition(".")[0].rpartition(".")[2]
    options = cast("dict[str, Any]", settings.MAILERS["default"]["OPTIONS"])
    if backend != "smtp":
        where = f", in {options['file_path']}" if "file_path" in options else ""
        return Finding(State.NOTE, f"not sent but kept by the {backend} backend{where}")
    mailer = mailers["default"]
    mailer.open()
    mailer.close()
    return Finding(State.OK, f"{options['host']} answers")


def _outbox() -> Finding:
    from django.utils import timezone

    from backoffice.outbox.models import EmailMessage, EmailState

    overdue = EmailMessage.objects.filter(
        state__in=[EmailState.QUEUED, EmailState.SENDING], next_attempt_at__lt=timezone.now() - MAIL_MAY_WAIT
    ).count()
    if overdue:
        return Finding(State.TROUBLE, f"{overdue:,} e-mails are overdue: is a worker running?")
    dead = EmailMessage.objects.filter(state=EmailState.DEAD).count()
    if dead:
        return Finding(State.NOTE, f"{dead:,} e-mails were given up; see: shopctl emails list --state dead")
    return Finding(State.OK, "nothing overdue, nothing given up")


def _stock() -> Finding:
    from catalog.audit import audit_stock

    return _audited(len(audit_stock()), "every unit is accounted for", "shopctl stock audit")


def _orders() -> Finding:
    from orders.audit import audit_orders

    return _audited(
        len(audit_orders()), "orders, reservations, totals and promo uses agree", "shopctl stock audit"
    )


def _audited(discrepancies: int, all_well: str, command: str) -> Finding:
    if discrepancies:
        return Finding(State.TROUBLE, f"{discrepancies:,} discrepancies; see: {command}")
    return Finding(State.OK, all_well)


def _clock() -> Finding:
    """Against the database server's clock, and against the newest thing that was written."""
    from django.db import connection
    from django.utils import timezone

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            difference = abs(timezone.now() - cursor.fetchone()[0])
        if difference > CLOCKS_MAY_DIFFER:
            return Finding(State.TROUBLE, f"{_in_words(difference)} apart from the database server's")
    newest = _newest_entry()
    if newest is not None and newest > timezone.now() + CLOCKS_MAY_DIFFER:
        ahead = _in_words(newest - timezone.now())
        return Finding(State.TROUBLE, f"{ahead} behind the newest entry of the ledger")
    now = timezone.localtime()
    return Finding(State.OK, f"{now:%Y-%m-%d %H:%M} {timezone.get_current_timezone_name()}")


def _newest_entry() -> datetime | None:
    from catalog.models import StockMovement

    return StockMovement.objects.order_by("-pk").values_list("at", flat=True).first()


def _in_words(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


CHECKS: dict[str, Callable[[], Finding]] = {
    "database": _database,
    "migrations": _migrations,
    "sequences": _sequences,
    "ledger triggers": _ledger_triggers,
    "disk": _disk,
    "proxy": _proxy,
    "private files": _private_files,
    "cache": _cache,
    "queue": _queue,
    "worker": _worker,
    "mail": _mail,
    "outbox": _outbox,
    "stock": _stock,
    "orders": _orders,
    "clock": _clock,
}
