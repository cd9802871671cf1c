"""Who reads which language: each their own, and nobody that of the request before."""

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import translation

from accounts.models import User
from accounts.sign_in.sessions import SessionStore
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def signed_in(language: str) -> Client:
    user = make_user(role="Manager")
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    return client


def language_of(client: Client, path: str = "/admin/orders/order/", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    language = answer["Content-Language"]
    assert f'<html lang="{language}"' in answer.text
    return language


def test_a_shop_in_german_and_a_colleague_in_english_work_at_once() -> None:
    with override_settings(SHOP_LANGUAGE="de"):
        german, english = signed_in(""), signed_in("en-gb")
        asked = [language_of(client) for client in (german, english, german, english)]

    assert asked == ["de", "en-gb", "de", "en-gb"]


def test_what_one_has_chosen_counts_more_than_what_the_browser_prefers() -> None:
    assert language_of(signed_in("de"), accept_language="en") == "de"
    assert language_of(signed_in(""), accept_language="de") == "en-gb"


def test_who_has_not_signed_in_is_asked_in_the_language_of_the_browser() -> None:
    assert language_of(Client(), "/admin/login/", accept_language="de-AT") == "de"
    assert language_of(Client(), "/admin/login/", accept_language="fr") == "en-gb"


def test_a_missing_page_speaks_the_language_of_who_looks_for_it() -> None:
    assert language_of(signed_in("de"), "/admin/nowhere/") == "de"
    assert language_of(Client(), "/nowhere/", accept_language="de") == "de"


def test_after_a_page_in_german_the_thread_speaks_english_again() -> None:
    client = signed_in("de")
    client.get("/admin/")

    assert translation.get_language() == "en-gb"
    assert client.get("/api/v1/nowhere", headers={"Accept-Language": "de"}).json()["title"] == "Not found"


def test_an_outage_is_told_in_the_language_of_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_self: SessionStore) -> None:
        raise OperationalError("connection refused")

    client = signed_in("en-gb")
    client.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "_get_session_from_db", away)

    answer = client.get("/admin/", headers={"Accept-Language": "de"})

    assert (answer.status_code, answer["Content-Language"]) == (503, "de")
