"""System checks of the catalogue: `manage.py check --database default`, and before every migrate."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

from catalog.models.triggers import missing_triggers


@checks.register(checks.Tags.database)
def histories_have_triggers(*, databases: Sequence[str] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    # A warning: an error would stop the very migrate that puts them back.
    return [
        checks.Warning(
            f"A history in the database {alias!r} lacks its trigger {name}.",
            hint="Put it back: python manage.py migrate",
            id="catalog.W001",
        )
        for alias in databases or ()
        for name in missing_triggers(connections[alias])
    ]
