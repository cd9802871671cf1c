from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.actors import Actor
    from accounts.models import Customer


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from accounts.customers import FOLLOWERS

        if follow_account not in FOLLOWERS:
            FOLLOWERS.append(follow_account)


def follow_account(customer: "Customer", email: str, by: "Actor") -> None:
    # Merging customers loads much that no other process than the one which does it needs.
    from orders.customers import following

    following.follow_account(customer, email, by)
