"""The history of a promotion: facts with old and new values, whichever door changed it, told in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.actors import Actor
from accounts.models import Source
from orders import promotions
from orders.admin.changes import FieldChange
from orders.admin.promos.history import PromotionEntry, history_of
from orders.models import Promotion
from orders.promotions.expiry import expire_ended_promotions
from orders.promotions.terms import terms_of_promotion
from tests.factories import CLI, make_batch, make_category, make_promo_code, make_user

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def newest(promotion: Promotion) -> PromotionEntry:
    return history_of(promotion, make_user(is_superuser=True))[0]


@pytest.mark.parametrize(
    ("source", "door"), [(Source.ADMIN, "Admin"), (Source.API, "API"), (Source.CLI, "Command line")]
)
def test_a_change_tells_old_and_new_values_by_whichever_door_it_came(source: Source, door: str) -> None:
    tea = make_category("Tea")
    code = make_promo_code("TEN", percent_off="10")
    terms = replace(
        terms_of_promotion(code.promotion),
        percent_off=Decimal("12.5"),
        is_restricted=True,
        category_ids=(tea.pk,),
        ends_at=datetime(2031, 12, 1, tzinfo=BERLIN),
    )

    promotions.change_promo_code("TEN", terms, max_uses=2_000, by=Actor(None, source))

    entry = newest(code.promotion)
    assert (entry.text, entry.door) == ("Changed", door)
    assert entry.changes == [
        FieldChange("Percentage", "10 %", "12.5 %"),
        FieldChange("Ends", "never", "Sun 30 Nov 2031, 24:00"),
        FieldChange("Uses in total", "no limit", "2,000"),
        FieldChange("Applies to", "everything", "what is named"),
        FieldChange("Only these categories", "none", "Tea"),
    ]
    event = code.promotion.events.order_by("-pk")[0]
    assert event.details["percent_off"] == ["10.00", "12.5"]
    assert event.details["max_uses"] == [None, 2_000]


def test_a_promotion_that_ends_by_itself_tells_when() -> None:
    ends_at = datetime(2031, 12, 1, tzinfo=BERLIN)
    promotion = make_batch(2, ends_at=ends_at)

    expire_ended_promotions(ends_at + timedelta(minutes=1))

    assert newest(promotion).text == "Ended by itself: Sun 30 Nov 2031, 24:00"
    assert promotion.events.order_by("-pk")[0].details == {"ends_at": str(ends_at.astimezone(UTC))}


def test_a_deleted_code_is_named() -> None:
    promotion = make_batch(2)
    code = promotion.codes.all()[0].code

    promotions.delete_promo_code(code, by=CLI)

    assert newest(promotion).text == f"Deleted {code}, which nobody had used"


@pytest.mark.parametrize(
    ("count", "max_uses", "text"),
    [
        (1, 1, "Generated 1 code, each for 1 use and with 59.5 bits"),
        (2, None, "Generated 2 codes, each without a limit of uses and with 59.5 bits"),
        (2, 2_000, "Generated 2 codes, each for 2,000 uses and with 59.5 bits"),
    ],
)
def test_generated_codes_are_counted_in_words(count: int, max_uses: int | None, text: str) -> None:
    assert newest(make_batch(count, max_uses=max_uses)).text == text
