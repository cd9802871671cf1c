"""Whoever can write into Redis runs nothing in the shop, and sends nothing in its name."""

import logging
import pickle
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from redis import Redis

from backoffice.errors import Throttled
from backoffice.requests import throttle_store
from backoffice.requests.throttling import hit_in_any
from backoffice.runtime.caches import PlainSerializer, opened, sealed
from backoffice.runtime.queue import _signed
from catalog import product_cache
from catalog.product_cache import BEGAN, GENERATION, TOLD, TRUSTED_SECONDS
from tests.contract.client import Api
from tests.factories import make_product, place

grown = pytest.mark.skipif(
    not settings.REDIS_URL or connection.vendor != "postgresql", reason="of the grown shop"
)


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.once
@pytest.mark.parametrize("value", [0, 7, -1, 1.5, True, "ä\n", [1, ["x", None]], {"a": 1}, b"\x00\xff", b""])
def test_plain_values_come_back_as_they_were(value: object) -> None:
    plain = PlainSerializer()
    written = plain.dumps(value)
    # A whole number is what Redis itself counts with.
    assert plain.loads(str(written).encode() if isinstance(written, int) else written) == value
    assert type(plain.loads(str(written).encode() if isinstance(written, int) else written)) is type(value)


@pytest.mark.once
@pytest.mark.parametrize(
    "junk", [b"", b"\xff", b"NaN", b"[" * 100_000, b"9" * 10_000, b"{", pickle.dumps([1]), b"Infinity"]
)
def test_what_is_no_plain_value_is_nothing(junk: bytes) -> None:
    assert PlainSerializer().loads(junk) is None


@pytest.mark.once
def test_a_value_that_is_not_plain_is_refused() -> None:
    with pytest.raises(TypeError):
        PlainSerializer().dumps(object())


@pytest.mark.once
def test_a_seal_is_good_for_its_content_under_its_key_alone(settings: Any) -> None:
    kept = sealed("a", b"content")
    assert opened("a", kept) == b"content"
    assert opened("b", kept) is None
    assert opened("a", kept[:-1] + b"!") is None
    assert opened("a", b"content") is None
    assert opened("a", "content") is None
    # Nothing of the key can be passed off as content.
    assert opened("ac", sealed("a", b"content")) is None
    settings.SECRET_KEY = "another-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
    assert opened("a", kept) is None


@pytest.mark.once
def test_a_queued_task_is_believed_only_with_the_shops_signature(tmp_path: Path) -> None:
    """The signature is compared before anything is unpickled."""
    bomb = pickle.dumps(Touch(tmp_path / "ran"))
    ours = _signed(settings.SECRET_KEY)
    forged = [bomb, bomb + b":", bomb + b":" + b"0" * 40, _signed("guessed")._sign(bomb)]

    for message in forged:
        with pytest.raises(ValueError, match=r"not found|mismatch"):
            ours.deserialize(message)
    assert not (tmp_path / "ran").exists()
    ours.deserialize(ours._sign(bomb))
    assert (tmp_path / "ran").exists()


@grown
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["pickle", "text", "list"])
def test_poisoned_values_do_nothing_and_every_request_is_answered(
    tmp_path: Path,
    kind: str,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.API_RATE_PER_MINUTE = 600
    bomb = pickle.dumps(Touch(tmp_path / "ran"))
    make_product("A", on_hand=10, price="3.39")
    paths = ("products", "products/A", "products?limit=1")
    # What was told of the new product ends by itself; then the database is asked.
    sleep(TRUSTED_SECONDS + 0.1)
    for path in paths:
        assert Api().get(path).status_code == 200
    hit_in_any("a", limit=3, window_seconds=60)
    hit_in_any("b", limit=1, window_seconds=60)
    redis = Redis.from_url(settings.REDIS_URL)
    keys = list(redis.keys())
    assert {cache.make_key(key).encode() for key in (GENERATION, BEGAN, TOLD)} <= set(keys)
    assert len(keys) >= 6
    for key in keys:
        redis.delete(key)
        if kind == "list":
            redis.rpush(key, bomb)
        else:
            redis.set(key, bomb if kind == "pickle" else b"nonsense")

    with caplog.at_level(logging.CRITICAL):
        for path in paths:
            answer = Api().get(path)
            assert answer.status_code == 200, answer.content
            shown = answer.json()
            assert (shown.get("items") or [shown])[0]["price"] == "3.39"
        place({"A": 1})
        assert Api().get("products/A").json()["stock"] == 9
        hit_in_any("a", limit=3, window_seconds=60)
        # Its one slot is taken, if by nonsense; a list in its place is a Redis that cannot be asked.
        if kind != "list":
            # A counter that was no number has let Redis rest.
            monkeypatch.setattr(throttle_store, "_cache_rests_until", 0.0)
            with pytest.raises(Throttled):
                hit_in_any("b", limit=1, window_seconds=60)
    redis.close()

    assert not (tmp_path / "ran").exists()
    pickle.loads(bomb)
    assert (tmp_path / "ran").exists()


@grown
@pytest.mark.django_db(transaction=True)
def test_nobody_but_the_shop_puts_words_into_its_answers() -> None:
    make_product("A", price="3.39")
    assert Api().get("products/A").json()["price"] == "3.39"
    redis = Redis.from_url(settings.REDIS_URL)
    [kept] = [
        key
        for key in redis.scan_iter()
        if key.startswith(cache.make_key("products:").encode()) and len(key) > 64
    ]
    genuine = redis.get(kept)
    assert isinstance(genuine, bytes)
    assert b'"3.39"' in genuine
    redis.set(kept, genuine.replace(b'"3.39"', b'"0.01"'))
    redis.close()
    product_cache._kept_here.clear()

    assert Api().get("products/A").json()["price"] == "3.39"
