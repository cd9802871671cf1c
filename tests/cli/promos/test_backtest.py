from datetime import UTC, datetime, timedelta

import pytest

from orders.models import Order
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import make_category, make_customer, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 5, 31, 22, tzinfo=UTC)
PERIOD = ("--from", "2026-06-01", "--to", "2026-06-30")


@pytest.fixture(autouse=True)
def _past_orders() -> None:
    make_product("CUP", price="10.00", on_hand=100)
    make_product("LAMP", price="99.99", on_hand=100, category=make_category("Lamps"))
    ana = make_customer("ana@example.com")
    for day, lines in ((0, {"CUP": 1}), (7, {"CUP": 3}), (8, {"LAMP": 1}), (30, {"LAMP": 9})):
        place(lines, at=JUNE + timedelta(days=day), customer=ana)


def test_terms_are_tried_on_the_orders_of_a_period(answers: Answers) -> None:
    found = answers("promos", "backtest", "--percent", "10", "--per-customer", "none", *PERIOD)
    assert (found["from"], found["to"]) == ("2026-05-31T22:00:00Z", "2026-06-30T22:00:00Z")
    assert (found["orders"], found["qualifying"], found["cost"], found["revenue"]) == (
        3,
        3,
        "14.00",
        "139.99",
    )
    assert [(week["monday"], week["orders"]) for week in found["weeks"]] == [
        ("2026-06-01", 1),
        ("2026-06-08", 2),
    ]
    assert sum(band["orders"] for band in found["bands"]) == 3
    assert not Order.objects.filter(discount__gt=0).exists()


def test_limits_count(answers: Answers) -> None:
    found = answers("promos", "backtest", "--amount", "5", "--category", "lamps", "--max-uses", 1, *PERIOD)
    assert (found["cost"], found["refused"]) == ("5.00", {"nothing_eligible": 2})
    assert answers("promos", "backtest", "--amount", "5", *PERIOD)["refused"] == {"already_used": 2}


def test_what_has_no_limit_is_said_as_for_every_other(answers: Answers) -> None:
    unlimited = ("--per-customer", "none", "--max-uses", "none")
    found = answers("promos", "backtest", "--amount", "5", *unlimited, *PERIOD)
    assert (found["cost"], found["refused"]) == ("15.00", {})


def test_a_code_is_tried_with_its_own_terms(answers: Answers, shopctl: Shopctl) -> None:
    make_promo_code("ONCE", max_uses=1, max_uses_per_customer=None)
    found = answers("promos", "backtest", "once", *PERIOD)
    assert (found["qualifying"], found["refused"]) == (1, {"used_up": 2})
    assert shopctl("promos", "backtest", "NOPE", *PERIOD).exit_code == 1


def test_a_terminal_gets_figures_weeks_and_bands_with_bars(terminal: Terminal) -> None:
    code, screen = terminal("promos", "backtest", "--percent", "10", "--per-customer", "none", *PERIOD)
    assert code == 0, screen
    for words in ("Would have cost", "14.00", "Cost by week", "2026-06-08", "Orders by discount", "█" * 30):
        assert words in screen
    assert "Orders that would not have had it" not in screen


def test_a_pipe_gets_lines(shopctl: Shopctl) -> None:
    lines = shopctl("promos", "backtest", "--percent", "10", *PERIOD).stdout.splitlines()
    assert "Would have cost\t1.00" in lines
    assert "already_used\t2" in lines


def test_without_a_period_the_last_ninety_days_are_taken(answers: Answers) -> None:
    found = answers("promos", "backtest", "--percent", "10")
    days = datetime.fromisoformat(found["to"]) - datetime.fromisoformat(found["from"])
    assert timedelta(days=89) < days < timedelta(days=91)


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        ([], 2),
        (["ONCE", "--percent", "10"], 2),
        (["ONCE", "--max-uses", "10"], 2),
        (["--percent", "10", "--max-uses", "0"], 2),
        (["--percent", "10", "--amount", "5"], 2),
        (["--percent", "500"], 1),
        (["--percent", "10", "--from", "2026-07-01", "--to", "2026-06-30"], 1),
        (["--percent", "10", "--from", "once"], 2),
    ],
)
def test_what_cannot_be_tried_is_refused(shopctl: Shopctl, options: list[str], exit_code: int) -> None:
    make_promo_code("ONCE")
    result = shopctl("promos", "backtest", *options)
    assert (result.exit_code, result.stdout) == (exit_code, "")


@pytest.mark.parametrize(("role", "exit_code"), [("Marketing", 0), ("Support", 1), ("Warehouse", 1)])
def test_only_those_who_see_promo_codes_and_revenue_may_try(
    shopctl: Shopctl, role: str, exit_code: int
) -> None:
    make_user("sam@example.com", role=role)
    result = shopctl("promos", "backtest", "--percent", "10", "--as", "sam@example.com")
    assert result.exit_code == exit_code
