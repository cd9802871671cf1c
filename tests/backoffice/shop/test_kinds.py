from decimal import Decimal

import pytest

from backoffice.pictures.logo import Logo
from backoffice.shop.kinds import (
    AmountKind,
    ChoiceKind,
    ColourKind,
    LineKind,
    LogoKind,
    SettingKind,
    Unfit,
    WholeKind,
    never,
    no_limit,
)

pytestmark = pytest.mark.once

OPTIONAL, LIMIT = AmountKind(empty=never), AmountKind(empty=no_limit, zero_is_empty=True)
LANGUAGES = ChoiceKind(lambda: {"de": "Deutsch", "en-gb": "English"})


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (LineKind(80), "  Tea  &  Co ", "Tea & Co"),
        (LineKind(80), "שוק התה 🫖", "שוק התה 🫖"),
        (ColourKind(), "#2563EB", "#2563eb"),
        (AmountKind(), "4.9", Decimal("4.90")),
        (AmountKind(), "0", Decimal("0.00")),
        (OPTIONAL, "", None),
        (OPTIONAL, "0", Decimal("0.00")),
        (LIMIT, "0.00", None),
        (WholeKind(), " 12 ", 12),
        (WholeKind(), "0", 0),
        (WholeKind(empty=no_limit), "0", None),
        (WholeKind(empty=no_limit), "", None),
        (LANGUAGES, "EN-GB", "en-gb"),
        (LogoKind(), "", None),
        (LogoKind(), f"{'0f' * 16}-480x120", Logo("0f" * 16, 480, 120)),
    ],
)
def test_what_is_typed_is_read_and_its_text_reads_back(kind: SettingKind, text: str, value: object) -> None:
    assert kind.value(text) == value
    assert kind.value(kind.text(value)) == value


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (LineKind(80), "", "Write something"),
        (LineKind(80), " \t", "control character U+0009|Write something"),
        (LineKind(80), "Tea\r\nBcc: x@example.com", "control character U\\+000D"),
        (LineKind(80), "T\x00", "control character U\\+0000"),
        (LineKind(80), "\u202eoC & aeT", "control character U\\+202E"),
        (LineKind(80), "\u200b", "shows nothing"),
        (LineKind(80), "x" * 81, "At most 80 characters; these are 81"),
        (ColourKind(), "blue", "six digits"),
        (ColourKind(), "#25f", "six digits"),
        (ColourKind(), "#2563eb;}", "six digits"),
        (AmountKind(), "", "Write an amount such as 4.90"),
        (AmountKind(), "four", "Write an amount"),
        (AmountKind(), "NaN", "Write an amount"),
        (AmountKind(), "Infinity", "Write an amount"),
        (AmountKind(), "4.999", "at most 2 decimal places"),
        (AmountKind(), "-1", "Not negative"),
        (AmountKind(most=Decimal(10)), "10.01", "at most €10.00"),
        (AmountKind(), 31 * "9", "Not negative, and at most"),
        (WholeKind(), "-1", "whole number from 0"),
        (WholeKind(), "1.5", "whole number from 0"),
        (WholeKind(), "٣", "whole number from 0"),
        (WholeKind(), "9999999999", "whole number from 0"),
        (WholeKind(), "", "whole number from 0"),
        (LANGUAGES, "fr", "Choose one of: de, en-gb"),
        (LogoKind(), "../secret", "Choose a file"),
        (LogoKind(), "0f" * 16, "Choose a file"),
        (LogoKind(), f"{'0f' * 16}-480x120/..", "Choose a file"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(kind: SettingKind, text: str, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        kind.value(text)


def test_values_are_told_to_people_with_their_units() -> None:
    assert OPTIONAL.words(Decimal("1234.5")) == "€1,234.50"
    assert OPTIONAL.words(None) == "Never"
    assert WholeKind(empty=no_limit).words(None) == "No limit"
    assert WholeKind().words(5000) == "5,000"
    assert LANGUAGES.words("de") == "Deutsch"
