"""An address is written as the post of its country asks for, and nothing that was typed is left out."""

import pytest

from backoffice.countries import postal_lines, town_of
from backoffice.countries.names import NAMES

pytestmark = pytest.mark.once

PARTS = {"name": "Theo Jansen", "line1": "Seeweg 56", "line2": "", "city": "Köln", "region": ""}
HOME = PARTS | {"postcode": "34878", "country": "DE", "phone": "0221"}


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ({}, ["Theo Jansen", "Seeweg 56", "34878 Köln", "Germany"]),
        ({"line2": "Rear"}, ["Theo Jansen", "Seeweg 56", "Rear", "34878 Köln", "Germany"]),
        ({"region": "NRW"}, ["Theo Jansen", "Seeweg 56", "34878 Köln", "NRW", "Germany"]),
        (
            {"country": "US", "city": "Springfield", "region": "IL", "postcode": "62704"},
            ["Theo Jansen", "Seeweg 56", "Springfield, IL 62704", "United States"],
        ),
        (
            {"country": "US", "city": "Springfield", "postcode": "62704"},
            ["Theo Jansen", "Seeweg 56", "Springfield 62704", "United States"],
        ),
        (
            {"country": "GB", "city": "London", "postcode": "SW1A 1AA"},
            ["Theo Jansen", "Seeweg 56", "London", "SW1A 1AA", "United Kingdom"],
        ),
        (
            {"country": "CA", "city": "Ottawa", "region": "ON", "postcode": "K1A 0B1"},
            ["Theo Jansen", "Seeweg 56", "Ottawa ON K1A 0B1", "Canada"],
        ),
        (
            {"country": "IT", "city": "Roma", "region": "RM", "postcode": "00184"},
            ["Theo Jansen", "Seeweg 56", "00184 Roma RM", "Italy"],
        ),
        (
            {"country": "BR", "city": "São Paulo", "region": "SP", "postcode": "01310-100"},
            ["Theo Jansen", "Seeweg 56", "São Paulo-SP", "01310-100", "Brazil"],
        ),
        (
            {"country": "HU", "city": "Budapest", "line1": "Fő utca 1.", "postcode": "1011"},
            ["Theo Jansen", "Budapest", "Fő utca 1.", "1011", "Hungary"],
        ),
        (
            {"country": "JP", "city": "Shibuya-ku", "region": "Tokyo", "postcode": "150-0001"},
            ["Theo Jansen", "Seeweg 56", "Shibuya-ku, Tokyo", "150-0001", "Japan"],
        ),
        (
            {
                "country": "JP",
                "name": "山田太郎",
                "line1": "神宮前1-2-3",
                "city": "渋谷区",
                "region": "東京都",
                "postcode": "150-0001",
            },
            ["〒150-0001", "東京都渋谷区", "神宮前1-2-3", "山田太郎", "Japan"],
        ),
        ({"country": "UK", "postcode": ""}, ["Theo Jansen", "Seeweg 56", "Köln", "UK"]),
    ],
)
def test_the_lines_are_in_the_order_of_the_country(parts: dict[str, str], lines: list[str]) -> None:
    assert postal_lines(HOME | parts) == lines


@pytest.mark.parametrize("script", ["latin", "own"])
def test_every_part_stands_once_on_the_parcel_whatever_the_country(script: str) -> None:
    city = "京都" if script == "own" else "Kyoto"
    parts = {"line2": "Rear", "city": city, "region": "Middle", "postcode": "34878"}
    for code, name in NAMES.items():
        lines = postal_lines(HOME | parts | {"country": code})
        written = "\n".join(lines[:-1])
        assert lines[-1] == str(name)
        for part in ("Theo Jansen", "Seeweg 56", *parts.values()):
            assert written.count(part) == 1, (code, part)


@pytest.mark.parametrize(
    ("parts", "town"),
    [
        ({}, "34878 Köln"),
        ({"postcode": ""}, "Köln"),
        ({"country": "GB", "city": "Exeter", "postcode": "EX1 1EE"}, "Exeter, EX1 1EE"),
        (
            {"country": "US", "city": "Springfield", "region": "IL", "postcode": "62704"},
            "Springfield, IL 62704",
        ),
        ({"country": "HU", "city": "Budapest", "postcode": "1054"}, "Budapest, 1054"),
    ],
)
def test_on_one_line_the_town_is_written_as_its_country_does(parts: dict[str, str], town: str) -> None:
    assert town_of(HOME | parts) == town
