from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.roles import sync_roles_after_migrate

        # Permissions exist only after migrate; the roles' groups then follow the table in roles.py.
        post_migrate.connect(sync_roles_after_migrate, dispatch_uid="accounts.sync_roles")
