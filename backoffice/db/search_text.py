"""A column that rows are searched by, and the models that keep it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from backoffice.db.fields import FoldedField
from backoffice.db.search_words import cleaned, is_findable, marks_of_person, search_text, words_of
from backoffice.text import identity_key


class SearchTextField(models.TextField):  # type: ignore[type-arg]
    """The `search_text` of other fields of the row, made on every insert and save."""

    def __init__(
        self,
        *,
        texts: Sequence[str],
        codes: Sequence[str] = (),
        phones: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        self.texts, self.codes, self.phones = tuple(texts), tuple(codes), tuple(phones)
        super().__init__(**{**kwargs, "editable": False, "blank": True, "default": ""})

    @property
    def sources(self) -> tuple[str, ...]:
        return (*self.texts, *self.codes, *self.phones)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for given in ("editable", "blank", "default"):
            kwargs.pop(given, None)
        parts = {"texts": self.texts, "codes": self.codes, "phones": self.phones}
        return name, path, args, {**kwargs, **{part: names for part, names in parts.items() if names}}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        def values(names: Iterable[str]) -> list[str]:
            return [getattr(model_instance, name) or "" for name in names]

        value = search_text(values(self.texts), codes=values(self.codes), phones=values(self.phones))
        setattr(model_instance, self.attname, value)
        return value


class Searched(models.Model):
    """A model whose search text and folded columns are written whenever what they are made of is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            named = set(kwargs["update_fields"])
            made = {
                column.name for column, sources in _made_columns(type(self)) if not named.isdisjoint(sources)
            }
            kwargs["update_fields"] = named | made
        super().save(*args, **kwargs)


def _made_columns(model: type[models.Model]) -> Iterable[tuple[Any, tuple[str, ...]]]:
    for column in model._meta.concrete_fields:
        if isinstance(column, SearchTextField):
            yield column, column.sources
        elif isinstance(column, FoldedField):
            yield column, (column.source,)


def holding(word: str, *, column: str = "search_text") -> Q:
    """Whether the word, folded already, is in the text."""
    return Q((f"{column}__contains", word))


def holding_all(term: str, *, column: str = "search_text") -> Q:
    """Whether each word of the term is in the text, in whatever order."""
    found = Q()
    for word in words_of(term):
        found &= holding(word, column=column)
    return found


def of_person(word: str, *, column: str = "search_text") -> Q:
    """Whether the word, folded already, or a telephone number tells a person, of whom this is the text.

    An empty condition for several words that are no telephone number: each is to be looked for.
    """
    found = Q()
    for mark in marks_of_person(word):
        found |= holding(mark, column=column)
    return found


def people_matching[Person: models.Model](
    people: models.QuerySet[Person], term: str
) -> models.QuerySet[Person]:
    """Find people by the words of name and e-mail address in any order, or by their telephone number."""
    term = cleaned(term)
    if not term:
        return people
    if not is_findable(term):
        return people.none()
    by_words = Q()
    for word in words_of(term):
        by_words &= of_person(word)
    return people.filter(by_words | of_person(identity_key(term)))
