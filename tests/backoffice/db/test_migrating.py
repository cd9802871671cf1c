import threading
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from backoffice.db.migrating import SchemaOfAnotherVersion, migrate, only_one_process
from tests.cli_fixtures import Shopctl


@pytest.mark.django_db(transaction=True)
def test_setting_the_database_up_is_done_by_one_at_a_time() -> None:
    order: list[str] = []
    started = threading.Event()

    def wait_for_our_turn() -> None:
        started.set()
        with only_one_process():
            order.append("second")
        connection.close()

    other = threading.Thread(target=wait_for_our_turn)
    with only_one_process():
        other.start()
        started.wait(timeout=10)
        other.join(timeout=0.7)
        order.append("first")
    other.join(timeout=30)
    assert order == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_migrating_again_changes_nothing() -> None:
    migrate()

    with CaptureQueriesContext(connection) as statements:
        migrate()

    changes = ("CREATE TABLE", "ALTER TABLE", "DROP", 'INSERT INTO "django_migrations"')
    assert [each["sql"] for each in statements.captured_queries if each["sql"].startswith(changes)] == []


@pytest.fixture
def _made_by_another_version(transactional_db: None) -> Iterator[None]:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("orders", "0005_open_orders_of_customer")
    yield
    recorder.record_unapplied("orders", "0005_open_orders_of_customer")


@pytest.mark.usefixtures("_made_by_another_version")
def test_a_database_of_another_version_is_left_alone_and_says_what_to_do() -> None:
    with pytest.raises(SchemaOfAnotherVersion) as refused:
        migrate()

    assert "knows no orders.0005_open_orders_of_customer" in refused.value.detail
    assert "Start the version that made it" in refused.value.detail


@pytest.mark.usefixtures("_made_by_another_version")
def test_the_demo_and_djangos_own_migrate_refuse_it_as_well(shopctl: Shopctl) -> None:
    demo = shopctl("demo", "--yes")

    assert (demo.exit_code, demo.stdout) == (1, "")
    assert "was made by another version of the shop" in demo.stderr
    with pytest.raises(SystemCheckError, match="was made by another version of the shop"):
        call_command("migrate", verbosity=0, skip_checks=False)
