"""The server is killed while it takes orders; whoever got no answer asks again with the same key."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

ORDERS = 60
KILLS = 3
PREPARE = """
import django; django.setup()
from accounts.tokens import issue_pair
from tests.factories import make_product, make_shopper
make_product("71053", on_hand=10_000)
print(issue_pair(make_shopper()).access)
"""
COUNT = """
import django; django.setup()
from catalog.audit import audit_stock
from orders.models import Order
print(len(audit_stock()), *Order.objects.values_list("number", flat=True))
"""
BODY = b"""{"lines": [{"sku": "71053", "quantity": 1}], "shipping_address":
    {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Koeln", "country": "DE"}}"""


class Shop:
    """An embedded shop of its own, which can be killed."""

    def __init__(self, directory: Path) -> None:
        others = ("SQL_", "DATABASE_URL", "REDIS_URL")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(others)},
            "VAR_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "API_RATE_PER_MINUTE": "0",
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.run("-m", "django", "migrate", "-v0")
        self.token = self.run("-c", PREPARE).split()[-1]

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, check=True, env=self.environment, cwd=settings.BASE_DIR, capture_output=True, text=True
        ).stdout

    @contextmanager
    def open(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port)]
        command += ["--blocking-threads", "4", "--log-level", "critical", "backoffice.wsgi:application"]
        # A session of its own, so that its worker dies with it.
        server = subprocess.Popen(
            command, env=self.environment, cwd=settings.BASE_DIR, start_new_session=True
        )
        try:
            self._wait_until_ready(server)
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        for _ in range(300):
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
            with urllib.request.urlopen(request, timeout=30) as response:
                body: bytes = response.read()
                return body
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read()) from error
        except (OSError, http.client.HTTPException):
            return None


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_order_is_placed_twice_and_no_acknowledged_one_is_missing(tmp_path):
    shop = Shop(tmp_path)
    keys = [f"key-{number}" for number in range(ORDERS)]
    acknowledged: dict[str, bytes] = {}

    for _ in range(KILLS):
        with shop.open() as server, ThreadPoolExecutor(4) as clients:
            posts = {key: clients.submit(shop.place, key) for key in keys if key not in acknowledged}
            wait_for(lambda posts=posts: sum(post.done() for post in posts.values()) >= ORDERS // (KILLS + 1))
            os.killpg(server.pid, signal.SIGKILL)
            answers = {key: post.result() for key, post in posts.items()}
        acknowledged |= {key: body for key, body in answers.items() if body is not None}
    assert 0 < len(acknowledged) < ORDERS

    with shop.open():
        repeated = {key: shop.place(key) for key in keys}

    discrepancies, *numbers = shop.run("-c", COUNT).split()
    assert repeated | acknowledged == repeated
    assert len(set(numbers)) == len(numbers) == ORDERS
    assert {json.loads(body or b"{}")["number"] for body in repeated.values()} == set(numbers)
    assert discrepancies == "0"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.002)
