"""shopctl doctor: is everything there that the shop needs, and does everything add up?"""

from collections.abc import Callable
from typing import Annotated

import typer

from cli.doctor import background, books, database, machine, people
from cli.doctor.findings import Finding, Verdict, trouble
from cli.terminal.console import FOUND_PROBLEMS, Json, Jsonl, Listing, columns, say
from cli.terminal.verbs import lone_verb
from cli.terminal.words import gettext as _

SHOWN = columns("check", "state", "detail")
Mend = Annotated[bool, typer.Option("--mend", help="Move on sequences that are behind their tables.")]

# How `_finding_of` begins the detail about a database that does not answer.
AWAY = "OperationalError: "
OF_THE_DATABASE = frozenset(
    (
        *("migrations", "sequences", "ledger triggers", "worker", "outbox"),
        *("currency", "settings", "stock", "orders", "pictures", "erasures", "clock", "second factors"),
    )
)
CHECKS: dict[str, Callable[[], Finding]] = {
    "database": database.check_database,
    "migrations": database.check_migrations,
    "sequences": database.check_sequences,
    "ledger triggers": database.check_ledger_triggers,
    "disk": machine.check_disk,
    "proxy": machine.check_proxy,
    "private files": machine.check_private_files,
    "cache": background.check_cache,
    "queue": background.check_queue,
    "worker": background.check_worker,
    "mail": background.check_mail,
    "outbox": background.check_outbox,
    "currency": books.check_currency,
    "settings": books.check_settings,
    "stock": books.check_stock,
    "orders": books.check_orders,
    "payments": books.check_payments,
    "pictures": books.check_pictures,
    "erasures": books.check_erasures,
    "second factors": people.check_second_factors,
    "clock": database.check_clock,
}


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
        findings[name] = _not_looked_at() if is_in_vain else _finding_of(check)
    rows = (
        {"check": name, "state": each.state.value, "detail": each.detail} for name, each in findings.items()
    )
    Listing(json, jsonl, limit=0).show(rows, SHOWN)
    troubles = [name for name, each in findings.items() if each.state == Verdict.TROUBLE]
    if troubles:
        say(_("Trouble with: %(troubles)s.") % {"troubles": ", ".join(troubles)})
        raise typer.Exit(FOUND_PROBLEMS)


def _mend_sequences() -> None:
    from django.db import connection

    from backoffice.db.sequences import catch_up

    for each in catch_up(connection):
        say(
            _("%(table)s.%(column)s goes on after %(highest)s.")
            % {"table": each.table, "column": each.column, "highest": each.highest}
        )


def _finding_of(check: Callable[[], Finding]) -> Finding:
    """Run the check and return its finding; when the check itself fails, that is trouble, too."""
    try:
        return check()
    except Exception as error:
        words = str(error).strip().splitlines()
        return trouble(f"{type(error).__name__}: {words[0] if words else _('no reason given')}")


def _not_looked_at() -> Finding:
    return trouble(_("not looked at: the database does not answer"))
