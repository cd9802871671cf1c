"""The server is killed while it takes orders; whoever got no answer asks again with the same key.

Embedded it is one process of web and worker, grown two web processes, as docker-compose.yml has them. All of
it is killed at once, in the middle of whatever it does.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.tokens.refresh import issue_pair
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from catalog.models import Product
from orders.audit import audit_orders
from orders.models import Order
from tests.backoffice.server.test_serving import SHOPCTL, free_port, share_static_files
from tests.factories import make_product, make_shopper
from tests.running.processes import environment_here, processes_under

ORDERS = 100
KILLS = 3
CLIENTS = 8
EMBEDDED: list[str] = []
GROWN = ["--processes", "2", "--no-worker"]
BODY = b"""{"lines": [{"sku": "71053", "quantity": 1}], "shipping_address":
    {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Koeln", "country": "DE"}}"""


class Shop:
    """A server on this test's database, which can be killed."""

    def __init__(self, directory: Path, *, token: str) -> None:
        share_static_files(directory)
        self.environment = environment_here(VAR_DIR=str(directory))
        self.port = free_port()
        self.token = token

    @contextmanager
    def open(self, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-c", SHOPCTL, "serve", "--port", str(self.port), *options]
        # A session of its own, so that its processes die with it.
        server = subprocess.Popen(
            command,
            env=self.environment,
            cwd=settings.BASE_DIR,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            self._wait_until_ready(server)
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        for _ in range(600):
            assert server.poll() is None, "The server did not start."
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("The server was never ready.")

    def place(self, key: str) -> bytes | None:
        """The body of the 201, or None when no answer came."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/orders",
            data=BODY,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                body: bytes = response.read()
                return body
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read()) from error
        except (OSError, http.client.HTTPException):
            return None


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_no_order_is_placed_twice_and_no_acknowledged_one_is_missing(tmp_path: Path) -> None:
    make_product("71053", on_hand=10_000)
    shop = Shop(tmp_path, token=issue_pair(make_shopper()).access)
    options = EMBEDDED if connection.vendor == "sqlite" else GROWN
    keys = [f"key-{number}" for number in range(ORDERS)]
    acknowledged: dict[str, bytes] = {}

    for _ in range(KILLS):
        with shop.open(*options) as server, ThreadPoolExecutor(CLIENTS) as clients:
            if options is GROWN:
                processes_under(server.pid, count=2)
            posts = {key: clients.submit(shop.place, key) for key in keys if key not in acknowledged}
            wait_until_answered(posts.values(), ORDERS // (KILLS + 1))
            os.killpg(server.pid, signal.SIGKILL)
            answers = {key: post.result() for key, post in posts.items()}
        acknowledged |= {key: body for key, body in answers.items() if body is not None}
    assert 0 < len(acknowledged) < ORDERS

    with shop.open(*options), ThreadPoolExecutor(CLIENTS) as clients:
        repeated = dict(zip(keys, clients.map(shop.place, keys), strict=True))

    numbers = list(Order.objects.values_list("number", flat=True))
    assert repeated | acknowledged == repeated
    assert len(numbers) == ORDERS
    assert {json.loads(body or b"{}")["number"] for body in repeated.values()} == set(numbers)
    assert Product.objects.get().reserved == ORDERS
    assert EmailMessage.objects.filter(template="order_placed").count() == ORDERS
    assert audit_stock() == audit_orders() == []


def wait_until_answered(posts: Collection[Future[bytes | None]], count: int) -> None:
    deadline = time.monotonic() + 60
    while sum(post.done() for post in posts) < count:
        assert time.monotonic() < deadline, "The server is too slow."
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="of the grown shop")
def test_while_one_web_process_after_another_is_killed_the_others_take_orders(tmp_path: Path) -> None:
    make_product("71053", on_hand=10_000)
    shop = Shop(tmp_path, token=issue_pair(make_shopper()).access)
    shop.environment["SHOP_MAX_OPEN_ORDERS"] = "0"
    keys = [f"key-{number}" for number in range(ORDERS * 3)]

    with shop.open(*GROWN) as server, ThreadPoolExecutor(CLIENTS) as clients:
        first = processes_under(server.pid, count=2)
        posts = {key: clients.submit(shop.place, key) for key in keys}
        for number, pid in enumerate(first, 1):
            wait_until_answered(posts.values(), number * ORDERS)
            os.kill(int(pid), signal.SIGKILL)
        answers = {key: post.result() for key, post in posts.items()}
        acknowledged = {key: body for key, body in answers.items() if body is not None}
        # Whoever was answered by the process that was killed asks once more.
        lost = len(keys) - len(acknowledged)
        assert lost <= CLIENTS * len(first)
        processes_under(server.pid, count=2, besides=first)
        repeated = dict(zip(keys, clients.map(shop.place, keys), strict=True))

    assert repeated | acknowledged == repeated
    assert Order.objects.count() == len(keys) == Product.objects.get().reserved
    assert audit_stock() == audit_orders() == []
