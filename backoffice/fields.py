"""Text that is matched without regard to case, alike on SQLite and PostgreSQL."""

from typing import Any

from django.db import models


def folded(text: str) -> str:
    return text.strip().casefold()


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """A copy of another field, trimmed and casefolded, for lookups and uniqueness.

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
        value = folded(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
