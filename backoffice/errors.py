"""Refusals, by which the rules say no: use cases raise them, and each door translates them once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Title = str | Promise
"""What sort of refusal it is, in a few words; in the reader's language once it is shown."""


class Kind(Enum):
    """The kind of a refusal, from which a door chooses its HTTP status or exit code."""

    INVALID = "invalid"
    NOT_AUTHENTICATED = "not_authenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failing item of a refusal: where in the input it is, what is wrong, facts such as `available`."""

    pointer: str
    code: str
    detail: str
    facts: dict[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """A rule said no. `detail` tells a person what to do, `code` a program which rule it was."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "validation"
    title: ClassVar[Title] = _("The input is not valid")
    # Codes an instance may carry instead of `code`; problem_pages lists them too.
    other_codes: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, detail: str, *, faults: Sequence[Fault] = (), retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)
        self.retry_after_seconds = retry_after_seconds

    @property
    def members(self) -> dict[str, Any]:
        """Return what an API's problem tells beside the usual."""
        return {}


class Invalid(Refusal):
    """The request itself must be changed: 422."""


class NotAuthenticated(Refusal):
    kind = Kind.NOT_AUTHENTICATED
    code = "not_authenticated"
    title: ClassVar[Title] = _("Sign in first")


class Forbidden(Refusal):
    kind = Kind.FORBIDDEN
    code = "forbidden"
    title: ClassVar[Title] = _("Not allowed")


class NotFound(Refusal):
    kind = Kind.NOT_FOUND
    code = "not_found"
    title: ClassVar[Title] = _("Not found")


class Conflict(Refusal):
    kind = Kind.CONFLICT
    code = "conflict"
    title: ClassVar[Title] = _("Conflict with the present state")


class Stale(Refusal):
    kind = Kind.STALE
    code = "stale"
    title: ClassVar[Title] = _("Somebody changed it meanwhile")


class TooLarge(Refusal):
    kind = Kind.TOO_LARGE
    code = "too_large"
    title: ClassVar[Title] = _("Too large")


class Throttled(Refusal):
    kind = Kind.THROTTLED
    code = "throttled"
    title: ClassVar[Title] = _("Too many requests")


class Busy(Refusal):
    kind = Kind.BUSY
    code = "busy"
    title: ClassVar[Title] = _("Busy at the moment")


class Unavailable(Busy):
    """The database, Redis or the disk is away; whether anything was written is not known."""

    code = "unavailable"
    title: ClassVar[Title] = _("Not available at the moment")
