"""Where a parcel can be followed."""

from urllib.parse import urlsplit

import pytest

from orders.fulfilment.tracking import CARRIERS, FOLLOWED_AT, tracking_url

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("carrier", "url"),
    [
        ("GLS", "https://gls-group.com/track/0034"),
        (" gls ", "https://gls-group.com/track/0034"),
        ("fedex", "https://www.fedex.com/fedextrack/?trknbr=0034"),
    ],
)
def test_a_parcel_is_followed_at_its_carriers(carrier: str, url: str) -> None:
    assert tracking_url(carrier, "0034") == url


@pytest.mark.parametrize(
    ("carrier", "number"),
    [("Pick-up", "0034"), ("Post", "0034"), ("Ann's van", "0034"), ("", "0034"), ("DHL", "")],
)
def test_where_nobody_knows_there_is_no_link(carrier: str, number: str) -> None:
    assert tracking_url(carrier, number) == ""


def test_a_tracking_number_cannot_lead_elsewhere() -> None:
    url = tracking_url("UPS", "1&x=2#/../?{}Ü")

    assert url == "https://www.ups.com/track?tracknum=1%26x%3D2%23%2F..%2F%3F%7B%7D%C3%9C"
    for carrier in CARRIERS:
        there, here = urlsplit(tracking_url(carrier, "//evil.example")), urlsplit(FOLLOWED_AT[carrier])
        assert (there.scheme, there.netloc) == (here.scheme, here.netloc)
