"""The currencies of ISO 4217: what a shop may take, and what the others are answered with."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice.money.currencies import MEANT, PLACES, REPLACED, checked_currency

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("EUR", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("CLP", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("TND", 3),
        ("HUF", 2),
        ("MRU", 2),
    ],
)
def test_each_currency_has_the_places_that_the_standard_gives_it(code: str, places: int) -> None:
    assert PLACES[code] == places


def test_what_took_another_ones_place_is_in_use_itself() -> None:
    assert set(REPLACED.values()) | set(MEANT.values()) <= set(PLACES)
    assert not set(PLACES) & (set(REPLACED) | set(MEANT))
    assert {len(code) for code in PLACES} == {3}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("HRK", "HRK is not any more, EUR took its place"),
        ("BGN", "BGN is not any more, EUR took its place"),
        ("ZWL", "ZWL is not any more, ZWG took its place"),
        ("RMB", "write CNY for 'RMB'"),
        ("XAU", "such as EUR or USD, not 'XAU'"),
        ("XXX", "such as EUR or USD, not 'XXX'"),
        ("€", "such as EUR or USD, not '€'"),
    ],
)
def test_what_is_no_currency_in_use_is_refused_with_a_sentence(code: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        checked_currency("SHOP_CURRENCY", code)
    assert words in str(refused.value)
    assert str(refused.value).startswith("SHOP_CURRENCY must be ")


def test_the_case_of_a_code_does_not_matter() -> None:
    assert checked_currency("SHOP_CURRENCY", "jpy") == "JPY"
