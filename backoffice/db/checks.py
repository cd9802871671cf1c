"""System checks of the database: `manage.py check --database default`, and before every migrate."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

from backoffice.db.migrating import SchemaOfAnotherVersion, refuse_schema_of_another_version


@checks.register(checks.Tags.database)
def schema_is_ours(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Refuse a schema of another version: Django would find nothing to do, and pages would lack a column."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        try:
            refuse_schema_of_another_version(connections[alias])
        except SchemaOfAnotherVersion as refusal:
            found.append(checks.Error(refusal.detail, id="backoffice.E001"))
    return found
