"""What clients may send: strict types, and nothing that is not named."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from backoffice.errors import Fault, Invalid
from backoffice.moments import is_within_calendar
from backoffice.money import MAX_AMOUNT, in_places, places
from backoffice.text import CONTROL_BUT_LINE_BREAKS, LINE_PATTERN, LINES_PATTERN, fault_of

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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


def _written_as_day(value: object) -> object:
    # pydantic would take a number for seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and DAY.fullmatch(value)):
        return value
    raise ValueError("Give a day such as 2026-11-22.")


def _written_as_time(value: object) -> object:
    # pydantic would take a number for seconds or milliseconds since 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and TIME.match(value)):
        return value
    raise ValueError("Give a time such as 2026-11-22T07:00:00Z.")


def _in_utc(moment: datetime) -> datetime:
    if not is_within_calendar(moment):
        raise ValueError("This moment is out of range.")
    return moment.astimezone(UTC)


def _decimals_in_schema(schema: dict[str, Any]) -> None:
    schema["decimal_places"] = places()


Money = Annotated[
    Decimal,
    BeforeValidator(_no_truth_value),
    Field(ge=0, le=MAX_AMOUNT, examples=["4.90"], json_schema_extra=_decimals_in_schema),
    AfterValidator(in_places),
]
SignedMoney = Annotated[
    Decimal,
    BeforeValidator(_no_truth_value),
    Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT, examples=["-4.90"], json_schema_extra=_decimals_in_schema),
    AfterValidator(in_places),
]
Day = Annotated[date, BeforeValidator(_written_as_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_as_time), AfterValidator(_in_utc)]
WholeNumber = Annotated[int, Field(strict=True)]
Truth = Annotated[bool, Field(strict=True)]


@dataclass(frozen=True, slots=True)
class Text:
    """The constraints of a string, in an Annotated; only with `lines` it has line breaks and tabs."""

    longest: int
    shortest: int
    pattern: str | None
    lines: bool

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        lengths = {"max_length": self.longest, "min_length": self.shortest}
        within = core_schema.str_schema(pattern=self.pattern, **lengths)  # type: ignore[arg-type]
        return core_schema.no_info_before_validator_function(self._clean, within)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        told = handler(schema)
        return {"pattern": LINES_PATTERN if self.lines else LINE_PATTERN, **told}

    def _clean(self, value: object) -> object:
        if isinstance(value, str) and (fault := fault_of(value, lines=self.lines)):
            # Braces would be taken for places to fill.
            raise PydanticCustomError("control_character", "{fault}", {"fault": fault})
        return value


def text(longest: int, *, shortest: int = 0, pattern: str | None = None, lines: bool = False) -> Any:
    return Text(longest, shortest, pattern, lines)


def secret(longest: int) -> Any:
    """Return the constraints of a password: whatever its characters are, nobody ever sees them."""
    return Field(min_length=1, max_length=longest, pattern=r"^[^\x00]*$")


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
    """Refuse parameters and form fields that the operation does not know, and control characters in them."""
    operation: Operation = view._ninja_operation  # type: ignore[attr-defined]
    known = {
        "query": _names(operation, "query"),
        "body": _names(operation, "form") | _names(operation, "file"),
    }

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)
        faults = [*_unknown(request.GET, known["query"], "query"), *_control_in(request.GET, "query")]
        if known["body"]:
            sent = {**request.POST, **request.FILES}
            faults += [*_unknown(sent, known["body"], "body"), *_control_in(request.POST, "body")]
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


def _control_in(sent: Any, source: str) -> Iterator[Fault]:
    for name, values in sent.lists():
        if any(map(CONTROL_BUT_LINE_BREAKS.search, values)):
            yield _control(f"/{name}", source)


def _control(pointer: str, source: str) -> Fault:
    return Fault(
        pointer,
        "control_character",
        _("%(pointer)s holds a control character: remove it.") % {"pointer": pointer},
        {"in": source},
    )


# Of a language of the shop; whoever reads it refuses others.
LanguageCode = Annotated[str, text(10), Field(examples=["de"])]
