"""A colleague who reads German and one who reads English use the same pages at once, each in their language.

Whatever programs read of a page is the same for both.
"""

import re
from collections import Counter
from gettext import GNUTranslations
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.test import Client
from django.test import client as django_client
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

import backoffice.urls  # noqa: F401
from accounts.models import Customer, User
from backoffice.sheets.csv_lines import UTF8_MARK
from orders.models import Order
from tests.admin_pages import open_a_shop
from tests.contract.client import Api
from tests.contract.marked import CONTEXT, NAMES, texts_of, words_of_data
from tests.contract.walking import whatever_answers
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
# Shown, read aloud, or what somebody is to type: the rest of a tag is for programs.
SPOKEN = frozenset(
    ("title", "aria-label", "placeholder", "alt", "aria-description", "data-title", "label", "lang")
)
# What differs from one answer to the next, or is words for a script.
DIFFERENT = frozenset(("nonce", "value", "srcdoc", "content", "src"))
WORDS = re.compile(r"[^\W\d_]{2,}")
# What customers get is in their language, whoever looks at it.
FOR_CUSTOMERS = ("/packing-slip/", "/settings/mails/")
# Draws another secret each time.
DRAWN = "/admin/account/second-factor/app/"
TYPED = frozenset(("date", "number", "hidden", "checkbox", "radio", "datetime-local"))


def both(monkeypatch: pytest.MonkeyPatch) -> tuple[Client, Client, Order]:
    """Return clients of an English and a German superuser over a shop that has a row of everything."""
    clients = []
    for language in ("en-gb", "de"):
        client = Client(raise_request_exception=False)
        client.force_login(make_user(f"{language}@example.com", is_superuser=True, language=language))
        clients.append(client)
    monkeypatch.setattr(django_client, "store_rendered_templates", lambda *_, **__: None)
    return clients[0], clients[1], open_a_shop()


def test_each_reads_their_own_language_whoever_has_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    english, german, order = both(monkeypatch)
    translated = _translated()
    data = words_of_data() | NAMES
    # Names of columns are written with a capital.
    known = {text.casefold() for text in translated}
    theirs = {told for told in translated.values() if told.casefold() not in known}
    theirs -= _names_of_columns("en-gb")
    # What no translator has seen yet is a fault of the catalogues, not of a page.
    ours = (
        {text for text, told in translated.items() if told != text}
        - set(translated.values())
        - _names_of_columns("de")
    )

    mixed, unlike, files = {}, {}, 0
    for (address, kind, in_english), (_same, _kind, in_german) in zip_longest(
        whatever_answers(english, order), whatever_answers(german, order)
    ):
        # What was rejected is told to whoever mends the file, row by row.
        if kind.startswith("text/csv") and not address.endswith("rejected.csv"):
            files += 1
            assert in_english == in_german, address
        if not kind.startswith("text/html") or address.endswith(FOR_CUSTOMERS):
            continue
        wrong = [text for text in _said(in_english) if text in theirs and text not in data]
        wrong += [text for text in _said(in_german) if text in ours and text not in data]
        if wrong:
            mixed[address] = wrong
        if address != DRAWN and (differing := _differing(in_english, in_german)):
            unlike[address] = differing
    assert files
    assert mixed == {}
    assert unlike == {}


def test_exports_are_the_same_to_the_byte_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    english, german, _order = both(monkeypatch)
    asked = [
        (f"{reverse(f'admin:{each._meta.label_lower.replace(".", "_")}_changelist')}", keys_of(each))
        for each in (Order, Customer)
    ]

    for address, keys in asked:
        sent = {"action": "export_csv", "_selected_action": keys, "index": 0}
        one, other = (b"".join(client.post(address, sent)).decode() for client in (english, german))
        assert one == other
        assert one.startswith(UTF8_MARK)
        assert "20.00" in one or "18.00" in one


def keys_of(model: Any) -> list[str]:
    return [str(key) for key in model._default_manager.values_list("pk", flat=True)]


def test_programs_are_answered_in_english_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    _english, _german, order = both(monkeypatch)
    answers: list[list[bytes]] = []
    for language in ("en-gb", "de"):
        api = Api(User.objects.get(email=f"{language}@example.com"))
        addresses = (
            "orders",
            f"orders/{order.number}",
            f"orders/{order.number}/events",
            "products",
            "nothing",
        )
        answers.append([api.get(address, Accept_Language=language).content for address in addresses])

    # A refusal names its request.
    assert answers[0][:-1] == answers[1][:-1]
    assert b"There is no such address" in answers[1][-1] or b"not_found" in answers[1][-1]
    assert b"20.00" in answers[1][1]


def _said(html: str) -> list[str]:
    return [" ".join(text.split()) for text in texts_of(html)]


def _translated() -> dict[str, str]:
    """Return every text without placeholders with what it is in German, of the house and of Django."""
    found = {}
    for folder in (*ROOT.glob("*/locale"), Path(django.__file__).parent / "contrib/admin/locale"):
        with (folder / "de/LC_MESSAGES/django.mo").open("rb") as file:
            catalogue: Any = GNUTranslations(file)
        for text, told in catalogue._catalog.items():
            if isinstance(text, str) and text and not set(text) & {"%", CONTEXT}:
                found[" ".join(text.split())] = " ".join(told.split())
    return found


def _names_of_columns(language: str) -> set[str]:
    with translation.override(language):
        names = [
            name
            for model in apps.get_models()
            for each in (model._meta, *model._meta.get_fields())
            for name in (getattr(each, "verbose_name", ""), getattr(each, "verbose_name_plural", ""))
        ]
        return {capfirst(str(name)) for name in names if name}


class _Machine(HTMLParser):
    """Collects what programs read of a page: attributes, and what a form would send."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        own = [name for name in said if name not in SPOKEN | DIFFERENT]
        if tag in ("input", "option", "button", "data", "time") and said.get("type", "hidden") in TYPED:
            # Django sends back in this way what a field of text showed at first.
            is_kept = (said.get("name") or "").startswith(("csrfmiddlewaretoken", "key", "initial-"))
            own += [] if is_kept else ["value"]
        read = [(tag, name, said.get(name) or "") for name in own]
        # Data of an element may be a sentence that its script says.
        self.read += [each for each in read if not (each[1].startswith("data-") and WORDS.search(each[2]))]


def _differing(one: str, other: str) -> list[Any]:
    readings = []
    for html in (one, other):
        machine = _Machine()
        machine.feed(html)
        readings.append(Counter(machine.read))
    missing, added = readings[0] - readings[1], readings[1] - readings[0]
    return [*missing, *added][:6]
