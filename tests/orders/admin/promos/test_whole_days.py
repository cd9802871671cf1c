"""The ends of windows as people type and read them: whole days in the shop's zone, whatever the clocks do."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from backoffice import dates
from orders.admin.promos.whole_days import EndField, StartField
from orders.models import PromotionEvent
from tests.factories import make_promo_code

PROMOS = "/admin/orders/promocode/"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "starts", "ends"),
    [
        (["30/11/2026", ""], "2026-11-29T23:00", "2026-11-30T23:00"),
        (["2026-11-30", ""], "2026-11-29T23:00", "2026-11-30T23:00"),
        (["30/11/2026", "18:00"], "2026-11-30T17:00", "2026-11-30T17:00"),
        # Days of 23 and of 25 hours.
        (["29/03/2026", ""], "2026-03-28T23:00", "2026-03-29T22:00"),
        (["25/10/2026", ""], "2026-10-24T22:00", "2026-10-25T23:00"),
    ],
)
def test_a_date_alone_is_the_whole_day(typed: list[str], starts: str, ends: str) -> None:
    assert StartField(required=False).clean(typed) == utc(starts)
    assert EndField(required=False).clean(typed) == utc(ends)


def test_a_day_can_be_closed_at_24_00() -> None:
    assert EndField(required=False).clean(["30/11/2026", "24:00"]) == utc("2026-11-30T23:00")


def test_a_day_whose_first_hour_the_clocks_leave_out_begins_when_the_one_before_ends() -> None:
    # In Cairo Thursday 23 April 2026 ends, and the clocks show 01:00 of the 24th.
    change = utc("2026-04-23T22:00")

    with timezone.override("Africa/Cairo"):
        assert EndField(required=False).clean(["23/04/2026", ""]) == change
        assert StartField(required=False).clean(["24/04/2026", ""]) == change
        assert dates.end(change).startswith("Thu 23 Apr")
        assert dates.end(change).endswith("24:00")


@pytest.mark.parametrize("typed", [["", "18:00"], ["31/12/9999", ""], ["01/01/0001", ""]])
def test_what_is_no_moment_is_refused(typed: list[str]) -> None:
    for field in (StartField(required=False), EndField(required=False)):
        with pytest.raises(ValidationError, match=r"Give the day|Choose a year"):
            field.clean(typed)


@pytest.mark.parametrize(
    ("at", "beginning", "end"),
    [
        ("2035-11-29T23:00", "Fri 30 Nov 2035, 00:00", "Thu 29 Nov 2035, 24:00"),
        ("2035-11-30T17:00", "Fri 30 Nov 2035, 18:00", "Fri 30 Nov 2035, 18:00"),
        # The day ends with its year.
        ("2035-12-31T23:00", "Tue 1 Jan 2036, 00:00", "Mon 31 Dec 2035, 24:00"),
    ],
)
def test_midnight_is_told_as_the_end_of_the_day_that_it_closes(at: str, beginning: str, end: str) -> None:
    assert dates.beginning(utc(at)) == beginning
    assert dates.end(utc(at)) == end


@pytest.mark.django_db
def test_the_form_shows_a_window_as_it_was_typed_and_saving_it_again_moves_nothing(manager: Client) -> None:
    # An end that the fields cannot show in full, as when somebody ended it.
    code = make_promo_code("DAYS", starts_at=utc("2035-11-25T23:00"), ends_at=utc("2035-11-30T17:00:59.5"))
    code.promotion.refresh_from_db()
    url = f"{PROMOS}{code.pk}/change/"
    form = manager.get(url).context["adminform"].form
    assert form["starts_at"].subwidgets[0].data["subwidgets"][0]["value"] == "26/11/2035"
    assert form["starts_at"].subwidgets[0].data["subwidgets"][1]["value"] is None

    answer = manager.post(
        url,
        {
            "name": "A promotion",
            "kind": "percentage",
            "percent_off": "10",
            "minimum_spend": "0",
            "max_uses_per_customer": "1",
            "starts_at_0": "26/11/2035",
            "starts_at_1": "",
            "ends_at_0": "30/11/2035",
            "ends_at_1": "18:00:59",
        },
    )

    assert answer.status_code == 302
    assert PromotionEvent.objects.filter(kind="changed").count() == 0
    code.promotion.refresh_from_db()
    assert code.promotion.ends_at == utc("2035-11-30T17:00:59.5")
