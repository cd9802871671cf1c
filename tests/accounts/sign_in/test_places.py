"""Where somebody has signed in before."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import KnownPlace
from accounts.sign_in.places import KNOWN_FOR, is_known_place, know_place
from tests.factories import make_user
from tests.races.harness import race

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.mark.django_db
def test_a_place_is_news_once_and_belongs_to_one_user() -> None:
    ada, bob = make_user(), make_user()

    assert [know_place(ada, HERE), know_place(ada, HERE), know_place(bob, HERE)] == [True, False, True]

    assert is_known_place(ada, HERE)
    assert not is_known_place(ada, ELSEWHERE)
    assert not is_known_place(make_user(), HERE)
    assert KnownPlace.objects.count() == 2


@pytest.mark.django_db
def test_addresses_of_one_ipv6_network_are_one_place() -> None:
    ada = make_user()
    know_place(ada, "2001:db8:1:2::1")

    assert not know_place(ada, "2001:db8:1:2:ffff::1")
    assert is_known_place(ada, "2001:db8:1:2:aaaa::")
    assert not is_known_place(ada, "2001:db8:1:3::1")


@pytest.mark.django_db
def test_a_place_is_forgotten_when_it_was_not_used_for_ninety_days() -> None:
    assert timedelta(days=90) == KNOWN_FOR
    ada, bob = make_user(), make_user()
    for user in (ada, bob):
        know_place(user, HERE)
    now = timezone.now()
    KnownPlace.objects.update(last_seen_at=now - KNOWN_FOR + timedelta(minutes=1))
    assert is_known_place(ada, HERE)
    KnownPlace.objects.update(last_seen_at=now - KNOWN_FOR)
    assert not is_known_place(ada, HERE)

    assert know_place(ada, ELSEWHERE)

    assert list(KnownPlace.objects.filter(user=ada).values_list("block", flat=True)) == [ELSEWHERE]
    assert KnownPlace.objects.filter(user=bob).count() == 1


@pytest.mark.django_db
def test_a_place_that_is_used_again_is_known_anew() -> None:
    ada = make_user()
    know_place(ada, HERE)
    KnownPlace.objects.update(last_seen_at=timezone.now() - KNOWN_FOR + timedelta(minutes=1))

    know_place(ada, HERE)

    assert KnownPlace.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.django_db
def test_looking_takes_one_query_whether_there_is_an_account_or_not() -> None:
    ada = make_user()
    know_place(ada, HERE)
    for user, address in ((ada, HERE), (ada, ELSEWHERE), (None, HERE)):
        with CaptureQueriesContext(connection) as queries:
            is_known = is_known_place(user, address)
        assert (len(queries), is_known) == (1, user is not None and address == HERE)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_sign_ins_at_once_know_one_place() -> None:
    ada = make_user()

    outcomes = race(8, [partial(know_place, ada, HERE)] * 16)

    assert [outcome for outcome in outcomes if not isinstance(outcome, bool)] == []
    assert KnownPlace.objects.count() == 1
