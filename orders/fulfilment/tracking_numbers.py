"""What may be a tracking number: nothing that is the name of a product, an order or a shipment of the shop.

The same scanner reads them all, and a spreadsheet keeps them in columns side by side.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.errors import Fault, Invalid
from backoffice.text import barcode_key, identity_key
from catalog.earlier_skus import products_named
from catalog.models import Product
from orders.finding import numbers_meant
from orders.models import Order, Shipment

POINTER = "/tracking_number"
# A spreadsheet writes a long number like this, and has lost its last digits.
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+\Z", re.IGNORECASE)


def refuse_as_tracking_number(text: str) -> None:
    """Raises Invalid when the text cannot be the number of a parcel; "" is none, which is no mistake."""
    if problem := problems_with_tracking_numbers([text]).get(text):
        raise Invalid(problem, faults=[Fault(POINTER, "validation", problem)])


def problems_with_tracking_numbers(numbers: Iterable[str]) -> dict[str, str]:
    """Return what is wrong with each of these that cannot be one; at most 5 statements, however many."""
    meant = {number: identity_key(number).upper() for number in numbers if number}
    if not meant:
        return {}
    products = _products_by_code(meant.values())
    orders = set(_orders_named(meant.values()))
    shipments = set(Shipment.objects.filter(reference__in=meant.values()).values_list("reference", flat=True))
    found = (
        (number, _problem(number, products.get(code), set(numbers_meant(code)) & orders, code in shipments))
        for number, code in meant.items()
    )
    return {number: problem for number, problem in found if problem}


def _problem(text: str, product: Product | None, orders: Iterable[str], is_shipment: bool) -> str:
    if ROUNDED.match(text):
        return _(
            "A spreadsheet has rounded this tracking number: format its column as text, and take the whole "
            "number from the label."
        )
    if product is not None:
        return _(
            "%(code)s is %(name)s (%(sku)s), not a tracking number. Scan or type the number on the "
            "parcel's label."
        ) % {"code": text, "name": product.name, "sku": product.sku}
    for order in orders:
        return _(
            "%(code)s is order %(order)s, not a tracking number. Scan or type the number on the parcel's "
            "label."
        ) % {"code": text, "order": order}
    if is_shipment:
        return _(
            "%(code)s is our own name of a shipment. Scan or type the carrier's number on the parcel's label."
        ) % {"code": text}
    return ""


def _products_by_code(codes: Collection[str]) -> Mapping[str, Product]:
    """Return the products whose SKU, earlier SKU or barcode is among these codes, by the code."""
    by_sku = products_named(codes)
    barcodes = {code: barcode_key(code) for code in codes}
    scanned = Product.objects.filter(~Q(barcode_key=""), barcode_key__in=barcodes.values())
    by_barcode = {each.barcode_key: each for each in scanned}
    found = {code: by_sku.get(identity_key(code)) or by_barcode.get(barcodes[code]) for code in codes}
    return {code: product for code, product in found.items() if product is not None}


def _orders_named(codes: Iterable[str]) -> Iterable[str]:
    numbers = [number for code in codes for number in numbers_meant(code)]
    return Order.objects.filter(number__in=numbers).values_list("number", flat=True)
