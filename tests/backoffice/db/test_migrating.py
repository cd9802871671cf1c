import threading

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from backoffice.db.migrating import SchemaOfAnotherVersion, migrate, only_one_process


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


@pytest.mark.django_db(transaction=True)
def test_a_database_of_another_version_is_left_alone_and_says_what_to_do() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("orders", "0005_open_orders_of_customer")
    try:
        with pytest.raises(SchemaOfAnotherVersion) as refused:
            migrate()
    finally:
        recorder.record_unapplied("orders", "0005_open_orders_of_customer")

    assert "knows no orders.0005_open_orders_of_customer" in refused.value.detail
    assert "Start the version that made it" in refused.value.detail
