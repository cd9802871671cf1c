"""The replies that are kept for repeated requests: emptied where they tell of somebody who is erased."""

from collections.abc import Collection
from functools import reduce
from itertools import batched
from operator import or_
from typing import Any

from django.db.models import BinaryField, BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from backoffice.models import IdempotencyRecord

# The status of a reply that was emptied; no operation answers with it.
GONE = 410
MARKS_AT_ONCE = 50


class _Holds(Func):
    """Whether a column of bytes has these bytes in it."""

    output_field = BooleanField()
    template = "(POSITION(%(expressions)s) > 0)"
    arg_joiner = " IN "

    def __init__(self, part: Combinable, column: Combinable) -> None:
        super().__init__(part, column)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        turned = self.copy()
        turned.set_source_expressions(list(reversed(self.get_source_expressions())))
        template = "(INSTR(%(expressions)s) > 0)"
        return super(_Holds, turned).as_sql(compiler, connection, template=template, arg_joiner=", ")


def keys_of_replies_about(marks: Collection[str], *, callers: Collection[str]) -> list[int]:
    """Return the keys of rows: of these callers, and of those in whose reply or key one of the marks is."""
    found = set(_keys(Q(caller__in=callers)))
    for part in batched(sorted(marks), MARKS_AT_ONCE):
        found |= set(_keys(reduce(or_, map(_tells_of, part))))
    return sorted(found)


def empty_replies(keys: Collection[int]) -> int:
    """Empty these replies. What they answered is still done once: whoever asks again is refused."""
    rows = IdempotencyRecord.objects.filter(pk__in=keys)
    for row in rows.only("pk"):
        # A client may have made its key of an address; an order's number stays good as one.
        IdempotencyRecord.objects.filter(pk=row.pk, key__contains="@").update(key=f"erased-{row.pk}")
    return rows.update(status=GONE, headers={}, body=b"")


def _tells_of(mark: str) -> Q:
    return Q(key__contains=mark) | Q(_Holds(Value(mark.encode(), output_field=BinaryField()), F("body")))


def _keys(condition: Q) -> QuerySet[IdempotencyRecord, int]:
    # One without a status is that of a request which has not ended, such as the erasure itself.
    answered = IdempotencyRecord.objects.filter(condition, status__isnull=False)
    return answered.exclude(status=GONE).values_list("pk", flat=True)
