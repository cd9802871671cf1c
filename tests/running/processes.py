"""Processes of the shop beside a test, on the database that the test itself uses."""

import os

from django.db import connection


def environment_here(**more: str) -> dict[str, str]:
    """For a process on this test's database, or on another one of its server by the name SQL_DATABASE."""
    database = connection.settings_dict
    names = {"DATABASE": "NAME", **{name: name for name in ("USER", "PASSWORD", "HOST", "PORT")}}
    return {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "SQL_ENGINE": connection.vendor,
        **{f"SQL_{ours}": str(database[theirs]) for ours, theirs in names.items()},
        **more,
    }
