"""Buttons that open a dialog, and the dialog behind them, for every admin that has some."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from backoffice.admin.dialogs import UseCaseDialog
from catalog.models import Product
from tests.admin_fixtures import SignIn
from tests.factories import make_product
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
PRODUCTS = "/admin/catalog/product/"
BUTTONS = {
    "accounts.user": {"change_email", "password_link", "remove_factors", "sign_out"},
    "catalog.product": {"adjust_stock", "archive"},
    "catalog.productfamily": {"dissolve"},
    "orders.order": {
        "cancel_items",
        "change_due_date",
        "grant_allowance",
        "move_payment",
        "pay_back",
        "record_payment",
        "remind_of_payment",
        "reverse_payment",
        "write_off",
        "correct_shipment",
        "edit_details",
        "mark_delivered",
        "register_return",
        "send_again",
        "ship_items",
        "undo_shipment",
    },
    "orders.promocode": {"delete_unused", "duplicate", "pause", "resume"},
    "orders.promotion": {"end", "pause", "resume"},
}


def dialogs() -> Iterator[tuple[str, str, type[UseCaseDialog]]]:
    """Each with the model and the name of its button."""
    # Loads the addresses, and with them every admin.
    reverse("admin:index")
    for model, its_admin in admin.site._registry.items():
        for name in dir(type(its_admin)):
            if dialog := getattr(getattr(type(its_admin), name), "dialog", None):
                yield model._meta.label_lower, name, dialog["form_class"]


def test_every_dialog_runs_a_use_case_and_has_a_button() -> None:
    found: dict[str, set[str]] = {}
    for model, name, dialog in dialogs():
        assert issubclass(dialog, UseCaseDialog)
        found.setdefault(model, set()).add(name)

    assert found == BUTTONS


def test_the_title_of_a_dialog_is_its_buttons_unless_another_one_is_given(manager: Client) -> None:
    product = make_product("TEA-01")

    assert "Adjust stock" in manager.get(f"{PRODUCTS}{product.pk}/adjust-stock/").text
    assert "Archive this product" in manager.get(f"{PRODUCTS}{product.pk}/archive/").text


def test_a_dialog_that_is_done_says_so_and_loads_the_page_again(manager: Client) -> None:
    product = make_product("TEA-01")
    page = f"{PRODUCTS}{product.pk}/change/"

    above = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = manager.post(f"{PRODUCTS}{product.pk}/archive/", submitted(), headers=above)

    assert (answer.status_code, answer["HX-Redirect"]) == (200, page)
    assert [str(each) for each in get_messages(answer.wsgi_request)] == ["The product is archived."]
    assert not Product.objects.get().is_active


def test_a_dialog_is_a_page_of_its_own_where_no_page_opened_it_and_leads_back_to_its_record(
    manager: Client,
) -> None:
    """As for a browser without scripts, or in another tab."""
    product = make_product("TEA-01")
    dialog, page = f"{PRODUCTS}{product.pk}/archive/", f"{PRODUCTS}{product.pk}/change/"

    above = manager.get(dialog, headers={"HX-Request": "true"}).text
    alone = manager.get(dialog).text
    done = manager.post(dialog, submitted(), follow=True)

    assert "<html" not in above
    assert "hx-post" in above
    assert "<html" in alone
    assert "hx-post" not in alone
    assert '<h1 id="dialog-title">Archive this product</h1>' in alone
    assert f'<a href="{page}" title="TEA-01 ' in alone
    assert done.redirect_chain == [(page, 302)]
    assert "The product is archived." in done.text


def test_a_dialog_whose_use_case_refuses_stays_open_with_the_reason(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=5)

    answer = manager.post(
        f"{PRODUCTS}{product.pk}/adjust-stock/",
        submitted(way="adjust", quantity=-6, reason="correction", seen=5),
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors == {"__all__": ["Only 5 of TEA-01 are on hand."]}
    assert Product.objects.get().on_hand == 5


def test_all_permissions_of_a_button_are_needed(sign_in: SignIn) -> None:
    """The warehouse may look at products, and archive none."""
    product = make_product("TEA-01")

    answer = sign_in("Warehouse").post(f"{PRODUCTS}{product.pk}/archive/", submitted())

    assert answer.status_code == 403
    assert Product.objects.get().is_active
