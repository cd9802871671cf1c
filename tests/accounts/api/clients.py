"""Clients that have signed in, or that send some token."""

from typing import Any

from tests.contract.client import Api
from tests.factories import PASSWORD


def bearing(access: str) -> Api:
    """A client with this access token, whatever it is."""
    api = Api()
    api.headers = {"Authorization": f"Bearer {access}"}
    return api


def signed_in(email: str, password: str = PASSWORD) -> dict[str, Any]:
    response = Api().post("auth/token", {"email": email, "password": password})
    assert response.status_code == 200, response.content
    return response.json()
