from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEQUENCE = "orders_order_serial_seq"
FIRST = 100_001


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A sequence of the column's own, past every number that is there already, and never moved back."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(f"CREATE SEQUENCE IF NOT EXISTS {SEQUENCE} START {FIRST} OWNED BY orders_order.serial")
    # IF NOT EXISTS leaves one that is there to nobody.
    schema_editor.execute(f"ALTER SEQUENCE {SEQUENCE} OWNED BY orders_order.serial")
    schema_editor.execute(
        f"SELECT setval('{SEQUENCE}', highest) FROM {SEQUENCE},"  # noqa: S608
        " (SELECT MAX(serial) AS highest FROM orders_order) AS orders"
        " WHERE highest > last_value OR (highest = last_value AND NOT is_called)"
    )


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP SEQUENCE IF EXISTS {SEQUENCE}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
