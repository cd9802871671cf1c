"""What e-mails are about, in words."""

from pathlib import Path

from django.apps import apps
from django.utils.translation import override

from backoffice.outbox.occasions import OCCASIONS, occasion_of


def _templates() -> set[str]:
    """Return every template that has a subject."""
    rooms = [Path(apps.get_app_config(name).path) for name in ("accounts", "catalog", "orders")]
    found = [file for room in rooms for file in room.glob("templates/email/*.txt")]
    return {file.stem for file in found if "{% block subject %}" in file.read_text()}


def test_every_email_says_what_it_is_about() -> None:
    assert set(OCCASIONS) == _templates()


def test_it_is_said_in_the_readers_language() -> None:
    assert occasion_of("order_placed") == "Order placed"
    with override("de"):
        assert occasion_of("order_placed") == "Bestellung eingegangen"


def test_an_email_whose_template_is_gone_is_still_named() -> None:
    assert occasion_of("old_news") == "Old news"
