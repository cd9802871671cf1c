"""No column can begin to hold something about people unnoticed."""

import pytest
from django.db import models

from orders.privacy.columns import ABOUT_NOBODY, columns_known, columns_of_text
from orders.privacy.rooms import ROOMS

pytestmark = pytest.mark.once


def test_every_column_of_text_is_in_a_room_or_said_to_be_about_nobody() -> None:
    """Name a new one in `rooms`, where it is erased, or in `columns` with what it is about instead."""
    texts, known = columns_of_text(), columns_known()
    missing = {model: columns - known.get(model, set()) for model, columns in texts.items()}
    assert {model: columns for model, columns in missing.items() if columns} == {}


def test_nothing_is_named_that_is_not_there_or_twice() -> None:
    texts = columns_of_text()
    named = [room.holds for room in ROOMS] + list(ABOUT_NOBODY.values())
    columns = [(model, name) for held in named for model, names in held.items() for name in names.split()]
    assert len(set(columns)) == len(columns)
    assert [column for column in columns if column[1] not in texts[column[0]]] == []


def test_a_new_column_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from orders.models import Order

    field = models.CharField(max_length=10)
    field.set_attributes_from_name("nickname")
    monkeypatch.setattr(Order._meta, "concrete_fields", [*Order._meta.concrete_fields, field])
    assert columns_of_text()["orders.Order"] - columns_known()["orders.Order"] == {"nickname"}
