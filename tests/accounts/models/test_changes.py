"""Facts of what happened to an account, in words."""

from typing import Any

import pytest

from accounts.models.changes import AccountChange, details_of


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("created", {"role": "Support"}, "as Support"),
        ("role", {"role": {"from": "Viewer", "to": "Support"}}, "Viewer → Support"),
        ("role", {"role": {"from": None, "to": "superuser"}}, "no role → Superuser"),
        ("deactivated", {"is_active": {"from": True, "to": False}}, ""),
        ("refused", {}, ""),
        ("refused", {"asked_again": True}, "password asked again"),
        ("refused", {"second_factor": True}, "second factor"),
        ("limited", {"second_factor": True}, "second factor"),
        ("mfa_added", {"factor": "totp"}, "authenticator app"),
        (
            "mfa_added",
            {"factor": "totp", "replaced": True},
            "authenticator app, in the place of the one before",
        ),
        ("mfa_removed", {"factor": "passkey", "name": "Laptop"}, "passkey “Laptop”"),
        ("mfa_reset", {}, ""),
        ("mfa_reset", {"account": "ana@xn--strae-oqa.de"}, "of ana@straße.de"),
        ("recovery_used", {"left": 1}, "1 left"),
        ("signed_out", {}, ""),
        ("signed_out", {"everywhere": True}, "everywhere"),
        (
            "signed_out",
            {"client": "api", "user_agent": "curl/8.5.0", "address": "192.0.2.7"},
            "A program (curl) at 192.0.2.7",
        ),
        ("signed_out", {"client": "api", "user_agent": "", "address": "::1"}, "A program at ::1"),
        (
            "signed_out",
            {"client": "browser", "user_agent": "Till", "address": ""},
            "Till at an unknown address",
        ),
        ("signed_out", {"client": "browser", "user_agent": "", "address": "::1"}, "A browser at ::1"),
        ("signed_in", {}, ""),
        ("signed_in", {"user_agent": "curl/8.5.0"}, "A program (curl)"),
        ("password", {}, ""),
        ("password", {"by_link": True}, "with a mailed link"),
        ("edited", {"name": {"from": "", "to": "Ada"}}, "Name: – → Ada"),
        ("exported", {"what": "orders", "format": "csv"}, "orders as CSV"),
        ("exported", {"what": "orders", "count": 1}, "1 order"),
        ("exported", {"what": "orders", "count": 1_234}, "1,234 orders"),
        ("exported", {"what": "promo_codes", "promotion": 7}, "the codes of promotion 7"),
        ("exported", {"what": "promo_codes", "count": 2}, "2 promo codes"),
        ("exported", {"what": "products"}, "products"),
        ("exported", {"what": "stock_movements"}, "stock movements"),
        ("exported", {"what": "payments", "format": "csv"}, "payments as CSV"),
        ("exported", {"what": "rows_of_stock_imports"}, "rows of stock imports"),
        ("exported", {"what": "100%_wool"}, "100% wool"),
    ],
)
def test_the_facts_of_a_change_are_told_in_words(kind: str, facts: dict[str, Any], words: str) -> None:
    assert details_of(kind, facts) == words


def test_every_kind_is_told_also_of_an_entry_without_facts() -> None:
    without = {kind.value for kind in AccountChange} - {AccountChange.ROLE}
    assert {details_of(kind, {}) for kind in without} == {""}
