"""How often passwords may be guessed, from where, and who is kept out by it: the guesser alone."""

from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccountChange, AccountEvent, KnownPlace, Source, User
from accounts.recovery import request_password_link, reset_password
from accounts.sign_in.attempts import GUESSES_OF_STRANGERS, InvalidCredentials, note_sign_in, sign_in
from accounts.sign_in.places import KNOWN_FOR
from backoffice.errors import Throttled
from backoffice.outbox.models import EmailMessage
from tests.accounts.mailbox import templates_sent_to, token_sent_to
from tests.backoffice.requests.test_throttle_store import closed_port, dead_cache
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_user
from tests.races.harness import race

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
ADA = "ada@example.com"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _patient_with_the_cache_server(settings):
    """On a busy machine it may take its time; these tests are about what it counted."""
    options = {"socket_timeout": 20, "socket_connect_timeout": 20} if settings.REDIS_URL else {}
    cache = settings.CACHES["default"]
    patient = {**cache, "OPTIONS": {**cache.get("OPTIONS", {}), **options}}
    settings.CACHES = {**settings.CACHES, "default": patient}


def tried(email: str, address: str, password: str = "a wrong guess") -> str:
    try:
        return sign_in(email, password, address=address).email
    except (InvalidCredentials, Throttled) as refusal:
        return refusal.code


@pytest.mark.django_db
@pytest.mark.parametrize("server_is_down", [False, True])
def test_spraying_forty_accounts_from_one_place_is_stopped_and_others_sign_in(
    hashed, settings, server_is_down
):
    if server_is_down:
        dead_cache(settings, closed_port())
    emails = [make_user().email for _ in range(40)]
    hashed.clear()

    outcomes = [tried(email, HERE) for email in emails]

    assert outcomes == ["invalid_credentials"] * 20 + ["throttled"] * 20
    assert len(hashed) == 20
    assert tried(emails[-1], HERE, PASSWORD) == "throttled"
    assert [tried(email, ELSEWHERE, PASSWORD) for email in emails] == emails


@pytest.mark.django_db
def test_spraying_accounts_that_do_not_exist_is_stopped_alike():
    outcomes = [tried(f"nobody{number}@example.com", HERE) for number in range(40)]
    assert outcomes == ["invalid_credentials"] * 20 + ["throttled"] * 20


@pytest.mark.django_db
def test_a_whole_network_of_ipv6_has_five_times_as_many_guesses_as_one_place():
    outcomes = [tried(f"a{number}@example.com", f"2001:db8:7:{number:x}::1") for number in range(120)]
    assert outcomes == ["invalid_credentials"] * 100 + ["throttled"] * 20
    assert tried("a@example.com", "2001:db8:8::1") == "invalid_credentials"


@pytest.mark.django_db
def test_an_own_account_does_not_buy_more_guesses_at_others():
    """A right password gives back its own guess and nothing else."""
    own = make_user().email
    outcomes = []
    for number in range(30):
        outcomes.append(tried(f"victim{number}@example.com", HERE))
        tried(own, HERE, PASSWORD)
    assert outcomes == ["invalid_credentials"] * 20 + ["throttled"] * 10


@pytest.mark.django_db
def test_right_passwords_are_no_guesses():
    user = make_user(ADA)
    assert [tried(ADA, HERE, PASSWORD) for _ in range(60)] == [user.email] * 60
    assert [tried(ADA, HERE) for _ in range(6)] == ["invalid_credentials"] * 5 + ["throttled"]


def guess_from_everywhere(email: str, times: int) -> list[str]:
    return [tried(email, f"203.0.{number // 200}.{number % 200}") for number in range(times)]


@pytest.mark.django_db
@pytest.mark.parametrize("email", [ADA, "nobody@example.com"])
def test_strangers_everywhere_together_have_fifty_guesses_an_hour_at_one_account(email, hashed):
    make_user(ADA)
    hashed.clear()
    outcomes = guess_from_everywhere(email, 70)
    assert outcomes == ["invalid_credentials"] * GUESSES_OF_STRANGERS + ["throttled"] * 20
    assert len(hashed) == GUESSES_OF_STRANGERS


@pytest.mark.django_db
def test_strangers_cannot_lock_somebody_out_where_they_have_signed_in_before():
    user = make_user(ADA)
    note_sign_in(user, address=HERE, source=Source.API)
    guess_from_everywhere(ADA, 60)
    assert tried(ADA, ELSEWHERE, PASSWORD) == "throttled"
    assert tried(ADA, HERE, PASSWORD) == ADA
    assert [tried(ADA, HERE) for _ in range(6)] == ["invalid_credentials"] * 5 + ["throttled"]


@pytest.mark.django_db
def test_a_link_by_mail_opens_a_new_place_for_who_is_guessed_at():
    make_user(ADA)
    guess_from_everywhere(ADA, 60)
    client = Api()
    client.post("auth/password/forgot", {"email": ADA})
    client.post("auth/password/reset", {"token": token_sent_to(ADA), "new_password": "quite another horse"})
    assert tried(ADA, "127.0.0.1", "quite another horse") == ADA


@pytest.mark.django_db
def test_a_place_that_was_long_not_used_is_a_strangers():
    user = make_user(ADA)
    note_sign_in(user, address=HERE, source=Source.API)
    KnownPlace.objects.update(last_seen_at=timezone.now() - KNOWN_FOR)
    guess_from_everywhere(ADA, 60)
    assert tried(ADA, HERE, PASSWORD) == "throttled"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_parallel_guesses_at_many_accounts_at_most_twenty_are_hashed(hashed):
    race(16, [partial(tried, f"a{number}@example.com", HERE) for number in range(100)])
    assert len(hashed) == 20


@pytest.mark.django_db
def test_both_doors_answer_429_and_when_to_come_back():
    make_user(ADA, role="Viewer")
    for _ in range(5):
        Api().post("auth/token", {"email": ADA, "password": "a wrong guess"})
    answer = Api().post("auth/token", {"email": ADA, "password": PASSWORD})
    page = Client().post(LOGIN, {"username": ADA, "password": PASSWORD})
    assert_problem(answer, 429, "throttled")
    assert page.status_code == 429
    for response in (answer, page):
        assert 0 < int(response["Retry-After"]) <= 900


@pytest.mark.django_db
def test_the_pages_that_send_links_or_take_passwords_answer_429_too():
    sent = [Client().post("/admin/password_reset/", {"email": ADA}).status_code for _ in range(6)]
    assert sent == [200] * 5 + [429]

    user = make_user(role="Viewer")
    client = Client()
    client.force_login(user)
    typed = {"old_password": "wrong", "new_password": "a quiet morning", "repeated": "a quiet morning"}
    changed = [client.post("/admin/password_change/", typed).status_code for _ in range(6)]
    assert changed == [200] * 5 + [429]

    confirmed = [Client().post("/account/confirm/MQ.x-y/", {"password": "x"}).status_code for _ in range(31)]
    assert confirmed == [200] * 30 + [429]


@pytest.mark.django_db
def test_the_password_of_a_registration_is_guessed_five_times_and_not_thirty(hashed):
    nobody = Api()
    nobody.post("users", {"email": ADA, "password": PASSWORD})
    link = token_sent_to(ADA)
    hashed.clear()
    guesses = [nobody.post("auth/email/confirm", {"token": link, "password": f"{n}"}) for n in range(7)]
    assert [guess.status_code for guess in guesses] == [422] * 5 + [429] * 2
    assert len(hashed) == 5


@pytest.mark.django_db
def test_a_link_that_is_right_is_no_try():
    user = make_user(ADA)
    for number in range(4):
        request_password_link(ADA, address=HERE)
        reset_password(token_sent_to(ADA), f"a quiet morning {number}", source=Source.API, address=HERE)
    assert User.objects.get(pk=user.pk).check_password("a quiet morning 3")


@pytest.mark.django_db
def test_staff_are_mailed_when_somebody_signs_in_from_a_new_place():
    user = make_user(ADA, role="Viewer")
    shopper = make_user("shopper@example.com")
    for address in (HERE, HERE, ELSEWHERE, HERE, ELSEWHERE):
        note_sign_in(user, address=address, source=Source.ADMIN)
        note_sign_in(shopper, address=address, source=Source.API)
    assert templates_sent_to(ADA) == ["new_place"]
    assert EmailMessage.objects.get().context["address"] == ELSEWHERE


@pytest.mark.django_db
def test_sign_ins_and_refusals_are_in_the_accounts_history_with_their_address():
    make_user(ADA, role="Viewer")
    client = Client(REMOTE_ADDR=HERE)
    for password in ("a wrong guess", PASSWORD):
        client.post(LOGIN, {"username": ADA, "password": password})
    client.post("/admin/logout/")
    Api().post("auth/token", {"email": ADA, "password": PASSWORD})
    Api().post("auth/token", {"email": "nobody@example.com", "password": PASSWORD})
    events = AccountEvent.objects.order_by("pk").values_list("user__email", "kind", "source", "address")
    assert list(events) == [
        (ADA, AccountChange.REFUSED, "admin", HERE),
        (ADA, AccountChange.SIGNED_IN, "admin", HERE),
        (ADA, AccountChange.SIGNED_OUT, "admin", HERE),
        (ADA, AccountChange.SIGNED_IN, "api", "127.0.0.1"),
        (None, AccountChange.REFUSED, "api", "127.0.0.1"),
    ]


@pytest.mark.django_db
def test_a_place_that_is_refused_a_thousand_times_is_noted_once():
    make_user(ADA)
    for _ in range(40):
        tried(ADA, HERE)
    kinds = list(AccountEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["refused"] * 5 + ["limited"]
