"""Links in mails: for one account, one purpose, one use, three days."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.mailing import links
from accounts.mailing.links import (
    CONFIRMATION,
    DAYS_VALID,
    PASSWORD,
    InvalidLink,
    LinkSigner,
    confirmation_link,
    password_link,
    token_for,
    user_of,
)
from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def is_good(token: str, signer: LinkSigner = PASSWORD) -> bool:
    try:
        user_of(token, signer)
    except InvalidLink:
        return False
    return True


def test_a_token_names_its_user() -> None:
    make_user()
    user = make_user("ada@example.com")

    assert user_of(token_for(user, PASSWORD), PASSWORD) == user
    assert user_of(token_for(user, CONFIRMATION), CONFIRMATION) == user


def test_a_link_of_one_kind_is_worth_nothing_as_another() -> None:
    user = make_user()

    assert not is_good(token_for(user, CONFIRMATION), PASSWORD)
    assert not is_good(token_for(user, PASSWORD), CONFIRMATION)


def test_a_link_of_one_account_is_worth_nothing_for_another() -> None:
    ada, eve = (token_for(make_user(), PASSWORD).partition(".") for _ in range(2))

    assert not is_good(f"{ada[0]}.{eve[2]}")


@pytest.mark.parametrize(
    "change",
    [
        {"password": "another hash"},
        {"auth_version": 2},
        {"email": "new@example.com"},
        {"email_confirmed_at": None},
        {"is_active": False},
    ],
)
def test_a_link_falls_when_what_it_is_signed_over_changes(change: dict[str, Any]) -> None:
    token = token_for(make_user("ada@example.com"), PASSWORD)
    assert is_good(token)

    User.objects.update(**change)

    assert not is_good(token)


def test_a_link_does_not_fall_with_a_name_or_a_role_that_is_given_without_signing_out() -> None:
    token = token_for(make_user("ada@example.com"), PASSWORD)

    User.objects.update(name="Ada", is_staff=True)

    assert is_good(token)


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: "",
        lambda token: ".",
        lambda token: token[:-1],
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: token.replace(".", ""),
        lambda token: "x" + token,
        lambda token: f"MQ==.{token}",
        lambda token: f"ÄÖ.{token.partition('.')[2]}",
        lambda token: f"{'9' * 200}.{token.partition('.')[2]}",
    ],
)
def test_what_was_tampered_with_is_refused_alike(damage: Callable[[str], str]) -> None:
    with pytest.raises(InvalidLink) as refused:
        user_of(damage(token_for(make_user(), PASSWORD)), PASSWORD)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/token", "invalid_link")]


def test_a_link_works_for_three_days(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DAYS_VALID == 3
    minute, token = timedelta(minutes=1), token_for(make_user(), PASSWORD)
    # As Django's generator tells it: in no zone.
    end = datetime.now() + timedelta(days=DAYS_VALID)  # noqa: DTZ005
    for moment, works in ((end - minute, True), (end + minute, False)):
        monkeypatch.setattr(LinkSigner, "_now", lambda _, moment=moment: moment)
        assert is_good(token) == works


def test_a_link_leads_to_the_page_of_whoever_gets_it(settings: Any) -> None:
    settings.SHOP_URL, settings.SHOP_ACCOUNT_URL = "https://shop.example", ""
    customer, colleague = make_user("ada@example.com"), make_user("nele@shop.example", role="Viewer")

    for user, page in ((customer, "/account/password/"), (colleague, "/admin/password_reset/")):
        context = password_link(user)
        assert user_of(context["secret_token"], PASSWORD) == user
        assert context["secret_link"] == (
            f"https://shop.example{page}{context['secret_token'].replace('.', '/')}/"
        )
    confirming = confirmation_link(customer)
    assert user_of(confirming["secret_token"], CONFIRMATION) == customer
    assert confirming["secret_link"] == f"https://shop.example/account/confirm/{confirming['secret_token']}/"


def test_a_shop_front_of_ones_own_gets_the_customers_and_not_the_staff(settings: Any) -> None:
    settings.SHOP_URL, settings.SHOP_ACCOUNT_URL = "https://shop.example", "https://front.example/me"
    customer, colleague = make_user("ada@example.com"), make_user("nele@shop.example", role="Viewer")

    reset, confirming = password_link(customer), confirmation_link(customer)

    assert reset["secret_link"] == f"https://front.example/me?reset={reset['secret_token']}"
    assert confirming["secret_link"] == f"https://front.example/me?confirm={confirming['secret_token']}"
    assert password_link(colleague)["secret_link"].startswith("https://shop.example/admin/")


def test_no_token_is_longer_than_what_is_read_of_one() -> None:
    token = token_for(User(pk=2**63 - 1, email="x"), PASSWORD)

    assert len(token) <= links.LONGEST
