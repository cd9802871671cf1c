import pytest

from backoffice.models import ShopSettings
from backoffice.outbox.rendering import ink_on, render
from backoffice.shop.table import LOGO
from tests.backoffice.shop.samples import OTHER

pytestmark = [pytest.mark.once, pytest.mark.django_db]
ORDER = {"number": "B-7", "name": "Ann", "lines": [], "total": "€12.00", "address": ["Seeweg 56"]}


def test_mails_wear_the_shops_name_and_colour(settings):
    settings.SHOP_NAME, settings.SHOP_COLOR = "Tea & Co", "#ffcc00"

    mail = render("order_placed", ORDER, language="en-gb")

    assert "Tea &amp; Co" in mail.html
    assert "background:#ffcc00;color:#000000" in mail.html
    assert "Tea & Co" in mail.text


def test_a_mail_has_the_logo_by_its_whole_address_with_its_size_and_the_name_for_whoever_sees_none(settings):
    settings.SHOP_NAME, settings.SHOP_URL = "Tea & Co", "https://shop.example.com"
    ShopSettings.objects.create(kept={LOGO: OTHER[LOGO]})

    mail = render("order_placed", ORDER, language="en-gb")

    address = f"https://shop.example.com/pictures/{OTHER[LOGO]}.png"
    assert f'<img src="{address}" alt="Tea &amp; Co" width="224" height="56"' in mail.html
    assert address not in mail.text
    assert "Tea & Co" in mail.text


def test_a_square_logo_has_the_name_beside_it():
    ShopSettings.objects.create(kept={LOGO: f"{'0f' * 16}-240x240"})

    head = render("order_placed", ORDER, language="en-gb").html.partition("<img")[2].partition("</td>")[0]
    assert 'alt="" width="56" height="56"' in head
    assert head.endswith(">Backoffice")


def test_a_mail_of_a_shop_without_a_logo_has_no_picture():
    assert "<img" not in render("order_placed", ORDER, language="en-gb").html


@pytest.mark.parametrize(
    ("color", "ink"),
    [("#2563eb", "#ffffff"), ("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#ffcc00", "#000000")],
)
def test_what_is_written_on_the_colour_can_be_read(color, ink):
    assert ink_on(color) == ink
