"""shopctl orders correct-shipment and undo-shipment."""

import pytest

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from catalog.models import Product
from orders.fulfilment.lifecycle import deliver_order, ship_order
from orders.models import Order, Shipment
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    """Three teas, of which two have left."""
    make_product("TEA-01", on_hand=10, name="Green tea")
    number = str(place({"TEA-01": 3}).number)
    ship_order(number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number="0034")
    return number


def test_a_number_is_corrected_and_the_rest_stays(answers: Answers, number: str) -> None:
    asked = ("orders", "correct-shipment", number.lower(), "--shipment", f"{number}-s1", "--tracking", "0035")
    assert answers(*asked, "--yes") == {
        "number": number,
        "status": "partially_shipped",
        "shipment": f"{number}-S1",
        "carrier": "DHL",
        "tracking_number": "0035",
    }
    assert EmailMessage.objects.filter(template="shipment_corrected").count() == 1


def test_an_empty_value_clears_and_nobody_need_be_told(answers: Answers, number: str) -> None:
    asked = ("orders", "correct-shipment", number, "--shipment", f"{number}-S1", "--carrier", "", "--no-mail")
    assert answers(*asked, "--yes")["carrier"] == ""
    assert not EmailMessage.objects.filter(template="shipment_corrected").exists()


def test_an_undone_shipment_is_on_the_shelf_again(answers: Answers, number: str, mailoutbox: object) -> None:
    deliver_due()
    row = answers(
        "orders", "undo-shipment", number, "--shipment", f"{number}-S1", "--reason", "late", "--yes"
    )

    assert (row["status"], row["shipment"], row["undone_at"] is None) == ("pending", f"{number}-S1", False)
    assert Product.objects.values_list("on_hand", "reserved").get() == (10, 3)
    assert EmailMessage.objects.get(template="shipment_undone").context["reason"] == "late"


def test_with_the_same_key_it_is_undone_once(answers: Answers, shopctl: Shopctl, number: str) -> None:
    asked = (
        "orders",
        "undo-shipment",
        number,
        "--shipment",
        f"{number}-S1",
        "--yes",
        "--idempotency-key",
        "k",
    )
    assert answers(*asked) == answers(*asked)
    assert Order.objects.get().events.filter(kind="shipment_undone").count() == 1
    other = shopctl(*asked, "--no-mail")
    assert (other.exit_code, other.stdout) == (1, "")


@pytest.mark.parametrize("verb", ["correct-shipment", "undo-shipment"])
def test_a_dry_run_tells_what_is_in_it_and_changes_nothing(shopctl: Shopctl, number: str, verb: str) -> None:
    more = ["--tracking", "0035"] if verb == "correct-shipment" else []
    result = shopctl("orders", verb, number, "--shipment", f"{number}-S1", *more, "--dry-run")
    assert result.exit_code == 0
    assert f"{number}-S1 DHL 0034: 2 × TEA-01 Green tea" in result.stderr
    shipment = Shipment.objects.get()
    assert (shipment.tracking_number, shipment.undone_at) == ("0034", None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--tracking", "tea-01"], "tea-01 is Green tea (TEA-01), not a tracking number."),
        (["--tracking", "{number}"], "is order {number}, not a tracking number."),
    ],
)
def test_what_is_no_tracking_number_is_refused(
    shopctl: Shopctl, number: str, options: list[str], told: str
) -> None:
    typed = [option.format(number=number) for option in options]
    for verb in (["correct-shipment", number, "--shipment", f"{number}-S1", "--yes"], ["ship", number]):
        result = shopctl("orders", *verb, *typed, *(["--yes"] if verb[0] != "ship" else []))
        assert result.exit_code == 1
        assert told.format(number=number) in result.stderr
    assert Shipment.objects.get().tracking_number == "0034"


def test_what_cannot_be_undone_is_refused(shopctl: Shopctl, number: str) -> None:
    asked = ("orders", "undo-shipment", number, "--yes", "--shipment")
    unknown = shopctl(*asked, f"{number}-S7")
    deliver_order(number, by=CLI)
    delivered = shopctl(*asked, f"{number}-S1")
    assert [each.exit_code for each in (unknown, delivered)] == [1, 1]
    assert unknown.stderr == f"{number} has no shipment {number}-S7.\n"
    assert delivered.stderr == f"{number}-S1 was delivered: what comes back is a return.\n"


def test_neither_carrier_nor_number_is_wrong_use(shopctl: Shopctl, number: str) -> None:
    assert shopctl("orders", "correct-shipment", number, "--shipment", f"{number}-S1").exit_code == 2


def test_only_who_ships_corrects_and_undoes(shopctl: Shopctl, number: str) -> None:
    viewer = make_user("viewer@example.com", role="Viewer").email
    for verb, more in (("correct-shipment", ["--carrier", "DPD"]), ("undo-shipment", [])):
        asked = ("orders", verb, number, "--shipment", f"{number}-S1", *more, "--yes", "--as", viewer)
        assert shopctl(*asked).exit_code == 1
    assert Shipment.objects.get().carrier == "DHL"
