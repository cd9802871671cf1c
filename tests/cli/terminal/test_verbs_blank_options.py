"""A script's unset variable: an option that is given empty is wrong use, never the same as none."""

import pytest

from catalog.models import Product
from orders.models import Promotion
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import make_category, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("products", "list", "--category", ""), "category"),
        (("products", "list", "--q", " "), "q"),
        (("products", "export", "--category", ""), "category"),
        (("stock", "export", "--category", ""), "category"),
        (("orders", "list", "--email", ""), "email"),
        (("orders", "list", "--promo-code", ""), "promo-code"),
        (("orders", "list", "--placed-after", ""), "placed-after"),
        (("orders", "export", "--status", ""), "status"),
        (("emails", "list", "--recipient", ""), "recipient"),
        (("emails", "list", "--state", ""), "state"),
        (("promos", "list", "--q", ""), "q"),
        (("promos", "export", "--state", ""), "state"),
        (("promos", "promotions", "--q", ""), "q"),
        (("promos", "create", "HALF", "--percent", "50", "--category", ""), "category"),
        (("promos", "generate", "--count", "3", "--percent", "50", "--product", "", "--yes"), "product"),
        (("promos", "backtest", "--percent", "50", "--category", ""), "category"),
        (("orders", "ship", "B-100001", "--line", ""), "line"),
        (("products", "archive", "CUP", "--as", ""), "as"),
        (("users", "list", "--role", ""), "role"),
    ],
)
def test_an_empty_option_is_wrong_use(shopctl: Shopctl, arguments: tuple[str, ...], option: str) -> None:
    make_product("CUP", on_hand=3)
    place({"CUP": 1})

    refused = shopctl(*arguments)

    assert refused.exit_code == 2
    assert option in refused.stderr
    assert "is empty: give it a value, or leave it out." in refused.stderr
    assert refused.stdout == ""
    assert not Promotion.objects.exists()
    assert list(Product.objects.values_list("is_active", "reserved")) == [(True, 1)]


def test_what_an_empty_option_is_meant_to_clear_is_cleared(answers: Answers) -> None:
    make_product("CUP", on_hand=3)
    order = place({"CUP": 1}, note="Ring twice")

    answers("orders", "edit", order.number, "--note", "")

    order.refresh_from_db()
    assert order.note == ""


def test_nothing_on_standard_input_is_nothing_to_do(shopctl: Shopctl) -> None:
    make_product("CUP")
    make_promo_code("TEN", category_ids=(make_category("Lamps").pk,))

    shopctl("products", "archive", "-", "--yes", stdin="")
    shopctl("promos", "pause", "-", "--yes", stdin="\n\n")
    shopctl("promos", "delete", "-", "--yes", stdin="")

    assert Product.objects.get().is_active
    assert not Promotion.objects.get().codes.get().is_paused
    assert shopctl("stock", "show", "-", stdin="").stdout.count("CUP") == 0
