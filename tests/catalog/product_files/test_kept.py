"""A plan is kept as it was shown, done once, and swept when nobody wants it."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO

import pytest

from accounts.actors import Actor
from accounts.models import Source
from backoffice.sheets.plans import Outcome, RowsChanged, RowsHaveProblems
from catalog.models import Product, ProductImport
from catalog.product_files import (
    PlanGone,
    ProductFile,
    apply_product_import,
    file_of,
    keep_product_plan,
    plan_of,
    plan_products,
    product_import_numbered,
    read_products,
    sweep_product_plans,
)
from catalog.product_files.apply import AppliedAlready
from catalog.products import edit_product
from tests.factories import CLI, make_product, make_user
from tests.races.harness import race

pytestmark = pytest.mark.django_db


def read(content: str, file_name: str = "products.csv") -> ProductFile:
    return read_products(BytesIO(content.encode()), file_name=file_name)


def kept(content: str, by: Actor = CLI) -> ProductImport:
    file = read(content)
    return keep_product_plan(file, plan_products(file), by=by)


def state(number: int) -> tuple[str, object, bool]:
    found = product_import_numbered(number)
    return found.state, found.applied_by, found.applied_at is not None


def test_file_and_plan_come_back_as_they_were() -> None:
    make_product("A", price="3.00")
    content = "sku,price,is_active,Supplier\nA,4.10,1,x\nB,,maybe,y\n"
    file = read(content)
    plan = plan_products(file)

    found = product_import_numbered(kept(content).pk)

    assert file_of(found) == file
    again = plan_of(found)
    assert found.file_name == "products.csv"
    assert (again.subject, again.ignored_columns) == ("sku", ("Supplier",))
    told = [(row.row, row.name, row.outcome, row.problem) for row in plan.rows]
    assert [(row.row, row.name, row.outcome, row.problem) for row in again.rows] == told
    assert again.rows[0].changes == {"price": ("3.00", "4.10")}
    assert [row.outcome for row in again.rows] == [Outcome.CHANGE, Outcome.PROBLEM]


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


def test_a_plan_that_is_not_there_is_gone() -> None:
    for look in (product_import_numbered, partial(apply_product_import, by=CLI)):
        with pytest.raises(PlanGone) as refused:
            look(4711)
        assert refused.value.code == "unknown_import"


def test_an_applied_import_is_never_swept() -> None:
    number = kept("sku,name,price\nNEW,Mug,2.00\n").pk
    apply_product_import(number, by=CLI)

    assert sweep_product_plans(product_import_numbered(number).created_at + timedelta(days=365)) == 0
    assert state(number)[0] == "applied"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_plan_that_is_confirmed_twice_at_once_is_carried_out_once() -> None:
    make_product("A", price="3.00")
    file = read("sku,name,price\nA,Tea,4.10\nNEW,Mug,2.00\n")
    kept = keep_product_plan(file, plan_products(file), by=CLI)

    outcomes = race(4, [partial(apply_product_import, kept.pk, by=CLI)] * 4)

    assert sorted(type(each).__name__ for each in outcomes) == ["AppliedAlready"] * 3 + ["ProductImport"]
    assert Product.objects.count() == 2


def test_a_plan_that_nobody_confirms_is_swept_after_a_day() -> None:
    file = read("sku,name,price\nNEW,Mug,2.00\n")
    kept = keep_product_plan(file, plan_products(file), by=CLI)

    assert sweep_product_plans(kept.created_at + timedelta(hours=23)) == 0
    assert sweep_product_plans(kept.created_at + timedelta(hours=25)) == 1
    with pytest.raises(PlanGone):
        apply_product_import(kept.pk, by=CLI)
    assert not Product.objects.exists()
