"""Order numbers go on after every order that is there, however it came."""

import json
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection

from backoffice.db.sequences import behind, catch_up, gives_the_values_of
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.models import Order
from orders.models.order import SERIAL_SEQUENCE
from tests.cli_fixtures import Shopctl
from tests.cli_fixtures import shopctl as shopctl
from tests.factories import make_product, place
from tests.races.harness import race

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sequences.")


def set_back(sequence: str, to: int = 1) -> None:
    """As after rows came in with their numbers, by loaddata or COPY."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, %s, false)", [sequence, to])


def numbers() -> list[int]:
    return list(Order.objects.order_by("serial").values_list("serial", flat=True))


def test_orders_loaded_from_a_fixture_are_followed_by_the_next_number(tmp_path):
    make_product("A", on_hand=10)
    first = place({"A": 1})
    fixture = tmp_path / "shop.json"
    call_command("dumpdata", "accounts.customer", "orders.order", output=str(fixture), verbosity=0)
    rows = json.loads(fixture.read_text())
    [row] = [row for row in rows if row["model"] == "orders.order"]
    rows += [
        {**row, "pk": row["pk"] + n, "fields": {**row["fields"], "serial": first.serial + n}}
        for n in range(1, 6)
    ]
    fixture.write_text(json.dumps(rows))
    call_command("loaddata", str(fixture), verbosity=0)

    placed = place({"A": 1})

    assert placed.serial == first.serial + 6
    assert numbers() == list(range(first.serial, first.serial + 7))
    assert place({"A": 1}).serial == first.serial + 7


@on_postgresql
@pytest.mark.parametrize(
    ("constraint", "is_given"),
    [
        ("orders_order_serial_key", True),
        ("order_once_per_number", True),
        ("orders_order_pkey", True),
        ("", False),
    ],
)
def test_a_number_that_is_made_of_a_sequence_is_known_as_such_whichever_rule_it_breaks_first(
    constraint, is_given
):
    assert gives_the_values_of(connection, table="orders_order", constraint=constraint) is is_given


@on_postgresql
@pytest.mark.race
def test_orders_that_all_meet_a_sequence_that_is_behind_are_all_placed_once():
    make_product("A", on_hand=100)
    for _ in range(5):
        place({"A": 1})
    set_back(SERIAL_SEQUENCE, 100_001)

    outcomes = race(8, [partial(place, {"A": 1})] * 24)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert len(set(numbers())) == 29
    assert Product.objects.get().reserved == 29
    assert audit_stock() == audit_orders() == []


@on_postgresql
def test_an_id_that_is_given_out_again_is_no_fault_either():
    make_product("A", on_hand=10)
    first = place({"A": 1})
    last = place({"A": 1})
    event, movement = first.events.get(), StockMovement.objects.latest("pk")
    for sequence, taken in (
        ("orders_order_id_seq", first.pk),
        ("orders_orderevent_id_seq", event.pk),
        ("catalog_stockmovement_id_seq", movement.pk),
    ):
        set_back(sequence, taken)

    assert place({"A": 1}).pk == last.pk + 1
    assert behind(connection) == []


@on_postgresql
def test_catching_up_never_sets_a_sequence_back():
    make_product("A", on_hand=10)
    serial = place({"A": 1}).serial
    set_back(SERIAL_SEQUENCE, serial + 1_000)

    assert catch_up(connection) == []
    assert place({"A": 1}).serial == serial + 1_000


@on_postgresql
def test_doctor_tells_of_a_sequence_that_is_behind_and_mends_it(shopctl: Shopctl):
    make_product("A", on_hand=10)
    serials = [place({"A": 1}).serial for _ in range(2)]
    set_back(SERIAL_SEQUENCE, 100_001)

    def check(*options: str) -> tuple[str, str]:
        rows = json.loads(shopctl("doctor", "--json", *options).stdout)
        [found] = [(row["state"], row["detail"]) for row in rows if row["check"] == "sequences"]
        return found

    state, detail = check()
    assert state == "trouble"
    assert f"orders_order.serial (at {serials[-1]})" in detail
    assert "shopctl doctor --mend" in detail
    assert check("--mend") == ("ok", "each goes on after the highest number there is")
    assert place({"A": 1}).serial == serials[-1] + 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a sequence.")
def test_doctor_says_that_sqlite_needs_no_sequence(shopctl: Shopctl):
    rows = json.loads(shopctl("doctor", "--json").stdout)
    assert [row["state"] for row in rows if row["check"] == "sequences"] == ["ok"]
