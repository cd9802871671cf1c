"""Says what each role may do, in words and in permissions. Pages, mails and groups all follow this table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True, eq=False)
class Right:
    """One thing that a role may do, in words that follow "may", with all the permissions it takes.

    `seen` is what it lets somebody see; "" for a right to do something.
    """

    words: str | Promise
    permissions: frozenset[str]
    seen: str | Promise = ""


def _right(words: str | Promise, *permissions: str, seen: str | Promise = "") -> Right:
    return Right(words, frozenset(permissions), seen)


SEE_CATALOGUE = _right(
    gettext_lazy("see products and stock"),
    "catalog.view_category",
    "catalog.view_product",
    "catalog.view_productfamily",
    "catalog.view_stockmovement",
    "catalog.view_stockimport",
    "catalog.view_productimport",
    seen=gettext_lazy("products and stock"),
)
SEE_ORDERS = _right(gettext_lazy("see orders"), "orders.view_order", seen=gettext_lazy("orders"))
SEE_CUSTOMERS = _right(
    gettext_lazy("see customers"), "accounts.view_customer", seen=gettext_lazy("customers")
)
SEE_REVENUE = _right(gettext_lazy("see revenue"), "orders.view_revenue", seen=gettext_lazy("revenue"))
SEE_PAYMENT_STATE = _right(
    gettext_lazy("see whether orders are paid"),
    "orders.view_payment_state",
    seen=gettext_lazy("whether orders are paid"),
)
SEE_PAYMENTS = _right(
    gettext_lazy("see payments"),
    "orders.view_paymententry",
    "orders.view_paymentimport",
    seen=gettext_lazy("payments"),
)
SEE_PROMOS = _right(
    gettext_lazy("see promo codes"),
    "orders.view_promotion",
    "orders.view_promocode",
    seen=gettext_lazy("promo codes"),
)
SEE_EMAILS = _right(gettext_lazy("see e-mails"), "outbox.view_emailmessage", seen=gettext_lazy("e-mails"))
EDIT_PRODUCTS = _right(
    gettext_lazy("edit products, categories and prices"),
    "catalog.add_category",
    "catalog.change_category",
    "catalog.delete_category",
    "catalog.add_product",
    "catalog.change_product",
    "catalog.add_productfamily",
    "catalog.change_productfamily",
    "catalog.delete_productfamily",
)
MOVE_STOCK = _right(gettext_lazy("receive, adjust, count and import stock"), "catalog.move_stock")
FULFIL = _right(
    gettext_lazy("ship, deliver and register returns"), "orders.ship_order", "orders.return_order"
)
COMMENT = _right(gettext_lazy("comment on orders"), "orders.comment_order")
SELL = _right(
    gettext_lazy("place, edit and cancel orders"),
    "orders.add_order",
    "orders.change_order",
    "orders.cancel_order",
)
TAKE_PAYMENTS = _right(
    gettext_lazy("record payments, pay back and grant small allowances"),
    "orders.record_payment",
    "orders.pay_back",
    "orders.grant_allowance",
)
WAIVE_ANY_AMOUNT = _right(
    gettext_lazy("grant allowances and write off balances of any amount"),
    "orders.grant_any_allowance",
    "orders.write_off",
)
SHIP_UNPAID = _right(gettext_lazy("ship orders that are not paid"), "orders.ship_unpaid")
MANAGE_PROMOS = _right(
    gettext_lazy("create, edit and pause promo codes"),
    "orders.add_promotion",
    "orders.change_promotion",
    "orders.delete_promotion",
    "orders.add_promocode",
    "orders.change_promocode",
    "orders.delete_promocode",
)
EDIT_CUSTOMERS = _right(gettext_lazy("edit customers"), "accounts.change_customer")
EXPORT = _right(
    gettext_lazy("export customers and orders"), "accounts.export_customer", "orders.export_order"
)
ERASE = _right(gettext_lazy("erase what is kept of people, for good"), "accounts.erase_customer")
REQUEUE = _right(gettext_lazy("send e-mails again"), "outbox.requeue_emailmessage")
MANAGE_USERS = _right(
    gettext_lazy("invite colleagues and change their roles"),
    "accounts.view_user",
    "accounts.add_user",
    "accounts.change_user",
)
CHANGE_SETTINGS = _right(
    gettext_lazy("change the shop’s settings and the texts of its mails"),
    "backoffice.view_shopsettings",
    "backoffice.change_shopsettings",
)

RIGHTS = (
    SEE_CATALOGUE,
    SEE_ORDERS,
    SEE_CUSTOMERS,
    SEE_REVENUE,
    SEE_PAYMENT_STATE,
    SEE_PAYMENTS,
    SEE_PROMOS,
    SEE_EMAILS,
    EDIT_PRODUCTS,
    MOVE_STOCK,
    FULFIL,
    COMMENT,
    SELL,
    TAKE_PAYMENTS,
    WAIVE_ANY_AMOUNT,
    SHIP_UNPAID,
    MANAGE_PROMOS,
    EDIT_CUSTOMERS,
    EXPORT,
    ERASE,
    REQUEUE,
    MANAGE_USERS,
    CHANGE_SETTINGS,
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
        """Return a sentence with everything that the role may do."""
        if self._may_do_everything:
            return _("May see and do everything in the shop.")
        return _("May %(rights)s.") % {"rights": self._rights_in_words}

    @property
    def you_may(self) -> str:
        """Return the sentence of `may` as said to somebody who has the role."""
        if self._may_do_everything:
            return _("You may see and do everything in the shop.")
        return _("You may %(rights)s.") % {"rights": self._rights_in_words}

    @property
    def may_not(self) -> str:
        """Return a sentence with everything that the role may not do."""
        withheld = [right for right in RIGHTS if right not in self.rights]
        if not withheld:
            return _("Nothing is kept back.")
        return _("May not %(rights)s.") % {"rights": _in_words(withheld, _("%(first)s or %(last)s"))}

    @property
    def _may_do_everything(self) -> bool:
        return self.rights.issuperset(RIGHTS)

    @property
    def _rights_in_words(self) -> str:
        held = [right for right in RIGHTS if right in self.rights]
        return _in_words(held, _("%(first)s and %(last)s"))


def _in_words(rights: Sequence[Right], joined: str) -> str:
    """List what is seen after one "see"; semicolons part the deeds, which have commas of their own."""
    seen = [str(right.seen) for right in rights if right.seen]
    deeds = [str(right.words) for right in rights if not right.seen]
    if seen:
        *first, last = seen
        things = joined % {"first": ", ".join(first), "last": last} if first else last
        deeds.insert(0, _("see %(things)s") % {"things": things})
    return "; ".join(deeds)


def _role(name: str, *rights: Right) -> Role:
    return Role(name, frozenset(rights))


ROLES = (
    _role("Manager", *RIGHTS),
    _role(
        "Warehouse", SEE_CATALOGUE, SEE_ORDERS, SEE_CUSTOMERS, SEE_PAYMENT_STATE, MOVE_STOCK, FULFIL, COMMENT
    ),
    _role(
        "Support",
        SEE_CATALOGUE,
        SEE_ORDERS,
        SEE_CUSTOMERS,
        SEE_PAYMENT_STATE,
        SEE_PAYMENTS,
        SEE_PROMOS,
        SEE_EMAILS,
        FULFIL,
        COMMENT,
        SELL,
        TAKE_PAYMENTS,
        REQUEUE,
    ),
    _role("Marketing", SEE_CATALOGUE, SEE_ORDERS, SEE_REVENUE, SEE_PROMOS, MANAGE_PROMOS),
    _role("Viewer", SEE_CATALOGUE, SEE_ORDERS, SEE_CUSTOMERS, SEE_PROMOS),
)
ROLE_NAMES = tuple(role.name for role in ROLES)


NAMES_IN_WORDS = {
    "Manager": gettext_lazy("Manager"),
    "Warehouse": gettext_lazy("Warehouse"),
    "Support": gettext_lazy("Support"),
    "Marketing": gettext_lazy("Marketing"),
    "Viewer": gettext_lazy("Viewer"),
    "superuser": gettext_lazy("Superuser"),
}


def role_in_words(name: str) -> str:
    """Return what people call this role, as the API and shopctl name it; "" for none."""
    return str(NAMES_IN_WORDS.get(name, name))


def said_to_holder(name: str) -> str:
    """Return what whoever has this role may do; any other name is that of a superuser."""
    role = {each.name: each for each in ROLES}.get(name)
    return role.you_may if role else _("You may see and do everything in the shop.")


def sync_roles() -> None:
    """Make each role's group hold exactly the permissions of the table."""
    from django.contrib.auth.models import Group, Permission

    codes = {
        f"{app}.{code}": pk
        for pk, app, code in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for role in ROLES:
        group, _is_new = Group.objects.get_or_create(name=role.name)
        group.permissions.set([codes[permission] for permission in role.permissions])


def sync_roles_after_migrate(sender: AppConfig, **kwargs: Any) -> None:
    """Sync the roles once per migrate, after the last app: only then do all permissions exist."""
    from django.apps import apps

    if sender is list(apps.get_app_configs())[-1]:
        sync_roles()
