"""Environment variables: what is understood, and what stops the start instead of the first order."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice import environment

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "amount"), [("4.9", "4.90"), ("5", "5.00"), ("0.00", "0.00"), ("  ", None), ("", None)]
)
def test_an_amount_has_the_places_of_its_currency_or_is_not_set(
    monkeypatch: pytest.MonkeyPatch, text: str, amount: str | None
) -> None:
    monkeypatch.setenv("FEE", text)

    read = environment.amount("FEE", None, currency="EUR")
    assert str(read) == str(amount)


@pytest.mark.parametrize(
    ("currency", "text", "amount"),
    [("JPY", "500", "500"), ("JPY", "500.00", "500"), ("KWD", "1.5", "1.500"), ("KWD", "1.234", "1.234")],
)
def test_yen_have_no_places_and_dinars_three(
    monkeypatch: pytest.MonkeyPatch, currency: str, text: str, amount: str
) -> None:
    monkeypatch.setenv("FEE", text)

    assert str(environment.amount("FEE", None, currency=currency)) == amount


@pytest.mark.parametrize(
    ("currency", "text", "example"),
    [("EUR", "4.905", "4.90"), ("JPY", "4.90", "5"), ("KWD", "0.0005", "4.900")],
)
def test_an_amount_that_the_currency_does_not_have_is_refused(
    monkeypatch: pytest.MonkeyPatch, currency: str, text: str, example: str
) -> None:
    monkeypatch.setenv("FEE", text)

    with pytest.raises(ImproperlyConfigured) as refused:
        environment.amount("FEE", None, currency=currency)
    assert str(refused.value) == (
        f"FEE must be an amount in {currency} such as {example}: {text} has more decimal places."
    )


@pytest.mark.parametrize("text", ["-1", "4,90", "1e3", "NaN", "Infinity", "free", "10000000000.00"])
def test_what_is_no_amount_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("FEE", text)

    with pytest.raises(ImproperlyConfigured, match=r"^FEE must be an amount such as 4\.90, not "):
        environment.amount("FEE", None, currency="EUR")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SHOP_COLOR", "blue", "SHOP_COLOR must be a colour such as #2563eb, not 'blue'."),
        ("SHOP_COLOR", "#25f", "SHOP_COLOR must be a colour such as #2563eb, not '#25f'."),
        ("SHOP_COLOR", "#2563eb;}", "SHOP_COLOR must be a colour such as #2563eb, not '#2563eb;}'."),
        (
            "SHOP_CURRENCY",
            "XYZ",
            "SHOP_CURRENCY must be the ISO 4217 code of a currency such as EUR or USD, not 'XYZ'.",
        ),
        ("SHOP_CURRENCY", "XAU", "SHOP_CURRENCY must be the ISO 4217 code of a currency such as EUR or USD"),
        ("SHOP_CURRENCY", "Euro", "SHOP_CURRENCY must be a code of ISO 4217: write EUR for 'Euro'."),
        (
            "SHOP_CURRENCY",
            "dem",
            "SHOP_CURRENCY must be a currency that is in use: DEM is not any more, EUR took its place.",
        ),
        ("SHOP_COUNTRY", "UK", "SHOP_COUNTRY must be the ISO 3166-1 code of a country such as GB, not 'UK'."),
        (
            "SHOP_ORDER_PREFIX",
            "26/",
            "SHOP_ORDER_PREFIX must be up to 20 letters, digits, . _ or - such as B-",
        ),
        ("SHOP_MAX_OPEN_UNITS", "-1", "SHOP_MAX_OPEN_UNITS must be 0 (no limit) or more, not -1."),
        ("SHOP_MAX_OPEN_ORDERS", "many", "SHOP_MAX_OPEN_ORDERS must be a whole number, not 'many'."),
        ("SHOP_MAX_OPEN_VALUE", "-1.00", "SHOP_MAX_OPEN_VALUE must be an amount such as 4.90"),
        ("SESSION_LONGEST_HOURS", "0", "SESSION_LONGEST_HOURS must be from 1 to 720, not 0."),
        ("SESSION_IDLE_MINUTES", "721", "SESSION_IDLE_MINUTES must be from 5 to 720, not 721."),
        ("SHOP_TIME_ZONE", "Berlin", "SHOP_TIME_ZONE must be a name such as Europe/Berlin, not 'Berlin'."),
    ],
)
def test_a_setting_that_cannot_be_stops_the_start(name: str, value: str, sentence: str) -> None:
    assert sentence in _setting(name, **{name: value})


@pytest.mark.parametrize(
    ("value", "limits"), [("0", ["None", "None", "None"]), ("", ["100", "5000", "25000.00"])]
)
def test_a_limit_is_lifted_by_0_and_never_by_leaving_it_empty(value: str, limits: list[str]) -> None:
    names = ("SHOP_MAX_OPEN_ORDERS", "SHOP_MAX_OPEN_UNITS", "SHOP_MAX_OPEN_VALUE")
    assert [_setting(name, **{name: value}).strip() for name in names] == limits


@pytest.mark.parametrize(("name", "value"), [("SHOP_ORDER_PREFIX", "b-"), ("SHOP_CURRENCY", "gbp")])
def test_prefix_and_currency_are_told_in_capitals(name: str, value: str) -> None:
    assert _setting(name, **{name: value}) == f"{value.upper()}\n"


HTTPS = {"SHOP_URL": "https://shop.example"}


@pytest.mark.parametrize(
    ("name", "variables", "value"),
    [
        ("SECURE_HSTS_SECONDS", {}, "0"),
        ("SECURE_HSTS_SECONDS", HTTPS, "31536000"),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", HTTPS, "False"),
        ("SECURE_HSTS_PRELOAD", HTTPS, "False"),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", HTTPS | {"HSTS_INCLUDE_SUBDOMAINS": "1"}, "True"),
        ("SECURE_HSTS_PRELOAD", HTTPS | {"HSTS_PRELOAD": "1"}, "True"),
        ("SESSION_COOKIE_NAME", HTTPS, "__Host-sessionid"),
        ("CSRF_COOKIE_NAME", HTTPS, "__Host-csrftoken"),
        ("SESSION_COOKIE_SECURE", HTTPS, "True"),
        ("SESSION_COOKIE_PATH", HTTPS, "/"),
        ("CSRF_COOKIE_PATH", HTTPS, "/"),
        ("SESSION_COOKIE_DOMAIN", HTTPS, "None"),
        ("CSRF_COOKIE_DOMAIN", HTTPS, "None"),
        ("SECRET_KEY_FALLBACKS", {"SECRET_KEY_FALLBACKS": "one, two"}, "['one', 'two']"),
    ],
)
def test_what_https_and_earlier_keys_turn_on(name: str, variables: dict[str, str], value: str) -> None:
    code = f"from django.conf import settings; print(settings.{name})"

    assert _printed(code, **variables) == f"{value}\n"


@pytest.mark.parametrize(("fallbacks", "is_good"), [("the one before", "True"), ("", "False")])
def test_what_an_earlier_key_signed_stays_good_while_it_is_named(fallbacks: str, is_good: str) -> None:
    code = "from django.core import signing; print({})"
    signed = _printed(code.format("signing.dumps(7)"), SECRET_KEY="the-one-before").strip()
    looked_at = code.format(f"signing.loads('{signed}') == 7")

    printed = _printed(looked_at, SECRET_KEY="new", SECRET_KEY_FALLBACKS=fallbacks.replace(" ", "-"))

    assert ("BadSignature" if is_good == "False" else "True") in printed


def _printed(code: str, **variables: str) -> str:
    program = [sys.executable, "-c", code]
    done = subprocess.run(
        program, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    return done.stdout or done.stderr


def _setting(name: str, **environ: str) -> str:
    """What a process that starts with these variables says of the setting."""
    told = subprocess.run(
        [sys.executable, "-c", f"from backoffice import settings; print(settings.{name})"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout or told.stderr


@pytest.mark.parametrize(("text", "word"), [("", "offered"), ("off", "off"), (" Required ", "required")])
def test_a_word_is_one_of_those_that_are_known(monkeypatch: pytest.MonkeyPatch, text: str, word: str) -> None:
    monkeypatch.setenv("MFA", text)
    assert environment.one_of("MFA", "offered", among=["off", "offered", "required"]) == word


def test_any_other_word_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MFA", "yes")
    with pytest.raises(ImproperlyConfigured, match="MFA must be one of off, offered, required, not 'yes'"):
        environment.one_of("MFA", "offered", among=["off", "offered", "required"])
