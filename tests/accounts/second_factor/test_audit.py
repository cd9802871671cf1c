from typing import Any

import pytest

from accounts.second_factor.audit import unreadable_apps, without_factor
from tests.accounts.second_factor.devices import give_app, give_passkey
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_active_staff_without_a_factor_are_counted() -> None:
    make_user()
    make_user(role="Viewer", is_active=False)
    make_user(role="Viewer")
    give_app(make_user(role="Viewer"))
    give_passkey(make_user(role="Viewer"))
    assert without_factor() == 1


def test_apps_are_found_whose_secret_an_unknown_key_has_sealed(settings: Any) -> None:
    give_app(make_user("ana@example.com", role="Viewer"))
    assert unreadable_apps() == []
    settings.SECRET_KEY, earlier = "another-key-0123456789", settings.SECRET_KEY
    assert unreadable_apps() == ["ana@example.com"]
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert unreadable_apps() == []
