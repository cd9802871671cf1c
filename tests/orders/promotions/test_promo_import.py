"""Promo codes made and changed by a file."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from backoffice.errors import Conflict
from backoffice.sheets.plans import Outcome, RowPlan
from orders.models import PromoCode, Promotion, PromotionEvent
from orders.promotions import (
    PromoFile,
    PromotionTerms,
    generate_batch,
    import_promo_codes,
    pause_promo_code,
    pause_promotion,
    plan_promo_codes,
    promo_codes_csv,
    read_promo_file,
    rejected_promo_codes_csv,
)
from tests.factories import CLI, make_category, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


def read(*lines: str) -> PromoFile:
    content = "\n".join(lines).encode()
    return read_promo_file(io.BytesIO(content), file_name="promos.csv")


def plan(file: PromoFile) -> RowPlan:
    return plan_promo_codes(file)


def outcomes(found: RowPlan) -> list[tuple[str, str]]:
    return [(row.name, row.outcome.value) for row in found.rows]


def imported(file: PromoFile, *, skip_invalid: bool = False) -> RowPlan:
    return import_promo_codes(file, by=CLI, seen=plan(file), skip_invalid=skip_invalid)


def exported() -> str:
    return "".join(promo_codes_csv(PromoCode.objects.all()))


def test_a_row_makes_a_code_with_all_its_terms() -> None:
    category, product = make_category("Lanterns"), make_product("TEA-01")
    file = read(
        "Code;Name;Percent off;Amount off;Max Discount;Minimum spend;Starts at;Ends at;Max uses;"
        "Max uses per customer;First order only;Categories;Products;Colour",
        "spring20;Spring;20 %;;40,00;25;2026-03-01;2026-03-31;500;;yes;lanterns;tea-01;green",
    )

    assert outcomes(imported(file)) == [("SPRING20", "new")]

    made = PromoCode.objects.select_related("promotion").get()
    terms = made.promotion
    assert (made.code, made.max_uses, terms.name, terms.kind) == ("SPRING20", 500, "Spring", "percentage")
    assert [terms.percent_off, terms.max_discount, terms.minimum_spend] == [20, 40, 25]
    assert terms.starts_at == datetime.fromisoformat("2026-02-28T23:00:00+00:00")
    assert terms.ends_at == datetime.fromisoformat("2026-03-31T22:00:00+00:00")
    assert (terms.max_uses_per_customer, terms.first_order_only) == (None, True)
    assert list(terms.categories.all()) == [category]
    assert list(terms.products.all()) == [product]
    assert file.ignored_columns == ("Colour",)


def test_what_the_file_has_no_column_for_takes_the_usual_value_or_stays() -> None:
    make_promo_code("OLD", percent_off="30", max_uses=7, max_uses_per_customer=None)

    imported(read("code,amount_off,max_uses", "new,5,", "old,,9"))

    new, old = (PromoCode.objects.select_related("promotion").get(code=code) for code in ("NEW", "OLD"))
    assert [new.promotion.name, new.promotion.amount_off, new.max_uses] == ["NEW", 5, None]
    assert new.promotion.max_uses_per_customer == 1
    assert [old.promotion.percent_off, old.max_uses, old.promotion.max_uses_per_customer] == [30, 9, None]


def test_a_plan_tells_what_each_row_does_and_does_nothing() -> None:
    make_promo_code("SAME", name="SAME")
    make_promo_code("OLD")
    before = exported()
    file = read("code,percent_off,ends_at", "same,10,", "old,25,2126-12-24", "new,15,", "bad,150,", ",5,")

    found = plan(file)

    assert outcomes(found) == [
        ("SAME", "same"), ("OLD", "change"), ("NEW", "new"), ("BAD", "problem"), ("", "problem"),
    ]  # fmt: skip
    assert found.rows[1].changes == {"percent_off": ("10.00", "25.00"), "ends_at": ("", "2126-12-24")}
    assert found.rows[2].changes == {"percent_off": ("", "15")}
    assert [(row.row, row.problem) for row in found.problems] == [
        (5, "percent_off: Give a percentage above 0 and up to 100, or a fixed amount above 0 without a cap."),
        (6, "The code is missing."),
    ]
    assert exported() == before
    assert PromotionEvent.objects.count() == 2


def test_what_is_exported_changes_nothing_when_it_is_imported_again() -> None:
    make_product("71053", on_hand=9)
    make_category("Lanterns")
    odd = make_product('A;"B"')
    limits: dict[str, Any] = {"category_ids": (make_category("Teas").pk,), "product_ids": (odd.pk,)}
    make_promo_code("USED", max_uses=5)
    place({"71053": 1}, promo_code="USED")
    make_promo_code("FIVE", amount_off="5", name='=HYPERLINK("x")', max_uses_per_customer=None, **limits)
    make_promo_code("PAUSED", is_paused=True, first_order_only=True)
    pause_promotion(
        generate_batch(3, PromotionTerms(name="Batch", percent_off=Decimal(15)), by=CLI).pk, by=CLI
    )
    before = exported()

    found = plan(read(*before.splitlines()))

    assert {row.outcome for row in found.rows} == {Outcome.SAME}
    assert len(found.rows) == 6
    assert '"\'=HYPERLINK(""x"")"' in before


def test_in_another_shop_exported_codes_are_made_alike() -> None:
    make_category("Lanterns")
    make_promo_code("ONE", max_discount=Decimal("4.50"), category_ids=(make_category("Lanterns").pk,))
    make_promo_code("TWO", amount_off="5", is_paused=True)
    generate_batch(2, PromotionTerms(name="Batch", percent_off=Decimal(15)), by=CLI, max_uses=3)
    before = exported()
    PromotionEvent.objects.all().delete()
    PromoCode.objects.all().delete()
    Promotion.objects.all().delete()

    assert imported(read(*before.splitlines())).count(Outcome.NEW) == 4

    assert sorted(exported().splitlines()) == sorted(before.splitlines())
    assert not Promotion.objects.filter(is_batch=True).exists()


def test_one_problem_refuses_the_whole_file_unless_its_row_may_be_left_out() -> None:
    file = read("code,percent_off", "good,10", "b,10", "good2,20")

    with pytest.raises(Conflict, match="1 of 3 rows have problems") as refused:
        imported(file)
    assert not PromoCode.objects.exists()
    assert refused.value.code == "import_has_problems"
    assert "Row 3 (B): code: A promo code has 3 to 40 letters" in refused.value.faults[0].detail

    imported(file, skip_invalid=True)
    assert sorted(PromoCode.objects.values_list("code", flat=True)) == ["GOOD", "GOOD2"]


def test_rejected_rows_are_handed_back_as_written_and_can_be_mended() -> None:
    file = read("code,name,percent_off,colour", "good,,10,red", 'bad,"=1+1, or so",many,blue')
    found = plan(file)

    handed_back = rejected_promo_codes_csv(file, found)

    header, row = handed_back.splitlines()
    assert header == "code,name,percent_off,row,problem"
    assert row.startswith('bad,"\'=1+1, or so",many,3,')
    mended = read(*handed_back.replace("many", "20").splitlines())
    assert mended.ignored_columns == ()
    imported(mended)
    assert PromoCode.objects.get().promotion.name == "=1+1, or so"


def test_a_code_in_several_rows_is_a_problem_of_each() -> None:
    found = plan(read("code,percent_off", "twice,10", "once,10", " TWICE ,20"))
    told = "The code is in rows 2 and 4. Keep one of them."

    assert [row.problem for row in found.rows] == [told, "", told]


NO_NUMBER = "is not a number: write digits with a point before the decimals, like 12.50."
TWO_MEANINGS = "can mean 1 or 1000: write it without a mark for thousands."
NO_DATE = "is no date such as 2026-12-24 or 2026-12-24T18:00."


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("percent_off", "many", f"percent_off: “many” {NO_NUMBER}"),
        ("percent_off", "-5", "percent_off: “-5” is negative."),
        ("amount_off", "1.000", f"amount_off: “1.000” {TWO_MEANINGS}"),
        ("amount_off", "5", "percent_off: Give percent_off or amount_off, not both."),
        ("starts_at", "24.12.2026", f"starts_at: “24.12.2026” {NO_DATE}"),
        ("ends_at", "tomorrow", f"ends_at: “tomorrow” {NO_DATE}"),
        ("ends_at", "1066-10-14", "ends_at: Choose a year from 2000 to 9000, or leave it empty."),
        ("max_uses", "0", "max_uses: “0” is not a whole number above 0. Leave it empty for no limit."),
        ("max_uses", "1.5", "max_uses: “1.5” is not a whole number above 0. Leave it empty for no limit."),
        ("max_uses", "3000000000", "max_uses: Between 1 and 2,000,000,000, or empty for no limit."),
        ("is_paused", "perhaps", "is_paused: “perhaps” is neither yes nor no."),
        ("categories", "Tea", "categories: There is no category Tea. Put ; between several."),
        ("products", "NOPE", "products: There is no product NOPE. Put ; between several."),
        ("max_discount", "1.2345", "max_discount: An amount in EUR has at most 2 decimal places."),
        ("name", "x" * 121, "name: Ensure this value has at most 120 characters (it has 121)."),
    ],
)  # fmt: skip
def test_a_problem_is_told_in_the_words_of_the_file(column: str, cell: str, told: str) -> None:
    header, row = (f"code,percent_off,{column}", f"CODE,10,{cell}")
    if column == "percent_off":
        header, row = "code,percent_off", f"CODE,{cell}"

    assert [each.problem for each in plan(read(header, row)).rows] == [told]
    assert not PromoCode.objects.exists()


def test_rules_of_codes_that_exist_are_told_too() -> None:
    make_product("71053", on_hand=9)
    make_promo_code("USED")
    place({"71053": 1}, promo_code="USED")
    place({"71053": 1}, promo_code="USED")
    batch = generate_batch(2, PromotionTerms(name="Batch", percent_off=Decimal(15)), by=CLI)
    first, second = batch.codes.order_by("pk").values_list("code", flat=True)
    pause_promotion(batch.pk, by=CLI)

    found = plan(
        read(
            "code,percent_off,max_uses,is_paused",
            "used,20,,",
            "new,,,",
            f"{first},20,1,yes",
            f"{second},15,1,no",
        )
    )
    fewer = plan(read("code,max_uses", "used,1"))

    assert [row.problem for row in (*found.rows, *fewer.rows)] == [
        "USED was used already: its percent_off stays. Duplicate it instead.",
        "This code is new: give percent_off or amount_off.",
        f"{first} shares its terms with all codes of Batch: change the promotion, or pause this code alone.",
        "All codes of Batch are paused: resume the promotion.",
        "max_uses: The code was already used more often than that.",
    ]


def test_codes_are_paused_and_resumed_by_a_file() -> None:
    make_promo_code("AWAKE")
    make_promo_code("ASLEEP", is_paused=True)
    batch = generate_batch(1, PromotionTerms(name="Batch", percent_off=Decimal(15)), by=CLI)
    leaked = batch.codes.get().code

    found = imported(read("code,is_paused", "awake,yes", "asleep,no", f"{leaked},x"))

    assert [row.changes for row in found.rows] == [
        {"is_paused": ("no", "yes")}, {"is_paused": ("yes", "no")}, {"is_paused": ("no", "yes")},
    ]  # fmt: skip
    assert dict(PromoCode.objects.values_list("code", "is_paused")) == {
        "AWAKE": True,
        "ASLEEP": False,
        leaked: True,
    }
    assert not Promotion.objects.filter(is_paused=True).exists()


def test_limits_are_changed_and_taken_away() -> None:
    lamps, teas = make_category("Lamps"), make_category("Teas")
    make_promo_code("LAMPS", category_ids=(lamps.pk,))
    make_promo_code("TEAS", category_ids=(teas.pk,))

    found = imported(read("code,categories,is_restricted", '"LAMPS","teas; Lamps",', "TEAS,,no"))

    assert [row.changes for row in found.rows] == [
        {"categories": ("lamps", "teas; Lamps")},
        {"is_restricted": ("yes", "no"), "categories": ("teas", "")},
    ]
    assert set(PromoCode.objects.get(code="LAMPS").promotion.categories.all()) == {lamps, teas}
    assert not PromoCode.objects.get(code="TEAS").promotion.categories.exists()
    assert not PromoCode.objects.get(code="TEAS").promotion.is_restricted


def test_nobody_imports_something_other_than_what_they_saw() -> None:
    make_promo_code("OLD")
    file = read("code,percent_off", "old,20", "new,10")
    seen = plan(file)
    pause_promo_code("OLD", by=CLI)
    assert plan(file) == seen
    make_promo_code("NEW")

    with pytest.raises(Conflict, match="changed since the file was looked at") as refused:
        import_promo_codes(file, by=CLI, seen=seen)

    assert refused.value.code == "plan_changed"
    assert PromoCode.objects.get(code="OLD").promotion.percent_off == 10


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["code", "percent_off", "amount_off", "starts_at", "ends_at", "first order only"])
    sheet.append(["DAY", 12.5, None, 46112, 46142, True])
    sheet.append(["HOUR", None, 19.989999999999998, 46112.75, None, False])
    content = io.BytesIO()
    workbook.save(content)
    content.seek(0)

    imported(read_promo_file(content, file_name="promos.xlsx"))

    day, hour = (PromoCode.objects.get(code=code).promotion for code in ("DAY", "HOUR"))
    assert (day.percent_off, day.first_order_only, hour.amount_off) == (
        Decimal("12.5"),
        True,
        Decimal("19.99"),
    )
    assert day.starts_at == datetime.fromisoformat("2026-03-30T22:00:00+00:00")
    assert day.ends_at == datetime.fromisoformat("2026-04-30T22:00:00+00:00")
    assert hour.starts_at == datetime.fromisoformat("2026-03-31T16:00:00+00:00")


@pytest.mark.parametrize(
    "lines",
    [
        ("code,categories", "LAMPS,"),
        ("code,categories", 'LAMPS," ; "'),
        ("code,categories,products", "LAMPS,,"),
        ("code,categories,is_restricted", "LAMPS,,"),
        ("code,categories,is_restricted", "LAMPS,,yes"),
        ("code,percent_off,categories", "NEW,10,"),
        ("code,percent_off,products", "NEW,10,;"),
        ("code,percent_off,is_restricted", "NEW,10,yes"),
        ("code,percent_off,is_restricted,categories", "NEW,10,no,lamps"),
    ],
)
def test_a_cell_that_names_nothing_opens_no_code_to_the_whole_shop(lines: tuple[str, ...]) -> None:
    lamps = make_category("Lamps")
    make_promo_code("LAMPS", category_ids=(lamps.pk,))

    [row] = plan(read(*lines)).rows
    with pytest.raises(Conflict):
        imported(read(*lines))

    assert row.outcome is Outcome.PROBLEM
    assert row.problem is not None
    assert row.problem.startswith(("categories: ", "products: "))
    assert row.problem.endswith("The column is_restricted says it: yes or no.")
    assert list(Promotion.objects.get().categories.all()) == [lamps]
    assert Promotion.objects.get().is_restricted


def test_a_row_says_in_so_many_words_that_a_code_is_for_the_whole_shop() -> None:
    make_promo_code("LAMPS", category_ids=(make_category("Lamps").pk,))
    make_promo_code("FREE")

    found = imported(
        read(
            "code,percent_off,is_restricted,categories",
            "LAMPS,,no,",
            "FREE,,,",
            "NEW,10,no,",
            "TEN,10,,lamps",
        )
    )

    assert outcomes(found) == [("LAMPS", "change"), ("FREE", "same"), ("NEW", "new"), ("TEN", "new")]
    assert found.rows[0].changes == {"is_restricted": ("yes", "no"), "categories": ("lamps", "")}
    restricted = Promotion.objects.filter(is_restricted=True)
    assert [promotion.codes.get().code for promotion in restricted] == ["TEN"]


def test_one_of_two_lists_may_be_emptied() -> None:
    lamps, cup = make_category("Lamps"), make_product("CUP")
    make_promo_code("BOTH", category_ids=(lamps.pk,), product_ids=(cup.pk,))

    found = imported(read("code,categories", "BOTH,"))

    assert found.rows[0].changes == {"categories": ("lamps", "")}
    assert list(Promotion.objects.get().products.all()) == [cup]
    assert Promotion.objects.get().is_restricted


def test_an_empty_cell_neither_resumes_a_code_nor_lifts_a_limit() -> None:
    make_promo_code("ASLEEP", is_paused=True, first_order_only=True)

    found = plan(read("code,is_paused,first_order_only", "ASLEEP,,"))

    assert outcomes(found) == [("ASLEEP", "same")]
