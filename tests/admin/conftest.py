from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import make_user

type SignIn = Callable[..., Client]


@pytest.fixture(scope="session", autouse=True)
def _directory_of_static_files() -> None:
    """WhiteNoise warns when it is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


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
