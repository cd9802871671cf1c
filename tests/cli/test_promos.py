from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders.models import PromoCode
from tests.cli.conftest import Answers, Shopctl
from tests.factories import make_category, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db


def test_a_percentage_is_created_with_all_its_terms(answers: Answers) -> None:
    make_category("Lanterns")
    made = answers(
        "promos", "create", "summer20", "--percent", "20", "--max-discount", "40", "--minimum-spend", "25",
        "--starts", "2026-12-01", "--ends", "2026-12-24T18:00", "--max-uses", 500, "--per-customer", 0,
        "--category", "lanterns",
    )  # fmt: skip
    assert made["code"] == "SUMMER20"
    assert (made["percent_off"], made["max_discount"], made["minimum_spend"]) == ("20.00", "40.00", "25.00")
    assert (made["starts_at"], made["ends_at"]) == ("2026-11-30T23:00:00Z", "2026-12-24T17:00:00Z")
    assert (made["max_uses"], made["max_uses_per_customer"], made["categories"]) == (500, None, ["Lanterns"])


def test_a_fixed_amount_is_created(answers: Answers) -> None:
    made = answers("promos", "create", "WELCOME5", "--amount", "5", "--first-order-only")
    assert (made["kind"], made["amount_off"], made["discount"]) == ("fixed", "5.00", "€5.00")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--percent", "20", "--amount", "5"],
        ["--percent", "many"],
        ["--percent", "nan"],
        ["--percent", "20", "--max-uses", "0"],
    ],
)
def test_wrong_use_creates_nothing(shopctl: Shopctl, options: list[str]) -> None:
    assert shopctl("promos", "create", "CODE", *options).exit_code == 2
    assert not PromoCode.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--percent", "120"],
        ["--percent", "-5"],
        ["--percent", "20", "--starts", "+2d", "--ends", "+1d"],
        ["--percent", "20", "--ends", "someday"],
        ["--percent", "20", "--product", "NOPE"],
        ["--percent", "20", "--category", "NOPE"],
    ],
)
def test_terms_that_break_a_rule_are_refused(shopctl: Shopctl, options: list[str]) -> None:
    result = shopctl("promos", "create", "CODE", *options)
    assert result.exit_code == 1, result.stderr
    assert not PromoCode.objects.exists()


def test_a_taken_code_is_refused(shopctl: Shopctl) -> None:
    make_promo_code("SUMMER20")
    assert shopctl("promos", "create", "summer20", "--percent", "5").exit_code == 1
    assert PromoCode.objects.count() == 1


def test_promos_are_listed_by_state(answers: Answers) -> None:
    now = timezone.now()
    make_promo_code("NOW")
    make_promo_code("PAST", ends_at=now - timedelta(hours=1))
    make_promo_code("SOON", starts_at=now + timedelta(hours=1))
    make_promo_code("ONCE", max_uses=1)
    make_product("TEA-01", on_hand=1)
    place({"TEA-01": 1}, promo_code="ONCE")

    def codes(*options: str) -> list[Any]:
        return [row["code"] for row in answers("promos", "list", *options)]

    assert codes("--state", "active") == ["NOW"]
    assert codes("--state", "expired") == ["PAST"]
    assert codes("--state", "scheduled") == ["SOON"]
    assert codes("--state", "used up") == ["ONCE"]
    assert codes("--search", "as") == ["PAST"]


def test_an_unknown_state_is_wrong_use_and_names_those_that_there_are(shopctl: Shopctl) -> None:
    result = shopctl("promos", "list", "--state", "gone")
    assert result.exit_code == 2
    assert "scheduled, active, paused" in result.stderr


def test_one_code_is_paused_and_resumed_without_a_question(answers: Answers) -> None:
    make_promo_code("SUMMER20")
    assert answers("promos", "pause", "summer20")[0]["state"] == "paused"
    assert answers("promos", "resume", "SUMMER20")[0]["state"] == "active"


def test_several_codes_need_yes_and_change_together(shopctl: Shopctl) -> None:
    make_promo_code("ONE")
    make_promo_code("TWO")
    assert shopctl("promos", "pause", "ONE", "TWO").exit_code == 2
    assert shopctl("promos", "pause", "ONE", "TWO", "--dry-run").exit_code == 0
    assert shopctl("promos", "pause", "ONE", "NOPE", "--yes").exit_code == 1
    assert not PromoCode.objects.filter(is_paused=True).exists()
    assert shopctl("promos", "pause", "ONE", "TWO", "--yes").exit_code == 0
    assert PromoCode.objects.filter(is_paused=True).count() == 2


def test_expiring_ends_the_promotion_now(answers: Answers) -> None:
    make_promo_code("SUMMER20", ends_at=timezone.now() + timedelta(days=9))
    (row,) = answers("promos", "expire", "SUMMER20")
    assert row["state"] == "expired"
    assert answers("promos", "expire", "SUMMER20") == [row]


def test_what_has_not_started_cannot_expire(shopctl: Shopctl) -> None:
    make_promo_code("SOON", starts_at=timezone.now() + timedelta(days=1))
    result = shopctl("promos", "expire", "SOON")
    assert result.exit_code == 1
    assert "pause" in result.stderr
    assert PromoCode.objects.get().promotion.ends_at is None


def test_support_may_look_at_promos_but_not_make_them(shopctl: Shopctl) -> None:
    make_user("sam@example.com", role="Support")
    assert shopctl("promos", "create", "X20", "--percent", "20", "--as", "sam@example.com").exit_code == 1
    assert not PromoCode.objects.exists()
