"""Whoever has typed the password and not shown the second factor is nobody: at every address and operation.

The same walk by the same person signed in finds pages and answers, so it would see one that lets them in.
"""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.second_factor.devices import code, give_app
from tests.contract import hostile
from tests.contract.document import answered, one_connection, operation_id, operations
from tests.contract.shop import Shop
from tests.contract.test_matrix import MATRIX
from tests.counts import forget_counts
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]
TYPED = {"username": "ana@example.com", "password": PASSWORD}
# What is there for whoever is not signed in yet, and what leads to it.
OPEN = (
    *("login/", "login/second/", "login/set-up/", "login/passkey/"),
    *("password_reset/", "jsi18n/", "logout/"),
)


@pytest.fixture
def ana() -> User:
    user = make_user("ana@example.com", is_superuser=True)
    give_app(user)
    return user


@pytest.fixture(params=["a second factor is asked for", "one must be set up first"])
def half_in(request: pytest.FixtureRequest, ana: User, settings: Any) -> Client:
    """All that the browser has after the password: its cookies, and what the page holds."""
    settings.SHOP_MFA = "required"
    if request.param == "one must be set up first":
        ana.authenticators.all().delete()
        User.objects.update(mfa_required_from=timezone.now())
    client = Client(raise_request_exception=False)
    page = client.post("/admin/login/", TYPED)
    assert page.context["challenge"]
    client.cookies["challenge"] = page.context["challenge"]
    return client


def addresses() -> list[str]:
    found = {
        f"/admin/{hostile.with_first_row(pattern, 1).removeprefix('/admin/')}"
        for pattern in hostile.patterns()
    }
    kept = [url for url in found if not url.removeprefix("/admin/").startswith(OPEN)]
    assert len(kept) > 80
    return sorted(kept)


def lets_in(answer: Any) -> bool:
    """Whether it is anything but the way to the form that signs in."""
    is_sign_in = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
    asks_again = answer.status_code == 200 and "login-form" in answer.text
    return not is_sign_in and not asks_again


def test_no_address_of_the_admin_lets_them_in(half_in: Client) -> None:
    walked = [
        (method, url)
        for url in addresses()
        for method in ("GET", "POST")
        if lets_in(half_in.generic(method, url))
    ]
    assert walked == []
    assert settings.SESSION_COOKIE_NAME not in half_in.cookies


def test_the_walk_would_see_one_that_did(ana: User) -> None:
    client = Client(raise_request_exception=False)
    held = client.post("/admin/login/", TYPED).context
    client.post("/admin/login/second/", {"challenge": held["challenge"], "code": code()})
    assert all(lets_in(client.get(url)) for url in addresses())


@pytest.mark.parametrize("operation", operations())
def test_no_operation_takes_their_challenge_for_a_token(operation: Any, opened_shop: Shop, ana: User) -> None:
    """Where anybody may ask, they are anybody: a challenge is no better than no token, and no worse."""
    challenge = (
        Client()
        .post(
            "/api/v1/auth/token",
            {"email": TYPED["username"], "password": PASSWORD},
            content_type="application/json",
        )
        .json()["challenge"]
    )
    row = MATRIX[operation_id(operation)]
    body = row.body(opened_shop.ada) if callable(row.body) else row.body
    content = {} if body is None else {"body": body, "media_type": next(iter(operation.body)).media_type}
    statuses = []
    with one_connection():
        for headers in ({"Authorization": f"Bearer {challenge}"}, {"Cookie": f"sessionid={challenge}"}):
            forget_counts()
            case = operation.Case(path_parameters=opened_shop.parameters(operation.path), **content)
            statuses.append(answered(case, headers).status_code)
    nobody = int(row.statuses.split()[0])
    assert statuses == [401 if takes_token(operation) else nobody, nobody]


def takes_token(operation: Any) -> bool:
    """Whether a bad token is refused; the operations that hand out tokens look at none."""
    return bool(operation.definition.raw.get("security"))
