"""Nothing that people read is hidden from translators: pages and mails are shown in a language of marks."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.test import client as django_client
from django.utils import timezone

import backoffice.urls  # noqa: F401
from accounts.mailing.account_mails import told_now
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from backoffice.outbox.rendering import render
from catalog.low_stock import send_digest_once_a_day
from orders.emails.audience import tell
from orders.emails.contexts import BOOKS_DO_NOT_BALANCE, PROMOTIONS_ENDED, Happening
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.fulfilment.shipments import correct_shipment, undo_shipment
from orders.models import Order, Promotion
from orders.payments.recording import pay_back, record_payment
from orders.payments.reminders import remind
from tests.admin_pages import open_a_shop
from tests.contract.marked import LANGUAGE, marked_language, texts_of, words_of_data, words_outside
from tests.contract.walking import whatever_answers
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
NO_MAIL = {"base", "account_facts", "account_help"}
# What a mail about an account may be filled with; the names of its recipients are data.
OF_ACCOUNTS = {
    "name": "Ann",
    "email": "ann@example.com",
    "invited_by": "ann@example.com",
    "by": "ann@example.com",
    "browser": "Firefox",
    "secret_link": "1",
    "secret_token": "0",
    "role": "Manager",
    "before": "Viewer",
    "after": "superuser",
    "days": 3,
    "left": 1,
}


def test_no_page_dialog_or_sheet_has_a_word_that_no_catalogue_has(monkeypatch: pytest.MonkeyPatch) -> None:
    chief = make_user("chief@example.com", is_superuser=True, language=LANGUAGE)
    order = open_a_shop()
    Order.objects.update(language=LANGUAGE)
    EmailMessage.objects.update(language=LANGUAGE)
    client, data = Client(raise_request_exception=False), words_of_data() | {"PayPal"}
    client.force_login(chief)
    # Nobody looks at them here, and to copy them takes time.
    monkeypatch.setattr(django_client, "store_rendered_templates", lambda *_, **__: None)

    found: dict[str, tuple[list[str], str]] = {}
    with marked_language(monkeypatch):
        shown = 0
        for address, kind, html in whatever_answers(client, order):
            # Mails of the shop's own wording are shown in the language of the shop.
            if not kind.startswith("text/html") or address.endswith("/settings/mails/"):
                continue
            shown += 1
            found |= {text[:80]: (words, address) for text, words in _unmarked(html, data)}
    assert shown > 80
    assert found == {}


def test_no_mail_has_a_word_that_no_catalogue_has(monkeypatch: pytest.MonkeyPatch) -> None:
    _have_all_mails_queued()
    contexts = dict(EmailMessage.objects.values_list("template", "context"))
    data = words_of_data() | {"Ann", "ann", "Firefox"}

    found: dict[tuple[str, str], list[str]] = {}
    with marked_language(monkeypatch):
        for template in sorted(_templates()):
            context = contexts.get(template) or OF_ACCOUNTS | told_now()
            mail = render(template, context, language=LANGUAGE)
            for part in (mail.subject, mail.text, mail.html):
                found |= {(template, text[:80]): words for text, words in _unmarked(part, data)}
    assert {template for template in _templates() if template.startswith(("order", "ship", "return"))} <= {
        *contexts
    }
    assert found == {}


def test_what_no_catalogue_has_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with marked_language(monkeypatch):
        page = (
            "<p title='Bare'>⟦Marked <b>twice</b> by⟧ Ann <i class='material-symbols-outlined'>icon</i></p>"
        )
        assert _unmarked(page, frozenset({"Ann"})) == [("Bare", ["Bare"])]
        assert _unmarked("<p>⟦Some⟧ more</p>", frozenset()) == [("⟦Some⟧ more", ["more"])]


def _unmarked(html: str, data: frozenset[str]) -> list[tuple[str, list[str]]]:
    told = ((text, words_outside(text, data)) for text in texts_of(html))
    return [(text, words) for text, words in told if words]


def _templates() -> set[str]:
    rooms = ("accounts", "catalog", "orders", "backoffice")
    files = (file for room in rooms for file in ROOT.glob(f"{room}/**/templates/email/*.txt"))
    return {file.stem for file in files} - NO_MAIL


def _have_all_mails_queued() -> None:
    """Let happen what mails are sent for, but what happens to accounts."""
    make_user("boss@example.com", role="Manager")
    order = open_a_shop()
    make_product("MUG-01", on_hand=9)
    ship_order(order.number, by=CLI, lines={"TEA-01": 1}, carrier="DHL", tracking_number="JD0001")
    cancel_order(order.number, by=CLI, reason="")
    return_items(order.number, by=CLI, items=[ReturnedItem("TEA-01", 1)])
    record_payment(order.number, Decimal("50.00"), by=CLI)
    pay_back(order.number, by=CLI)
    other = place({"MUG-01": 1})
    remind(other.number, by=CLI)
    parcel = ship_order(other.number, by=CLI, carrier="DHL", tracking_number="JD0002").reference
    deliver_due()
    correct_shipment(other.number, parcel, tracking_number="JD0003", by=CLI)
    undo_shipment(other.number, parcel, by=CLI)
    now = timezone.now()
    pks = list(Promotion.objects.values_list("pk", flat=True))
    tell(Happening(PROMOTIONS_ENDED, now, {"promotions": pks}))
    found = [{"subject": "TEA", "check": "stock", "detail": "TEA"}]
    tell(Happening(BOOKS_DO_NOT_BALANCE, now, {"found": found}))
    send_digest_once_a_day(now.replace(hour=12))
