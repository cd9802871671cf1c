"""Columns and conditions that SQLite and PostgreSQL treat alike."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import BuiltinLookup, FieldGetDbPrepValueMixin, Lookup
from django.utils.translation import gettext as _

from backoffice.text import barcode_key, fault_of, identity_key


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


@models.CharField.register_lookup
class IsOneOf(Lookup):
    """`status__is_one_of=(…)`: one of these words, which are no parameters either, for the same reason.

    They are states of our own, never what somebody typed. PostgreSQL then takes the index for a prepared
    statement as well.
    """

    lookup_name = "is_one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        words = [str(word) for word in self.rhs]
        assert all(word.isidentifier() for word in words), words
        return f"{column} IN ({', '.join(map(repr, words))})", parameters


class _OfZero(Lookup):
    """`due__above_zero=True`: without a parameter, as in the condition of a partial index, like `filled`."""

    prepare_rhs = False
    comparison: str

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} {self.comparison} 0", parameters


@models.DecimalField.register_lookup
class AboveZero(_OfZero):
    lookup_name, comparison = "above_zero", ">"


@models.DecimalField.register_lookup
class BelowZero(_OfZero):
    lookup_name, comparison = "below_zero", "<"


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


def one_line(text: str) -> None:
    """Validate a text on one line, in a form. Raises ValidationError for what nobody may write."""
    if fault := fault_of(text):
        raise ValidationError(fault, code="control_character")


def many_lines(text: str) -> None:
    """Validate a text that may have line breaks and tabs. Raises ValidationError."""
    if fault := fault_of(text, lines=True):
        raise ValidationError(fault, code="control_character")


class LineField(models.CharField):  # type: ignore[type-arg]
    """What somebody types on one line: to the database a CharField; only its checks are its own."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        one_line(value or "")
        # The key may be longer than its text: one Arabic ligature stands for 18 letters.
        longest = _longest_key(self, model_instance)
        if longest and len(identity_key(value)) > longest:
            raise ValidationError(_("This text is too long when its ligatures are written out."), "too_long")

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"validators": [one_line], **kwargs})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class LinesField(models.TextField):  # type: ignore[type-arg]
    """What somebody types on several lines: to the database a TextField; only its checks are its own."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        many_lines(value or "")

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"validators": [many_lines], **kwargs})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def _longest_key(field: models.CharField, row: models.Model | None) -> int | None:  # type: ignore[type-arg]
    columns = row._meta.concrete_fields if row else ()
    keys = [each for each in columns if isinstance(each, FoldedField) and each.source == field.name]
    return keys[0].max_length if keys else None


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """The key of another field, for lookups and uniqueness: its `identity_key`.

    The databases disagree on case outside ASCII, so Python folds it once, on every insert and save.
    """

    def __init__(self, *, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(editable=False, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        return name, path, args, {**kwargs, "source": self.source}

    def key_of(self, text: str) -> str:
        return identity_key(text)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.key_of(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


class BarcodeKeyField(FoldedField):
    """The `barcode_key` of another field."""

    def key_of(self, text: str) -> str:
        return barcode_key(text)
