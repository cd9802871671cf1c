"""Where the pages of the second factor are found."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from accounts.admin.second_factor.entrance import PasskeySignIn, SecondStep, SetUpStep
from accounts.admin.second_factor.own_page import OwnApp, OwnFactors, OwnPasskey, OwnRecoveryCodes

OWN = "account/second-factor/"


def pages(for_staff: Callable[[Any], Any]) -> list[URLPattern]:
    """Return them; `for_staff` lets nobody else in. Who signs in is nobody yet."""
    return [
        path("login/second/", SecondStep.as_view(), name="second_step"),
        path("login/set-up/", SetUpStep.as_view(), name="second_factor_step"),
        path("login/passkey/", PasskeySignIn.as_view(), name="passkey_sign_in"),
        path(OWN, for_staff(OwnFactors.as_view()), name="second_factor"),
        path(f"{OWN}app/", for_staff(OwnApp.as_view()), name="second_factor_app"),
        path(f"{OWN}passkey/", for_staff(OwnPasskey.as_view()), name="second_factor_passkey"),
        path(f"{OWN}codes/", for_staff(OwnRecoveryCodes.as_view()), name="second_factor_codes"),
    ]
