"""What clients may send: strict types, and nothing that is not named."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.operation import Operation
from ninja.parser import Parser
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from backoffice.errors import Fault, Invalid
from backoffice.money import MAX_AMOUNT, in_places, places

# PostgreSQL's text cannot hold a NUL.
NO_NUL = r"^[^\x00]*$"
TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
OMITTED: Any = None
"""The default of a Patch's field that may not be null."""


def _defaults_in_words(schema: dict[str, Any]) -> None:
    """Generated TypeScript would insist on a field that has a `default`."""
    for field in schema.get("properties", {}).values():
        default = field.pop("default", None)
        if default:
            told = default if isinstance(default, str) else json.dumps(default)
            described = f"{field.get('description', '')} Without it: {told}."  # not translated
            field["description"] = described.strip()


class Input(BaseModel):
    """A body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_defaults_in_words)


class Patch(Input):
    """Only the fields that are sent change."""

    def changes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("Give a number, not true or false.")
    return value


def _written_as_time(value: object) -> object:
    # pydantic would take a number for seconds or milliseconds since 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and TIME.match(value)):
        return value
    raise ValueError("Give a time such as 2026-11-22T07:00:00Z.")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This moment is out of range.") from None


def _decimals_in_schema(schema: dict[str, Any]) -> None:
    schema["decimal_places"] = places()


Money = Annotated[
    Decimal,
    BeforeValidator(_no_truth_value),
    Field(ge=0, le=MAX_AMOUNT, examples=["4.90"], json_schema_extra=_decimals_in_schema),
    AfterValidator(in_places),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_as_time), AfterValidator(_in_utc)]
WholeNumber = Annotated[int, Field(strict=True)]
Truth = Annotated[bool, Field(strict=True)]


def text(longest: int, *, shortest: int = 0, pattern: str = NO_NUL) -> Any:
    """Return the constraints of a string, to stand in an Annotated."""
    return StringConstraints(max_length=longest, min_length=shortest, pattern=pattern)


Sku = Annotated[str, text(64, shortest=1)]
Search = Annotated[str, text(100)]


class NotJson(ValueError):
    """The body uses one of Python's extensions of JSON; the message tells the sender which."""


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise NotJson(_("%(name)s is none of its values.") % {"name": name})


def strictly[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Refuse parameters and form fields that the operation does not know, and NUL characters anywhere."""
    operation: Operation = view._ninja_operation  # type: ignore[attr-defined]
    known = {
        "query": _names(operation, "query"),
        "body": _names(operation, "form") | _names(operation, "file"),
    }
    reads_body = any(_source(model) == "body" for model in operation.models)

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)
        faults = [*_unknown(request.GET, known["query"], "query"), *_nuls_in(request.GET, "query")]
        if known["body"]:
            sent = {**request.POST, **request.FILES}
            faults += [*_unknown(sent, known["body"], "body"), *_nuls_in(request.POST, "body")]
        if reads_body and b"\\u0000" in request.body:
            faults += _nuls(json.loads(request.body), "", "body")
        if faults:
            raise Invalid(" ".join(each.detail for each in faults[:10]), faults=faults)
        return view(*args, **kwargs)

    return run


def _source(model: Any) -> str:
    return str(model.__ninja_param_source__)


def _names(operation: Operation, source: str) -> set[str]:
    """Return the names that the operation reads from this source, as the client writes them."""
    names: set[str] = set()
    for model in operation.models:
        if _source(model) == source:
            names |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    return names


def _unknown(sent: Any, known: set[str], source: str) -> Iterator[Fault]:
    for name in sent:
        if name not in known:
            detail = _("There is no parameter %(name)s here: remove it.") % {"name": repr(name[:40])}
            yield Fault(f"/{name[:40]}", "unknown_parameter", detail, {"in": source})


def _nuls_in(sent: Any, source: str) -> Iterator[Fault]:
    for name, values in sent.lists():
        if any("\x00" in value for value in values):
            yield _nul(f"/{name}", source)


def _nuls(content: Any, pointer: str, source: str) -> Iterator[Fault]:
    if isinstance(content, str) and "\x00" in content:
        yield _nul(pointer, source)
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from _nuls(value, f"{pointer}/{name}", source)
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _nuls(value, f"{pointer}/{index}", source)


def _nul(pointer: str, source: str) -> Fault:
    return Fault(
        pointer,
        "nul_character",
        _("%(pointer)s holds a NUL character: remove it.") % {"pointer": pointer},
        {"in": source},
    )
