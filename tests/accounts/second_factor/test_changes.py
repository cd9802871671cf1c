from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.second_factor.factors import new_recovery_codes, remove_factor, reset_factors
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import give_app
from tests.accounts.second_factor.test_factors import set_up
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[User], Any]] = {
    "second_factor_added": set_up,
    "second_factor_removed": lambda ana: remove_factor(ana, ana.authenticators.get().pk, by=CLI),
    "recovery_codes_made": lambda ana: new_recovery_codes(ana, by=CLI),
    "second_factor_reset": lambda ana: reset_factors(ana, by=CLI),
}


@pytest.mark.parametrize("mail", CHANGES)
def test_every_change_ends_all_that_is_signed_in_is_noted_and_mailed(mail: str) -> None:
    ana = make_user("ana@example.com", role="Manager")
    if mail != "second_factor_added":
        give_app(ana)
    version = ana.auth_version
    CHANGES[mail](ana)
    assert User.objects.get().auth_version == ana.auth_version == version + 1
    assert ana.events.count() == 1
    assert templates_sent_to(ana.email) == [mail]
