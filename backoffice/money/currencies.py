"""The currencies of ISO 4217, with the decimal places of each."""

from django.core.exceptions import ImproperlyConfigured

# Codes with which nobody pays (metals, funds, units of account, tests) are none of a shop's.
WITH_TWO_PLACES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES
    WST XCD XCG YER ZAR ZMW ZWG
"""
WITHOUT_PLACES = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
"""
WITH_THREE_PLACES = """
    BHD IQD JOD KWD LYD OMR TND
"""

PLACES: dict[str, int] = {
    **dict.fromkeys(WITH_TWO_PLACES.split(), 2),
    **dict.fromkeys(WITHOUT_PLACES.split(), 0),
    **dict.fromkeys(WITH_THREE_PLACES.split(), 3),
}
MOST_PLACES = 3

# What is no longer paid with, and what is instead.
REPLACED_BY_EUR = """
    ATS BEF BGN CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK XEU
"""
REPLACED = {
    **dict.fromkeys(REPLACED_BY_EUR.split(), "EUR"),
    "ANG": "XCG",
    "AZM": "AZN",
    "BYR": "BYN",
    "CUC": "CUP",
    "GHC": "GHS",
    "MRO": "MRU",
    "MZM": "MZN",
    "ROL": "RON",
    "RUR": "RUB",
    "SDD": "SDG",
    "SLL": "SLE",
    "SRG": "SRD",
    "STD": "STN",
    "TMM": "TMT",
    "TRL": "TRY",
    "VEB": "VES",
    "VEF": "VES",
    "YUM": "RSD",
    "ZMK": "ZMW",
    "ZWD": "ZWG",
    "ZWL": "ZWG",
}
# What people write for a currency whose code is another.
MEANT = {"RMB": "CNY", "UKP": "GBP", "STG": "GBP", "EURO": "EUR", "NTD": "TWD", "YEN": "JPY", "SFR": "CHF"}

SYMBOLS = {
    "EUR": "€",
    "GBP": "£",
    "USD": "$",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "ILS": "₪",
    "UAH": "₴",
    "NGN": "₦",
    "PHP": "₱",
    "VND": "₫",
    "TRY": "₺",
}


def checked_currency(name: str, code: str) -> str:
    """Return the code in capitals. Raises ImproperlyConfigured, telling what the setting `name` may be."""
    known = code.upper()
    if known in PLACES:
        return known
    instead = REPLACED.get(known) or MEANT.get(known)
    if known in REPLACED:
        raise ImproperlyConfigured(
            f"{name} must be a currency that is in use: {known} is not any more, {instead} took its place."
        )
    if instead:
        raise ImproperlyConfigured(f"{name} must be a code of ISO 4217: write {instead} for {code!r}.")
    raise ImproperlyConfigured(
        f"{name} must be the ISO 4217 code of a currency such as EUR or USD, not {code!r}."
    )
