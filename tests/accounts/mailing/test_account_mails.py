"""Mails about accounts, and how many of them strangers may cause."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.mailing.account_mails import (
    MAILS_PER_HOUR,
    MAILS_PER_HOUR_FROM_ONE_PLACE,
    TRIES_PER_HOUR,
    limit_links,
    limit_mails,
    tell,
    told_now,
)
from backoffice.errors import Throttled
from backoffice.outbox.facts import in_words
from backoffice.outbox.models import EmailMessage
from backoffice.requests.addresses import current_address

ADA = "ada@example.com"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def mailed(recipient: str, address: str = HERE, times: int = 1) -> list[bool]:
    """Which of so many mails may be sent."""
    allowed = []
    for _ in range(times):
        try:
            limit_mails(recipient, address=address)
            allowed.append(True)
        except Throttled:
            allowed.append(False)
    return allowed


@pytest.mark.django_db
def test_a_second_mail_of_the_same_words_is_a_mail_of_its_own() -> None:
    for _ in range(2):
        tell(ADA, "no_account", {"name": "Ada"})

    assert EmailMessage.objects.filter(recipient=ADA, template="no_account").count() == 2
    assert EmailMessage.objects.latest("pk").context == {"days": 3, "name": "Ada"}


@pytest.mark.once
def test_a_mail_tells_when_and_from_where_by_the_clock_of_the_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 1, 23, 5, tzinfo=UTC))
    assert in_words(told_now()) == {"at": "2 March 2026, 00:05 CET", "address": "the shop's computer"}

    token = current_address.set(HERE)
    try:
        assert told_now()["address"] == HERE
    finally:
        current_address.reset(token)


@pytest.mark.django_db
def test_one_address_gets_five_mails_an_hour_wherever_they_come_from() -> None:
    assert MAILS_PER_HOUR == 5
    assert mailed(ADA, times=4) + mailed(ADA, ELSEWHERE, times=3) == [True] * 5 + [False] * 2
    assert mailed("bob@example.com", ELSEWHERE) == [True]


@pytest.mark.django_db
def test_one_place_sends_twenty_mails_an_hour_whomever_to() -> None:
    assert MAILS_PER_HOUR_FROM_ONE_PLACE == 20
    outcomes = [mailed(f"a{number}@example.com")[0] for number in range(22)]
    assert outcomes == [True] * 20 + [False] * 2
    assert mailed(ADA, ELSEWHERE) == [True]


@pytest.mark.django_db
def test_what_is_no_text_that_utf_8_can_hold_is_counted_too() -> None:
    assert mailed("\ud800@example.com", times=6) == [True] * 5 + [False]


@pytest.mark.django_db
def test_thirty_links_an_hour_are_tried_from_one_place_and_a_right_one_is_given_back() -> None:
    assert TRIES_PER_HOUR == 30
    for _ in range(29):
        limit_links(HERE)
    for _ in range(3):
        for use in limit_links(HERE):
            use.give_back()
    limit_links(HERE)

    with pytest.raises(Throttled):
        limit_links(HERE)
    limit_links(ELSEWHERE)
