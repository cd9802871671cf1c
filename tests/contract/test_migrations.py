"""From nothing up, down to nothing, and up again."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catalog.models import triggers

OURS = ("backoffice", "outbox", "accounts", "catalog", "orders")

pytestmark = pytest.mark.slow


def our_tables() -> set[str]:
    return {table for table in connection.introspection.table_names() if table.startswith(OURS)}


def applied() -> set[str]:
    """Our migrations that are applied."""
    return {
        f"{app}.{name}"
        for app, name in MigrationExecutor(connection).loader.applied_migrations
        if app in OURS
    }


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


@pytest.fixture
def _migrated_afterwards() -> Iterator[None]:
    before = applied()
    yield
    if applied() != before:
        migrate()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_migrated_afterwards")
def test_every_migration_goes_down_and_up_again() -> None:
    tables, migrations = our_tables(), applied()
    assert tables
    assert {name.partition(".")[0] for name in migrations} == set(OURS)

    # In one go: the command would look after permissions and content types each time.
    MigrationExecutor(connection).migrate([(app, None) for app in OURS])
    assert our_tables() == set()
    assert applied() == set()

    migrate()
    assert our_tables() == tables
    assert applied() == migrations
    assert triggers.missing_triggers(connection) == []


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
