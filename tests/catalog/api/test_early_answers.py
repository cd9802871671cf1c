"""Products for the public, answered before Django has made a request of it."""

import asyncio
import io
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.tokens.refresh import issue_pair
from backoffice.api import rate_limit
from backoffice.requests.json_reply import Reply
from backoffice.server.gateway import answer_of, environ_of, with_body
from backoffice.server.redis_line import RedisLine
from backoffice.wsgi import application
from catalog.api.early_answers import EarlyAnswers
from catalog.models import Product
from catalog.product_cache import LONGEST_KEY, TRUSTED_SECONDS, forget_products, remembered
from catalog.products import edit_product
from tests.backoffice.server.network import Headers, Scope
from tests.factories import CLI, make_product, make_user

pytestmark = [pytest.mark.django_db(transaction=True)]
KEEPS = connection.vendor == "sqlite" or bool(configured.REDIS_URL)
LIST = "/api/v1/products?limit=20"


class Shop:
    """The front's way with a request, and the number of requests that got past the early answers."""

    def __init__(self) -> None:
        self.asked = 0
        self.early = EarlyAnswers()
        self.loop = asyncio.new_event_loop()
        # Of its own: the browser of other tests leaves a loop running in this one.
        self.thread = ThreadPoolExecutor(1)

    def get(self, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.ask(RequestFactory(headers=headers, SERVER_NAME="localhost").get(url).environ)

    def ask(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        answer = self._in_loop(self.early.again(environ))
        if answer is None:
            self.asked += 1
            state = self.thread.submit(self.early.state).result()
            answer = answer_of(application, with_body(dict(environ), io.BytesIO(), 0))
            self.thread.submit(self.early.keep, environ, answer, state=state).result()
        assert isinstance(answer.body, bytes)
        return answer.status, dict(answer.headers), answer.body

    def close(self) -> None:
        self._in_loop(self.early.close())

    def _in_loop[T](self, scene: Coroutine[Any, Any, T]) -> T:
        return self.thread.submit(self.loop.run_until_complete, scene).result()


@pytest.fixture
def shop(settings) -> Iterator[Shop]:
    settings.API_RATE_PER_MINUTE = 600
    make_product("71053", name="Lantern", price="3.39")
    shop = Shop()
    yield shop
    shop.close()
    shop.loop.close()
    shop.thread.shutdown()


@pytest.mark.skipif(not KEEPS, reason="without Redis nothing is kept on PostgreSQL")
@pytest.mark.parametrize("url", [LIST, "/api/v1/products/71053", "/api/v1/products?q=lant%C3%A9rn"])
def test_the_second_reader_gets_all_that_the_first_got_without_django(shop, url):
    _, first_headers, first_body = shop.get(url)
    status, headers, body = shop.get(url)

    assert (shop.asked, status, body) == (1, 200, first_body)
    assert sorted(headers) == sorted(first_headers)
    own = {name for name in headers if headers[name] != first_headers[name]}
    assert own <= {"x-request-id", "ratelimit", "ratelimit-remaining", "ratelimit-reset"}
    assert {"x-request-id", "ratelimit-remaining"} <= own
    assert int(headers["ratelimit-remaining"]) == int(first_headers["ratelimit-remaining"]) - 1
    assert shop.get(url, **{"X-Request-ID": "mine"})[1]["x-request-id"] == "mine"


def test_every_change_shows_in_the_next_answer(shop):
    for price in ("4.00", "5.00", "6.00"):
        edit_product("71053", by=CLI, changes={"price": price})
        for _ in range(2):
            assert f'"price":"{price}"'.encode() in shop.get(LIST)[2]


def test_what_is_asked_in_another_way_goes_through_the_whole_chain(shop):
    token = issue_pair(make_user(role="Viewer")).access
    _, headers, _ = shop.get(LIST)
    shop.get(LIST)
    asked = shop.asked

    assert b"on_hand" in shop.get(LIST, Authorization=f"Bearer {token}")[2]
    assert shop.get(LIST, **{"If-None-Match": headers["etag"]})[::2] == (304, b"")
    assert shop.get(LIST, Host="elsewhere.example")[0] == 400
    assert shop.get(LIST, Origin="https://elsewhere.example")[0] == 200
    assert shop.get(f"{LIST}&nonsense=1")[0] == 422
    assert shop.get(f"{LIST}&nonsense=1")[0] == 422
    assert shop.asked == asked + 6


def test_an_empty_authorization_is_refused_however_often_its_words_were_answered(shop):
    asked = [shop.get(LIST)[0], shop.get(LIST)[0], shop.get(LIST, Authorization="")[0]]

    assert asked == [200, 200, 401]


def test_a_sku_with_a_question_mark_is_not_another_with_a_query(shop):
    make_product("A", name="Short")
    make_product("A?fields=", name="Long")

    for _ in range(2):
        assert shop.get("/api/v1/products/A?fields=?&fields=name")[2] == b'{"name":"Short"}'
        assert shop.get("/api/v1/products/A%3Ffields=?&fields=name")[2] == b'{"name":"Long"}'


@pytest.mark.skipif(not configured.REDIS_URL, reason="of the grown shop")
def test_a_change_that_nobody_was_told_of_shows_within_a_second(shop, settings):
    """As when a process dies between its commit and telling Redis."""
    settings.API_RATE_PER_MINUTE = 0
    shop.get(LIST)
    assert b'"price":"3.39"' in shop.get(LIST)[2]
    began = monotonic()
    Product.objects.update(price="4.00")

    while b'"price":"4.00"' not in shop.get(LIST)[2]:
        assert monotonic() < began + TRUSTED_SECONDS + 0.5


@pytest.mark.skipif(not configured.REDIS_URL, reason="of the grown shop")
def test_while_nothing_is_committed_the_same_bytes_are_answered_again_and_again(shop, settings):
    settings.API_RATE_PER_MINUTE = 0
    # What was told of the new product ends by itself; then the database is asked.
    sleep(TRUSTED_SECONDS + 0.1)
    shop.get(LIST)
    until = monotonic() + 2.5 * TRUSTED_SECONDS
    with CaptureQueriesContext(connection) as queries:
        while monotonic() < until:
            assert shop.get(LIST)[0] == 200
            sleep(0.01)

    asked = [query["sql"] for query in queries]
    # PostgreSQL's own upkeep may end a transaction meanwhile.
    assert len([sql for sql in asked if "catalog_product" in sql]) <= 1
    assert 1 <= len(asked) <= 5


@pytest.mark.skipif(not configured.REDIS_URL, reason="of the grown shop")
@pytest.mark.parametrize("limit", [0, 600])
def test_what_another_process_has_changed_is_neither_answered_early_nor_counted_twice(shop, settings, limit):
    settings.API_RATE_PER_MINUTE = limit
    shop.get(LIST)
    remaining = shop.get(LIST)[1].get("ratelimit-remaining", "1")
    Product.objects.update(price="4.00")
    forget_products()

    _, headers, body = shop.get(LIST)

    assert b'"price":"4.00"' in body
    assert shop.asked == 2
    assert int(headers.get("ratelimit-remaining", "0")) == int(remaining) - 1
    shop.get(LIST)
    assert shop.asked == 2


@pytest.mark.skipif(not configured.REDIS_URL, reason="of the grown shop")
@pytest.mark.parametrize("limit", [0, 600])
def test_while_redis_cannot_be_asked_nothing_is_answered_early(shop, settings, monkeypatch, limit):
    settings.API_RATE_PER_MINUTE = limit
    shop.get(LIST)
    shop.close()
    monkeypatch.setattr(shop.early, "_redis", RedisLine("redis://127.0.0.1:1/0"))

    assert [shop.get(LIST)[0] for _ in range(2)] == [200, 200]
    assert shop.asked == 3


def test_early_answers_count_against_the_limit_of_the_address(shop, monkeypatch):
    monkeypatch.setattr(rate_limit, "ANONYMOUS_PER_MINUTE", 3)

    assert [shop.get(LIST)[0] for _ in range(5)] == [200, 200, 200, 429, 429]
    status, headers, body = shop.get(LIST)
    assert (status, headers["ratelimit-remaining"]) == (429, "0")
    assert b'"code":"throttled"' in body
    assert int(headers["retry-after"]) <= 60


def question(query: str = "limit=20", *headers: tuple[str, str], **scope: Any) -> dict[str, Any]:
    named = Headers(("host", "localhost"), *headers)
    return environ_of(Scope(path="/api/v1/products", query_string=query, headers=named, **scope))


@pytest.mark.parametrize(
    "other",
    [
        question("limit=20", ("authorization", "")),
        question("limit=20", ("origin", "https://elsewhere.example")),
        question("limit=20", ("if-none-match", "*")),
        question("limit=20", method="HEAD"),
        question("limit=20", ("x-forwarded-proto", "https")),
        question("limit=%320"),
        question("limit=20&"),
    ],
)
def test_whoever_asks_in_other_words_asks_django(shop, other):
    shop.ask(question())

    shop.ask(other)

    assert shop.asked == 2


def test_nothing_is_kept_for_a_question_of_very_many_words(shop):
    long = question("&".join(["limit=20"] * 200))
    padded = question("limit=20", ("x-forwarded-proto", "a" * 2_000))

    for each in (long, long, padded, padded):
        shop.ask(each)
    assert shop.asked == 4
    rendered: list[int] = []
    for _ in range(2):
        remembered("a" * (LONGEST_KEY + 1), lambda: rendered.append(1) or Reply())
    assert rendered == [1, 1]
