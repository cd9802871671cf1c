"""Promise 11: codes cannot be guessed. One refusal for all that cannot be used; ten tries in any minute."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tokens.refresh import issue_pair
from orders.models import Order
from orders.promotions import PromotionTerms, code_throttle, generate_batch, pause_promotion
from tests.contract.client import Api, assert_problem
from tests.counts import forget_counts
from tests.factories import CLI, make_product, make_promo_code, make_shopper, make_user, place
from tests.orders.api.test_orders import basket
from tests.races.harness import race

GUESSES = 1_000
UNUSABLE = ("NO-SUCH-CODE", "PAUSED", "EARLY", "EXPIRED", "USED-UP", "SECOND-ORDERS-NOT", "OTHERS-ONLY")
VARYING = {"RateLimit", "RateLimit-Remaining", "RateLimit-Reset"}


def make_unusable_codes() -> str:
    """One of each kind; gives the code of a paused batch besides."""
    now = timezone.now()
    make_product("71053", on_hand=10)
    other = make_product("OTHER", on_hand=10)
    make_promo_code("PAUSED", is_paused=True)
    make_promo_code("EARLY", starts_at=now + timedelta(days=1))
    make_promo_code("EXPIRED", ends_at=now - timedelta(days=1))
    make_promo_code("USED-UP", max_uses=1)
    place({"71053": 1}, promo_code="USED-UP")
    make_promo_code("SECOND-ORDERS-NOT", first_order_only=True)
    make_promo_code("OTHERS-ONLY", product_ids=(other.pk,))
    batch = generate_batch(1, PromotionTerms(name="Batch", percent_off=10), by=CLI)  # type: ignore[arg-type]
    pause_promotion(batch.pk, by=CLI)
    return batch.codes.get().code


def shopper_who_has_ordered() -> User:
    shopper = make_shopper()
    place({"71053": 1}, customer=shopper.customer)
    return shopper


def told(path: str, code: str, user: User) -> tuple[int, bytes, dict[str, str]]:
    """The whole answer but for what counts down; the request id is the client's own."""
    forget_counts()
    response = Api(user).post(path, basket(("71053", 1), promo_code=code), X_Request_ID="the-same")
    headers = {name: value for name, value in response.items() if name not in VARYING}
    return response.status_code, response.content, headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [("orders/quote", 200, b'"reason_code":"not_usable"'), ("orders", 422, b'"code":"promo_not_usable"')],
)
def test_every_code_that_cannot_be_used_is_refused_alike_to_the_byte(
    path: str, status: int, reason: bytes
) -> None:
    paused_with_its_batch = make_unusable_codes()
    user = shopper_who_has_ordered()

    answers = [told(path, code, user) for code in (*UNUSABLE, paused_with_its_batch, "x" * 60)]

    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == status
    assert reason in answers[0][1]
    for code in UNUSABLE:
        assert code not in answers[0][1].decode().upper()
    assert Order.objects.count() == 2


@pytest.mark.django_db
def test_staff_are_told_the_real_reason_of_each() -> None:
    make_unusable_codes()
    support = make_user(role="Support")

    reasons = [
        json.loads(told("orders/quote", code, support)[1])["promo"]["reason_code"] for code in UNUSABLE[:5]
    ]

    assert reasons == ["unknown", "paused", "scheduled", "expired", "used_up"]


class Evaluations:
    """Counts the statements that look a promo code up."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += sql.startswith('SELECT "orders_promocode".')
        return execute(sql, params, many, context)


def guess(api: Api, number: int, evaluations: Evaluations) -> int:
    """One more wrong code, by quote or by order; gives the status."""
    path = ("orders/quote", "orders")[number % 2]
    with connection.execute_wrapper(evaluations):
        answer = api.post(path, basket(("71053", 1), promo_code=f"guess-{number}"))
    status: int = answer.status_code
    return status


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Django warns of every 422 and 429; a thousand of them take their time."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def guesses(count: int) -> tuple[list[int], int]:
    """The statuses of so many guesses by eight threads, and how many of them were evaluated."""
    make_product("71053", on_hand=10)
    shopper = Api(make_shopper())
    counters = [Evaluations() for _ in range(count)]
    statuses = race(8, [partial(guess, shopper, number, each) for number, each in enumerate(counters)])
    return statuses, sum(each.count for each in counters)


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_quiet")
def test_of_a_thousand_guesses_ten_are_evaluated_in_any_minute() -> None:
    begun = monotonic()

    statuses, evaluated = guesses(GUESSES)

    minutes = 1 + (monotonic() - begun) // 60
    assert 10 <= evaluated <= 10 * minutes
    assert sorted(set(statuses)) == [200, 422, 429]
    assert statuses.count(429) == GUESSES - evaluated


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_quiet")
def test_without_the_throttle_every_guess_would_be_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the count above."""
    monkeypatch.setattr(code_throttle, "hit_in_any", lambda *_, **__: None)

    statuses, evaluated = guesses(40)

    assert evaluated == 40
    assert 429 not in statuses


@pytest.mark.django_db
def test_a_code_in_another_case_and_at_the_other_door_is_one_more_try_of_the_same_person() -> None:
    make_product("71053", on_hand=10)
    shopper = make_shopper()
    written = ("nope", "NOPE", "Nope", " nope ", "nOPE")

    tries = [
        Api(shopper).post(path, basket(("71053", 1), promo_code=code))
        for code in written
        for path in ("orders/quote", "orders")
    ]
    beyond = [
        Api(shopper).post(path, basket(("71053", 1), promo_code="x")) for path in ("orders/quote", "orders")
    ]
    somebody_else = Api(make_shopper()).post("orders/quote", basket(("71053", 1), promo_code="nope"))

    assert [each.status_code for each in tries] == [200, 422] * 5
    for answer in beyond:
        assert_problem(answer, 429, "throttled")
        assert 1 <= int(answer["Retry-After"]) <= 60
    assert somebody_else.status_code == 200
    assert Api(shopper).post("orders/quote", basket(("71053", 1))).status_code == 200


@pytest.mark.django_db
def test_a_code_that_was_good_just_now_is_priced_and_ordered_again_without_a_try() -> None:
    make_product("71053", on_hand=100)
    make_promo_code("GOOD", max_uses_per_customer=None)
    shopper = Api(make_shopper())
    body = basket(("71053", 1), promo_code="good")

    placed = [shopper.post("orders", body, Idempotency_Key="once").status_code for _ in range(20)]
    quoted = [shopper.post("orders/quote", body).status_code for _ in range(20)]

    assert (placed, quoted) == ([201] * 20, [200] * 20)
    assert Order.objects.count() == 1


GUESSER = """
import json, logging, sys
import django; django.setup()
from orders.promotions import code_throttle
from tests.contract.client import Api
from tests.orders.promotions.test_code_throttle import Evaluations, guess

logging.disable()
api = Api()
api.headers = {"Authorization": f"Bearer {sys.argv[1]}"}
api.get("/healthz")
print("ready", flush=True)
sys.stdin.readline()

def evaluated(count):
    evaluations = Evaluations()
    statuses = [guess(api, number, evaluations) for number in range(count)]
    return [evaluations.count, statuses.count(429)]

throttled = evaluated(500)
code_throttle.hit_in_any = lambda *_, **__: None
print(json.dumps([throttled, evaluated(10)]))
"""


@contextmanager
def guesser(token: str) -> Iterator["subprocess.Popen[str]"]:
    """A process of the shop, on this test's database and Redis."""
    names = {"NAME": "SQL_DATABASE", **{name: f"SQL_{name}" for name in ("USER", "PASSWORD", "HOST", "PORT")}}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {variable: str(connection.settings_dict[name] or "") for name, variable in names.items()}
    environment |= {"SQL_ENGINE": "postgresql", "DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", GUESSER, token],
        env=environment | {"DJANGO_ALLOWED_HOSTS": "testserver"},
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    not settings.REDIS_URL or connection.vendor != "postgresql",
    reason="Processes share their counters through Redis; the embedded shop has one process.",
)
def test_two_processes_evaluate_ten_of_a_thousand_guesses_together_and_all_without_the_throttle() -> None:
    make_product("71053", on_hand=10)
    token = issue_pair(make_shopper()).access
    with guesser(token) as one, guesser(token) as other:
        for process in (one, other):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        begun = monotonic()
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        answers = [json.loads(process.communicate(timeout=250)[0]) for process in (one, other)]

    minutes = 1 + (monotonic() - begun) // 60
    evaluated = sum(count for (count, _), _ in answers)
    assert 10 <= evaluated <= 10 * minutes
    assert sum(throttled for (_, throttled), _ in answers) == GUESSES - evaluated
    assert [without for _, without in answers] == [[10, 0]] * 2
