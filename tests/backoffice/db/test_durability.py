import pytest
from django.db import connection

from backoffice.db.durability import NORMAL, without_waiting_for_disk

pytestmark = pytest.mark.django_db(transaction=True)
OFF, FULL = 0, 2


def synchronous() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.parametrize(("usual", "within"), [(FULL, NORMAL), (OFF, OFF)])
def test_commits_wait_for_the_disk_as_before_once_the_block_has_ended(usual: int, within: int) -> None:
    before = synchronous()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous = {usual}")
    try:
        with without_waiting_for_disk():
            assert synchronous() == within
        assert synchronous() == usual
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous = {before}")


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_they_do_so_too_when_the_block_fails() -> None:
    before = synchronous()
    with pytest.raises(ZeroDivisionError), without_waiting_for_disk():
        _ = 1 / 0
    assert synchronous() == before
