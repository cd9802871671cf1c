"""A plan is kept as it was shown, done once, and swept when nobody wants it."""

from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest

from accounts.actors import Actor
from backoffice.sheets.plans import Outcome
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
from tests.factories import CLI, make_product

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


def test_a_plan_that_nobody_confirms_is_swept_after_a_day() -> None:
    file = read("sku,name,price\nNEW,Mug,2.00\n")
    kept = keep_product_plan(file, plan_products(file), by=CLI)

    assert sweep_product_plans(kept.created_at + timedelta(hours=23)) == 0
    assert sweep_product_plans(kept.created_at + timedelta(hours=25)) == 1
    with pytest.raises(PlanGone):
        apply_product_import(kept.pk, by=CLI)
    assert not Product.objects.exists()
