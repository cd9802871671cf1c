"""The suite's own promises: what is dealt out is done once, and each test begins with an empty shop."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import TransactionTestCase

from accounts.roles import ROLE_NAMES
from catalog.models import Product, StockMovement, triggers
from tests import emptying
from tests.dealing import Dealer, long_ones_first
from tests.factories import make_product, make_promo_code, make_user, place


def item(file: str, *marks: str) -> Any:
    return SimpleNamespace(
        nodeid=f"{file}::test_it",
        path=Path(file),
        get_closest_marker=lambda name: name if name in marks else None,
    )


@pytest.mark.once
def test_each_file_that_is_dealt_out_goes_to_one_run_and_all_of_it(tmp_path: Path) -> None:
    runs = [Dealer(tmp_path), Dealer(tmp_path)]

    taken = [
        [run.is_ours(item(f"tests/{name}.py", "once")) for run in order]
        for name, order in (("a", runs), ("b", runs[::-1]), ("a", runs[::-1]), ("b", runs))
    ]

    assert taken == [[True, False], [True, False], [False, True], [False, True]]


@pytest.mark.once
def test_what_is_not_dealt_out_is_done_by_every_run(tmp_path: Path) -> None:
    assert [Dealer(tmp_path).is_ours(item("tests/a.py")) for _ in range(2)] == [True, True]


@pytest.mark.once
def test_runs_on_the_same_database_share_its_tests_and_leave_the_other_its_own(tmp_path: Path) -> None:
    first, second = (Dealer(tmp_path, shared="postgresql") for _ in range(2))
    alone = Dealer(tmp_path)

    taken = [run.is_ours(item("tests/a.py")) for run in (first, alone, second, first)]

    assert taken == [True, True, False, True]
    assert [run.is_ours(item("tests/a.py", "once")) for run in (second, first, alone)] == [True, False, False]


@pytest.mark.once
def test_a_run_without_company_does_everything() -> None:
    assert Dealer(None).is_ours(item("tests/a.py", "once"))


@pytest.mark.once
def test_files_that_take_long_come_first_and_stay_together() -> None:
    items = [item("a"), item("b"), item("b", "slow"), item("c", "browser"), item("a")]

    assert [each.path.name for each in long_ones_first(items)] == ["b", "b", "c", "a", "a"]


@pytest.fixture
def as_migrated() -> list[emptying.Rows]:
    """What is kept, before a test changes it."""
    return emptying.kept_rows()


def empty(as_migrated: list[emptying.Rows]) -> list[emptying.Rows]:
    return emptying.empty(TransactionTestCase(), as_migrated=as_migrated)


@pytest.mark.django_db(transaction=True)
def test_whatever_a_test_left_behind_is_gone_and_the_ledger_is_guarded(
    as_migrated: list[emptying.Rows],
) -> None:
    make_product("A", on_hand=3)
    make_promo_code("TEN", max_uses=1)
    place({"A": 1}, promo_code="TEN")
    make_user("ada@example.com", role="Manager")

    assert empty(as_migrated) == as_migrated == emptying.kept_rows()

    assert emptying.tables_with_rows() == []
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLE_NAMES)
    make_product("A", on_hand=3)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM catalog_stockmovement")
    assert (Product.objects.count(), StockMovement.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_triggers_that_a_test_took_away_are_put_back(as_migrated: list[emptying.Rows]) -> None:
    triggers.drop_triggers(connection)

    empty(as_migrated)

    assert triggers.missing_triggers(connection) == []


@pytest.mark.django_db(transaction=True)
def test_roles_that_a_test_changed_are_made_anew(as_migrated: list[emptying.Rows]) -> None:
    def of_roles() -> set[tuple[str, str]]:
        return set(Group.objects.values_list("name", "permissions__codename"))

    before = of_roles()
    Group.objects.get(name="Viewer").permissions.set(Permission.objects.all()[:3])
    Group.objects.create(name="Pirates")
    assert of_roles() != before

    now = empty(as_migrated)

    assert of_roles() == before
    # From then on these are what is kept.
    assert empty(now) == now == emptying.kept_rows()
