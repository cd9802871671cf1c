"""What the shop writes for itself is for its user alone, from the first moment on."""

import os
import stat
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings

from backoffice.runtime.private_files import close_to_others, private_content
from tests.backoffice.server.test_serving import environment, free_port, migrated, running

pytestmark = pytest.mark.once
OTHERS = 0o077


def open_to_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in found if path.stat().st_mode & OTHERS]


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture(autouse=True)
def _as_most_people_have_it() -> None:
    os.umask(0o022)


@pytest.mark.slow
def test_everything_a_running_shop_writes_is_its_users_alone(var_dir: Path) -> None:
    with running(var_dir, "serve", "--port", str(free_port())) as shop:
        asking = urllib.request.Request(
            f"{shop.url}/api/v1/auth/password/forgot",
            data=b'{"email": "admin@example.com"}',
            headers={"Content-Type": "application/json"},
        )
        assert urllib.request.urlopen(asking, timeout=20).status == 202
        for _ in range(200):
            if list(var_dir.glob("mail/*")):
                break
            time.sleep(0.1)
        seen = {path.relative_to(var_dir).parts[0] for path in var_dir.rglob("*")}
        assert open_to_others(var_dir) == []
        assert shop.stop() == 0
    wanted = {"admin_login", "backoffice.sqlite3", "jwt_keys", "mail", "secret_key", "security.log"}
    assert wanted | {"backoffice.sqlite3-wal", "backoffice.sqlite3.queue"} <= seen
    assert open_to_others(var_dir) == []


@pytest.mark.slow
def test_what_an_older_version_left_open_is_closed_at_the_start_and_told(var_dir: Path) -> None:
    with running(migrated(var_dir), "serve", "--port", str(free_port())) as shop:
        assert shop.url
        assert shop.stop() == 0
    opened = [var_dir, var_dir / "backoffice.sqlite3", var_dir / "secret_key"]
    for path in opened:
        path.chmod(0o755 if path.is_dir() else 0o644)
    with running(var_dir, "serve", "--port", str(free_port())) as shop:
        assert shop.url
        assert shop.stop() == 0
        told = [line for line in shop.said.splitlines() if "was open to other users" in line]
    assert told == [f"{path} was open to other users of this machine; it is not any more." for path in opened]
    assert open_to_others(var_dir) == []


def test_what_is_served_and_what_a_link_leads_to_stays_as_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    var = tmp_path / "var"
    (var / "mail").mkdir(parents=True)
    (var / "static").mkdir()
    (var / "link").symlink_to(elsewhere)
    for file in (
        var / "mail" / "1.log",
        var / "static" / "a.css",
        elsewhere / "b",
        tmp_path / "shop.sqlite3",
    ):
        file.touch()
        file.chmod(0o644)
    closed = close_to_others(var, tmp_path / "shop.sqlite3")
    assert closed == [var, var / "mail", var / "mail" / "1.log", tmp_path / "shop.sqlite3"]
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    assert stat.S_IMODE((var / "static" / "a.css").stat().st_mode) == 0o644
    assert close_to_others(var, tmp_path / "shop.sqlite3") == []
    assert close_to_others(tmp_path / "nothing", None) == []


@pytest.mark.slow
@pytest.mark.parametrize(("before", "mode"), [(None, 0o644), (0o600, 0o600), (0o664, 0o664)])
def test_a_file_that_somebody_asked_for_is_as_readable_as_they_like(
    var_dir: Path, tmp_path: Path, before: int | None, mode: int
) -> None:
    asked_for = tmp_path / "products.csv"
    if before is not None:
        asked_for.touch()
        asked_for.chmod(before)

    def shopctl(*arguments: str) -> None:
        program = [sys.executable, "-c", "from cli.app import main; main()", *arguments]
        subprocess.run(program, env=environment(var_dir), cwd=settings.BASE_DIR, check=True)

    migrated(var_dir)
    shopctl("products", "export", "--output", str(asked_for), "--overwrite")
    assert stat.S_IMODE(asked_for.stat().st_mode) == mode
    assert open_to_others(var_dir) == []


def test_processes_that_start_at_once_share_one_key_that_nobody_else_may_read(
    tmp_path: Path,
) -> None:
    start = Barrier(16)

    def started(number: int) -> str:
        start.wait(timeout=30)
        return private_content(tmp_path / "var" / "secret_key", make=f"key {number}")

    with ThreadPoolExecutor(16) as processes:
        keys = set(processes.map(started, range(16)))

    [path] = (tmp_path / "var").iterdir()
    assert keys == {path.read_text(encoding="utf-8").strip()}
    assert stat.filemode(path.stat().st_mode) == "-rw-------"
