"""What one process of the shop has changed, the next read shows, whichever process answers it."""

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.shop.changing import change_settings
from accounts.tokens.refresh import issue_pair
from catalog.models import Product
from tests.factories import CLI, make_product, make_user
from tests.running.test_killed_server import Shop
from tests.soak import IS_SOAK

CHANGES = 1_000 if IS_SOAK else 250
SKU = "71053"
READS = (f"products/{SKU}", "products?limit=1", f"products?q={SKU}&fields=price")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Client:
    """One kept connection to one process."""

    def __init__(self, shop: Shop) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=60)
        self.headers = {"Authorization": f"Bearer {shop.token}", "Content-Type": "application/json"}

    def set_price(self, price: str) -> None:
        body = json.dumps({"price": price})
        assert self._answer("PATCH", f"products/{SKU}", body, self.headers)["price"] == price

    def price(self, path: str) -> str:
        """As the public sees it."""
        content = self._answer("GET", path)
        shown: str = content.get("items", [content])[0]["price"]
        return shown

    def shipping(self) -> str:
        """What a basket of one is asked for its shipping."""
        body = json.dumps({"lines": [{"sku": SKU, "quantity": 1}]})
        shipping: str = self._answer("POST", "orders/quote", body, self.headers)["shipping"]
        return shipping

    def _answer(self, method: str, path: str, body: str | None = None, headers: Any = ()) -> dict[str, Any]:
        self.connection.request(method, f"/api/v1/{path}", body, dict(headers))
        answer = self.connection.getresponse()
        content: dict[str, Any] = json.loads(answer.read())
        assert answer.status == 200, content
        return content


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, Client]]:
    make_product(SKU, price="1.00", on_hand=5)
    token = issue_pair(make_user(role="Manager")).access
    with ExitStack() as running:
        shops = [Shop(tmp_path, token=token) for _ in range(2)]
        for shop in shops:
            shop.environment["API_RATE_PER_MINUTE"] = "0"
            running.enter_context(shop.open("--no-worker"))
        first, second = (Client(shop) for shop in shops)
        for client in (first, second):
            running.callback(client.connection.close)
        yield first, second


def test_after_each_change_in_one_process_four_reads_in_the_other_show_it(
    clients: tuple[Client, Client],
) -> None:
    stale = []
    for number in range(1, CHANGES + 1):
        price = f"{number / 100:.2f}"
        writer, reader = clients if number % 2 else reversed(clients)
        writer.set_price(price)
        shown = [reader.price(path) for path in (*READS, READS[0])]
        stale += [(number, path) for path, each in zip(READS, shown, strict=False) if each != price]
        assert shown[-1] == shown[0]

    assert stale == []


@pytest.mark.skipif(not settings.REDIS_URL or connection.vendor == "sqlite", reason="of the grown shop")
def test_a_change_that_nobody_was_told_of_would_be_shown_late(clients: tuple[Client, Client]) -> None:
    """The control: bytes are kept, so that only forgetting them in time keeps a read from being stale."""
    late = []
    for number in range(2, 12):
        before = [client.price(READS[0]) for client in clients]
        Product.objects.filter(sku=SKU).update(price=f"{number}.00")
        late += [client.price(READS[0]) for client, price in zip(clients, before, strict=True)]
        late = [price for price in late if price != f"{number}.00"]
        if late:
            break

    assert late


def test_after_each_change_of_a_setting_both_other_processes_go_by_it(clients: tuple[Client, Client]) -> None:
    """This process changes it, as shopctl would; nobody tells the two that serve."""
    for number in range(1, CHANGES // 10):
        fee = f"{number / 100:.2f}"
        change_settings({"SHOP_SHIPPING_FEE": fee}, by=CLI)
        assert [client.shipping() for client in clients] == [fee, fee]
