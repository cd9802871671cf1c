"""One person's data as a file: a page to read and the same as JSON, in a ZIP."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.template.loader import render_to_string
from django.utils.translation import get_language
from pydantic_core import to_json

from accounts.models import AccountChange
from accounts.models.changes import details_of
from backoffice.countries import postal_lines
from backoffice.dates import day_with_year, full_moment
from backoffice.money import ZERO, formatted
from backoffice.outbox.models import EmailState
from backoffice.outbox.occasions import occasion_of
from orders.models import CustomerEventKind, PaymentKind, PaymentMethod
from orders.models.customer_event import FIELD_NAMES
from orders.privacy.told import ToldPerson
from orders.status import OrderStatus

PAGE, DATA = "your-data.html", "data.json"
AMOUNTS = ("subtotal", "discount", "shipping", "total", "credited", "net", "paid")


def as_archive(told: ToldPerson) -> bytes:
    """Return the ZIP, its page in the language that is active."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, as_page(told))
        archive.writestr(DATA, to_json(told.content, indent=2))
    return file.getvalue()


def file_name(told: ToldPerson) -> str:
    """Return a name that tells the customer's number alone: it stands in lists of downloads."""
    return f"customer-{told.person.customers[0]}-data.zip"


def as_page(told: ToldPerson) -> str:
    content = told.content
    context = {
        "told": content,
        "language": get_language(),
        "accounts": [{**account, "happened": list(_happened(account))} for account in content["accounts"]],
        "orders": [_order(order) for order in content["orders"]],
        "promo_codes": [_use(use) for use in content["promo_codes"]],
        "emails": [_mail(mail) for mail in content["emails"]],
        "history": [
            {**entry, "words": CustomerEventKind(entry["what"]).label, "changes": _changes(entry["changes"])}
            for entry in content["history"]
        ],
    }
    return render_to_string("privacy/data.html", _with_moments_written(context))


def _with_moments_written(value: Any) -> Any:
    """Return the same with every moment as people write it."""
    match value:
        case dict():
            return {name: _with_moments_written(each) for name, each in value.items()}
        case list():
            return [_with_moments_written(each) for each in value]
        case datetime():
            return full_moment(value)
    return value


def _happened(account: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for event in account["happened"]:
        words = f"{AccountChange(event['what']).label} {details_of(event['what'], event['facts'])}".strip()
        yield {**event, "words": words}


def _order(order: Mapping[str, Any]) -> dict[str, Any]:
    def money(amount: Decimal) -> str:
        return formatted(amount, order["currency"])

    return {
        **order,
        **{name: money(order[name]) for name in AMOUNTS},
        "due": money(max(order["due"], ZERO)),
        "owed": money(-order["due"]) if order["due"] < 0 else "",
        "payments": [_payment(entry, money) for entry in order["payments"]],
        "has_discount": bool(order["discount"]),
        "has_credit": bool(order["credited"]),
        "status": OrderStatus(order["status"]).label,
        "address": _address(order["shipping_address"]),
        "timeline": [{**event, "reason": _reason(event)} for event in order["timeline"]],
        "lines": [
            {**line, **{name: money(line[name]) for name in ("unit_price", "subtotal", "discount", "total")}}
            for line in order["lines"]
        ],
        "shipments": [
            {**parcel, "address": _address(parcel["shipping_address"])} for parcel in order["shipments"]
        ],
    }


def _payment(entry: Mapping[str, Any], money: Callable[[Decimal], str]) -> dict[str, Any]:
    """Say what moved, how and why; `details` has the bank's own words where a file had them."""
    said = entry["bank_line"] or {}
    method = str(PaymentMethod(entry["method"]).label) if entry["method"] else ""
    told = (method, entry["provider"], entry["reference"], entry["settles"], entry["note"], *said.values())
    return {
        "day": day_with_year(entry["value_date"]),
        "kind": PaymentKind(entry["kind"]).label,
        "amount": money(entry["paid_delta"] or entry["waived_delta"]),
        "details": " · ".join(filter(None, told)),
    }


def _reason(event: Mapping[str, Any]) -> str:
    """Return why, where the sentence does not say so."""
    reason = str(event["facts"].get("reason") or "")
    return "" if reason in event["text"] else reason


def _address(parts: Mapping[str, str]) -> list[str]:
    lines = postal_lines({name: value for name, value in parts.items() if name != "country_name"})
    return [*lines, parts["phone"]] if parts.get("phone") else lines


def _use(use: Mapping[str, Any]) -> dict[str, Any]:
    return {**use, "discount": formatted(use["discount"], use["currency"])}


def _mail(mail: Mapping[str, Any]) -> dict[str, Any]:
    at: datetime = mail["sent_at"] or mail["created_at"]
    subject = mail["subject"] or occasion_of(mail["template"])
    return {**mail, "at": at, "subject": subject, "state": EmailState(mail["state"]).label}


def _changes(changes: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": str(FIELD_NAMES[name]), "before": before or "–", "after": after or "–"}
        for name, (before, after) in changes.items()
        if before != after
    ]
