"""shopctl orders edit, comment. In which status they are possible: tests/contract/test_every_status.py."""

import pytest

from backoffice.outbox.models import EmailMessage
from orders.fulfilment.lifecycle import ship_order
from orders.models import EventKind, Order
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    make_product("TEA-01", on_hand=5)
    return str(place({"TEA-01": 2}, note="Ring").number)


def test_only_what_is_named_changes(answers: Answers, number: str) -> None:
    row = answers("orders", "edit", number.lower(), "--line1", "Seeweg 57", "--country", "at")

    order = Order.objects.get()
    assert (row["number"], row["email"], row["note"]) == (number, order.email, "Ring")
    address = row["shipping_address"]
    parts = ("name", "line1", "postcode", "city", "country", "phone")
    assert tuple(address[part] for part in parts) == (
        "Theo Jansen",
        "Seeweg 57",
        "34878",
        "Köln",
        "AT",
        "+49 221 1234",
    )
    assert (order.ship_line1, order.ship_country, order.ship_city) == ("Seeweg 57", "AT", "Köln")
    told = answers("orders", "show", number)["events"][-1]
    assert told["text"] == (
        "Shipping address: Theo Jansen, Seeweg 56, 34878 Köln, Germany, +49 221 1234"
        " → Theo Jansen, Seeweg 57, 34878 Köln, Austria, +49 221 1234"
    )
    before, after = told["facts"]["changes"]["shipping_address"]
    assert (before["line1"], after["line1"]) == ("Seeweg 56", "Seeweg 57")


def test_another_e_mail_address_gets_the_confirmation_and_a_note_can_be_emptied(
    answers: Answers, number: str
) -> None:
    answers("orders", "edit", number, "--email", "theo@example.com", "--note", "")

    order = Order.objects.get()
    assert (order.email, order.note) == ("theo@example.com", "")
    assert EmailMessage.objects.filter(recipient="theo@example.com", template="order_placed").count() == 1


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ([], 2, "Name what is to change"),
        (["--country", "UK"], 1, "for United Kingdom write GB"),
        (["--city", ""], 1, "city: Missing."),
        (["--email", "nobody"], 1, "nobody"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_changes(
    shopctl: Shopctl, number: str, options: list[str], code: int, words: str
) -> None:
    result = shopctl("orders", "edit", number, *options)

    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
    assert Order.objects.get().version == 1


def test_a_comment_is_made_once_per_key_and_in_the_name_of_who_makes_it(
    answers: Answers, number: str
) -> None:
    wanda = make_user("wanda@example.com", role="Warehouse")
    for _ in range(2):
        row = answers(
            *("orders", "comment", number, "Called: wait", "--as", wanda.email, "--idempotency-key", "k-1")
        )

    event = Order.objects.get().events.get(kind=EventKind.COMMENT)
    said = (number, "comment", "Called: wait", wanda.email)
    assert (row["number"], row["kind"], row["text"], row["actor"]) == said
    assert (event.facts["text"], event.actor, event.source) == ("Called: wait", wanda, "cli")


def test_roles_hold_here_too(shopctl: Shopctl, number: str) -> None:
    make_user("wanda@example.com", role="Warehouse")
    make_user("mark@example.com", role="Marketing")

    edited = shopctl("orders", "edit", number, "--note", "Mine", "--as", "wanda@example.com")
    commented = shopctl("orders", "comment", number, "Mine", "--as", "mark@example.com")

    assert (edited.exit_code, commented.exit_code) == (1, 1)
    assert "Your role does not allow this" in edited.stderr
    assert Order.objects.get().events.count() == 1


def test_an_empty_comment_is_refused(shopctl: Shopctl, number: str) -> None:
    assert shopctl("orders", "comment", number, "  ").exit_code == 1
    ship_order(number, by=CLI)
    assert shopctl("orders", "comment", number, "Gone").exit_code == 0
