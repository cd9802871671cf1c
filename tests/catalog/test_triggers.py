"""The ledger is append-only: for the ORM, for raw SQL, and for whoever rebuilds its table."""

from collections.abc import Callable, Iterator

import pytest
from django.core.checks import Tags, run_checks
from django.db import DatabaseError, connection, models, transaction

from catalog import stock, triggers
from catalog.audit import audit_stock
from catalog.models import StockMovement
from catalog.models.ledger import LedgerIsAppendOnly
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


def history() -> list[tuple[object, ...]]:
    return list(StockMovement.objects.order_by("pk").values_list())


def missing_triggers() -> list[str]:
    messages = run_checks(tags=[Tags.database], databases=["default"])
    return [message.msg.split()[-1].rstrip(".") for message in messages if message.id == "catalog.E001"]


@pytest.fixture
def movement() -> StockMovement:
    make_product("A", on_hand=5)
    return stock.receive("A", 1, by=CLI)


@pytest.fixture
def _triggers_afterwards() -> Iterator[None]:
    yield
    triggers.create_triggers(connection)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda movement: movement.save(),
        lambda movement: movement.delete(),
        lambda movement: StockMovement.objects.filter(pk=movement.pk).update(on_hand_delta=2),
        lambda movement: StockMovement.objects.bulk_update([movement], ["note"]),
        lambda movement: StockMovement.objects.all().delete(),
        lambda movement: movement.product.movements.all().delete(),
        lambda movement: movement.product.movements.update(note="rewritten"),
    ],
)
def test_the_orm_refuses_to_rewrite_a_movement(
    movement: StockMovement, rewrite: Callable[[StockMovement], object]
) -> None:
    before = history()

    with pytest.raises(LedgerIsAppendOnly, match="record a further movement instead"):
        rewrite(movement)

    assert history() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_stockmovement SET note = 'rewritten'",
        "UPDATE catalog_stockmovement SET on_hand_delta = on_hand_delta WHERE kind = 'receive'",
        "DELETE FROM catalog_stockmovement",
        "DELETE FROM catalog_stockmovement WHERE id = (SELECT MAX(id) FROM catalog_stockmovement)",
    ],
)
@pytest.mark.usefixtures("movement")
def test_raw_sql_cannot_rewrite_the_ledger(statement: str) -> None:
    before = history()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert history() == before
    assert audit_stock() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("movement")
def test_the_ledger_cannot_be_truncated() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE.")
    before = history()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE catalog_stockmovement")

    assert history() == before


def test_a_product_with_movements_cannot_be_deleted(movement: StockMovement) -> None:
    with pytest.raises(models.ProtectedError):
        movement.product.delete()
    assert history()


@pytest.mark.usefixtures("movement", "_triggers_afterwards")
def test_without_the_triggers_raw_sql_would_rewrite_it_and_the_audit_tells() -> None:
    """The control, and what the audit is for."""
    triggers.drop_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_stockmovement SET on_hand_delta = on_hand_delta + 1")

    assert {each.check for each in audit_stock()} == {"balance", "sequence"}


def test_a_migrated_database_has_its_triggers() -> None:
    assert triggers.missing_triggers(connection) == []
    assert missing_triggers() == []


@pytest.mark.usefixtures("_triggers_afterwards")
def test_the_system_check_names_each_missing_trigger() -> None:
    triggers.drop_triggers(connection)

    kinds = ("delete", "update") if connection.vendor == "sqlite" else ("delete", "truncate", "update")
    assert missing_triggers() == [f"catalog_stockmovement_no_{kind}" for kind in kinds]

    triggers.create_triggers(connection)
    triggers.create_triggers(connection)
    assert missing_triggers() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_triggers_afterwards")
def test_a_migration_that_rebuilds_the_table_is_found_out_by_the_system_check() -> None:
    """SQLite alters a column by copying the table, and drops its triggers silently on the way."""
    note = StockMovement._meta.get_field("note")
    longer = models.CharField(max_length=256, blank=True)
    longer.set_attributes_from_name("note")
    with connection.schema_editor() as editor:
        editor.alter_field(StockMovement, note, longer)

    is_rebuilt = connection.vendor == "sqlite"
    assert bool(missing_triggers()) == is_rebuilt

    with connection.schema_editor() as editor:
        editor.alter_field(StockMovement, longer, note)
