from typing import Any

import pytest
from django.db import connection

from catalog.models import Product, StockMovement, triggers
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db


def test_stock_show_answers_with_the_balances(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    place({"TEA-01": 2})
    (row,) = answers("stock", "show", "tea-01")
    assert (row["sku"], row["on_hand"], row["reserved"], row["stock"]) == ("TEA-01", 5, 2, 3)


def test_a_pipe_gets_tabs_and_no_heading(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    Product.objects.update(name="Tea\tlight")
    result = shopctl("stock", "show", "TEA-01")
    assert result.stdout == "TEA-01\tTea light\t5\t0\t5\t10\n"


def test_jsonl_gives_one_object_a_line(shopctl: Shopctl) -> None:
    make_product("A", on_hand=1)
    make_product("B", on_hand=1)
    lines = shopctl("stock", "list", "--jsonl").stdout.splitlines()
    assert [line[:12] for line in lines] == ['{"sku": "A",', '{"sku": "B",']


def test_low_stock_lists_what_runs_low_alone(answers: Answers) -> None:
    make_product("MUCH", on_hand=50)
    make_product("LITTLE", on_hand=10)
    assert [row["sku"] for row in answers("stock", "list", "--low")] == ["LITTLE"]


def test_an_empty_list_exits_with_three_when_asked_to(shopctl: Shopctl) -> None:
    assert shopctl("stock", "list", "--low").exit_code == 0
    result = shopctl("stock", "list", "--low", "--fail-if-empty")
    assert (result.exit_code, result.stdout) == (3, "")


def test_receive_adjust_and_count_change_on_hand_and_say_what_is_there_now(answers: Answers) -> None:
    make_product("TEA-01")
    assert answers("stock", "receive", "TEA-01", 12, "--note", "delivery")["on_hand_after"] == 12
    assert answers("stock", "adjust", "TEA-01", "-2", "--reason", "damaged")["on_hand_after"] == 10
    assert answers("stock", "adjust", "TEA-01", "+1", "--reason", "Found")["on_hand_after"] == 11
    assert answers("stock", "count", "TEA-01", 40, "--expected", 11)["on_hand_after"] == 40
    assert Product.objects.get().on_hand == 40
    assert {(row.source, row.actor) for row in StockMovement.objects.all()} == {("cli", None)}


def test_a_refusal_exits_with_one_and_moves_nothing(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 4})
    result = shopctl("stock", "count", "TEA-01", 3)
    assert (result.exit_code, result.stdout) == (1, "")
    assert order.number in result.stderr
    assert Product.objects.get().on_hand == 5


def test_an_unknown_sku_is_refused_by_name(shopctl: Shopctl) -> None:
    result = shopctl("stock", "receive", "NOPE", 1)
    assert result.exit_code == 1
    assert "NOPE" in result.stderr


@pytest.mark.parametrize("change", ["two", "1.5", ""])
def test_a_change_that_is_no_whole_number_is_wrong_use(shopctl: Shopctl, change: str) -> None:
    make_product("TEA-01", on_hand=5)
    assert shopctl("stock", "adjust", "TEA-01", change, "--reason", "lost").exit_code == 2
    assert Product.objects.get().on_hand == 5


def test_a_repeated_idempotency_key_changes_stock_once_and_answers_the_same(answers: Answers) -> None:
    make_product("TEA-01")
    command = ("stock", "receive", "TEA-01", 12, "--idempotency-key", "delivery-4711")
    assert answers(*command) == answers(*command)
    assert Product.objects.get().on_hand == 12


def test_an_idempotency_key_is_not_for_something_else(shopctl: Shopctl) -> None:
    make_product("TEA-01")
    shopctl("stock", "receive", "TEA-01", 12, "--idempotency-key", "k")
    assert shopctl("stock", "receive", "TEA-01", 13, "--idempotency-key", "k").exit_code == 1
    assert Product.objects.get().on_hand == 12


def test_as_names_the_actor_in_the_ledger(answers: Answers) -> None:
    make_product("TEA-01")
    ana = make_user("ana@example.com", role="Warehouse")
    assert answers("stock", "receive", "TEA-01", 1, "--as", "Ana@Example.com")["actor"] == "ana@example.com"
    assert StockMovement.objects.get().actor == ana


@pytest.mark.parametrize(
    ("fields", "email"),
    [
        ({"role": "Viewer"}, "ana@example.com"),
        ({"role": "Warehouse", "is_active": False}, "ana@example.com"),
        ({}, "ana@example.com"),
        ({"role": "Warehouse"}, "nobody@example.com"),
    ],
)
def test_an_actor_without_the_permission_changes_nothing(
    shopctl: Shopctl, fields: dict[str, Any], email: str
) -> None:
    make_product("TEA-01")
    make_user("ana@example.com", **fields)
    result = shopctl("stock", "receive", "TEA-01", 1, "--as", email)
    assert (result.exit_code, Product.objects.get().on_hand) == (1, 0)


def test_history_lists_movements_newest_first(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    place({"TEA-01": 2})
    rows = answers("stock", "history", "TEA-01")
    assert [(row["kind"], row["on_hand_after"], row["reserved_after"]) for row in rows] == [
        ("reserve", 5, 2),
        ("receive", 5, 0),
    ]


def test_a_limit_keeps_to_the_first_rows(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    place({"TEA-01": 2})
    result = shopctl("stock", "history", "TEA-01", "--limit", 1)
    assert [line.split("\t")[1] for line in result.stdout.splitlines()] == ["reserve"]
    assert result.stderr == ""


def test_audit_is_content_when_every_unit_is_accounted_for(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    place({"TEA-01": 2})
    result = shopctl("stock", "audit")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "accounted for" in result.stderr


def test_audit_names_what_does_not_add_up_and_exits_with_four(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    Product.objects.update(on_hand=6)
    result = shopctl("stock", "audit")
    assert result.exit_code == 4
    assert result.stdout.startswith("TEA-01\tbalance\t")


def test_doctor_notices_a_missing_trigger(shopctl: Shopctl) -> None:
    triggers.drop_triggers(connection)
    try:
        result = shopctl("doctor")
    finally:
        triggers.create_triggers(connection)
    assert result.exit_code == 4
    assert "ledger triggers\ttrouble" in result.stdout


def test_a_count_below_what_is_reserved_can_cancel_the_missing_units(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=10)
    older, newer = (place({"TEA-01": 3}).number for _ in range(2))
    count = ("stock", "count", "TEA-01", "4", "--cancel-units")

    looked = shopctl(*count, "--dry-run")
    assert looked.exit_code == 0
    assert looked.stderr.splitlines()[0] == f"{newer} loses 2 units."
    assert shopctl(*count).exit_code == 2
    assert Product.objects.get().reserved == 6

    done = shopctl(*count, "--yes", "--idempotency-key", "shelf-7")
    assert done.exit_code == 0, done.stderr
    product = Product.objects.get()
    assert (product.on_hand, product.reserved) == (4, 4)
    assert shopctl(*count, "--yes", "--idempotency-key", "shelf-7").stdout == done.stdout
    assert older not in done.stderr


def test_who_may_not_cancel_cannot_count_that_way(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=10)
    place({"TEA-01": 3})
    make_user("ana@example.com", role="Warehouse")
    count = ("stock", "count", "TEA-01", "1", "--cancel-units", "--yes", "--as", "ana@example.com")
    assert shopctl(*count).exit_code == 1
    assert Product.objects.get().on_hand == 10
