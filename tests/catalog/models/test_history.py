"""Rows of a history are written once."""

import pytest

from catalog.models import ProductChange
from catalog.models.history import HistoryIsAppendOnly
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def test_the_history_of_a_product_is_never_rewritten() -> None:
    make_product("A")
    change = ProductChange.objects.get()
    change.file_name = "other.csv"
    changes = ProductChange.objects.all()

    for rewrite in (
        change.save,
        change.delete,
        changes.delete,
        lambda: changes.update(file_name="other.csv"),
        lambda: changes.bulk_update([change], ["file_name"]),
    ):
        with pytest.raises(HistoryIsAppendOnly):
            rewrite()

    assert ProductChange.objects.get().file_name == ""
