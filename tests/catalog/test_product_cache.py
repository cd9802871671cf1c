import os
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisIsDown

from backoffice.requests.json_reply import Reply
from backoffice.runtime import after_commit
from catalog import product_cache
from catalog.models import StockMovement
from catalog.product_cache import forget_products, remembered
from catalog.products import edit_product
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_user, place
from tests.races.harness import race

pytestmark = [pytest.mark.django_db(transaction=True)]
KEEPS = connection.vendor == "sqlite" or bool(settings.REDIS_URL)


def selects(call: Any) -> int:
    """How often the call asks for products."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        call()
    return sum("catalog_product" in query["sql"] for query in queries)


@pytest.mark.skipif(not KEEPS, reason="without Redis nothing is kept on PostgreSQL")
@pytest.mark.parametrize("path", ["products", "products?q=lantern&ordering=-price", "products/71053"])
def test_the_second_reader_gets_the_same_bytes_without_a_query(path):
    make_product("71053", name="Lantern")
    first = Api().get(path)

    assert selects(lambda: Api().get(path)) == 0
    assert Api().get(path).content == first.content


@pytest.mark.parametrize("path", ["products", "products/71053"])
def test_every_change_shows_in_the_next_read(path):
    make_product("71053", on_hand=10, price="3.39")
    api = Api()

    def shown() -> dict[str, Any]:
        content = api.get(path).json()
        product: dict[str, Any] = content["items"][0] if "items" in content else content
        return product

    assert (shown()["price"], shown()["stock"]) == ("3.39", 10)
    edit_product("71053", by=CLI, changes={"price": "4.00"})
    assert shown()["price"] == "4.00"
    place({"71053": 3})
    assert shown()["stock"] == 7


def test_staff_and_public_never_share_bytes():
    make_product("71053", on_hand=10)
    staff = Api(make_user(role="Viewer"))

    assert "on_hand" in staff.get("products/71053").json()
    assert "on_hand" not in Api().get("products/71053").json()
    assert "on_hand" in staff.get("products/71053").json()


@pytest.mark.race
def test_a_reader_is_never_behind_a_writer_that_has_returned():
    """Four threads write, each reading at once what it wrote; nobody may see less than was acknowledged."""
    make_product("71053", on_hand=1_000)

    def sell() -> tuple[int, int]:
        order = place({"71053": 1})
        sold = StockMovement.objects.get(held_for=order.number).reserved_after
        return sold, Api().get("products/71053").json()["stock"]

    outcomes = race(4, [sell] * 40)

    sold = sorted(outcome for outcome in outcomes if not isinstance(outcome, Exception))
    assert [position for position, _stock in sold] == list(range(1, 41))
    for position, stock in sold:
        assert stock <= 1_000 - position
    assert Api().get("products/71053").json()["stock"] == 960


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of the embedded shop")
def test_what_another_process_commits_shows_in_the_next_read():
    make_product("71053", on_hand=10)
    api = Api()
    assert api.get("products/71053").json()["stock"] == 10
    script = (
        "import django; django.setup();"
        "from accounts.actors import SYSTEM; from catalog import stock; stock.receive('71053', 5, by=SYSTEM)"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "SQL_ENGINE": "sqlite",
        "SQL_DATABASE": str(connection.settings_dict["NAME"]),
    }

    subprocess.run([sys.executable, "-c", script], check=True, env=environment, cwd=settings.BASE_DIR)

    assert api.get("products/71053").json()["stock"] == 15


def test_what_is_rendered_during_a_change_is_not_taken_for_newer():
    """A slow reader asks before a commit and answers after it: its bytes must not be found by the next."""
    make_product("71053")

    def slow() -> Reply:
        race(1, [partial(edit_product, "71053", by=CLI, changes={"name": "New"})])
        return Reply(body=b"old")

    assert remembered("key", slow).body == b"old"
    assert remembered("key", lambda: Reply(body=b"new")).body == b"new"


class Memory:
    """Django's cache as Redis would be, which may go down."""

    is_down = False

    def __getattr__(self, name: str) -> Any:
        if self.is_down:
            raise RedisIsDown
        return getattr(cache, name)

    def make_key(self, key: str) -> str:
        return key

    def pipeline(self) -> "Pipeline":
        return Pipeline(self)


class Pipeline:
    """Sets what it was told to all at once."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.values: dict[str, object] = {}

    def set(self, key: str, value: object, *, ex: int) -> None:
        self.values[key] = value

    def execute(self) -> None:
        self.memory.set_many(self.values, product_cache.TRUSTED_SECONDS)


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Memory:
    """The cache's way of the grown shop, whatever the database."""
    memory = Memory()
    settings.REDIS_URL = settings.REDIS_URL or "redis://named-only"
    for module in (product_cache, after_commit):
        monkeypatch.setattr(module, "cache", memory)
    monkeypatch.setattr(
        product_cache, "remembered", lambda key, render: product_cache._kept_in_redis(key, render)
    )
    return memory


def grown_read(body: bytes) -> bytes:
    return product_cache.remembered("key", lambda: Reply(body=body)).body


def test_grown_bytes_are_kept_until_products_change(grown):
    assert grown_read(b"1") == b"1"
    assert grown_read(b"2") == b"1"
    forget_products()
    assert grown_read(b"3") == b"3"


def test_grown_bytes_of_a_reader_that_was_overtaken_are_not_kept(grown):
    def slow() -> Reply:
        forget_products()
        return Reply(body=b"old")

    assert product_cache.remembered("key", slow).body == b"old"
    assert grown_read(b"new") == b"new"


def test_while_the_cache_server_is_down_everything_is_rendered_anew(grown):
    assert grown_read(b"1") == b"1"
    grown.is_down = True
    assert grown_read(b"2") == b"2"
    forget_products()
    assert grown_read(b"3") == b"3"

    grown.is_down = False
    # What could not be said while it was down is said before anything is looked up.
    assert grown_read(b"4") == b"4"
    assert grown_read(b"5") == b"4"


def test_a_client_that_has_the_bytes_is_told_so():
    make_product("71053", on_hand=10)
    for path in ("products", "products/71053"):
        etag = Api().get(path)["ETag"]
        known = Api().get(path, If_None_Match=f'"other", {etag}')
        assert (known.status_code, known.content, known["ETag"]) == (304, b"", etag)
        assert Api().get(path, If_None_Match="*").status_code == 304
    place({"71053": 1})
    assert Api().get("products/71053", If_None_Match=etag).status_code == 200
