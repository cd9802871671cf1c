"""Countries are those of ISO 3166-1: no other code gets in, and what people type instead is answered."""

import pytest

from backoffice.countries import UnknownCountry, checked_code, country_choices, country_code, country_name
from backoffice.countries.names import NAMES

pytestmark = pytest.mark.once


def test_there_are_249_countries_and_no_two_share_a_name() -> None:
    assert len(NAMES) == 249
    assert len({str(name) for name in NAMES.values()}) == 249
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in NAMES)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("DE", "DE"),
        (" de ", "DE"),
        ("Germany", "DE"),
        ("germany", "DE"),
        ("Deutschland", "DE"),
        ("ÖSTERREICH", "AT"),
        ("United  Kingdom", "GB"),
        ("Great Britain", "GB"),
        ("Scotland", "GB"),
        ("USA", "US"),
        ("Turkey", "TR"),
        ("Czech Republic", "CZ"),
        ("côte d’ivoire", "CI"),
        ("South Korea", "KR"),
        ("日本", "JP"),
    ],
)
def test_a_country_is_known_by_code_and_name_in_any_case(typed: str, code: str) -> None:
    assert country_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("UK", "“UK” is not a country code of ISO 3166-1: for United Kingdom write GB."),
        ("uk", "“uk” is not a country code of ISO 3166-1: for United Kingdom write GB."),
        ("EL", "“EL” is not a country code of ISO 3166-1: for Greece write GR."),
        ("XX", "“XX” is not a country: give its code of ISO 3166-1, such as DE for Germany."),
        ("Narnia", "“Narnia” is not a country: give its code of ISO 3166-1, such as DE for Germany."),
        ("", "“” is not a country: give its code of ISO 3166-1, such as DE for Germany."),
    ],
)
def test_what_is_no_country_is_refused_with_the_code_that_was_meant(typed: str, sentence: str) -> None:
    for read in (country_code, checked_code):
        with pytest.raises(UnknownCountry) as refused:
            read(typed)
        assert str(refused.value) == sentence


def test_where_programs_write_a_name_is_answered_with_its_code() -> None:
    assert checked_code("at") == "AT"
    with pytest.raises(UnknownCountry, match="for Austria write AT"):
        checked_code("Austria")


def test_a_name_is_for_people_and_a_code_that_is_none_stands_for_itself() -> None:
    assert country_name("GB") == "United Kingdom"
    assert country_name("UK") == "UK"


def test_the_usual_countries_stand_first_and_all_follow_by_name() -> None:
    (_, usual), (_, everywhere) = country_choices("AT", "DE", "AT", "UK")

    assert list(usual) == [("AT", "Austria"), ("DE", "Germany")]
    names = [name for _, name in everywhere]
    assert (len(names), names[:3]) == (249, ["Afghanistan", "Åland Islands", "Albania"])
    assert country_choices()[0][0] == "All countries"
