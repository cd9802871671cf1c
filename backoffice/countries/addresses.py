"""Addresses as they are written on a parcel: the lines in the order that the country's post asks for."""

import re
from collections.abc import Mapping

from backoffice.countries.lookup import country_name

# The lines below the street, by the countries that write them so; an empty part takes its mark with it.
FORMATS = {
    "{city}|{postcode}": "AC AF AI FK GB GG IM IO JE KE LK NA PN SD SH SZ TA TC VG ZA",
    "{city}|{region}|{postcode}": "EG IE RU UA",
    "{city} {postcode}": "BH BM BN BT GU IL JO KH LB LS MP MT MV NP NZ PR SA SG VC",
    "{city}-{postcode}": "BD PK",
    "{city} {postcode}|{region}": "IN NG PE",
    "{city}, {postcode}": "MM",
    "{city} {region} {postcode}": "AS AU CA CC CX FM HM MH NF PW UM VI",
    "{city}, {region} {postcode}": "BB SO US",
    "{city}-{region}|{postcode}": "BR",
    "{city}|{region} {postcode}": "ID MN TH VN",
    "{city}, {region}, {postcode}": "CO",
    "{city}, {region}|{postcode}": "BS CR CU HN IQ KN",
    "{city} {postcode}, {region}": "VE",
    "{region}|{city}, {postcode}": "LV",
    "{city}|{postcode}|{region}": "PH",
    "{postcode}|{city}": "AL EC MU OM",
    "{postcode}|{city}, {region}": "NI",
    "{postcode}|{city}|{region}": "AM KZ",
    "{postcode} {city} {region}": "EE ES IT LT PF UY",
    "{postcode} {region} {city}": "RO",
    "{postcode} {city}, {region}": "MX MZ",
    "{postcode} {city}/{region}": "TR",
    "{postcode}-{city}|{region}": "SV",
}
FORMAT_OF = {code: form for form, codes in FORMATS.items() for code in codes.split()}
USUAL = "{postcode} {city}"
# From the largest to the smallest, and the person last, when it is written in the country's own script.
LARGEST_FIRST = {
    "JP": ("〒{postcode}", "{region}{city}", "{line1}", "{line2}", "{name}"),
    "CN": ("{postcode}", "{region}{city}", "{line1}", "{line2}", "{name}"),
    "TW": ("{postcode}", "{region}{city}", "{line1}", "{line2}", "{name}"),
    "KR": ("{region} {city}", "{line1}", "{line2}", "{name}", "{postcode}"),
    "HK": ("{region}", "{city}", "{line1}", "{line2}", "{name}"),
    "MO": ("{city}", "{line1}", "{line2}", "{name}"),
}
IN_LATIN = {
    "JP": "{city}, {region}|{postcode}",
    "CN": "{city}|{region}, {postcode}",
    "TW": "{city}, {region} {postcode}",
    "KR": "{city}|{region}|{postcode}",
    "HK": "{city}|{region}|{postcode}",
    "MO": "{city}|{region}|{postcode}",
}
# The street's line comes below the town.
TOWN_FIRST = {"HU": "{city}|{line1}|{line2}|{postcode}|{region}"}
EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# A part with the marks before it.
MARKED_PART = re.compile(r"([^{}]*)\{(\w+)\}")


def postal_lines(address: Mapping[str, str]) -> list[str]:
    """Return name, address and country, one line each, without the telephone number.

    The address has the parts name, line1, line2, city, region, postcode and country, which is a code.
    """
    parts = {name: value.strip() for name, value in address.items()}
    lines = [_filled(line, parts) for line in _with_all_parts(_format_of(parts))]
    return [line for line in (*lines, country_name(parts["country"])) if line]


def town_of(address: Mapping[str, str]) -> str:
    """Return the lines with the town and the postcode as one, such as `34878 Köln` or `London, SW1A 1AA`."""
    parts = {name: value.strip() for name, value in address.items()}
    lines = [line for line in _format_of(parts) if "{city}" in line or "{postcode}" in line]
    return ", ".join(filter(None, (_filled(line, parts) for line in lines)))


def _format_of(parts: Mapping[str, str]) -> tuple[str, ...]:
    country = parts["country"]
    if country in LARGEST_FIRST:
        if EAST_ASIAN.search(parts["city"] + parts["line1"] + parts["region"]):
            return LARGEST_FIRST[country]
        return ("{name}", "{line1}", "{line2}", *IN_LATIN[country].split("|"))
    if country in TOWN_FIRST:
        return ("{name}", *TOWN_FIRST[country].split("|"))
    return ("{name}", "{line1}", "{line2}", *FORMAT_OF.get(country, USUAL).split("|"))


def _with_all_parts(lines: tuple[str, ...]) -> list[str]:
    """Add what the post does not ask for below the town: whatever was typed is written."""
    town = next(index for index, line in enumerate(lines) if "{city}" in line)
    unasked = [part for part in ("{region}", "{postcode}") if not any(part in line for line in lines)]
    return [*lines[: town + 1], *unasked, *lines[town + 1 :]]


def _filled(line: str, parts: Mapping[str, str]) -> str:
    """Fill in the parts; the mark between two of them stands only where both are filled."""
    filled = ""
    for marks, name in MARKED_PART.findall(line):
        if parts[name]:
            filled += (marks if filled or marks == "〒" else "") + parts[name]
    return filled
