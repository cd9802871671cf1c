"""The admin's look and sidebar, as data. Loaded by the settings, so apps are named, never imported."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy

from backoffice.admin.breadcrumbs import own_account
from backoffice.dates import day

if TYPE_CHECKING:
    from backoffice.pictures.logo import Logo


@dataclass(frozen=True, slots=True)
class SidebarPage:
    """One link of the sidebar; `badge` names a function of the request that gives a number.

    `also` names a list that belongs to it and has no link of its own.
    """

    title: str | Promise
    icon: str
    url_name: str
    permission: str = ""
    badge: str = ""
    badge_variant: str = "warning"
    also: str = ""


SIDEBAR: tuple[tuple[str | Promise, tuple[SidebarPage, ...]], ...] = (
    ("", (SidebarPage(gettext_lazy("Dashboard"), "dashboard", "admin:index"),)),
    (
        gettext_lazy("Sales"),
        (
            SidebarPage(
                gettext_lazy("Orders"),
                "shopping_cart",
                "admin:orders_order_changelist",
                "orders.view_order",
                badge="orders.admin.navigation.to_ship_badge",
            ),
            SidebarPage(
                gettext_lazy("Customers"),
                "group",
                "admin:accounts_customer_changelist",
                "accounts.view_customer",
            ),
            SidebarPage(
                gettext_lazy("Payments"),
                "payments",
                "admin:orders_paymententry_changelist",
                "orders.view_paymententry",
            ),
            SidebarPage(
                gettext_lazy("Payments from a file"),
                "account_balance",
                "admin:orders_paymentimport_changelist",
                "orders.view_paymentimport",
            ),
        ),
    ),
    (
        gettext_lazy("Catalogue"),
        (
            SidebarPage(
                gettext_lazy("Products"),
                "inventory_2",
                "admin:catalog_product_changelist",
                "catalog.view_product",
                badge="catalog.admin.navigation.low_stock_badge",
                badge_variant="danger",
                also="admin:catalog_productimport_changelist",
            ),
            SidebarPage(
                gettext_lazy("Families"),
                "account_tree",
                "admin:catalog_productfamily_changelist",
                "catalog.view_productfamily",
            ),
            SidebarPage(
                gettext_lazy("Count shelves"),
                "fact_check",
                "admin:catalog_product_count",
                "catalog.move_stock",
            ),
            SidebarPage(
                gettext_lazy("Stock imports"),
                "upload_file",
                "admin:catalog_stockimport_changelist",
                "catalog.view_stockimport",
            ),
            SidebarPage(
                gettext_lazy("Stock ledger"),
                "history",
                "admin:catalog_stockmovement_changelist",
                "catalog.view_stockmovement",
            ),
            SidebarPage(
                gettext_lazy("Categories"),
                "category",
                "admin:catalog_category_changelist",
                "catalog.view_category",
            ),
        ),
    ),
    (
        gettext_lazy("Marketing"),
        (
            SidebarPage(
                gettext_lazy("Promo codes"),
                "sell",
                "admin:orders_promocode_changelist",
                "orders.view_promocode",
                also="admin:orders_promotion_changelist",
            ),
        ),
    ),
    (
        gettext_lazy("Settings"),
        (
            SidebarPage(
                gettext_lazy("Shop settings"), "tune", "admin:settings", "backoffice.change_shopsettings"
            ),
            SidebarPage(
                gettext_lazy("Mail texts"),
                "edit_note",
                "admin:mail_texts",
                "backoffice.change_shopsettings",
            ),
            SidebarPage(
                gettext_lazy("Users & roles"), "badge", "admin:accounts_user_changelist", "accounts.view_user"
            ),
            SidebarPage(
                gettext_lazy("E-mails"),
                "mail",
                "admin:outbox_emailmessage_changelist",
                "outbox.view_emailmessage",
                badge="backoffice.outbox.admin.failed_badge",
                badge_variant="danger",
            ),
        ),
    ),
)
TABS = (
    "catalog.admin.navigation.tabs",
    "orders.admin.navigation.tabs",
    "accounts.admin.users.tabs",
    "backoffice.outbox.admin.tabs",
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups that this user may see, with the numbers beside them."""
    groups: list[dict[str, Any]] = []
    for title, pages in SIDEBAR:
        if items := [_link(page, request) for page in pages if _may_see(page, request)]:
            groups.append({"title": title, "separator": bool(title), "items": items})
    _mark_active([item for group in groups for item in group["items"]], request.path)
    return groups


def _mark_active(items: list[dict[str, Any]], path: str) -> None:
    """Mark only the page nearest above the path: Unfold would mark every one above it."""
    home = reverse("admin:index")
    above = [
        (place, item)
        for item in items
        for place in item["places"]
        if path.startswith(place) and (place != home or path == home)
    ]
    _place, nearest = max(above, key=lambda each: len(each[0]), default=("", None))
    for item in items:
        item["active"] = item is nearest


def _may_see(page: SidebarPage, request: HttpRequest) -> bool:
    return not page.permission or request.user.has_perm(page.permission)


def _link(page: SidebarPage, request: HttpRequest) -> dict[str, Any]:
    places = [reverse(name) for name in (page.url_name, page.also) if name]
    link: dict[str, Any] = {"title": page.title, "icon": page.icon, "link": places[0], "places": places}
    if page.badge:
        link |= {"badge": import_string(page.badge)(request), "badge_variant": page.badge_variant}
    return link


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs of the list that is being looked at."""
    if not request.user.is_staff:
        return []
    return [tab for name in TABS for tab in import_string(name)(request)]


def account_links(_request: HttpRequest) -> list[dict[str, str]]:
    """Return the links of the menu under one's own name."""
    return [asdict(own_account())]


def second_factor_due(request: HttpRequest) -> str:
    """Return the day by which they have to set up a second factor, `Tue 8 Dec`; "" when they need not."""
    due = getattr(request.user, "mfa_required_from", None)
    return day(timezone.localdate(due)) if due and settings.SHOP_MFA == "required" else ""


def shop_name(_request: HttpRequest) -> str:
    # Loaded late: the settings load this module, and there are no models yet.
    from backoffice.shop.in_force import shown

    return shown().name


def shop_logo() -> "Logo | None":
    from backoffice.shop.in_force import shown

    return shown().logo


def asset(path: str) -> Callable[[HttpRequest], str]:
    """Give a function that finds the file's URL per request: the name of a collected file holds its hash."""
    return lambda _request: static(path)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": shop_name,
    "SITE_HEADER": shop_name,
    "SITE_SUBHEADER": gettext_lazy("Back office"),
    "BORDER_RADIUS": "8px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": asset("backoffice/favicon.svg")}],
    # Scripts, and the styles of what stands around a page: templates/unfold/layouts/skeleton.html.
    "STYLES": [asset("backoffice/theme.css"), asset("backoffice/blocks.css")],
    "DASHBOARD_CALLBACK": "orders.admin.dashboard.cards.dashboard_context",
    "COMMAND": {"search_callback": "orders.admin.search.search", "show_history": False},
    "SIDEBAR": {"show_search": True},
    "COLORS": {
        "base": {
            "50": "#f8fafc",
            "100": "#f1f5f9",
            "200": "#e2e8f0",
            "300": "#cbd5e1",
            "400": "#94a3b8",
            "500": "#64748b",
            "600": "#475569",
            "700": "#334155",
            "800": "#1e293b",
            "900": "#131c2e",
            "950": "#0b1220",
        },
        "primary": {
            "50": "#eff6ff",
            "100": "#dbeafe",
            "200": "#bfdbfe",
            "300": "#93c5fd",
            "400": "#60a5fa",
            "500": "#3b82f6",
            "600": "#2563eb",
            "700": "#1d4ed8",
            "800": "#1e40af",
            "900": "#1e3a8a",
            "950": "#172554",
        },
    },
}
