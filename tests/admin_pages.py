"""Every page of the admin, over a shop that has a row of everything."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from django.contrib import admin
from django.test import Client

from catalog.stock_import import plan_import
from orders.customers.editing import edit_customer
from orders.models import Order
from orders.payments.imports import plan_payments
from tests.contract import hostile
from tests.factories import (
    ADDRESS,
    CLI,
    make_batch,
    make_category,
    make_customer,
    make_family,
    make_product,
    make_promo_code,
    place,
)
from tests.orders.payments.imports.files import file_of


def open_a_shop(word: str = "") -> Order:
    """Give the shop one row of everything, each name of which ends in `word`; return its order."""
    lamps = make_category(f"Lamps{word}")
    make_product(f"TEA-01{word[:50]}", on_hand=9, price="10.00", category=lamps, name=f"Green tea{word}")
    make_family(
        f"Teas{word}", (f"Colour{word}"[:30], "Weight"), {f"TEA-01{word[:50]}": (f"Green{word}", "80 g")}
    )
    make_batch(2, name=f"Black Friday{word}")
    make_promo_code("SPRING20", category_ids=(lamps.pk,))
    plan_import(BytesIO(b"sku,quantity\nTEA-01,7\nNONE,1\n"), file_name="shelf.csv", mode="count", by=CLI)
    lena = make_customer(f"lena{word[:30]}@example.com", name=f"Lena{word}")
    edit_customer(lena, note=f"Rings twice{word}", by=CLI)
    address = replace(ADDRESS, name=f"Lena{word}", line1=f"Seeweg{word}", city=f"Köln{word}")
    order = place({f"TEA-01{word[:50]}": 2}, customer=lena, promo_code="SPRING20", address=address, note=word)
    settles, named = f"{order.due};{order.number}", f"1.00;{order.number} {word};{word}"
    statement = file_of(settles, named, f"7.00;{word};{word}", "0;none")
    plan_payments(BytesIO(statement.encode()), file_name="bank.csv", by=CLI)
    return order


def pages(client: Client, order: Order) -> list[str]:
    """Addresses that answer with a whole page, neither with a dialog nor with a file."""
    asked = [hostile.with_first_row(pattern, first(pattern)) for pattern in hostile.patterns()]
    asked += [
        f"/admin/orders/order/scan/?order={order}",
        "/admin/orders/promotion/backtest/?run=1&percent_off=10",
    ]
    return [address for address in dict.fromkeys(asked) if _is_page(client, address)]


def _is_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    # Read to its end a file is closed.
    content = b"".join(answer)
    return answer.status_code == 200 and b"<html" in content


def first(pattern: str) -> Any:
    for model in admin.site._registry:
        if pattern.startswith(f"{model._meta.app_label}/{model._meta.model_name}/"):
            row = model._default_manager.first()
            return row.pk if row else 1
    return 1
