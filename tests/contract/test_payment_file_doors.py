"""Every odd file that we know, and every kind of statement, at the doors of payments from a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner

from cli.app import app
from orders.models import PaymentEntry, PaymentImport
from tests.contract.client import Api
from tests.contract.file_doors import files, open_shop
from tests.factories import make_user
from tests.orders.payments.statements.test_reading import FIXTURES

pytestmark = [pytest.mark.once, pytest.mark.django_db]

type Told = str | list[tuple[Any, ...]]


def sent(file: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.read_bytes())


def by_the_api(api: Api, file: Path) -> Told:
    answer = api.client.post(
        "/api/v1/payment-imports?dry_run=true", {"file": sent(file)}, headers=api.headers
    )
    assert answer.status_code in (200, 422), answer.content
    told = answer.json()
    return str(told["detail"]) if answer.status_code == 422 else rows_of(told["number"])


def by_shopctl(file: Path) -> Told:
    result = CliRunner().invoke(app, ["payments", "import", str(file), "--dry-run", "--json"])
    assert result.exit_code in (0, 1), result.output
    if result.exit_code:
        return result.stderr.strip().removeprefix("shopctl: ")
    return rows_of(json.loads(result.stdout)["number"])


def in_the_admin(client: Client, file: Path) -> Told:
    answer = client.post(
        "/admin/orders/paymentimport/import/",
        {"import_file": sent(file)},
        headers={"Accept": "application/json"},
    )
    told = answer.json()
    if "refused" in told:
        return str(told["refused"])
    page = client.get(told["url"])
    assert page.status_code == 200
    return rows_of(PaymentImport.objects.latest("pk").pk)


def rows_of(number: int) -> list[tuple[Any, ...]]:
    rows = PaymentImport.objects.get(pk=number).rows.order_by("row")
    return list(rows.values_list("row", "outcome", "amount", "reference", "problem_code"))


def test_all_doors_answer_alike_and_none_breaks() -> None:
    open_shop()
    user = make_user(role="Manager")
    api, client = Api(user), Client()
    client.force_login(user)

    for file in [*files(), *FIXTURES.iterdir()]:
        told = by_the_api(api, file)
        assert told == by_shopctl(file), file.name
        assert told == in_the_admin(client, file), file.name
        assert not isinstance(told, str) or told.endswith("."), file.name
    assert not PaymentEntry.objects.exists()
