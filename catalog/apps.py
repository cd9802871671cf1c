from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from catalog.models import checks  # noqa: F401

        post_migrate.connect(put_triggers_back, sender=self, dispatch_uid="catalog.put_triggers_back")


def put_triggers_back(*, using: str, **kwargs: Any) -> None:
    """Create missing triggers: a migration may have rebuilt the ledger's table, or somebody dropped them."""
    from catalog.models.triggers import create_triggers, missing_triggers

    if missing_triggers(connections[using]):
        create_triggers(connections[using])
