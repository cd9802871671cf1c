from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_user

type SignIn = Callable[..., Client]


@pytest.fixture
def sign_in() -> SignIn:
    """`sign_in("Warehouse")`: a client of somebody new in this role; "superuser" and None work too."""

    def sign_in(role: str | None) -> Client:
        client = Client()
        if role == "superuser":
            client.force_login(make_user(is_superuser=True))
        else:
            client.force_login(make_user(role=role))
        return client

    return sign_in


@pytest.fixture
def manager(sign_in: SignIn) -> Client:
    return sign_in("Manager")
