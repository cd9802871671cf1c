"""What each role may do, in words and in permissions. This is the truth; pages, mails and groups follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that a role may do, in words that follow "may", with all the permissions it takes."""

    words: str
    permissions: frozenset[str]


def _right(words: str, *permissions: str) -> Right:
    return Right(words, frozenset(permissions))


SEE_CATALOGUE = _right(
    "see products and stock",
    "catalog.view_category",
    "catalog.view_product",
    "catalog.view_stockmovement",
    "catalog.view_stockimport",
)
SEE_ORDERS = _right("see orders", "orders.view_order")
SEE_CUSTOMERS = _right("see customers", "accounts.view_customer")
SEE_REVENUE = _right("see revenue", "orders.view_revenue")
SEE_PROMOS = _right("see promo codes", "orders.view_promotion", "orders.view_promocode")
SEE_EMAILS = _right("see e-mails", "outbox.view_emailmessage")
EDIT_PRODUCTS = _right(
    "edit products, categories and prices",
    "catalog.add_category",
    "catalog.change_category",
    "catalog.delete_category",
    "catalog.add_product",
    "catalog.change_product",
)
MOVE_STOCK = _right("receive, adjust, count and import stock", "catalog.move_stock")
FULFIL = _right("ship, deliver and register returns", "orders.ship_order", "orders.return_order")
COMMENT = _right("comment on orders", "orders.comment_order")
SELL = _right(
    "place, edit and cancel orders", "orders.add_order", "orders.change_order", "orders.cancel_order"
)
MANAGE_PROMOS = _right(
    "create, edit and pause promo codes",
    "orders.add_promotion",
    "orders.change_promotion",
    "orders.delete_promotion",
    "orders.add_promocode",
    "orders.change_promocode",
    "orders.delete_promocode",
)
EDIT_CUSTOMERS = _right("edit customers", "accounts.change_customer")
EXPORT = _right("export customers and orders", "accounts.export_customer", "orders.export_order")
REQUEUE = _right("send e-mails again", "outbox.requeue_emailmessage")
MANAGE_USERS = _right(
    "invite colleagues and change their roles",
    "accounts.view_user",
    "accounts.add_user",
    "accounts.change_user",
)
RIGHTS = (
    SEE_CATALOGUE,
    SEE_ORDERS,
    SEE_CUSTOMERS,
    SEE_REVENUE,
    SEE_PROMOS,
    SEE_EMAILS,
    EDIT_PRODUCTS,
    MOVE_STOCK,
    FULFIL,
    COMMENT,
    SELL,
    MANAGE_PROMOS,
    EDIT_CUSTOMERS,
    EXPORT,
    REQUEUE,
    MANAGE_USERS,
)


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    rights: frozenset[Right]

    @property
    def permissions(self) -> frozenset[str]:
        return frozenset().union(*(right.permissions for right in self.rights))

    @property
    def may(self) -> str:
        """A sentence with everything that the role may do."""
        if self.rights.issuperset(RIGHTS):
            return "May see and do everything in the shop."
        return f"May {_in_words([right for right in RIGHTS if right in self.rights], 'and')}."

    @property
    def may_not(self) -> str:
        """A sentence with everything else."""
        withheld = [right for right in RIGHTS if right not in self.rights]
        return f"May not {_in_words(withheld, 'or')}." if withheld else "Nothing is kept back."


def _in_words(rights: Sequence[Right], conjunction: str) -> str:
    """What is seen is counted up after one "see"; deeds have commas of their own, so semicolons part them."""
    seen = [right.words.removeprefix("see ") for right in rights if right.words.startswith("see ")]
    deeds = [right.words for right in rights if not right.words.startswith("see ")]
    if seen:
        *first, last = seen
        deeds.insert(0, f"see {', '.join(first)} {conjunction} {last}" if first else f"see {last}")
    return "; ".join(deeds)


def _role(name: str, *rights: Right) -> Role:
    return Role(name, frozenset(rights))


ROLES = (
    _role("Manager", *RIGHTS),
    _role("Warehouse", SEE_CATALOGUE, SEE_ORDERS, SEE_CUSTOMERS, MOVE_STOCK, FULFIL, COMMENT),
    _role(
        "Support",
        SEE_CATALOGUE,
        SEE_ORDERS,
        SEE_CUSTOMERS,
        SEE_PROMOS,
        SEE_EMAILS,
        FULFIL,
        COMMENT,
        SELL,
        REQUEUE,
    ),
    _role("Marketing", SEE_CATALOGUE, SEE_ORDERS, SEE_REVENUE, SEE_PROMOS, MANAGE_PROMOS),
    _role("Viewer", SEE_CATALOGUE, SEE_ORDERS, SEE_CUSTOMERS, SEE_PROMOS),
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
