"""The security log: what has a line, what stands in it, and that nobody can write one by other means."""

import logging
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.history import record_of_system
from accounts.models import AccountChange, Source
from accounts.people import deactivate, reactivate, set_password, set_role
from accounts.security_log import write_line
from backoffice.runtime.log_files import PrivateFile
from backoffice.runtime.log_lines import LineFormatter
from tests.accounts.mailbox import templates_sent_to
from tests.contract.client import Api
from tests.factories import CLI, PASSWORD, make_batch, make_product, make_user, place

LINE = re.compile(r'(\w+) address="(.*)" door="(.*)" by="(.*)" account="(.*)" detail="(.*)"')
NELE = "nele@example.com"


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, ...]]:
    lines = [record.getMessage() for record in caplog.records if record.name == "backoffice.security"]
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return [match.groups() for match in found if match]


@pytest.fixture(autouse=True)
def _listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "backoffice.security")


@pytest.mark.django_db(transaction=True)
def test_signing_in_and_out_and_being_refused_has_a_line(caplog: pytest.LogCaptureFixture) -> None:
    make_user(NELE, role="Viewer")
    client = Client(REMOTE_ADDR="192.0.2.7")
    for password in ("a wrong guess", PASSWORD):
        client.post("/admin/login/", {"username": NELE, "password": password})
    client.post("/admin/logout/")
    nobody = Api()
    pair = nobody.post("auth/token", {"email": NELE, "password": PASSWORD}).json()
    for _ in range(2):
        nobody.post("auth/refresh", {"refresh": pair["refresh"]})
    assert told(caplog) == [
        ("refused", "192.0.2.7", "admin", "Nobody", NELE, ""),
        ("signed_in", "192.0.2.7", "admin", NELE, NELE, ""),
        ("signed_out", "192.0.2.7", "admin", NELE, NELE, ""),
        ("signed_in", "127.0.0.1", "api", NELE, NELE, ""),
        ("replayed", "127.0.0.1", "api", "Nobody", NELE, ""),
    ]


@pytest.mark.django_db(transaction=True)
def test_changes_of_an_account_have_a_line_and_its_owner_a_mail(caplog: pytest.LogCaptureFixture) -> None:
    boss, nele = make_user("boss@example.com", role="Manager"), make_user(NELE, role="Viewer")
    by = Actor(boss, Source.ADMIN)
    nele = set_role(nele, "Support", by=by)
    set_password(nele, "a third horse here", by=CLI)
    deactivate(nele, by=by)
    reactivate(nele, by=by)
    assert told(caplog) == [
        ("role", "", "admin", "boss@example.com", NELE, "Viewer → Support"),
        ("password", "", "cli", "System", NELE, ""),
        ("deactivated", "", "admin", "boss@example.com", NELE, ""),
        ("activated", "", "admin", "boss@example.com", NELE, ""),
    ]
    assert templates_sent_to(NELE) == ["role_changed", "password_changed", "deactivated", "activated"]


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_out_has_a_line_at_every_door_of_the_web(caplog: pytest.LogCaptureFixture) -> None:
    manager = make_user("boss@example.com", role="Manager")
    place({make_product(on_hand=5).sku: 1})
    batch = make_batch()
    browser = Client(REMOTE_ADDR="192.0.2.7")
    browser.force_login(manager)
    chosen = {"select_across": "1", "index": "0", "_selected_action": "1"}
    answers: list[Any] = [
        browser.post("/admin/orders/order/", chosen | {"action": "export_csv"}),
        browser.post("/admin/orders/order/", chosen | {"action": "export_xlsx"}),
        browser.get(f"/admin/orders/promotion/{batch.pk}/codes.csv"),
        browser.get(f"/admin/orders/promotion/{batch.pk}/codes.xlsx"),
        browser.post("/admin/catalog/stockmovement/export/", {"format": "0"}),
        Api(manager).get(f"promotions/{batch.pk}/codes.csv"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        if answer.streaming:
            answer.getvalue()
    who = ("boss@example.com", "boss@example.com")
    assert told(caplog) == [
        ("exported", "192.0.2.7", "admin", *who, "orders as CSV"),
        ("exported", "192.0.2.7", "admin", *who, "orders as XLSX"),
        ("exported", "192.0.2.7", "admin", *who, f"the codes of promotion {batch.pk}"),
        ("exported", "192.0.2.7", "admin", *who, f"the codes of promotion {batch.pk}"),
        ("exported", "192.0.2.7", "admin", *who, "stock movements"),
        ("exported", "127.0.0.1", "api", *who, f"the codes of promotion {batch.pk}"),
    ]
    assert manager.events.filter(kind="exported").count() == 6


@pytest.mark.django_db
def test_who_may_not_have_a_file_leaves_no_line_of_having_it(caplog: pytest.LogCaptureFixture) -> None:
    viewer, batch = make_user(role="Viewer"), make_batch()
    browser = Client()
    browser.force_login(viewer)
    assert browser.get(f"/admin/orders/promotion/{batch.pk}/codes.csv").status_code == 403
    assert Api(viewer).get(f"promotions/{batch.pk}/codes.csv").status_code == 403
    assert told(caplog) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_has_no_line(caplog: pytest.LogCaptureFixture) -> None:
    from backoffice.db.transactions import write_transaction

    @write_transaction
    def half() -> None:
        set_role(make_user(NELE, role="Viewer"), "Support", by=CLI)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert told(caplog) == []


@pytest.mark.parametrize(
    "account",
    [
        'a" by="boss@example.com" account="b',
        "a\n2026-11-30 10:00:00,000 INFO backoffice.security [-] signed_in",
        "a\u2028b\u202ec\x1b[2Kd",
        "/account/confirm/hides-the-rest",
    ],
)
def test_no_account_that_somebody_types_forges_hides_or_splits_a_line(
    account: str, caplog: pytest.LogCaptureFixture
) -> None:
    write_line("refused", account=account, by=Actor(None, Source.API), address="192.0.2.7", text="the end")
    written = LineFormatter("{message}", style="{").format(caplog.records[0])
    assert len(written.splitlines()) == 1
    assert written.isprintable()
    assert written.startswith('refused address="192.0.2.7" door="api" by="Nobody" account="')
    assert written.endswith('" detail="the end"')


def test_the_file_of_the_log_is_its_owners_alone_and_begun_anew_when_it_was_moved(tmp_path: Path) -> None:
    path = tmp_path / "security.log"
    logger = logging.Logger("apart")  # noqa: LOG001
    logger.addHandler(handler := PrivateFile(path, encoding="utf-8", delay=True))
    logger.info("one")
    path.rename(tmp_path / "yesterday")
    logger.info("two")
    handler.close()
    assert (tmp_path / "yesterday").read_text() == "one\n"
    assert path.read_text() == "two\n"
    assert [stat.S_IMODE(file.stat().st_mode) for file in (path, tmp_path / "yesterday")] == [0o600] * 2


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    logger = logging.Logger("apart")  # noqa: LOG001
    logger.addHandler(PrivateFile(tmp_path / "no" / "such" / "folder.log", encoding="utf-8", delay=True))
    logger.info("one")


def test_what_concerns_no_account_is_a_line_alone(caplog: pytest.LogCaptureFixture) -> None:
    record_of_system(AccountChange.BACKED_UP, "shop.backup", by=CLI)
    assert told(caplog) == [("backed_up", "", "cli", "System", "", "shop.backup")]
