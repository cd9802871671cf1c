"""Sequences behind the numbers of their tables: in a new shop there is none, so that doctor is right."""

import pytest
from django.db import connection

from backoffice.db.sequences import behind
from backoffice.models import Books

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sequences.")
def test_no_sequence_of_a_new_shop_is_behind() -> None:
    assert Books.objects.filter(pk=1).exists()
    assert behind(connection) == []
