"""What each role may do. This table is the truth; groups follow it after every migrate."""

from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig

SEE_CATALOGUE = frozenset(
    {
        "catalog.view_category",
        "catalog.view_product",
        "catalog.view_stockmovement",
        "catalog.view_stockimport",
    }
)
SEE_ORDERS = frozenset({"orders.view_order"})
SEE_CUSTOMERS = frozenset({"accounts.view_customer"})
SEE_REVENUE = frozenset({"orders.view_revenue"})
EDIT_PRODUCTS = frozenset(
    {
        "catalog.add_category",
        "catalog.change_category",
        "catalog.delete_category",
        "catalog.add_product",
        "catalog.change_product",
    }
)
MOVE_STOCK = frozenset({"catalog.move_stock"})
FULFIL = frozenset({"orders.ship_order", "orders.return_order"})
COMMENT = frozenset({"orders.comment_order"})
SELL = COMMENT | {"orders.add_order", "orders.change_order", "orders.cancel_order"}
SEE_PROMOS = frozenset({"orders.view_promotion", "orders.view_promocode"})
MANAGE_PROMOS = SEE_PROMOS | {
    "orders.add_promotion",
    "orders.change_promotion",
    "orders.delete_promotion",
    "orders.add_promocode",
    "orders.change_promocode",
    "orders.delete_promocode",
}
EXPORT = frozenset({"accounts.export_customer", "orders.export_order"})
EDIT_CUSTOMERS = frozenset({"accounts.change_customer"})
SEE_EMAILS = frozenset({"outbox.view_emailmessage"})
REQUEUE = SEE_EMAILS | {"outbox.requeue_emailmessage"}
MANAGE_USERS = frozenset({"accounts.view_user", "accounts.add_user", "accounts.change_user"})


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    may: str
    may_not: str
    permissions: frozenset[str]


ROLES = (
    Role(
        "Manager",
        "Everything in the shop: products, stock, orders, promo codes, exports, people.",
        "Nothing is kept back.",
        SEE_CATALOGUE
        | SEE_ORDERS
        | SEE_CUSTOMERS
        | SEE_REVENUE
        | EDIT_PRODUCTS
        | MOVE_STOCK
        | FULFIL
        | SELL
        | MANAGE_PROMOS
        | EXPORT
        | EDIT_CUSTOMERS
        | REQUEUE
        | MANAGE_USERS,
    ),
    Role(
        "Warehouse",
        "Sees products, stock, orders and customers; receives, counts, adjusts and imports stock; ships, "
        "delivers and registers returns; comments on orders.",
        "Cannot change prices, cancel orders, see promo codes or revenue, or export.",
        SEE_CATALOGUE | SEE_ORDERS | SEE_CUSTOMERS | MOVE_STOCK | FULFIL | COMMENT,
    ),
    Role(
        "Support",
        "Sees products, stock, orders, customers and promo codes; places, edits, ships and cancels orders, "
        "registers returns, sends e-mails again.",
        "Cannot change stock, prices or promo codes, see revenue, or export.",
        SEE_CATALOGUE | SEE_ORDERS | SEE_CUSTOMERS | FULFIL | SELL | SEE_PROMOS | REQUEUE,
    ),
    Role(
        "Marketing",
        "Sees products, stock, orders and revenue; creates, changes and pauses promo codes.",
        "Cannot see customers, change stock, prices or orders, or export.",
        SEE_CATALOGUE | SEE_ORDERS | SEE_REVENUE | MANAGE_PROMOS,
    ),
    Role(
        "Viewer",
        "Sees products, stock, orders, customers and promo codes.",
        "Cannot change anything or see revenue.",
        SEE_CATALOGUE | SEE_ORDERS | SEE_CUSTOMERS | SEE_PROMOS,
    ),
)
ROLE_NAMES = tuple(role.name for role in ROLES)


def sync_roles() -> None:
    """Make each role's group hold exactly the permissions of the table."""
    from django.contrib.auth.models import Group, Permission

    codes = {
        f"{app}.{code}": pk
        for pk, app, code in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role.name)
        group.permissions.set([codes[permission] for permission in role.permissions])


def sync_roles_after_migrate(sender: AppConfig, **kwargs: Any) -> None:
    """Run once per migrate, after the last app: only then do all permissions exist."""
    from django.apps import apps

    if sender is list(apps.get_app_configs())[-1]:
        sync_roles()
