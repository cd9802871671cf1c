"""No door takes a control character: not one field of a model, of a form, of the API or of the terminal."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

# The pages bring their forms along.
import backoffice.urls  # noqa: F401
from backoffice.admin.idempotency import IdempotencyKeyField
from backoffice.api.application import api
from backoffice.db.fields import FoldedField, LineField, LinesField, many_lines, one_line
from backoffice.db.search_text import SearchTextField
from backoffice.text import LINE_PATTERN, LINES_PATTERN
from orders.admin.promos.forms import CodeField

pytestmark = pytest.mark.once
BASE = Path(__file__).resolve().parents[2]
OURS = ("accounts", "backoffice", "outbox", "catalog", "orders")
NEVER = ("\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066")
# Written by the shop itself, copied from what was checked, or shown as it was in a file that was read.
NOT_TYPED = {
    "accounts.accountevent": {"address"},
    "accounts.authenticator": {"secret", "credential_id", "public_key"},
    "accounts.browsersession": {"session_key", "session_data", "address", "user_agent"},
    "accounts.knownplace": {"block"},
    "accounts.recoverycode": {"code_hash"},
    "accounts.refreshtoken": {"token_hash"},
    "accounts.settingchange": {"name", "before", "after"},
    "accounts.spentchallenge": {"nonce"},
    "accounts.tokenfamily": {"address", "revoked_because", "user_agent"},
    "accounts.user": {"password"},
    "backoffice.books": {"currency"},
    "backoffice.heartbeat": {"name"},
    "backoffice.idempotencyrecord": {"caller", "operation", "key", "fingerprint"},
    "backoffice.jobslot": {"job"},
    "backoffice.mailtext": {"template", "language", "opening", "closing"},
    "catalog.product": {"picture"},
    "catalog.productimport": {"digest"},
    "catalog.productpicture": {"name", "digest"},
    "catalog.productimportrow": {"sku", "outcome", "problem_code"},
    "catalog.earliersku": {"sku"},
    "catalog.stockimport": {"digest"},
    "catalog.stockimportrow": {
        *("sku", "name", "quantity", "expected", "note", "problem_code", "remark_code"),
    },
    "catalog.stockmovement": {"held_for"},
    "orders.allowance": {"reference"},
    "orders.cancellation": {"reference"},
    "orders.order": {"prefix", "currency", "promo_code"},
    "orders.orderline": {"sku", "name"},
    "orders.paymentclaim": {"provider", "reference"},
    "orders.paymentimport": {"format"},
    "orders.paymentimportrow": {"method", "provider", "reference_key", "kind", "problem_code"},
    "orders.promotionevent": {"kind"},
    "orders.return": {"reference"},
    "orders.shipment": {"reference"},
    "outbox.emailmessage": {"about", "cause", "template", "error", "subject", "text", "html", "language"},
}
# A pasted file, whose cells have rules of their own, and JSON that a page wrote.
FILES_IN_FORMS = {"ParcelFileForm.pasted", "CountedUnits.agreed"}
# Fields with patterns of their own.
PATTERNED = (forms.EmailField, forms.RegexField, forms.JSONField, IdempotencyKeyField, CodeField)


def text_fields() -> list[Any]:
    return [
        field
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]


TYPED = [each for each in text_fields() if isinstance(each, LineField | LinesField)]


def test_every_field_of_text_is_typed_and_has_the_rule_or_is_known_not_to_be() -> None:
    ruled = (LineField, LinesField, FoldedField, SearchTextField, models.EmailField, models.SlugField)
    unknown = [
        str(each)
        for each in text_fields()
        if not isinstance(each, ruled) and each.name not in NOT_TYPED.get(each.model._meta.label_lower, ())
    ]
    assert unknown == []


@pytest.mark.parametrize("field", TYPED, ids=str)
def test_what_people_type_into_a_field_has_no_control_characters_and_shows_something(field: Any) -> None:
    for character in (*NEVER, *(() if isinstance(field, LinesField) else ("\n", "\t", "\u2028"))):
        with pytest.raises(ValidationError, match="Remove the control character"):
            field.clean(f"A{character}B", None)
    with pytest.raises(ValidationError, match="shows nothing"):
        field.clean("\u200b\u3164", None)


def text_inputs() -> Iterator[tuple[str, Any]]:
    for form in _below(forms.BaseForm):
        if form.__module__.partition(".")[0] in OURS:
            for name, field in getattr(form, "base_fields", {}).items():
                if isinstance(field, forms.CharField):
                    yield f"{form.__name__}.{name}", field


def _below(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)


def test_every_input_of_a_form_has_the_rule() -> None:
    unruled = [
        name
        for name, field in text_inputs()
        if not isinstance(field, PATTERNED)
        and not isinstance(field.widget, forms.PasswordInput)
        and name not in {*FILES_IN_FORMS, "SignInForm.username"}
        and one_line not in field.validators
        and many_lines not in field.validators
    ]
    assert unruled == []
    assert {"ShipForm.tracking_number", "NewOrderForm.name", "UserForm.name"} <= dict(text_inputs()).keys()


def test_every_text_that_the_api_takes_says_which_characters_it_may_have() -> None:
    document = api.get_openapi_schema()
    taken = {id(part): (where, part) for where, part in _taken(document) if part.get("type") == "string"}
    loose = [
        where
        for where, part in taken.values()
        if not {"enum", "const", "format", "contentMediaType", "pattern"} & part.keys()
    ]
    assert loose == []
    patterns = {part.get("pattern") for _where, part in taken.values()}
    assert {LINE_PATTERN, LINES_PATTERN} <= patterns


def _taken(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "query":
                    yield from _parts(
                        document, parameter["schema"], f"{method} {path} ?{parameter['name']}", ()
                    )
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from _parts(document, content["schema"], f"{method} {path}", ())


def _parts(
    document: dict[str, Any], part: Any, where: str, seen: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, list):
        for each in part:
            yield from _parts(document, each, where, seen)
    if not isinstance(part, dict):
        return
    if any(each.get("type") == "number" for each in part.get("anyOf", [])):
        # A decimal, which may be written as a string.
        return
    if (reference := part.get("$ref")) and reference not in seen:
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
        yield from _parts(document, schema, where, (*seen, reference))
    yield where, part
    for name, each in part.items():
        if name not in ("examples", "example", "default", "enum", "required"):
            yield from _parts(document, each, f"{where}/{name}", seen)


def test_shopctl_prints_by_its_console_alone() -> None:
    """Which shows control characters as U+FFFD."""
    found = [
        f"{path.relative_to(BASE)}:{node.lineno}"
        for path in sorted((BASE / "cli").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and (
            getattr(node.func, "id", "") == "print"
            or getattr(node.func, "attr", "") in ("echo", "secho", "confirm", "prompt")
        )
    ]
    assert {each.partition(":")[0] for each in found} == {
        "cli/app.py",  # the version
        "cli/terminal/console.py",
        "cli/users/changes.py",  # asks for a password
    }
