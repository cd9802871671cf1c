"""Every address of the catalogue's, the users' and the e-mails' admin, as each role."""

from io import BytesIO

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import User
from accounts.roles import ROLE_NAMES
from backoffice import urls
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.models import Category, Product, ProductImport, StockImport, StockMovement
from catalog.product_files import keep_product_plan, plan_products, read_products
from catalog.stock_import import apply_import, plan_import
from tests.admin_fixtures import SignIn
from tests.contract.hostile import WITHIN_A_PAGE
from tests.factories import CLI, make_category, make_product, make_user
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db

ALL = frozenset(ROLE_NAMES)
MANAGER = frozenset({"Manager"})
STOCK = frozenset({"Manager", "Warehouse"})
MAIL = frozenset({"Manager", "Support"})
NOBODY: frozenset[str] = frozenset()

# Who may open what, or do what.
MATRIX = {
    "catalog_product_changelist": ALL,
    "catalog_product_add": MANAGER,
    "catalog_product_change": ALL,
    "catalog_product_history": ALL,
    "catalog_product_delete": NOBODY,
    "catalog_product_adjust_stock": STOCK,
    "catalog_product_adjust_here": STOCK,
    "catalog_product_pictures": MANAGER,
    "catalog_product_picture": MANAGER,
    "catalog_product_archive": MANAGER,
    "catalog_product_reorder": ALL,
    "catalog_product_count": STOCK,
    "catalog_product_count_find": STOCK,
    "catalog_product_count_record": STOCK,
    "catalog_product_count_sheet": STOCK,
    "catalog_product_export": ALL,
    "catalog_product_import": MANAGER,
    "catalog_product_import_plan": ALL,
    "catalog_product_import_apply": MANAGER,
    "catalog_product_import_undo": MANAGER,
    "catalog_product_import_rejects": ALL,
    "catalog_productimport_changelist": ALL,
    "catalog_productimport_add": NOBODY,
    "catalog_productimport_change": ALL,
    "catalog_productimport_history": ALL,
    "catalog_productimport_delete": NOBODY,
    "catalog_category_changelist": ALL,
    "catalog_category_add": MANAGER,
    "catalog_category_change": ALL,
    "catalog_category_history": ALL,
    "catalog_category_delete": MANAGER,
    "catalog_stockmovement_changelist": ALL,
    "catalog_stockmovement_add": NOBODY,
    "catalog_stockmovement_change": ALL,
    "catalog_stockmovement_history": ALL,
    "catalog_stockmovement_delete": NOBODY,
    "catalog_stockmovement_export": ALL,
    "catalog_stockimport_changelist": ALL,
    "catalog_stockimport_add": NOBODY,
    "catalog_stockimport_import": STOCK,
    "catalog_stockimport_progress": STOCK,
    "catalog_stockimport_export": ALL,
    "catalog_stockimport_change": ALL,
    "catalog_stockimport_history": ALL,
    "catalog_stockimport_delete": NOBODY,
    "catalog_stockimport_template": STOCK,
    "catalog_stockimport_rejects": ALL,
    "catalog_stockimport_apply": STOCK,
    "catalog_stockimport_undo": STOCK,
    "outbox_emailmessage_changelist": MAIL,
    "outbox_emailmessage_add": NOBODY,
    "outbox_emailmessage_change": MAIL,
    "outbox_emailmessage_history": MAIL,
    "outbox_emailmessage_delete": NOBODY,
    "outbox_emailmessage_send_again": MAIL,
    "accounts_user_changelist": MANAGER,
    "accounts_user_add": MANAGER,
    "accounts_user_change": MANAGER,
    "accounts_user_history": MANAGER,
    "accounts_user_delete": NOBODY,
    "accounts_user_password_link": MANAGER,
    "accounts_user_change_email": MANAGER,
    "accounts_user_remove_factors": MANAGER,
    "accounts_user_sign_out": MANAGER,
    "accounts_user_roles": MANAGER,
}
MODELS = (Category, Product, ProductImport, StockMovement, StockImport, EmailMessage, User)


@pytest.fixture
def addresses() -> dict[str, str]:
    """Each name of the matrix with the address of a row that exists."""
    make_category()
    product = make_product("TEA-01", on_hand=5)
    stock_import = plan_import(BytesIO(b"sku,quantity\nTEA-01,7\n"), file_name="a.csv", mode="count", by=CLI)
    products = read_products(BytesIO(b"sku,price\nTEA-01,7\n"), file_name="a.csv")
    keep_product_plan(products, plan_products(products), by=CLI)
    EmailMessage.objects.create(cause="order:B-1", template="invitation", recipient="a@example.com")
    make_user("colleague@example.com", role="Viewer")
    rows = {
        "catalog_product": product.pk,
        "catalog_stockimport": stock_import.pk,
        **{model._meta.label_lower.replace(".", "_"): first_of(model) for model in MODELS},
    }
    return {name: address_of(name, rows) for name in MATRIX}


def first_of(model: type) -> int:
    return int(model._default_manager.order_by("pk")[0].pk)  # type: ignore[attr-defined]


def address_of(name: str, rows: dict[str, int]) -> str:
    pattern = next(pattern for pattern in patterns() if pattern.name == name)
    row = rows["_".join(name.split("_")[:2])]
    return reverse(f"admin:{name}", args=[row] if pattern.pattern.converters else [])


def patterns() -> list[URLPattern]:
    """All named addresses of our models, those without a name (redirects) left out."""
    assert urls.urlpatterns, "loading them registers the pages"
    found = []
    for model in MODELS:
        for pattern in admin.site._registry[model].get_urls():
            assert isinstance(pattern, URLPattern)
            if pattern.name:
                found.append(pattern)
    return found


def test_no_address_was_forgotten() -> None:
    assert {pattern.name for pattern in patterns()} == set(MATRIX)


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_each_role_opens_what_the_table_says_and_nothing_else(
    role: str, sign_in: SignIn, addresses: dict[str, str]
) -> None:
    client = sign_in(role)

    refused = {name for name, url in addresses.items() if status(client, url) == 403}

    assert refused == {name for name, roles in MATRIX.items() if role not in roles}


def status(client: Client, url: str) -> int:
    """The answer to GET, or to POST where that alone is taken."""
    answer = client.get(url, headers=WITHIN_A_PAGE)
    if answer.status_code == 405:
        answer = client.post(url, headers=WITHIN_A_PAGE)
    return int(answer.status_code)


def test_customers_and_strangers_are_sent_to_sign_in(sign_in: SignIn, addresses: dict[str, str]) -> None:
    for client in (Client(), sign_in(None)):
        for url in addresses.values():
            assert client.get(url).headers["Location"].startswith("/admin/login/?next=")


def test_asking_by_get_changes_nothing(sign_in: SignIn, addresses: dict[str, str]) -> None:
    client = sign_in("superuser")

    for url in addresses.values():
        client.get(url)

    product = Product.objects.get(sku="TEA-01")
    assert (product.on_hand, product.is_active) == (5, True)
    assert StockImport.objects.get().state == "planned"
    assert EmailMessage.objects.get().state == EmailState.QUEUED


@pytest.mark.parametrize("role", ["Support", "Marketing", "Viewer"])
def test_stock_stays_as_it_is_for_roles_that_may_not_move_it(
    role: str, sign_in: SignIn, addresses: dict[str, str]
) -> None:
    client = sign_in(role)
    adjustment = {"way": "receive", "quantity": "5", "seen": "5", **submitted()}

    assert client.post(addresses["catalog_product_adjust_stock"], adjustment).status_code == 403
    assert client.post(addresses["catalog_stockimport_apply"]).status_code == 403
    apply_import(StockImport.objects.get().pk, by=CLI)
    assert client.post(addresses["catalog_stockimport_undo"]).status_code == 403
    assert Product.objects.get(sku="TEA-01").on_hand == 7


def test_a_warehouse_colleague_cannot_change_a_price(sign_in: SignIn, addresses: dict[str, str]) -> None:
    form = {"sku": "TEA-01", "name": "Tea", "price": "0.01", "is_active": "on"}

    answer = sign_in("Warehouse").post(addresses["catalog_product_change"], form)

    assert answer.status_code == 403
    assert str(Product.objects.get().price) == "3.39"


def test_roles_are_not_pages_of_their_own() -> None:
    assert "auth_group_changelist" not in {
        pattern.name for pattern in admin.site.get_urls() if isinstance(pattern, URLPattern)
    }
    assert [model.__name__ for model in admin.site._registry if model.__name__ == "Group"] == []
