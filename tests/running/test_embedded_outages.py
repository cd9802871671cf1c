"""What becomes of the embedded shop: two servers on its file, a disk that only reads, a clock put back."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.backoffice.server.test_serving import Running, environment, free_port, migrated
from tests.running.disks import remounted, small_disk
from tests.running.outages import Shop
from tests.running.processes import wait_until
from tests.running.test_outages import assert_all_answer_in_time, end, set_up, statuses

# Whatever the database of the tests: these shops are on SQLite.
pytestmark = [pytest.mark.once, pytest.mark.slow, pytest.mark.timeout(300)]
HOUR = 3_600
# What Python runs at its start, in a process whose clock is to be another.
CLOCK = """
import datetime, os, time
shift, told = float(os.environ["CLOCK_SHIFT"]), time.time
time.time = lambda: told() + shift
import django.utils.timezone, jwt.api_jwt

class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + datetime.timedelta(seconds=shift)

django.utils.timezone.now = lambda: Clock.now(datetime.UTC)
jwt.api_jwt.datetime = Clock
"""


@contextmanager
def served(shop: Shop) -> Iterator[Running]:
    server = shop.start("serve", "--port", str(shop.port))
    try:
        assert server.url
        yield server
        assert "Traceback" not in server.said
    finally:
        end(server)


def test_two_servers_on_one_file_take_orders_side_by_side(tmp_path: Path) -> None:
    var = migrated(tmp_path / "var")
    shop, other = (Shop(var, environment(var)) for _ in range(2))
    other.port = free_port()
    with served(shop), served(other):
        set_up(shop)
        other.sign_in()
        said: dict[str, int] = {}

        def order(through: Shop, name: str) -> None:
            for number in range(15):
                said[f"{name}-{number}"] = through.order(f"{name}-{number}").status

        buyers = [
            threading.Thread(target=order, args=(through, f"{through.port}-{n}"))
            for through in (shop, other)
            for n in range(2)
        ]
        for buyer in buyers:
            buyer.start()
        for buyer in buyers:
            buyer.join()
        assert set(said.values()) == {201}
        assert len(said) == 60
        # The key of one door holds at the other.
        key = next(iter(shop.acknowledged))
        assert other.order(key).status == 201
        assert other.acknowledged[key] == shop.acknowledged[key]
        shop.acknowledged |= other.acknowledged
        shop.assert_nothing_is_lost()


def test_a_disk_that_only_reads_stops_the_start_and_later_only_writing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=96) as disk:
        shop = Shop(migrated(disk / "var"), environment(disk / "var"))
        server = shop.start("serve", "--port", str(shop.port))
        try:
            assert server.url
            set_up(shop)
            assert shop.order("before").status == 201
            assert server.stop() == 0
        finally:
            end(server)
        with remounted(disk, "ro"):
            refused = shop.shopctl("serve", "--port", str(shop.port))
            looked = shop.shopctl("stock", "receive", "TEA-01", "1")
        assert refused.returncode == 1, refused.stderr
        assert str(disk) in refused.stderr
        assert "Traceback" not in refused.stderr + looked.stderr
        assert (looked.returncode, str(disk) in looked.stderr) == (1, True), looked.stderr
        with served(shop):
            shop.assert_it_goes_on("read-only")
            shop.assert_nothing_is_lost()


def test_after_the_clock_was_put_back_orders_go_on_and_their_mails_leave(tmp_path: Path) -> None:
    var = migrated(tmp_path / "var")
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK)
    here = environment(var)
    shop = Shop(var, here)
    with served(shop):
        set_up(shop)
        first = shop.order("before")
        assert first.status == 201
    shop.environment |= {
        "CLOCK_SHIFT": str(-HOUR),
        "PYTHONPATH": f"{tmp_path / 'clock'}:{here['PYTHONPATH']}",
    }
    with served(shop):
        # The token is not good before it was made; whoever gets 401 signs in again.
        assert shop.order("before").status == 401
        del shop._token
        shop.sign_in()
        again = shop.order("before")
        assert (again.status, again.body) == (201, first.body)
        second = shop.order("after")
        assert second.status == 201
        number = shop.acknowledged["after"]
        row = shop.row("clock")
        assert_all_answer_in_time(row)
        assert statuses(row) == [200, 200, 201, 200]
        assert row.troubles == set()
        wait_until(lambda: number in sent_orders(shop))
        shop.assert_nothing_is_lost()


def sent_orders(shop: Shop) -> str:
    return shop.done("emails", "list", "--state", "sent", "--jsonl")


def test_a_shop_that_is_killed_with_a_request_under_way_answers_its_retry_once(tmp_path: Path) -> None:
    """Many times over, at whatever moment: tests/running/test_killed_server.py."""
    var = migrated(tmp_path / "var")
    shop = Shop(var, environment(var))
    with served(shop) as server:
        set_up(shop)
        ordering = threading.Thread(target=shop.order, args=("in-flight",))
        ordering.start()
        server.process.send_signal(signal.SIGKILL)
        ordering.join()
        server.process.wait()
    with served(shop):
        assert shop.order("in-flight").status == 201
        number = shop.acknowledged["in-flight"]
        assert shop.order("in-flight").status == 201
        assert shop.acknowledged["in-flight"] == number
        shop.assert_nothing_is_lost()
