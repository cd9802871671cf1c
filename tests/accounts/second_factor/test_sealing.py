from typing import Any

import pytest

from accounts.models import Authenticator, Source
from accounts.second_factor.sealing import Unreadable, seal, unseal
from accounts.second_factor.verifying import SecretUnreadable, show_code
from tests.accounts.second_factor.devices import SECRET, code, give_app
from tests.factories import make_user


def test_a_sealed_secret_shows_nothing_and_is_never_the_same() -> None:
    sealed = {seal(SECRET, user=1) for _ in range(3)}
    assert len(sealed) == 3
    assert not any("12345" in each or "GEZD" in each for each in sealed)
    assert {unseal(each, user=1) for each in sealed} == {(SECRET, False)}


def test_it_can_be_read_for_its_own_user_alone() -> None:
    """Whoever can write to the table cannot give their own app to somebody else."""
    with pytest.raises(Unreadable):
        unseal(seal(SECRET, user=1), user=2)


def test_one_of_an_earlier_key_can_be_read_while_that_is_named(settings: Any) -> None:
    sealed, earlier = seal(SECRET, user=1), settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-of-this-shop-0123456789"
    with pytest.raises(Unreadable):
        unseal(sealed, user=1)
    settings.SECRET_KEY_FALLBACKS = ["never-used", earlier]
    assert unseal(sealed, user=1) == (SECRET, True)


@pytest.mark.django_db
def test_using_it_seals_it_anew_and_then_the_earlier_key_may_go(settings: Any) -> None:
    user = make_user(role="Viewer")
    give_app(user)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-0123456789", [settings.SECRET_KEY]
    show_code(user, code(), source=Source.ADMIN)
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(Authenticator.objects.get().secret, user=user.pk) == (SECRET, False)
    show_code(user, code(1), source=Source.ADMIN)


@pytest.mark.django_db
def test_without_the_key_the_person_is_told_what_to_do(settings: Any, caplog: Any) -> None:
    user = make_user(role="Viewer")
    give_app(user)
    settings.SECRET_KEY = "another-key-0123456789"
    with pytest.raises(SecretUnreadable, match="secret key has changed"):
        show_code(user, code(), source=Source.ADMIN)
    assert "cannot be read with this SECRET_KEY" in caplog.text
