"""shopctl doctor: what is wrong is named with its remedy."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.findings import Verdict
from cli.doctor.machine import check_disk, check_private_files, check_proxy

pytestmark = pytest.mark.django_db


def test_a_folder_that_takes_no_writes_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_disk().state in (Verdict.OK, Verdict.NOTE)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = check_disk()
    assert found.state == Verdict.TROUBLE
    assert "No space left on device; make room there" in found.detail


@pytest.mark.parametrize(
    ("free_mb", "state"), [(99, Verdict.TROUBLE), (500, Verdict.NOTE), (5_000, Verdict.OK)]
)
def test_little_room_is_told_before_there_is_none(
    monkeypatch: pytest.MonkeyPatch, free_mb: int, state: Verdict
) -> None:
    class Disk:
        f_bavail, f_frsize = free_mb, 1_048_576

    monkeypatch.setattr(os, "statvfs", lambda folder: Disk)

    assert check_disk().state == state


@pytest.mark.parametrize(
    ("is_https", "proxies", "state"),
    [
        (True, [], Verdict.TROUBLE),
        (True, ["10.0.0.5"], Verdict.OK),
        (False, [], Verdict.NOTE),
    ],
)
def test_https_without_a_known_proxy_is_trouble(
    settings: Any, is_https: bool, proxies: list[str], state: Verdict
) -> None:
    settings.IS_HTTPS, settings.TRUSTED_PROXIES = is_https, proxies

    found = check_proxy()

    assert found.state == state
    assert state != Verdict.TROUBLE or "set TRUSTED_PROXIES" in found.detail


def test_a_secret_that_others_may_read_is_trouble(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = settings.BASE_DIR = tmp_path
    secret = tmp_path / "secret_key"
    secret.write_text("secret")
    secret.chmod(0o640)
    tmp_path.chmod(0o755)

    found = check_private_files()

    assert found.state == Verdict.TROUBLE
    assert f"chmod go= {secret}" in found.detail
    tmp_path.chmod(0o700)
    assert "secret_key" not in check_private_files().detail
    tmp_path.chmod(0o755)
    secret.chmod(0o600)
    assert "secret_key" not in check_private_files().detail
