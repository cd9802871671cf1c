"""Promotions whose end has passed are marked once, noted, and told in one digest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Source
from backoffice.outbox.models import EmailMessage
from orders.models import Promotion, PromotionEvent
from orders.promotions import change_promotion, expire_ended_promotions, terms_of_promotion
from tests.factories import CLI, make_batch, make_promo_code, make_user

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
END = datetime(2026, 6, 2, tzinfo=UTC)


def marked() -> dict[str, datetime | None]:
    return dict(Promotion.objects.values_list("name", "expired_at"))


def test_what_has_ended_is_marked_and_noted_once_whatever_its_codes() -> None:
    make_promo_code("ONE", name="One", ends_at=END - SECOND)
    make_batch(3, name="Many", ends_at=END, starts_at=END - SECOND)
    make_promo_code("NEXT", name="Next", ends_at=END + SECOND)
    make_promo_code("ENDLESS", name="Endless")
    make_promo_code("ASLEEP", name="Asleep", is_paused=True, ends_at=END)

    assert expire_ended_promotions(END) == 3
    assert expire_ended_promotions(END) == 0

    assert marked() == {"One": END, "Many": END, "Asleep": END, "Next": None, "Endless": None}
    noted = PromotionEvent.objects.filter(kind="expired").order_by("promotion")
    assert {(each.source, each.actor, each.at) for each in noted} == {(Source.TASK, None, END)}
    assert [(each.promotion.name, each.details) for each in noted] == [
        ("One", {"ends_at": str(END - SECOND)}),
        ("Many", {"ends_at": str(END)}),
        ("Asleep", {"ends_at": str(END)}),
    ]


def test_where_nothing_ended_nobody_is_told() -> None:
    make_user(role="Marketing")
    make_promo_code("ENDLESS")

    assert expire_ended_promotions() == 0
    assert not EmailMessage.objects.exists()
    assert not PromotionEvent.objects.filter(kind="expired").exists()


def test_each_run_that_finds_something_sends_one_digest() -> None:
    reader = make_user("marketing@shop.example", role="Marketing")
    make_promo_code("ONE", ends_at=END)
    make_promo_code("TWO", ends_at=END + SECOND)
    make_promo_code("THREE", ends_at=END + SECOND)

    assert [expire_ended_promotions(END + n * SECOND) for n in range(3)] == [1, 2, 0]

    mails = EmailMessage.objects.order_by("pk")
    assert [(mail.recipient, mail.context["count"]) for mail in mails] == [
        (reader.email, 1),
        (reader.email, 2),
    ]


def test_a_promotion_that_is_prolonged_ends_once_more() -> None:
    promotion = make_promo_code("ONE", ends_at=END).promotion
    expire_ended_promotions(END)
    now = timezone.now()
    terms = replace(terms_of_promotion(promotion), ends_at=now + SECOND)

    assert change_promotion(promotion.pk, terms, by=CLI).expired_at is None

    assert [expire_ended_promotions(at) for at in (now, now + SECOND)] == [0, 1]


def test_expiry_is_marked_at_the_end_and_not_a_moment_before() -> None:
    ends_at = datetime(2026, 6, 2, tzinfo=UTC)
    make_promo_code("DAY", ends_at=ends_at)

    assert expire_ended_promotions(ends_at - SECOND) == 0
    assert expire_ended_promotions(ends_at) == 1
