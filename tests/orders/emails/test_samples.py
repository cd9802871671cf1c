import json

import pytest

from backoffice.outbox.rendering import render
from backoffice.shop.mail_texts import MAILS, OwnText
from orders.emails.audience import WHO_HEARS
from orders.emails.samples import OF_EACH, sample_context

pytestmark = pytest.mark.django_db
OWN = OwnText(
    "Dear {name},\n\n<script>alert(1)</script> & {number}\nof {placed_on}", "See you\r\nBcc: x@example.com 🫖"
)
STAFF = {"promotions_ended", "invariants"}


def test_every_mail_to_customers_about_an_order_has_a_sample_and_may_have_words_of_its_own() -> None:
    told = {mail.template for mails in WHO_HEARS.values() for mail in mails} - STAFF

    assert told == set(OF_EACH) == set(MAILS)


@pytest.mark.parametrize("language", ["en-gb", "de"])
@pytest.mark.parametrize("template", MAILS)
def test_a_sample_is_what_a_mail_is_filled_with(template: str, language: str) -> None:
    context = sample_context(template)
    mail = render(template, json.loads(json.dumps(context)), language=language)

    assert "B-100042" in mail.text
    assert "Lena Sommer" in mail.html
    assert "(removed)" not in mail.html


@pytest.mark.parametrize("template", MAILS)
def test_own_words_stand_in_both_forms_in_place_of_the_greeting_and_at_the_end(template: str) -> None:
    standard = render(template, sample_context(template), language="en-gb")
    mail = render(template, sample_context(template), language="en-gb", own=OWN)

    assert "Hello Lena Sommer," in standard.text
    assert "Hello Lena Sommer," in standard.html
    assert "Hello" not in mail.text + mail.html
    assert "Dear Lena Sommer,\n\n<script>alert(1)</script> & B-100042\nof 30 November 2026" in mail.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in mail.html
    assert "<script>" not in mail.html
    assert mail.text.index("See you") > mail.text.index("B-100042")
    # It is a line of the body, never of the head.
    assert mail.subject == standard.subject
    assert "Bcc" not in mail.subject


def test_what_follows_is_told_whatever_the_shop_says() -> None:
    context = {**sample_context("order_shipped"), "more_follows": True}
    mail = render("order_shipped", context, language="en-gb", own=OWN)

    assert "The rest of your order follows." in mail.text
    assert "The rest of your order follows." in mail.html
