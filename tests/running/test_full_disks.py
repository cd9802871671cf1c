"""A disk without a byte left, below the embedded shop and below PostgreSQL: it is told, nothing is lost."""

import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from tests.backoffice.server.test_serving import environment, migrated
from tests.running.disks import filled, small_disk
from tests.running.outages import Shop
from tests.running.test_outages import SECRET, assert_all_answer_in_time, end, set_up, start_again, statuses
from tests.servers import embedded_postgres, path_to_the_programs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of the embedded shop")
def test_the_embedded_shop_on_a_full_disk_reads_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=96) as disk:
        shop = Shop(migrated(disk / "var"), environment(disk / "var"))
        server = shop.start("serve", "--port", str(shop.port))
        try:
            assert server.url
            set_up(shop)
            assert shop.order("before").status == 201
            with filled(disk):
                row = shop.row("full")
            assert_all_answer_in_time(row)
            assert (statuses(row), row.readyz.word) == ([503, 200, 503, 200], "unavailable")
            assert "disk" in row.troubles
            assert row.write.returncode == 70
            shop.assert_it_goes_on("full")
            shop.assert_nothing_is_lost()
            assert "Traceback" not in server.said
            assert server.stop() == 0
        finally:
            end(server)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of the grown shop")
def test_a_postgresql_on_a_full_disk_reads_and_the_shop_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with ExitStack() as stack:
        # Not pytest's own: PostgreSQL may have to run as another user, and enter it.
        runtime = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-", ignore_cleanup_errors=True))
        )
        disk = stack.enter_context(small_disk(runtime / "disk", megabytes=256))
        postgresql = embedded_postgres(runtime)(disk / "pg", cleanup_mode="delete")
        stack.callback(postgresql.cleanup)
        shop = Shop(
            tmp_path,
            {
                **environment(tmp_path),
                **path_to_the_programs(),
                "DATABASE_URL": postgresql.get_uri(),
                "SECRET_KEY": SECRET,
                "JWT_KEYS": f"a:{SECRET}",
            },
        )
        server = shop.start("serve", "--port", str(shop.port))
        stack.callback(end, server)
        assert server.url
        set_up(shop)
        assert shop.order("before").status == 201
        with filled(disk):
            # Its tables have some room left within their files, and its log a piece that was made before.
            said = {shop.order(f"filling-{number}").status for number in range(60)}
            row = shop.row("full")
        # One that fits into what is left may still be taken: it is on disk then.
        assert said == {201, 503}
        assert_all_answer_in_time(row)
        assert (row.readyz.status, row.readyz.word) == (503, "unavailable")
        assert row.order.status in (201, 503)
        assert {row.read.status, row.page.status} <= {200, 503}
        assert "database" in row.troubles
        # A movement may still find room in a page of its table.
        assert row.write.returncode in (0, 70)
        # When it has to begin a new piece of its log, it ends.
        start_again(postgresql)
        shop.assert_it_goes_on("full")
        shop.assert_nothing_is_lost()
        assert "Traceback" not in server.said
        assert server.stop(signal.SIGTERM) == 0
