"""Lists by signed keyset cursors: stable under inserts, and as quick on the last page as on the first."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Annotated, Any, ClassVar, Self

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel
from pydantic import Field as Described

from backoffice.api.inputs import text
from backoffice.db.kept_lists import Given, Narrowed
from backoffice.errors import Fault, Invalid, Title

MAX_SORT_KEYS = 3


class InvalidCursor(Invalid):
    code = "invalid_cursor"
    title: ClassVar[Title] = gettext_lazy("Not a cursor of this list")


class FieldsQuery(BaseModel):
    """What every read takes."""

    fields: Annotated[str, text(500)] | None = Described(
        None, description="Only these fields, with commas between them.", examples=["number,total"]
    )


class ListQuery(FieldsQuery):
    """What every list takes."""

    limit: Annotated[int, Described(ge=1, le=100)] = 20
    cursor: Annotated[str, text(2000)] | None = Described(
        None, description="`next` or `previous` of an answer, with the same filters and ordering."
    )
    count: bool = Described(False, description="Also tell how many there are.")
    ordering: Annotated[str, text(200)] | None = Described(
        None,
        description="At most three fields with commas between them; `-` before one reverses it.",
        examples=["-id"],
    )


def chosen_fields(
    fields: str | None, available: Sequence[str], *, usual: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the fields asked for in `?fields=`, else the usual ones, else all.

    Raises:
        Invalid: one of them does not exist.
    """
    if fields is None:
        return tuple(usual or available)
    names = tuple(dict.fromkeys(name.strip() for name in fields.split(",")))
    unknown = [name for name in names if name not in available]
    if unknown:
        raise _not_among("fields", unknown, available)
    return names


def _not_among(parameter: str, unknown: Sequence[str], available: Sequence[str]) -> Invalid:
    detail = _("%(parameter)s: %(unknown)s is not among %(available)s.") % {
        "parameter": parameter,
        "unknown": ", ".join(unknown)[:100],
        "available": ", ".join(available),
    }
    return Invalid(detail, faults=[Fault(f"/{parameter}", "unknown_field", detail, {"in": "query"})])


def asked_by(
    fields: Iterable[str],
    sorting: "Sorting | None" = None,  # not translated
) -> dict[str, list[str]]:
    """Return what `fields` and `ordering` may name, for the `openapi_extra` of a read."""
    return {"x-fields": list(fields)} | ({"x-ordering": list(sorting.keys)} if sorting else {})


@dataclass(frozen=True, slots=True)
class SortKey:
    column: str
    is_nullable: bool = False
    is_descending: bool = False

    def order_by(self, *, is_forward: bool) -> OrderBy:
        """Empty values come last, whatever the direction of the key."""
        nulls = {"nulls_last" if is_forward else "nulls_first": True} if self.is_nullable else {}
        is_descending = self.is_descending == is_forward
        return F(self.column).desc(**nulls) if is_descending else F(self.column).asc(**nulls)

    def equals(self, value: Any) -> Q:
        return Q(**{f"{self.column}__isnull": True}) if value is None else Q(**{self.column: value})

    def beyond(self, value: Any, *, is_forward: bool) -> Q | None:
        """Return the condition for what comes after (or before) this value; None when nothing can."""
        if value is None:
            return None if is_forward else Q(**{f"{self.column}__isnull": False})
        beyond = Q(**{f"{self.column}__{self._comparison(is_forward)}": value})
        return beyond | Q(**{f"{self.column}__isnull": True}) if self.is_nullable and is_forward else beyond

    def not_before(self, value: Any, *, is_forward: bool) -> Q:
        """A condition that the exact one implies; it lets the database begin in the middle of an index."""
        if self.is_nullable:
            return Q()
        return Q(**{f"{self.column}__{self._comparison(is_forward)}e": value})

    def _comparison(self, is_forward: bool) -> str:
        return "lt" if self.is_descending == is_forward else "gt"


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many rows of a list in order, from its beginning or beyond a position, and their columns."""

    keys: tuple[SortKey, ...]
    is_forward: bool
    position: tuple[Any, ...] | None
    most: int
    columns: tuple[str, ...]

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
        rows = rows.order_by(*(key.order_by(is_forward=self.is_forward) for key in self.keys))
        if self.position is not None:
            rows = rows.filter(beyond(self.keys, self.position, is_forward=self.is_forward))
        return rows.values(*self.columns)[: self.most]

    def given(self) -> tuple[Self, dict[str, Any]]:
        """Return the stretch without the values of its position, and those by their names."""
        if self.position is None:
            return self, {}
        values = {f"position {place}": value for place, value in enumerate(self.position)}
        position = tuple(None if value is None else Given(name) for name, value in values.items())
        return replace(self, position=position), values


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as dicts of the wanted columns (and the sorting ones), and the cursors around them."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None
    count: int | None

    def envelope(self, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        count = {} if self.count is None else {"count": self.count}
        return {"items": items, "next": self.next, "previous": self.previous} | count


class Sorting:
    """The orderings of one list: public names, the columns behind them, and the usual one."""

    def __init__(self, name: str, keys: Mapping[str, SortKey], *, usual: str) -> None:
        self.name = name
        self.keys = keys
        self.usual = usual
        self._signer = Signer(salt=f"cursor:{name}")

    def page(self, rows: QuerySet[Any] | Narrowed[Any], query: ListQuery, columns: Sequence[str]) -> Page:
        """Load these columns of one page of the rows, in one statement (two with `count`).

        Raises:
            Invalid: an unknown ordering.
            InvalidCursor: forged, or of another list or ordering.
        """
        ordering = self.usual if query.ordering is None else query.ordering
        keys = self._parsed(ordering)
        is_forward, position = self._position(query.cursor, ordering, keys, rows.model)
        wanted = dict.fromkeys([*columns, *(key.column for key in keys)])
        stretch = Stretch(tuple(keys), is_forward, position, query.limit + 1, tuple(wanted))
        count = rows.count() if query.count else None
        found = rows.read(stretch) if isinstance(rows, Narrowed) else list(stretch.of(rows))
        has_more = len(found) > query.limit
        found = found[: query.limit]
        if not is_forward:
            found.reverse()
        has_next = has_more if is_forward else True
        has_previous = position is not None if is_forward else has_more
        return Page(
            found,
            next=self._cursor(ordering, keys, found[-1], "next") if found and has_next else None,
            previous=self._cursor(ordering, keys, found[0], "previous") if found and has_previous else None,
            count=count,
        )

    def _parsed(self, ordering: str) -> list[SortKey]:
        names = [name.strip() for name in ordering.split(",")]
        unknown = [name for name in names if name.removeprefix("-") not in self.keys]
        if unknown:
            raise _not_among("ordering", unknown, list(self.keys))
        if len(names) > MAX_SORT_KEYS:
            detail = _("ordering: %(count)s fields are too many; name at most %(most)s.") % {
                "count": len(names),
                "most": MAX_SORT_KEYS,
            }
            raise Invalid(detail, faults=[Fault("/ordering", "too_long", detail, {"in": "query"})])
        keys = []
        for name in names:
            key = self.keys[name.removeprefix("-")]
            keys.append(SortKey(key.column, key.is_nullable, name.startswith("-")))
        return [*keys, SortKey("pk", is_descending=keys[-1].is_descending)]

    def _cursor(self, ordering: str, keys: Sequence[SortKey], row: Mapping[str, Any], direction: str) -> str:
        values = [_plain(row[key.column]) for key in keys]
        return self._signer.sign_object([ordering, direction, values])

    def _position(
        self, cursor: str | None, ordering: str, keys: Sequence[SortKey], model: type[Model]
    ) -> tuple[bool, tuple[Any, ...] | None]:
        """Return whether the cursor goes forward, and the values of the row that it stands at."""
        if cursor is None:
            return True, None
        try:
            signed_ordering, direction, values = self._signer.unsign_object(cursor)
            if signed_ordering != ordering:
                raise _invalid_cursor(_("The cursor belongs to another ordering: begin without a cursor."))
            position = tuple(
                None if value is None else _field(model, key.column).to_python(value)
                for key, value in zip(keys, values, strict=True)
            )
        except (BadSignature, ValueError, TypeError, ValidationError, FieldDoesNotExist):
            raise _invalid_cursor(_("This is not a cursor of this list: begin without a cursor.")) from None
        return direction == "next", position


def _invalid_cursor(detail: str) -> InvalidCursor:
    return InvalidCursor(detail, faults=[Fault("/cursor", InvalidCursor.code, detail, {"in": "query"})])


def beyond(keys: Sequence[SortKey], position: Sequence[Any], *, is_forward: bool) -> Q:
    """Rows beyond the position: by the first key, or equal in it and beyond by the second, and so on."""
    alternatives: list[Q] = []
    equal = Q()
    for key, value in zip(keys, position, strict=True):
        beyond = key.beyond(value, is_forward=is_forward)
        if beyond is not None:
            alternatives.append(equal & beyond)
        equal &= key.equals(value)
    return keys[0].not_before(position[0], is_forward=is_forward) & reduce(operator.or_, alternatives)


def _field(model: type[Model], column: str) -> "Field[Any, Any]":
    *relations, name = column.split("__")
    for relation in relations:
        related = model._meta.get_field(relation).related_model
        assert isinstance(related, type)
        model = related
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
