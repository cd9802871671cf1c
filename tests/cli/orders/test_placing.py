"""shopctl orders place."""

import json
from pathlib import Path
from typing import Any

import pytest

from backoffice.outbox.models import EmailMessage
from catalog.models import Product
from orders.models import Order
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import make_product, make_promo_code, make_user

pytestmark = pytest.mark.django_db
ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Köln", "country": "DE"}


def document(**fields: Any) -> str:
    order = {
        "email": "theo@example.com",
        "lines": [{"sku": "TEA-01", "quantity": 2}],
        "shipping_address": ADDRESS,
        **fields,
    }
    return json.dumps({name: value for name, value in order.items() if value is not None})


@pytest.fixture(autouse=True)
def tea() -> None:
    make_product("TEA-01", on_hand=5, price="10.00", name="Green tea")


def nothing_moved() -> bool:
    return (
        not Order.objects.exists()
        and not EmailMessage.objects.exists()
        and Product.objects.get(sku="TEA-01").reserved == 0
    )


def test_an_order_is_placed_from_a_file(answers: Answers, tmp_path: Path) -> None:
    make_promo_code("TEN")
    path = tmp_path / "order.json"
    # As some editors save it, with a mark at its beginning.
    path.write_text(document(promo_code="ten", note="Ring twice", shipping_fee="4.90"), "utf-8-sig")

    row = answers("orders", "place", path)

    order = Order.objects.get()
    assert (row["number"], row["total"], row["status"]) == (order.number, "22.90", "pending")
    assert (row["discount"], row["shipping"], row["promo"]["code"]) == ("2.00", "4.90", "TEN")
    assert (order.email, order.note, order.source) == ("theo@example.com", "Ring twice", "cli")
    assert (order.ship_city, order.ship_country) == ("Köln", "DE")
    assert Product.objects.get().reserved == 2


def test_an_order_is_placed_from_standard_input_by_somebody(answers: Answers) -> None:
    sam = make_user("sam@example.com", role="Support")

    row = answers("orders", "place", "-", "--as", "sam@example.com", stdin=document())

    assert row["email"] == "theo@example.com"
    assert Order.objects.get().placed_by == sam


def test_a_dry_run_prints_the_quote_and_places_nothing(answers: Answers, shopctl: Shopctl) -> None:
    make_promo_code("TEN")

    quote = answers("orders", "place", "-", "--dry-run", stdin=document(promo_code="TEN"))
    told = shopctl("orders", "place", "-", "--dry-run", stdin=document(promo_code="TEN"))

    assert (quote["total"], quote["discount"], quote["promo"]["applied"]) == ("18.00", "2.00", True)
    assert [line["sku"] for line in quote["lines"]] == ["TEA-01"]
    assert quote["explanation"][-1]["step"] == "total"
    assert "Total\t18.00" in told.stdout
    assert told.stderr == "A dry run: nothing was changed.\n"
    assert nothing_moved()


def test_a_promo_code_that_cannot_be_used_refuses_the_order_and_its_dry_run(shopctl: Shopctl) -> None:
    for option in ("--dry-run", "--yes"):
        done = shopctl("orders", "place", "-", option, stdin=document(promo_code="NOSUCH"))
        assert done.exit_code == 1
        assert "NOSUCH" in done.stderr
        assert nothing_moved()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "standard input is no order as the API takes it."),
        ("[]", "standard input is no order as the API takes it."),
        (document(email=None), "Give the customer's e-mail address."),
        (document(lines=None), "lines: This is required: add it."),
        (document(lines=[{"sku": "TEA-01", "quantity": "2"}]), "lines 0 quantity: "),
        (document(lines=[]), "Add at least one line to the order."),
        (document(colour="red"), "colour: There is no such field here: remove it."),
        (document(shipping_address={**ADDRESS, "city": ""}), "shipping_address city: "),
        (document(shipping_address={**ADDRESS, "city": " "}), "city: Missing."),
        (document(email="no address"), "no address is not an e-mail address."),
        (document(shipping_fee=-1), "shipping_fee: "),
        (document(lines=[{"sku": "TEA-01", "quantity": 9}, {"sku": "NO-SUCH", "quantity": 1}]), "NO-SUCH"),
        (document(note="x" * 1_100_000), "standard input is longer than an order may be"),
    ],
)
@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_what_is_no_order_is_refused_and_the_reason_named(
    shopctl: Shopctl, content: str, told: str, option: str
) -> None:
    done = shopctl("orders", "place", "-", option, stdin=content)

    assert done.exit_code == 1, done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert nothing_moved()


def test_a_file_that_is_not_there_is_told(shopctl: Shopctl, tmp_path: Path) -> None:
    done = shopctl("orders", "place", tmp_path / "order.json")

    assert done.exit_code == 1
    assert "No such file" in done.stderr


def test_with_the_same_key_it_is_placed_once(answers: Answers, shopctl: Shopctl) -> None:
    command = ("orders", "place", "-", "--idempotency-key", "mail-1")

    first, second = answers(*command, stdin=document()), answers(*command, stdin=document())

    assert first == second
    assert Order.objects.count() == 1
    other = shopctl(*command, stdin=document(note="Another one"))
    assert other.exit_code == 1
    assert Order.objects.count() == 1


def test_only_those_who_may_order_for_others_place_an_order(shopctl: Shopctl) -> None:
    make_user("wanda@example.com", role="Warehouse")

    done = shopctl("orders", "place", "-", "--as", "wanda@example.com", stdin=document())

    assert done.exit_code == 1
    assert nothing_moved()
