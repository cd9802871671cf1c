"""Products for the public, answered by the front itself: only what Django has said in this very state."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.db import connection

from backoffice import throttling
from backoffice.server.gateway import Answer, answer_of, environ_of, with_body
from backoffice.wsgi import application
from catalog.front_answers import FrontAnswers
from catalog.product_cache import LONGEST_KEY, remembered
from catalog.products import edit_product
from tests.backoffice.server.network import Headers, Scope
from tests.factories import CLI, make_product

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite" or bool(configured.REDIS_URL), reason="on SQLite alone, without Redis"
    ),
]


def question(query: str = "limit=20", *headers: tuple[str, str], **scope: Any) -> dict[str, Any]:
    named = Headers(("host", "localhost"), *headers)
    return environ_of(Scope(path="/api/v1/products", query_string=query, headers=named, **scope))


@pytest.fixture
def front(settings: Any) -> Iterator[FrontAnswers]:
    settings.API_RATE_PER_MINUTE = 600
    cache.clear()
    make_product("71053", name="Lantern", price="3.39")
    answers = FrontAnswers()
    yield answers
    if answers._database is not None:
        answers._database.close()


def ask(front: FrontAnswers, environ: dict[str, Any]) -> Answer | None:
    """As the front does it: None when it had to ask Django."""
    early = front.again(environ)
    if early is None:
        version = front.version()
        answer = answer_of(application, with_body(dict(environ), io.BytesIO(), 0))
        front.keep(environ, answer, version=version)
    return early


def test_the_second_reader_gets_the_bytes_of_the_first_and_a_change_ends_that(front):
    assert ask(front, question()) is None
    again = ask(front, question())
    assert again is not None
    assert b'"3.39"' in again.body
    edit_product("71053", by=CLI, changes={"price": "4.00"})
    assert ask(front, question()) is None
    newer = ask(front, question())
    assert newer is not None
    assert b'"4.00"' in newer.body


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
def test_whoever_asks_in_another_way_asks_django(front, other):
    ask(front, question())

    assert front.again(other) is None


def test_nothing_is_kept_for_a_question_of_very_many_words(front):
    long = question("&".join(["limit=20"] * 200))
    padded = question("limit=20", ("x-forwarded-proto", "a" * 2_000))

    assert [ask(front, each) for each in (long, long, padded, padded)] == [None] * 4
    rendered: list[int] = []
    for _ in range(2):
        remembered("a" * (LONGEST_KEY + 1), lambda: rendered.append(1))
    assert rendered == [1, 1]


def test_early_answers_count_against_the_limit_of_the_address(front, monkeypatch):
    monkeypatch.setattr(throttling, "ANONYMOUS_PER_MINUTE", 3)
    ask(front, question())

    assert [ask(front, question()) is not None for _ in range(4)] == [True, True, False, False]
    elsewhere = question(client="192.0.2.8:1")
    assert ask(front, elsewhere) is not None


def test_with_redis_the_front_waits_for_nobody(front, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert front.version() is None
