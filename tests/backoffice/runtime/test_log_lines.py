"""What the logs say: a line for each happening, and of the links in mails which page was asked for."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = [pytest.mark.once, pytest.mark.django_db]
CANARY = "dp3k9x-5e0c8f1a7b2d4c6e"
LINKS = {
    reverse("confirm_email", args=[CANARY]): "/account/confirm/…",
    reverse("choose_password", args=["MQ", CANARY]): "/account/password/…",
    reverse("admin:choose_password", args=["MQ", CANARY]): "/admin/password_reset/…",
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the configured handler writes."""
    console = logging.getHandlerByName("console")
    assert isinstance(console, logging.StreamHandler)
    written = io.StringIO()
    before = console.setStream(written)
    yield written
    console.setStream(before)


def refused(log: io.StringIO, reason: str) -> list[str]:
    """What the log's lines say after the reason."""
    return [line.partition(reason)[2] for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("link", LINKS)
def test_a_form_sent_without_a_cookie_is_logged_without_the_token(log, link):
    response = Client(enforce_csrf_checks=True).post(link)

    assert response.status_code == 403
    assert refused(log, "] Forbidden (CSRF cookie not set.): ") == [LINKS[link]]


@pytest.mark.django_db
@pytest.mark.parametrize("link", [link for link in LINKS if link.startswith("/account/")])
def test_a_link_copied_with_too_much_is_logged_without_the_token(log, link):
    response = Client().get(f"{link})")

    assert response.status_code == 404
    assert refused(log, "] Not Found: ") == [LINKS[link]]


@pytest.mark.parametrize("link", LINKS)
def test_a_traceback_that_names_a_link_is_logged_without_the_token(log, link):
    try:
        raise ValueError(f"http://127.0.0.1:8000{link} is broken")
    except ValueError:
        logging.getLogger("backoffice.api.application").exception("GET %s failed", link)

    first, *_, last = log.getvalue().splitlines()
    assert first.endswith(f"ERROR backoffice.api.application [-] GET {LINKS[link]}")
    assert last == f"  | ValueError: http://127.0.0.1:8000{LINKS[link]}"
    assert CANARY not in log.getvalue()


def test_other_lines_are_logged_as_they_are(log):
    Client(enforce_csrf_checks=True).post("/admin/password_reset/")
    Client().get("/account/nothing/here/")

    assert refused(log, "CSRF cookie not set.): ")[0] == "/admin/password_reset/"
    assert refused(log, "Not Found: ")[1] == "/account/nothing/here/"


FORGED = '2026-11-30 10:00:00,000 INFO backoffice.security [-] signed_in account="boss@example.com"'
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
UNSEEN = ["\x1b[2K", "\x08", "\x00", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800"]


@pytest.mark.parametrize("mark", [*BREAKS, *UNSEEN])
def test_nothing_that_is_written_begins_a_line_or_hides_one(log, mark):
    text = f"a{mark}{FORGED}"
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("backoffice.api.application").exception("%s failed", text, stack_info=True)
    logging.getLogger("django.request").warning("Not Found: %s", text)

    first, *others, last = log.getvalue().splitlines()
    assert first.partition("[-] ")[2].startswith("a\\")
    assert last.partition("Not Found: ")[2].startswith("a\\")
    assert [line for line in others if not line.startswith("  | ")] == []
    assert not any(mark in line for line in (first, *others, last))
    assert log.getvalue().count(FORGED) == 3


@pytest.mark.parametrize("path", ["/%0a", "/%0d%0a", "/%c2%85", "/%e2%80%a8", "/%1b%5b2K"])
def test_a_path_is_one_line_of_the_log(log, path):
    Client().get(f"/nothing/here{path}{FORGED.replace(' ', '%20')}")

    assert len(log.getvalue().splitlines()) == 1
    assert log.getvalue()[:4] == "2026"


def test_ordinary_letters_of_all_writings_stay_what_they_are(log):
    logging.getLogger("backoffice.api.application").warning("Jürgen, Ωmega, 東京, C:\\new, 100 %")

    assert log.getvalue().partition("[-] ")[2] == "Jürgen, Ωmega, 東京, C:\\new, 100 %\n"
