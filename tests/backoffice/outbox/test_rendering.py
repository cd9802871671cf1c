import pytest

from backoffice.outbox.rendering import ink_on, render

pytestmark = [pytest.mark.once, pytest.mark.django_db]
ORDER = {"number": "B-7", "name": "Ann", "lines": [], "total": "€12.00", "address": ["Seeweg 56"]}


def test_mails_wear_the_shops_name_and_colour(settings):
    settings.SHOP_NAME, settings.SHOP_COLOR = "Tea & Co", "#ffcc00"

    mail = render("order_placed", ORDER, language="en-gb")

    assert "Tea &amp; Co" in mail.html
    assert "background:#ffcc00;color:#000000" in mail.html
    assert "Tea & Co" in mail.text


@pytest.mark.parametrize(
    ("color", "ink"),
    [("#2563eb", "#ffffff"), ("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#ffcc00", "#000000")],
)
def test_what_is_written_on_the_colour_can_be_read(color, ink):
    assert ink_on(color) == ink
