"""Which promo codes and which promotions a list is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orders.models import PromoCode, Promotion
from orders.readers.promo_filters import PromoCodeFilter, PromotionFilter
from tests.factories import make_batch, make_promo_code

pytestmark = pytest.mark.django_db

JUNE = datetime(2126, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _promotions() -> None:
    make_promo_code("SPRING20", name="Blossom sale", starts_at=JUNE, ends_at=JUNE + 5 * DAY)
    make_promo_code("FIVE", name="Newsletter", amount_off="5", ends_at=JUNE)
    make_promo_code("OVER", name="Old newsletter", ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    make_batch(2, name="Black Friday sale", starts_at=JUNE + DAY)


WANTED = [
    ({}, {"Blossom sale", "Newsletter", "Old newsletter", "Black Friday sale"}),
    ({"kind": "fixed"}, {"Newsletter"}),
    ({"starts_after": JUNE + DAY}, {"Black Friday sale"}),
    ({"starts_before": JUNE + DAY}, {"Blossom sale"}),
    ({"ends_after": JUNE}, {"Blossom sale", "Newsletter"}),
    ({"ends_before": JUNE}, {"Old newsletter"}),
    ({"q": "NEWS"}, {"Newsletter", "Old newsletter"}),
    ({"q": "sale  fri"}, {"Black Friday sale"}),
    ({"q": "news", "kind": "percentage"}, {"Old newsletter"}),
]


@pytest.mark.parametrize(("wanted", "names"), WANTED)
def test_codes_and_promotions_are_narrowed_alike(wanted: dict[str, Any], names: set[str]) -> None:
    codes = PromoCodeFilter(**wanted).of(PromoCode.objects.all())
    promotions = PromotionFilter(**wanted).of(Promotion.objects.all())

    assert set(codes.values_list("promotion__name", flat=True)) == names
    assert set(promotions.values_list("name", flat=True)) == names


def test_a_code_is_found_by_a_part_of_it_and_by_its_state() -> None:
    def found(**wanted: Any) -> set[str]:
        return set(PromoCodeFilter(**wanted).of(PromoCode.objects.all()).values_list("code", flat=True))

    assert found(q="ring") == {"SPRING20"}
    assert found(q="ver old") == {"OVER"}
    assert found(state="expired") == {"OVER"}
    assert found(state="active") == {"FIVE"}
    assert len(found(state="scheduled")) == 3


def test_batches_are_told_from_promotions_of_one_code() -> None:
    def found(is_batch: bool) -> set[str]:
        promotions = PromotionFilter(is_batch=is_batch).of(Promotion.objects.all())
        return set(promotions.values_list("name", flat=True))

    assert found(is_batch=True) == {"Black Friday sale"}
    assert found(is_batch=False) == {"Blossom sale", "Newsletter", "Old newsletter"}
