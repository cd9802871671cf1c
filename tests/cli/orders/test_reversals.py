"""shopctl orders return."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.outbox.models import EmailMessage
from catalog.models import Product
from orders.fulfilment.lifecycle import ship_order
from orders.models import EventKind, Order, Return
from orders.timeline_words import sentence_of
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    """Three teas and two mugs, shipped."""
    make_product("TEA-01", on_hand=10, price="10.00", name="Green tea")
    make_product("MUG-7", on_hand=10, price="4.00", name="Mug")
    order = place({"TEA-01": 3, "MUG-7": 2})
    ship_order(order.number, by=CLI)
    return str(order.number)


def on_hand() -> dict[str, int]:
    return dict(Product.objects.values_list("sku", "on_hand"))


def state() -> Any:
    order = Order.objects.get()
    return on_hand(), order.version, order.credited, order.events.count(), EmailMessage.objects.count()


def test_what_came_back_is_on_sale_again_and_credited(answers: Answers, number: str) -> None:
    row = answers(
        "orders", "return", number.lower(), "--line", "tea-01=2", "--line", "MUG-7=1", "--reason", "too many",
        "--yes",
    )  # fmt: skip

    assert row == {
        "number": number,
        "status": "shipped",
        "return": f"{number}-R1",
        "credit": "24.00",
        "credited": "24.00",
        "paid": "0.00",
        "due": "14.00",
        "shipping_credit": "0.00",
        "restocked": 3,
        "written_off": 0,
    }
    assert on_hand() == {"TEA-01": 9, "MUG-7": 9}
    assert Return.objects.get().reason == "too many"
    event = Order.objects.get().events.get(kind=EventKind.RETURNED)
    assert (sentence_of(event.kind, event.facts), event.source) == ("Returned 2 × TEA-01, 1 × MUG-7", "cli")


def test_what_is_written_off_is_credited_but_not_on_sale(answers: Answers, number: str) -> None:
    row = answers("orders", "return", number, "--line", "MUG-7=1", "--write-off", "--yes")

    assert (row["credit"], row["restocked"], row["written_off"]) == ("4.00", 0, 1)
    assert on_hand() == {"TEA-01": 7, "MUG-7": 8}
    assert Return.objects.get().lines.get().restock is False


def test_a_dry_run_says_what_would_come_back_and_changes_nothing(shopctl: Shopctl, number: str) -> None:
    before = state()

    done = shopctl("orders", "return", number, "--line", "TEA-01=2", "--write-off", "--dry-run")

    assert done.exit_code == 0
    assert done.stdout.splitlines()[2:4] == [f"Return\t{number}-R1", "Credit\t20.00"]
    assert done.stderr.splitlines() == [
        "2 of 3 shipped units of TEA-01 Green tea, worth 20.00 EUR, written off",
        "A dry run: nothing was changed.",
    ]
    assert state() == before


def test_without_a_terminal_it_needs_yes_and_on_one_it_asks(
    shopctl: Shopctl, terminal: Terminal, number: str
) -> None:
    before = state()

    assert shopctl("orders", "return", number, "--line", "TEA-01=1").exit_code == 2
    code, screen = terminal("orders", "return", number, "--line", "TEA-01=1", typed="n\n")

    assert code == 1
    assert f"Register this return of {number}" in screen
    assert state() == before
    assert terminal("orders", "return", number, "--line", "TEA-01=1", typed="y\n")[0] == 0
    assert Order.objects.get().credited == Decimal("10.00")


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("TEA-01=4", 1, "Only 3 of TEA-01 are to return; 4 were asked for."),
        ("NO-SUCH=1", 1, "NO-SUCH is not in this order."),
        ("TEA-01=0", 1, "Choose at least one unit of TEA-01."),
        ("TEA-01", 2, "is not SKU=QTY"),
    ],
)
@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_what_cannot_come_back_is_refused_in_a_dry_run_too(
    shopctl: Shopctl, number: str, line: str, code: int, told: str, option: str
) -> None:
    before = state()

    done = shopctl("orders", "return", number, "--line", "MUG-7=1", "--line", line, option)

    assert done.exit_code == code
    assert told in done.stderr
    assert state() == before


def test_what_has_not_shipped_cannot_come_back(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})

    done = shopctl("orders", "return", order.number, "--line", "TEA-01=1", "--dry-run")

    assert (done.exit_code, done.stderr) == (
        1,
        f"{order.number} is pending: register return is not possible.\n",
    )
    assert shopctl("orders", "return", "B-1", "--line", "TEA-01=1", "--yes").exit_code == 1


def test_with_the_same_key_it_happens_once(answers: Answers, shopctl: Shopctl, number: str) -> None:
    command = ("orders", "return", number, "--line", "TEA-01=1", "--idempotency-key", "rma-1", "--yes")

    first, second = answers(*command), answers(*command)

    assert first == second
    assert Return.objects.count() == 1
    other = shopctl("orders", "return", number, "--line", "TEA-01=2", "--idempotency-key", "rma-1", "--yes")
    assert other.exit_code == 1
    assert Return.objects.count() == 1


def test_only_those_who_may_register_returns_do(shopctl: Shopctl, number: str) -> None:
    make_user("max@example.com", role="Marketing")
    make_user("wanda@example.com", role="Warehouse")
    command = ("orders", "return", number, "--line", "TEA-01=1", "--yes")

    assert shopctl(*command, "--as", "max@example.com").exit_code == 1
    assert not Return.objects.exists()
    assert shopctl(*command, "--as", "wanda@example.com").exit_code == 0


def test_of_one_sku_some_are_restocked_some_written_off_and_the_fee_given_back(answers: Answers) -> None:
    make_product("TEA-01", on_hand=10, price="10.00")
    number = place({"TEA-01": 3}, shipping_fee=Decimal("4.90")).number
    ship_order(number, by=CLI)

    fate = ("--line", "TEA-01=1", "--written-off", "tea-01=2", "--shipping-credit", "4.90")
    row = answers("orders", "return", number, *fate, "--yes")

    assert (row["restocked"], row["written_off"]) == (1, 2)
    assert (row["credit"], row["shipping_credit"], row["credited"]) == ("30.00", "4.90", "34.90")
    assert on_hand() == {"TEA-01": 8}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--shipping-credit", "0.01"], "There is no shipping fee to give back"),
        (["--written-off", "TEA-01=3"], "Only 3 of TEA-01 are to return; 4 were asked for."),
    ],
)
def test_more_than_there_is_comes_back_in_no_way(
    shopctl: Shopctl, number: str, more: list[str], told: str
) -> None:
    before = state()
    result = shopctl("orders", "return", number, "--line", "TEA-01=1", *more, "--yes")
    assert (result.exit_code, told in result.stderr) == (1, True)
    assert state() == before


def test_nothing_named_is_wrong_use(shopctl: Shopctl, number: str) -> None:
    assert shopctl("orders", "return", number, "--yes").exit_code == 2
