"""Customers make accounts, through the API as clients do it; nobody learns whose addresses have one."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import registration
from accounts.addresses import confirmation
from accounts.mailing.links import CONFIRMATION, PASSWORD, InvalidLink, token_for
from accounts.models import Customer, User
from accounts.passwords.hashing import Crowded
from accounts.people import create_staff, deactivate, set_role
from accounts.recovery import request_password_link
from accounts.registration import confirm_email, register
from backoffice.errors import Conflict, Invalid, Throttled
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from orders.models import Order, OrderEvent
from orders.placing.placement import place_order
from orders.timeline import happened
from tests.accounts.mailbox import templates_sent_to, token_sent_to
from tests.contract.client import Api, assert_problem
from tests.counts import forget_counts
from tests.factories import CLI, make_customer, make_product, make_user, place, request_for
from tests.factories import PASSWORD as GOOD
from tests.races.harness import first_together, race

ADA = "ada@example.com"
HERE = "192.0.2.1"


def registered(email: str = ADA, password: str = GOOD) -> str:
    """The token of the mail that asks to confirm the address."""
    register(email, password, address=HERE)
    return token_sent_to(email)


def signing_in(email: str = ADA, password: str = GOOD) -> Any:
    return Api().post("auth/token", {"email": email, "password": password})


@pytest.mark.django_db
def test_an_account_works_once_its_address_is_confirmed():
    answer = Api().post("users", {"email": "Ada@Example.com", "password": GOOD, "name": "Ada"})
    assert (answer.status_code, answer.json()) == (
        202,
        {"detail": "If this address can receive it, a mail is on its way."},
    )
    assert templates_sent_to(ADA) == ["confirm_email"]
    assert_problem(signing_in(), 401, "invalid_credentials")

    assert (
        Api().post("auth/email/confirm", {"token": token_sent_to(ADA), "password": GOOD}).status_code == 204
    )
    assert signing_in().status_code == 200
    user = User.objects.get()
    assert (user.name, user.is_staff, user.is_superuser) == ("Ada", False, False)


@pytest.mark.django_db
def test_what_a_guest_ordered_before_belongs_to_the_account_only_after_confirmation():
    make_product("A", on_hand=9)
    order = place({"A": 1}, customer=make_customer(ADA))
    others = place({"A": 1})
    token = registered()
    api = Api(User.objects.get(email=ADA))
    assert api.get("orders").json()["items"] == []
    assert api.get(f"orders/{order.number}").status_code == 404

    confirm_email(token, GOOD, address=HERE)

    assert [item["number"] for item in api.get("orders").json()["items"]] == [order.number]
    assert api.get(f"orders/{others.number}").status_code == 404
    assert Customer.objects.get(email=ADA).user == User.objects.get(email=ADA)


@pytest.mark.django_db
def test_a_confirmed_account_places_orders_of_its_own():
    make_product("A", on_hand=9)
    confirm_email(registered(), GOOD, address=HERE)
    api = Api(User.objects.get())
    address = {"name": "Ada", "line1": "Seeweg 1", "postcode": "34878", "city": "Köln", "country": "DE"}
    placed = api.post("orders", {"lines": [{"sku": "A", "quantity": 1}], "shipping_address": address})
    assert placed.status_code == 201
    assert [item["number"] for item in api.get("orders").json()["items"]] == [placed.json()["number"]]
    assert Customer.objects.count() == 1


def prepare(state: str) -> None:
    """Bring ada's address into this state."""
    if state == "pending":
        registered()
    elif state != "unknown":
        user = make_user(ADA, role="Viewer" if state == "staff" else None)
        if state == "deactivated":
            deactivate(user, by=CLI)
    User.objects.filter(is_staff=False).update(language="de")


STATES = {
    "unknown": "confirm_email",
    "pending": "confirm_email",
    "customer": "account_exists",
    "staff": "account_exists",
    "deactivated": "account_deactivated",
}


@pytest.mark.django_db
def test_whether_an_address_has_an_account_is_not_to_be_seen(hashed):
    seen = set()
    for state in STATES:
        User.objects.all().delete()
        prepare(state)
        hashed.clear()
        forget_counts()
        with CaptureQueriesContext(connection) as queries:
            answer = Api().post("users", {"email": ADA, "password": "quite another horse"})
        verbs = tuple(query["sql"].split()[0] for query in queries)
        seen.add((answer.status_code, answer.content, tuple(hashed), verbs))
    assert len(seen) == 1, seen
    [(status, _, hashes, verbs)] = seen
    assert (status, hashes) == (202, ("quite another horse",))
    assert [verb for verb in verbs if verb in ("INSERT", "UPDATE", "SELECT")] == [
        *("INSERT", "UPDATE", "SELECT", "SELECT", "INSERT")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_the_mailbox_alone_is_told_and_an_account_stays_as_it_is(state):
    prepare(state)
    EmailMessage.objects.all().delete()
    before = list(User.objects.values())

    register(ADA, "quite another horse", name="Eve", address=HERE)

    assert templates_sent_to(ADA) == [STATES[state]]
    if STATES[state] != "confirm_email":
        assert list(User.objects.values()) == before


@pytest.mark.django_db
def test_the_last_registration_counts_and_links_of_earlier_ones_fall():
    first = registered()
    second = registered(password="quite another horse")
    assert_problem(
        Api().post("auth/email/confirm", {"token": first, "password": GOOD}), 422, "invalid_link", "/token"
    )
    assert User.objects.get().email_confirmed_at is None
    confirm_email(second, "quite another horse", address=HERE)
    assert signing_in().status_code == 401
    assert signing_in(password="quite another horse").status_code == 200


@pytest.mark.django_db
def test_a_stranger_who_registers_somebodys_address_gets_no_account_by_their_confirmation():
    make_product("A", on_hand=9)
    place({"A": 1}, customer=make_customer(ADA))
    registered()
    token = registered(password="quite another horse")

    answer = Api().post("auth/email/confirm", {"token": token, "password": GOOD})

    assert_problem(answer, 422, "validation", "/password")
    assert signing_in(password="quite another horse").status_code == 401
    assert Customer.objects.get().user is None
    request_password_link(ADA, address=HERE)
    body = {"token": token_sent_to(ADA), "new_password": "a third good horse"}
    assert Api().post("auth/password/reset", body).status_code == 204
    assert signing_in(password="quite another horse").status_code == 401
    assert signing_in(password="a third good horse").status_code == 200
    assert Customer.objects.get().user == User.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "no address", "password": GOOD}, "/email"),
        ({"email": ADA, "password": "short"}, "/password"),
        ({"email": ADA, "password": "password1234"}, "/password"),
        ({"email": ADA, "password": "x" * 1025}, "/password"),
        ({"email": ADA}, "/password"),
        ({"email": ADA, "password": GOOD, "is_staff": True}, "/is_staff"),
        ({"email": ADA, "password": GOOD, "role": "Manager"}, "/role"),
    ],
)
def test_what_is_no_good_registers_nobody(body, pointer):
    content = assert_problem(Api().post("users", body), 422, "validation")
    assert {error["pointer"] for error in content["errors"]} == {pointer}
    assert not User.objects.exists()
    assert not EmailMessage.objects.exists()


def tampered(token: str) -> str:
    return token[:-1] + ("0" if token[-1] != "0" else "1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forge",
    [
        tampered,
        lambda token: "",
        lambda token: "x",
        lambda token: ".",
        lambda token: token.partition(".")[2],
        lambda token: "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5." + token.partition(".")[2],
        lambda token: "é" * 9,
        lambda token: token_for(User.objects.get(), PASSWORD),
        lambda token: (
            token_for(make_user("eve@example.com", email_confirmed_at=None), CONFIRMATION).partition(".")[0]
            + "."
            + token.partition(".")[2]
        ),
    ],
)
def test_a_forged_token_confirms_nothing(forge):
    token = forge(registered())
    answer = Api().post("auth/email/confirm", {"token": token, "password": GOOD})
    assert_problem(answer, 422, "invalid_link" if token else "validation")
    assert not User.objects.filter(email_confirmed_at__isnull=False).exists()


@pytest.mark.django_db
def test_a_token_is_too_old_after_three_days(settings):
    token = registered()
    settings.PASSWORD_RESET_TIMEOUT = -1
    with pytest.raises(InvalidLink):
        confirm_email(token, GOOD, address=HERE)
    settings.PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
    assert confirm_email(token, GOOD, address=HERE)


@pytest.mark.django_db
def test_a_deactivated_registration_stays_one():
    token = registered()
    deactivate(User.objects.get(), by=CLI)
    with pytest.raises(InvalidLink):
        confirm_email(token, GOOD, address=HERE)
    assert User.objects.get().email_confirmed_at is None


@pytest.mark.django_db
def test_a_registration_nobody_confirmed_does_not_keep_a_colleague_out():
    """Else a stranger's password would open the account that the colleague's role is given to."""
    token = registered()
    with pytest.raises(Conflict):
        set_role(User.objects.get(), "Manager", by=CLI)
    user = create_staff(ADA, role="Manager", by=CLI)
    with pytest.raises(InvalidLink):
        confirm_email(token, GOOD, address=HERE)
    assert User.objects.get() == user
    assert signing_in().status_code == 401


@pytest.mark.django_db
def test_registrations_are_limited_by_recipient_and_by_place():
    for _ in range(5):
        register(ADA, GOOD, address=HERE)
    with pytest.raises(Throttled) as refused:
        register("ADA@example.com", GOOD, address="198.51.100.7")
    assert 0 < (refused.value.retry_after_seconds or 0) <= 3600
    # Of the twenty an hour from one place, five are gone.
    for number in range(15):
        register(f"somebody-{number}@example.com", GOOD, address=HERE)
    with pytest.raises(Throttled):
        register("somebody-else@example.com", GOOD, address=HERE)
    assert EmailMessage.objects.count() == 20


@pytest.mark.django_db
def test_a_refusal_for_too_many_mails_says_when_to_come_back_and_hashes_nothing(hashed):
    for _ in range(5):
        Api().post("users", {"email": ADA, "password": GOOD})
    hashed.clear()
    answer = Api().post("users", {"email": ADA, "password": GOOD})
    assert_problem(answer, 429, "throttled")
    assert int(answer["Retry-After"]) == int(answer["RateLimit-Reset"]) <= 3600
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"], hashed) == ("5", "0", [])


@pytest.mark.django_db(transaction=True)
def test_the_mail_holds_the_link_and_what_is_kept_of_it_does_not():
    token = registered()
    deliver_due()
    [sent] = mail.outbox
    assert f"http://127.0.0.1:8000/account/confirm/{token}/" in sent.body
    kept = EmailMessage.objects.get()
    assert token not in str(kept.__dict__)


@pytest.mark.django_db
def test_a_strangers_words_do_not_reach_the_mailbox():
    register(ADA, GOOD, name="You have won, see evil.example", address=HERE)
    request_password_link(ADA, address=HERE)
    deactivate(User.objects.get(), by=CLI)
    register(ADA, GOOD, address=HERE)
    request_password_link(ADA, address=HERE)
    assert len(templates_sent_to(ADA)) == 5
    assert "evil" not in str(list(EmailMessage.objects.values("context")))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_eight_registrations_of_one_address_at_once_one_account_comes():
    passwords = [f"horse number {number} here" for number in range(8)]
    outcomes = race(8, [partial(register, ADA, password, address=HERE) for password in passwords])
    assert [type(outcome) for outcome in outcomes].count(Throttled) == 3
    assert templates_sent_to(ADA) == ["confirm_email"] * 5
    # Whichever came last: the link that goes with its password is the one that works.
    links = [message.context["secret_token"] for message in EmailMessage.objects.all()]
    user = User.objects.get()
    [chosen] = [password for password in passwords if user.check_password(password)]
    worked = []
    for link in links:
        with contextlib.suppress(InvalidLink):
            worked.append(confirm_email(link, chosen, address=HERE))
    assert worked == [user]


def confirmed_at_once(token: str, times: int = 8) -> list[object]:
    return race(times, [lambda: confirm_email(token, GOOD, address=HERE)] * times)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_eight_uses_of_one_confirmation_at_once_one_wins():
    for number in range(3):
        email = f"ada-{number}@example.com"
        outcomes = confirmed_at_once(registered(email))
        assert [type(outcome) for outcome in outcomes].count(User) == 1, outcomes
        assert {type(outcome) for outcome in outcomes} <= {User, InvalidLink, Crowded}, outcomes
        assert Customer.objects.get(email=email).user == User.objects.get(email=email)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_looking_before_confirming_would_let_several_win(monkeypatch):
    """The control of the race above."""

    two_have_looked = first_together(2)

    def looked_at_only(user: User) -> bool:
        two_have_looked()
        user.email_confirmed_at = user.created_at
        user.save()
        return True

    monkeypatch.setattr(registration, "confirm_address", looked_at_only)
    assert [type(outcome) for outcome in confirmed_at_once(registered(ADA))].count(User) > 1


@pytest.fixture
def ordered_amid_the_confirmation(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], bool]:
    """Tells whether the customer whom a guest's order is making belongs to the account just confirmed.

    The order is held up until the account is confirmed, or for half a second: whoever waits for the customer
    waits for the order.
    """
    is_made, is_confirmed = threading.Event(), threading.Event()
    write = happened

    def slowly(*args: Any, **options: Any) -> OrderEvent:
        is_made.set()
        is_confirmed.wait(timeout=0.5)
        return write(*args, **options)

    def confirm(token: str) -> User:
        assert is_made.wait(timeout=30)
        user = confirm_email(token, GOOD, address=HERE)
        is_confirmed.set()
        return user

    def is_owned(number: int) -> bool:
        is_made.clear()
        is_confirmed.clear()
        email = f"guest-{number}@example.com"
        token = registered(email)
        order = partial(place_order, request_for({"A": 1}), email=email, by=CLI)
        placed, confirmed = race(2, [order, partial(confirm, token)])
        return Order.objects.get(pk=placed.pk).customer.user == confirmed

    monkeypatch.setattr("orders.placing.placement.happened", slowly)
    return is_owned


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_order_placed_while_its_address_is_confirmed_belongs_to_the_account(ordered_amid_the_confirmation):
    make_product("A", on_hand=100)
    assert [ordered_amid_the_confirmation(number) for number in range(3)] == [True] * 3


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_claiming_only_the_customers_that_are_there_would_lose_them(
    ordered_amid_the_confirmation, monkeypatch
):
    """The control of the race above. On SQLite, with its one writer, nothing comes in between."""

    def claim_what_is_there(user: User) -> None:
        Customer.objects.filter(email=user.email, user=None).update(user=user)

    monkeypatch.setattr(confirmation, "_claim_orders", claim_what_is_there)
    make_product("A", on_hand=100)
    assert ordered_amid_the_confirmation(1) == (connection.vendor == "sqlite")


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["ada\u200b@example.com", "\ufb01ona@example.com", "ada@exa\u00admple.com"])
def test_an_address_that_looks_like_somebody_elses_gets_no_mail(typed: str) -> None:
    with pytest.raises(Invalid, match=r"character that cannot be seen|without accents"):
        register(typed, GOOD, address=HERE)
    assert (User.objects.count(), EmailMessage.objects.count()) == (0, 0)
