"""Columns and conditions that SQLite and PostgreSQL treat alike."""

from typing import Any

from django.db import models
from django.db.models.lookups import BuiltinLookup, FieldGetDbPrepValueMixin, Lookup

from backoffice.text import identity_key


@models.CharField.register_lookup
@models.TextField.register_lookup
class Filled(Lookup):
    """`name__filled=True`: not empty, without a parameter, as in the condition of a partial index.

    SQLite takes such an index only for a statement in which its condition is written alike.
    """

    lookup_name = "filled"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"NOT ({column} = '')", parameters


class _Likely(FieldGetDbPrepValueMixin, BuiltinLookup):
    """Tells SQLite, which keeps no statistics here, that many rows meet the condition.

    Else, for a page of the newest, it would read all of them by the column's index and sort them.
    """

    comparison: str

    def get_rhs_op(self, _connection: Any, rhs: str) -> str:
        return f"{self.comparison} {rhs}"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        condition, parameters = self.as_sql(compiler, connection)
        return f"likely({condition})", parameters


@models.DecimalField.register_lookup
class AtLeast(_Likely):
    lookup_name, comparison = "at_least", ">="


@models.DecimalField.register_lookup
class AtMost(_Likely):
    lookup_name, comparison = "at_most", "<="


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """The `identity_key` of another field, for lookups and uniqueness.

    The databases disagree on case outside ASCII, so Python folds it once, on every insert and save.
    """

    def __init__(self, *, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(editable=False, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = identity_key(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
