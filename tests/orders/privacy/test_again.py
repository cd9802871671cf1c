"""Whoever was erased is not brought back by a backup that knows nothing of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Customer, Erasure, User
from accounts.people import deactivate
from accounts.privacy import ledger
from accounts.privacy.colleagues import erase_user
from backoffice.db.backups import back_up
from orders.audit import audit_orders
from orders.models import Order
from orders.privacy.again import erase_again
from orders.privacy.erasing import erase_customer
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_customer, make_product, make_user, place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path) -> Path:
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    return Path(settings.ERASURES_FILE)


def test_rows_that_are_back_are_erased_even_with_an_open_order() -> None:
    make_product("A", on_hand=5)
    theo = make_customer("theo@example.com", name="Theo")
    ana = deactivate(make_user("ana@example.com", role="Viewer"), by=CLI)
    before = {Customer: theo, User: User.objects.get(pk=ana.pk)}
    erase_customer(theo, by=CLI)
    erase_user(ana, by=CLI)
    # A backup of before, which is restored, has them and no ledger.
    for row in before.values():
        row.save()
    Erasure.objects.all().delete()
    place({"A": 1}, customer=theo)

    assert erase_again(ledger.entries(), by=CLI) == 2
    assert erase_again(ledger.entries(), by=CLI) == 0

    assert "theo" not in str(Customer.objects.values().get()) + str(Order.objects.values().get())
    assert str(User.objects.get()) == f"Former colleague {ana.pk}"
    assert audit_orders() == []


def test_doctor_sees_them_and_reapply_erases_them(answers: Answers, shopctl: Shopctl) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    erase_customer(theo, by=CLI)
    theo.save()
    found = {row["check"]: row for row in json.loads(shopctl("doctor", "--json").stdout)}
    assert (found["erasures"]["state"], "reapply" in found["erasures"]["detail"]) == ("trouble", True)
    assert answers("privacy", "reapply") == {"known": 1, "erased_again": 1}
    found = {row["check"]: row for row in json.loads(shopctl("doctor", "--json").stdout)}
    assert found["erasures"]["state"] == "ok"


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="The file is looked into.")
def test_a_restored_backup_of_before_holds_nobody_who_was_erased_since(
    answers: Answers, tmp_path: Path
) -> None:
    theo = make_customer("canary@example.com", name="Canary")
    backup = tmp_path / "before.backup"
    back_up(backup)
    assert b"canary" in backup.read_bytes()
    erase_customer(theo, by=CLI)

    assert answers("restore", backup, "--yes")["erased_again"] == 1

    assert Customer.objects.get(pk=theo.pk).erased_at is not None
    database = Path(connection.settings_dict["NAME"])
    beside = [path for path in database.parent.glob(f"{database.name}*") if path.is_file()]
    assert [path.name for path in beside if b"canary" in path.read_bytes()] == []
