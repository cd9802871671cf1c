"""System checks of the catalogue: `manage.py check --database default`, and before every migrate."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from catalog.triggers import TABLE, missing_triggers


@register(Tags.database)
def ledger_has_its_triggers(*, databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The stock ledger of database {alias!r} lacks its trigger {name}.",
            hint="Run catalog.triggers.create_triggers(connection), or migrate.",
            id="catalog.E001",
        )
        for alias in databases or ()
        if TABLE in connections[alias].introspection.table_names()
        for name in missing_triggers(connections[alias])
    ]
