"""A kept plan is done exactly as it was shown, once, and by whom is kept."""

from decimal import Decimal
from functools import partial

import pytest

from accounts.actors import Actor
from accounts.models import Source
from backoffice.sheets.plans import RowsChanged, RowsHaveProblems
from catalog.models import Product
from catalog.product_files import apply_product_import, keep_product_plan, plan_products
from catalog.product_files.apply import AppliedAlready
from catalog.products import edit_product
from tests.catalog.product_files.test_kept import kept, read, state
from tests.factories import CLI, make_product, make_user
from tests.races.harness import race

pytestmark = pytest.mark.django_db


def test_what_was_shown_is_done_once_and_by_whom_is_kept() -> None:
    clerk = make_user(role="Manager")
    number = kept("sku,name,price\nNEW,Mug,2.00\n").pk
    assert not Product.objects.exists()

    apply_product_import(number, by=Actor(clerk, Source.ADMIN))
    with pytest.raises(AppliedAlready) as refused:
        apply_product_import(number, by=CLI)

    assert refused.value.code == "import_state"
    assert Product.objects.get().price == Decimal("2.00")
    assert state(number) == ("applied", clerk, True)


def test_a_plan_with_problems_is_applied_without_them_only_when_told_so() -> None:
    number = kept("sku,name,price\nNEW,Mug,2.00\nBAD,,\n").pk

    with pytest.raises(RowsHaveProblems):
        apply_product_import(number, by=CLI)
    assert (Product.objects.count(), state(number)) == (0, ("planned", None, False))

    apply_product_import(number, by=CLI, skip_invalid=True)
    assert [product.sku for product in Product.objects.all()] == ["NEW"]


def test_what_was_overtaken_is_not_done_and_stays_planned() -> None:
    make_product("A", price="3.00")
    number = kept("sku,price\nA,4.10\n").pk
    edit_product("A", by=CLI, changes={"price": Decimal("5.00")})

    with pytest.raises(RowsChanged):
        apply_product_import(number, by=CLI)

    assert Product.objects.get().price == Decimal("5.00")
    assert state(number) == ("planned", None, False)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_plan_that_is_confirmed_twice_at_once_is_carried_out_once() -> None:
    make_product("A", price="3.00")
    file = read("sku,name,price\nA,Tea,4.10\nNEW,Mug,2.00\n")
    kept = keep_product_plan(file, plan_products(file), by=CLI)

    outcomes = race(4, [partial(apply_product_import, kept.pk, by=CLI)] * 4)

    assert sorted(type(each).__name__ for each in outcomes) == ["AppliedAlready"] * 3 + ["ProductImport"]
    assert Product.objects.count() == 2
