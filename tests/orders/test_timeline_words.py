"""An entry's sentence is made of its facts, in the reader's language."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import translation

from orders.models import EventKind
from orders.timeline_words import SENTENCES, sentence_of

pytestmark = pytest.mark.once

TEA = {"sku": "TEA-01", "name": "Tea", "quantity": 2}
MUG = {"sku": "MUG-7", "name": "Mug", "quantity": 1}
NO_PARCEL = {"carrier": "", "tracking_number": ""}
HOME = {
    "name": "Theo",
    "line1": "Seeweg 56",
    "line2": "",
    "city": "Köln",
    "region": "",
    "postcode": "34878",
    "country": "DE",
    "phone": "",
}


def cancelled(*, is_whole: bool, reason: str = "") -> dict[str, Any]:
    return {"lines": [TEA], "is_whole": is_whole, "reason": reason}


def changed(**changes: Any) -> dict[str, Any]:
    return {"changes": changes}


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("placed", {"total": "12.00"}, "Order placed"),
        ("shipped", {"lines": [TEA, MUG], **NO_PARCEL}, "Shipped 2 × TEA-01, 1 × MUG-7"),
        (
            "shipped",
            {"lines": [TEA], "carrier": "DHL", "tracking_number": "0034"},
            "Shipped 2 × TEA-01 with DHL 0034",
        ),
        (
            "shipped",
            {"lines": [TEA], "carrier": "", "tracking_number": "0034"},
            "Shipped 2 × TEA-01 with 0034",
        ),
        ("shipped", {"lines": [MUG] * 11, **NO_PARCEL}, f"Shipped {'1 × MUG-7, ' * 9}1 × MUG-7 and 1 more"),
        (
            "shipped",
            {"lines": [MUG] * 120, **NO_PARCEL},
            f"Shipped {'1 × MUG-7, ' * 9}1 × MUG-7 and 110 more",
        ),
        ("delivered", {"shipments": ["B-1-S1", "B-1-S2"]}, "Delivered B-1-S1, B-1-S2"),
        ("cancelled", cancelled(is_whole=True), "Order cancelled"),
        ("cancelled", cancelled(is_whole=True, reason="asked"), "Order cancelled: asked"),
        ("cancelled", cancelled(is_whole=False), "Cancelled 2 × TEA-01"),
        ("cancelled", cancelled(is_whole=False, reason="100 % broken"), "Cancelled 2 × TEA-01: 100 % broken"),
        ("returned", {"lines": [TEA | {"restock": True}]}, "Returned 2 × TEA-01"),
        ("returned", {"lines": [TEA | {"restock": False}]}, "Returned 2 × TEA-01, written off"),
        (
            "returned",
            {"lines": [TEA | {"restock": True}, TEA | {"restock": False, "quantity": 1}]},
            "Returned 2 × TEA-01; 1 × TEA-01 written off",
        ),
        (
            "shipment_corrected",
            {
                "shipment": "B-1-S1",
                "told": True,
                **changed(tracking_number=["", "0034"], carrier=["UPS", "DHL"]),
            },
            "B-1-S1 corrected. Carrier: UPS → DHL;\nTracking number: – → 0034",
        ),
        (
            "shipment_undone",
            {"shipment": "B-1-S1", "reason": "", "lines": [TEA]},
            "B-1-S1 undone, it never left: 2 × TEA-01",
        ),
        (
            "shipment_undone",
            {"shipment": "B-1-S1", "reason": "Missed the van", "lines": [TEA]},
            "B-1-S1 undone, it never left: 2 × TEA-01. Missed the van",
        ),
        ("email_sent_again", {"template": "order_shipped"}, "Sent again: the shipping notice"),
        ("comment", {"text": "Called:\nwait %(s)s"}, "Called:\nwait %(s)s"),
        (
            "edited",
            changed(note=["", "Ring twice"], email=["a@example.com", "b@example.com"]),
            "E-mail: a@example.com → b@example.com;\nNote: – → Ring twice",
        ),
        (
            "edited",
            changed(
                shipping_address=[HOME, {**HOME, "line1": "Seeweg 57", "country": "AT", "phone": "0221"}]
            ),
            (
                "Shipping address: Theo, Seeweg 56, 34878 Köln, Germany → "
                "Theo, Seeweg 57, 34878 Köln, Austria, 0221"
            ),
        ),
        (
            "edited",
            changed(shipping_address=None, email=None, note=["x", ""]),
            "Shipping address changed;\nE-mail changed;\nNote: x → –",
        ),
    ],
)
def test_the_sentence_of_an_entry(kind: str, facts: Mapping[str, Any], said: str) -> None:
    assert sentence_of(kind, facts) == said


def test_every_kind_has_its_sentence() -> None:
    assert set(SENTENCES) == set(EventKind)


def test_the_same_entry_is_said_in_the_language_of_whoever_reads_it() -> None:
    facts = {"lines": [TEA], "carrier": "DHL", "tracking_number": "0034"}
    with translation.override("de"):
        assert sentence_of("shipped", facts) == "Versendet: 2 × TEA-01 mit DHL 0034"
    assert sentence_of("shipped", facts) == "Shipped 2 × TEA-01 with DHL 0034"
