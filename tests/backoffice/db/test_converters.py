"""Kept statements give amounts and moments as the ORM gives them, to the last digit."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection

from backoffice.db.converters import converters_of
from catalog.models import Product
from tests.factories import make_product

pytestmark = pytest.mark.django_db


AMOUNTS = ("0", "1", "0.1", "0.3", "2.675", "1.005", "1.1549", "99999.99", "9999999999.99", "1234567890.1235")
MOMENTS = (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(1999, 1, 1, 0, 0, 0, 70, UTC))


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_amounts_and_moments_are_those_of_the_orm(currency: str, settings: Any) -> None:
    for price, moment in product(AMOUNTS, MOMENTS):
        Product.objects.filter(pk=make_product().pk).update(price=Decimal(price), created_at=moment)
    settings.SHOP_CURRENCY = currency
    rows = Product.objects.order_by("pk").values_list(
        "price", "created_at", "is_active", "low_stock_threshold"
    )
    compiler: Any = rows.query.get_compiler(connection=connection)

    with connection.cursor() as cursor:
        cursor.execute(*compiler.as_sql())
        found = cursor.fetchall()
    columns = [column for column, *_ in compiler.select]
    told = list(compiler.apply_converters(found, converters_of(compiler, columns)))

    assert [repr(list(row)) for row in rows] == [repr(row) for row in told]
    assert len(told) == len(AMOUNTS) * len(MOMENTS)
