"""System checks of the catalogue: `manage.py check --database default`, and before every migrate."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings
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


@checks.register(checks.Tags.files)
def the_storage_of_pictures_is_installed(**kwargs: Any) -> list[checks.CheckMessage]:
    """Say what to install where pictures go to a bucket: nothing else loads it before the first picture."""
    storage: Any = settings.STORAGES["pictures"]
    if not storage["BACKEND"].startswith("storages.") or (find_spec("storages") and find_spec("boto3")):
        return []
    return [
        checks.Error(
            "PICTURES_BUCKET names a bucket, and the package that pictures are kept there with is missing.",
            hint='Install it: pip install "django-storages[s3]"',
            id="catalog.E001",
        )
    ]
