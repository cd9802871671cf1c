"""Carriers that are offered when shipping, and where their parcels can be tracked."""

from urllib.parse import quote

FOLLOWED_AT = {
    "DHL": "https://www.dhl.de/en/privatkunden/pakete-empfangen/verfolgen.html?piececode={}",
    "DPD": "https://tracking.dpd.de/status/en_US/parcel/{}",
    "GLS": "https://gls-group.com/track/{}",
    "Hermes": "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "Post": "",
    "Pick-up": "",
}
CARRIERS = tuple(FOLLOWED_AT)


def tracking_url(carrier: str, tracking_number: str) -> str:
    """Return the address of the page that tracks this parcel; "" for an unknown carrier."""
    known = {name.casefold(): url for name, url in FOLLOWED_AT.items()}.get(carrier.strip().casefold(), "")
    return known.format(quote(tracking_number, safe="")) if known and tracking_number else ""
