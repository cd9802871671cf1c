"""No file of a stranger is kept, at any door; those of staff leave nothing behind."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.test import Client, RequestFactory

from backoffice.requests import uploads
from tests.contract.client import Api
from tests.factories import PASSWORD, make_shopper, make_user

pytestmark = pytest.mark.django_db
DOORS = [
    "/admin/login/",
    "/admin/password_reset/",
    "/admin/catalog/stockimport/import/",
    "/account/confirm/MQ.x-y/",
    "/no/such/page/",
    "/api/v1/auth/token",
    "/api/v1/users",
    "/api/v1/stock/imports",
    "/api/no/such/page",
]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> list[int]:
    """The sizes of what was kept of files, in memory or on the disk."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    sizes: list[int] = []
    for handler in (MemoryFileUploadHandler, TemporaryFileUploadHandler, uploads.UnnamedFile):
        original = handler.receive_data_chunk

        def noting(self: Any, raw_data: bytes, start: int, original: Any = original) -> Any:
            rest = original(self, raw_data, start)
            if rest is None:
                sizes.append(len(raw_data))
            return rest

        monkeypatch.setattr(handler, "receive_data_chunk", noting)
    return sizes


def a_file(size: int = 3_000_000) -> SimpleUploadedFile:
    return SimpleUploadedFile("stock.csv", b"sku,quantity\n" + b"x" * size)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("size", [100, 900_000, 3_000_000])
@pytest.mark.parametrize("checked", [True, False])
def test_nobodys_file_is_kept_at_any_door(door: str, size: int, checked: bool, kept: list[int]) -> None:
    client = Client(enforce_csrf_checks=checked, raise_request_exception=False)
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post(door, {"username": "a", "file": a_file(size)})
    assert answer.status_code in (302, 400, 401, 403, 404, 413), answer.content
    assert kept == []


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_a_customers_file_is_not_kept_either(size: int, kept: list[int]) -> None:
    shopper = make_shopper()
    browser = Client(raise_request_exception=False)
    browser.force_login(shopper)
    for door in ("/admin/login/", "/admin/catalog/stockimport/import/", "/account/confirm/MQ.x-y/"):
        assert browser.post(door, {"file": a_file(size)}).status_code in (302, 400, 403)
    program = Client(headers=Api(shopper).headers, raise_request_exception=False)
    answer = program.post("/api/v1/stock/imports?mode=count", {"file": a_file(size)})
    assert answer.status_code in (400, 403, 413)
    assert kept == []


def test_without_the_first_handler_a_strangers_file_would_be_kept(kept: list[int], settings: Any) -> None:
    """The control of those above."""
    settings.FILE_UPLOAD_HANDLERS = settings.FILE_UPLOAD_HANDLERS[1:]
    Client().post("/admin/login/", {"username": "a", "file": a_file()})
    assert sum(kept) > 3_000_000


def test_staff_may_send_files_which_never_have_a_name(kept: list[int], tmp_path: Path) -> None:
    names: list[list[Path]] = []
    warehouse = make_user(role="Warehouse")
    program = Client(headers=Api(warehouse).headers)
    found = tempfile.TemporaryFile

    def looking(*args: Any, **options: Any) -> Any:
        file = found(*args, **options)
        names.append(list(tmp_path.iterdir()))
        return file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "TemporaryFile", looking)
        answer = program.post("/api/v1/stock/imports?mode=count&dry_run=true", {"file": a_file()})
    assert answer.status_code != 403
    assert sum(kept) > 3_000_000
    assert names == [[]]
    assert list(tmp_path.iterdir()) == []


def test_a_form_of_staff_has_at_most_21_mb() -> None:
    request = RequestFactory().post("/admin/", {"file": a_file(23_000_000)})
    request.user = make_user(role="Warehouse")
    with pytest.raises(RequestDataTooBig):
        _ = request.POST


def test_a_form_without_files_is_read_as_ever() -> None:
    make_user("nele@example.com", role="Viewer")
    client = Client()
    assert (
        client.post("/admin/login/", {"username": "nele@example.com", "password": PASSWORD}).status_code
        == 302
    )
