"""Customers write order numbers in every way; nothing else is taken for one."""

import pytest

from orders.payments.imports.numbers_in_text import mentioned_in

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "numbers", "serials"),
    [
        ("B-100042", ("B-100042",), (100042,)),
        ("b100042", ("B-100042",), ()),
        ("Order b 100 042", ("B-100", "B-100042"), ()),
        ("B-100042 2 x tea", ("B-100042", "B-1000422"), (100042,)),
        ("order 100042, thanks", (), (100042,)),
        ("AB-100042", (), (100042,)),
        ("IBAN DE02120300000000202051", (), ()),
        ("1.234.567,00 and 100042.50", (), ()),
        ("", (), ()),
        ("7 12345 1234567890", (), ()),
    ],
)
def test_numbers_are_found(text: str, numbers: tuple[str, ...], serials: tuple[int, ...]) -> None:
    found = mentioned_in(text)
    assert (found.numbers, found.serials) == (numbers, serials)


def test_a_shop_whose_numbers_have_no_letters_knows_them_by_their_digits(
    settings: pytest.FixtureRequest,
) -> None:
    settings.SHOP_ORDER_PREFIX = ""  # type: ignore[attr-defined]
    assert mentioned_in("B-100042").serials == (100042,)
