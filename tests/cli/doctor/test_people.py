"""shopctl doctor looks at how staff sign in."""

from typing import Any

import pytest

from cli.doctor.findings import Verdict
from cli.doctor.people import check_second_factors
from tests.accounts.second_factor.devices import give_app
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_it_says_what_is_asked_and_who_lacks_what_is_required(settings: Any) -> None:
    make_user(role="Viewer")
    assert (check_second_factors().state, check_second_factors().detail) == (Verdict.OK, "offered")
    settings.SHOP_MFA = "required"
    finding = check_second_factors()
    assert (finding.state, finding.detail) == (
        Verdict.NOTE,
        "required; 1 member of staff has none yet",
    )


def test_apps_that_another_key_has_sealed_are_trouble(settings: Any) -> None:
    give_app(make_user("ana@example.com", role="Viewer"))
    settings.SECRET_KEY = "another-key-0123456789"
    finding = check_second_factors()
    assert finding.state == Verdict.TROUBLE
    assert finding.detail.startswith("1 authenticator app cannot be read with this SECRET_KEY")
    assert finding.detail.endswith("shopctl users mfa reset ana@example.com")
