"""Ledger and product history are append-only: for the ORM, raw SQL, and whoever rebuilds a table."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from backoffice.db.migrating import migrate
from catalog import stock
from catalog.audit import audit_stock
from catalog.models import MovementKind, ProductChange, StockMovement, triggers
from catalog.models.history import HistoryIsAppendOnly
from catalog.models.ledger import ONCE_PER_REFERENCE
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db

COLUMNS = ", ".join(str(field.column) for field in StockMovement._meta.concrete_fields)
THIRD = "replace" if connection.vendor == "sqlite" else "truncate"
LEDGER_TRIGGERS = sorted(f"catalog_stockmovement_no_{kind}" for kind in ("delete", "update", THIRD))
ALL_TRIGGERS = sorted(
    [
        f"{table}_no_{kind}"
        for table in ("catalog_productchange", "catalog_stockmovement", "orders_paymententry")
        for kind in ("delete", "update", THIRD)
    ]
)


def history() -> list[tuple[object, ...]]:
    return list(StockMovement.objects.order_by("pk").values_list())


def missing_triggers() -> list[str]:
    messages = run_checks(tags=[Tags.database], databases=["default"])
    return [message.msg.split()[-1].rstrip(".") for message in messages if message.id == "catalog.W001"]


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

    with pytest.raises(HistoryIsAppendOnly, match="record a further row instead"):
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


# Ways past UPDATE and DELETE triggers: TRUNCATE on PostgreSQL, INSERT OR REPLACE on SQLite.
PAST_THEM = {
    "postgresql": [
        "TRUNCATE catalog_stockmovement",
        "TRUNCATE catalog_product CASCADE",
    ],
    "sqlite": [
        f"REPLACE INTO catalog_stockmovement ({COLUMNS}) SELECT {COLUMNS} FROM catalog_stockmovement",
        # The same reservation under another id.
        f"""REPLACE INTO catalog_stockmovement ({COLUMNS})
            SELECT {COLUMNS.replace("id", "id + 1000", 1)} FROM catalog_stockmovement
            WHERE kind = 'reserve'""",
    ],
}[connection.vendor]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", PAST_THEM)
@pytest.mark.usefixtures("movement")
def test_nor_can_sql_that_other_triggers_do_not_see(statement: str) -> None:
    place({"A": 1})
    before = history()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert history() == before


@pytest.mark.parametrize("kind", [kind for kind in MovementKind if kind in ONCE_PER_REFERENCE])
def test_no_movement_that_happens_once_can_be_written_twice(kind: MovementKind) -> None:
    product = make_product("A", on_hand=5)
    facts = {"product": product, "kind": kind, "reference": "R-1", "reserved_delta": 1, "source": "cli"}
    StockMovement.objects.create(**facts, on_hand_after=5, reserved_after=1)
    before = history()

    with pytest.raises(IntegrityError), transaction.atomic():
        StockMovement.objects.create(**facts, on_hand_after=5, reserved_after=2)

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
    assert missing_triggers() == ALL_TRIGGERS

    triggers.create_triggers(connection)
    triggers.create_triggers(connection)
    assert missing_triggers() == []


@pytest.mark.usefixtures("_triggers_afterwards")
def test_a_trigger_that_was_switched_off_counts_as_missing_until_the_next_migrate() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite switches no trigger off.")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_stockmovement DISABLE TRIGGER USER")
    assert missing_triggers() == LEDGER_TRIGGERS

    migrate()
    assert missing_triggers() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_triggers_afterwards")
def test_the_check_does_not_stop_the_migrate_that_puts_the_triggers_back() -> None:
    triggers.drop_triggers(connection)
    said = StringIO()

    call_command("migrate", interactive=False, verbosity=0, skip_checks=False, stderr=said)

    assert all(name in said.getvalue() for name in LEDGER_TRIGGERS)
    assert missing_triggers() == []


@pytest.fixture
def _table_rebuilt() -> Iterator[None]:
    """A column was altered: SQLite copies the table for that, and drops its triggers silently."""
    note = StockMovement._meta.get_field("note")
    longer = models.CharField(max_length=256, blank=True)
    longer.set_attributes_from_name("note")
    with connection.schema_editor() as editor:
        editor.alter_field(StockMovement, note, longer)
    yield
    with connection.schema_editor() as editor:
        editor.alter_field(StockMovement, longer, note)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_triggers_afterwards", "_table_rebuilt")
def test_migrate_puts_the_triggers_back_that_a_rebuild_of_the_table_dropped() -> None:
    assert missing_triggers() == (LEDGER_TRIGGERS if connection.vendor == "sqlite" else [])

    migrate()

    assert missing_triggers() == []


# The history of products


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_productchange SET changes = '{}'",
        "DELETE FROM catalog_productchange",
        "UPDATE catalog_productchange SET actor_id = NULL",
    ],
)
def test_raw_sql_cannot_rewrite_the_history_of_products(statement: str) -> None:
    make_product("A", price="3.00")
    before = list(ProductChange.objects.values_list())

    with (
        pytest.raises(DatabaseError, match="the history of products is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(ProductChange.objects.values_list()) == before != []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL replaces no rows so.")
def test_no_entry_of_a_product_is_replaced() -> None:
    make_product("A", price="3.00")
    columns = ", ".join(str(field.column) for field in ProductChange._meta.concrete_fields)

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(
            f"REPLACE INTO catalog_productchange ({columns}) SELECT {columns} FROM catalog_productchange"
        )
