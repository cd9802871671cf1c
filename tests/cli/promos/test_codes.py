import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from orders.models import PromoCode, Promotion
from orders.promotions import CodeShape, PromotionTerms, generate_batch
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import CLI, make_category, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db


def make_batch(count: int, *, prefix: str = "", **terms: Any) -> Promotion:
    made = PromotionTerms(name="Batch", percent_off=Decimal(10), **terms)
    return generate_batch(count, made, by=CLI, shape=CodeShape(prefix))


def test_a_percentage_is_created_with_all_its_terms(answers: Answers) -> None:
    make_category("Lanterns")
    made = answers(
        "promos", "create", "summer20", "--percent", "20", "--max-discount", "40", "--minimum-spend", "25",
        "--starts", "2026-12-01", "--ends", "2026-12-24", "--max-uses", 500, "--per-customer", "none",
        "--category", "lanterns",
    )  # fmt: skip
    assert made["code"] == "SUMMER20"
    assert (made["percent_off"], made["max_discount"], made["minimum_spend"]) == ("20.00", "40.00", "25.00")
    assert (made["starts_at"], made["ends_at"]) == ("2026-11-30T23:00:00Z", "2026-12-24T23:00:00Z")
    assert (made["max_uses"], made["max_uses_per_customer"], made["categories"]) == (500, None, ["lanterns"])


def test_a_fixed_amount_is_created(answers: Answers) -> None:
    made = answers("promos", "create", "WELCOME5", "--amount", "5", "--first-order-only")
    assert (made["kind"], made["amount_off"], made["percent_off"]) == ("fixed", "5.00", None)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--percent", "20", "--amount", "5"],
        ["--percent", "many"],
        ["--percent", "nan"],
        ["--percent", "20", "--max-uses", "0"],
        ["--percent", "20", "--ends", "someday"],
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
        ["--percent", "20", "--product", "NOPE"],
        ["--percent", "20", "--category", "NOPE"],
    ],
)
def test_terms_that_break_a_rule_are_refused(shopctl: Shopctl, options: list[str]) -> None:
    result = shopctl("promos", "create", "CODE", *options)
    assert result.exit_code == 1, result.stderr
    assert not PromoCode.objects.exists()


def test_a_code_can_be_used_until_the_day_on_which_it_ends_is_over(
    answers: Answers, terminal: Terminal
) -> None:
    # On 25 October the clocks in Berlin go back.
    answers(
        "promos", "create", "OCTOBER", "--percent", "20", "--starts", "2026-03-29", "--ends", "2026-10-25"
    )
    promotion = PromoCode.objects.get().promotion
    assert promotion.starts_at == datetime.fromisoformat("2026-03-28T23:00:00+00:00")
    assert promotion.ends_at == datetime.fromisoformat("2026-10-25T23:00:00+00:00")
    screen = terminal("promos", "show", "october")[1]
    assert re.search(r"Starts at +2026-03-29 00:00\nEnds at +2026-10-26 00:00\n", screen)


def test_a_code_is_created_once_under_an_idempotency_key(shopctl: Shopctl, terminal: Terminal) -> None:
    command = (
        "promos",
        "create",
        "ONCE",
        "--percent",
        "20",
        "--ends",
        "2126-12-24",
        "--idempotency-key",
        "k",
    )
    first, again = shopctl(*command), shopctl(*command)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == again.stdout
    assert "2126-12-25 00:00" in terminal(*command)[1]
    other = shopctl(*command[:4], "30", *command[5:])
    assert other.exit_code == 1
    assert PromoCode.objects.get().promotion.percent_off == 20


def test_a_code_made_paused_is_resumed(answers: Answers) -> None:
    assert answers("promos", "create", "ASLEEP", "--percent", "20", "--paused")["state"] == "paused"
    assert answers("promos", "resume", "ASLEEP")[0]["state"] == "active"


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
    assert codes("--q", "as") == ["PAST"]


def test_a_listed_code_has_its_terms_for_programs_as_a_shown_one_has(
    answers: Answers, django_assert_num_queries: Any
) -> None:
    lamps = make_category("Lamps")
    for number in (1, 2, 3):
        make_promo_code(f"TEN{number}", percent_off=Decimal(10), max_uses=5).promotion.categories.add(lamps)
    # One of them asks for the currency of the books.
    with django_assert_num_queries(4):
        listed = answers("promos", "list")
    assert [row["code"] for row in listed] == ["TEN3", "TEN2", "TEN1"]
    shown = answers("promos", "show", "TEN1")
    assert listed[-1] == {name: shown[name] for name in listed[-1]}
    assert (listed[-1]["percent_off"], listed[-1]["max_uses"], listed[-1]["categories"]) == (
        "10.00",
        5,
        ["lamps"],
    )


def test_codes_of_batches_are_listed_and_found_when_they_are_asked_for(
    answers: Answers, terminal: Terminal
) -> None:
    make_promo_code("SINGLE")
    batch = make_batch(2, prefix="BF-")
    of_batch = set(batch.codes.values_list("code", flat=True))

    assert [row["code"] for row in answers("promos", "list")] == ["SINGLE"]
    assert {row["code"] for row in answers("promos", "list", "--promotion", batch.pk)} == of_batch
    assert {row["code"] for row in answers("promos", "list", "--q", "bf-")} == of_batch
    assert "shopctl promos promotions --batches" in terminal("promos", "list")[1]


def test_a_code_is_shown_with_what_it_brought_and_what_is_left(answers: Answers) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    make_promo_code("TEN", max_uses=5)
    place({"TEA-01": 2}, promo_code="TEN")
    place({"TEA-01": 1})

    shown = answers("promos", "show", "ten")

    assert (shown["times_used"], shown["max_uses"], shown["is_batch"]) == (1, 5, False)
    figures = shown["figures"]
    assert (figures["orders"], figures["customers"], figures["revenue"]) == (1, 1, "18.00")
    assert (figures["discount"], figures["discount_share"], figures["revenue_share"]) == (
        "2.00",
        "10.0",
        "64.3",
    )


def test_a_code_of_a_batch_is_shown_with_it(answers: Answers) -> None:
    batch = make_batch(2)
    shown = answers("promos", "show", batch.codes.order_by("pk")[0].code)
    assert (shown["promotion"], shown["is_batch"]) == (batch.pk, True)


@pytest.mark.parametrize(("role", "given"), [("Marketing", "1.00"), ("Support", None)])
def test_money_is_shown_to_those_who_may_see_revenue(answers: Answers, role: str, given: str | None) -> None:
    make_user("sam@example.com", role=role)
    make_product("TEA-01", on_hand=9, price="10.00")
    make_promo_code("TEN")
    place({"TEA-01": 1}, promo_code="TEN")

    shown = answers("promos", "show", "TEN", "--as", "sam@example.com")

    assert (shown["times_used"], shown["discount_given"]) == (1, given)
    assert (shown["figures"] is None) == (given is None)


def test_a_code_is_duplicated(answers: Answers, shopctl: Shopctl) -> None:
    make_promo_code("TEN", max_uses=5, is_paused=True)
    made = answers("promos", "duplicate", "ten", "eleven", "--idempotency-key", "k")
    assert (made["code"], made["percent_off"], made["max_uses"], made["state"]) == (
        "ELEVEN", "10.00", 5, "active",
    )  # fmt: skip
    assert answers("promos", "duplicate", "ten", "eleven", "--idempotency-key", "k") == made
    assert shopctl("promos", "duplicate", "ten", "eleven").exit_code == 1
    assert PromoCode.objects.count() == 2


def test_codes_are_deleted_together_or_not_at_all(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=1)
    for code in ("ONE", "TWO", "USED"):
        make_promo_code(code)
    place({"TEA-01": 1}, promo_code="USED")

    assert shopctl("promos", "delete", "ONE").exit_code == 2
    assert shopctl("promos", "delete", "ONE", "--dry-run").exit_code == 0
    refused = shopctl("promos", "delete", "ONE", "USED", "--yes")
    assert refused.exit_code == 1
    assert "pause it instead" in refused.stderr
    assert PromoCode.objects.count() == 3
    assert shopctl("promos", "delete", "-", "--yes", stdin="one\ntwo\n").exit_code == 0
    assert PromoCode.objects.get().code == "USED"


def test_deleting_asks_on_a_terminal(terminal: Terminal) -> None:
    make_promo_code("TYPO")
    assert terminal("promos", "delete", "TYPO", typed="n\n")[0] == 1
    assert PromoCode.objects.exists()
    assert terminal("promos", "delete", "TYPO", typed="y\n")[0] == 0
    assert not PromoCode.objects.exists()


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


def test_ending_ends_the_promotion_now(answers: Answers) -> None:
    make_promo_code("SUMMER20", ends_at=timezone.now() + timedelta(days=9))
    (row,) = answers("promos", "end", "SUMMER20")
    assert row["state"] == "expired"
    assert answers("promos", "end", "SUMMER20") == [row]


def test_what_has_not_started_cannot_be_ended(shopctl: Shopctl) -> None:
    make_promo_code("SOON", starts_at=timezone.now() + timedelta(days=1))
    result = shopctl("promos", "end", "SOON")
    assert result.exit_code == 1
    assert "pause" in result.stderr
    assert PromoCode.objects.get().promotion.ends_at is None


def test_all_codes_of_batches_are_paused_resumed_and_ended(shopctl: Shopctl, answers: Answers) -> None:
    first, second = make_batch(2), make_batch(3)
    both = ("--promotion", first.pk, "--promotion", second.pk)

    plan = shopctl("promos", "pause", *both)
    assert plan.exit_code == 2
    assert "(2 codes)" in plan.stderr
    assert shopctl("promos", "pause", "--promotion", first.pk, "--dry-run").stdout.split("\t")[4] == "2"
    assert not Promotion.objects.filter(is_paused=True).exists()

    paused = answers("promos", "pause", *both, "--yes")
    assert [(row["id"], row["codes"]["count"], row["state"]) for row in paused] == [
        (first.pk, 2, "paused"),
        (second.pk, 3, "paused"),
    ]
    assert answers("promos", "resume", "--promotion", first.pk, "--yes")[0]["state"] == "active"
    assert answers("promos", "end", "--promotion", first.pk, "--yes")[0]["state"] == "expired"
    assert shopctl("promos", "pause", "X", "--promotion", first.pk).exit_code == 2
    assert shopctl("promos", "pause").exit_code == 2
    assert shopctl("promos", "pause", "--promotion", 0, "--yes").exit_code == 1


def test_a_batch_that_has_not_started_is_paused_instead_of_ended(shopctl: Shopctl) -> None:
    batch = make_batch(1, starts_at=timezone.now() + timedelta(days=1))
    result = shopctl("promos", "end", "--promotion", batch.pk, "--yes")
    assert result.exit_code == 1
    assert "pause it instead" in result.stderr


def test_the_codes_to_change_come_from_standard_input_too(shopctl: Shopctl) -> None:
    make_promo_code("ONE")
    make_promo_code("TWO")
    changed = shopctl("promos", "pause", "-", "--yes", "--jsonl", stdin="one\ntwo\n")
    assert [json.loads(line)["state"] for line in changed.stdout.splitlines()] == ["paused", "paused"]


@pytest.mark.parametrize(
    "command",
    [
        ("create", "X20", "--percent", "20"),
        ("generate", "--count", "1", "--percent", "20", "--yes"),
        ("duplicate", "TEN", "ELEVEN"),
        ("delete", "TEN", "--yes"),
        ("pause", "TEN"),
        ("export",),
        ("backtest", "TEN"),
        ("import", "-"),
    ],
)
def test_support_may_look_at_promos_but_not_make_them(shopctl: Shopctl, command: tuple[str, ...]) -> None:
    make_user("sam@example.com", role="Support")
    make_promo_code("TEN")
    refused = shopctl("promos", *command, "--as", "sam@example.com", stdin="code,percent_off\nNEW,5\n")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Your role does not allow this" in refused.stderr
    assert PromoCode.objects.get().state == "active"


def test_the_warehouse_does_not_see_promos(shopctl: Shopctl) -> None:
    make_user("wim@example.com", role="Warehouse")
    make_promo_code("TEN")
    for command in (("list",), ("show", "TEN"), ("promotions",)):
        result = shopctl("promos", *command, "--as", "wim@example.com")
        assert (result.exit_code, result.stdout) == (1, "")
