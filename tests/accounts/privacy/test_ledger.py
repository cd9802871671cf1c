"""Who was erased is known outside of the database, by row and moment alone."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Customer, Erasure
from accounts.privacy import ledger
from backoffice.db.transactions import write_transaction
from tests.factories import CLI, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Path:
    settings.ERASURES_FILE = tmp_path / "kept" / "erasures.jsonl"
    return Path(settings.ERASURES_FILE)


def erased(customer: Customer) -> None:
    write_transaction(ledger.note)([customer], by=CLI, at=timezone.now())


def test_an_erasure_is_in_the_table_and_in_a_private_file_without_a_name(file: Path) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    erased(theo)
    [line] = file.read_text().splitlines()
    assert (json.loads(line)["kind"], json.loads(line)["key"]) == ("customer", theo.pk)
    assert "theo" not in line.lower()
    assert file.stat().st_mode & 0o077 == 0
    assert (ledger.write_file(), Erasure.objects.count(), len(ledger.entries())) == (0, 1, 1)


def test_a_row_that_a_backup_brought_back_is_found_and_no_other(file: Path) -> None:
    theo = make_customer("theo@example.com")
    erased(theo)
    Erasure.objects.all().delete()
    assert list(ledger.came_back(ledger.entries())) == [theo]
    # The key was given to somebody else after the backup was restored.
    Customer.objects.update(created_at=theo.created_at + timedelta(seconds=1))
    assert list(ledger.came_back(ledger.entries())) == []
    Customer.objects.update(created_at=theo.created_at, erased_at=timezone.now())
    assert list(ledger.came_back(ledger.entries())) == []


def test_a_line_that_was_cut_short_hides_no_other(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As a full disk leaves it: what the table has is written once more, and restoring goes on."""
    ada, theo = make_customer("ada@example.com"), make_customer("theo@example.com")
    erased(ada)
    file.write_text(file.read_text()[:-20])
    erased(theo)
    assert len(file.read_text().splitlines()) == 3
    Erasure.objects.all().delete()
    assert list(ledger.came_back(ledger.entries())) == [ada, theo]
    assert "cannot be read" in caplog.text
