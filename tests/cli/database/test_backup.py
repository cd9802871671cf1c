"""shopctl backup, restore. Promise 21: a backup that was made under load restores, and everything adds up."""

import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from accounts.mailing.links import InvalidLink
from accounts.models import Source
from accounts.people import deactivate, set_role
from accounts.recovery import request_password_link, reset_password
from accounts.tokens.refresh import issue_pair
from backoffice.db import backups, digests, dumps
from backoffice.db.backups import NewerBackup, NoBackup
from backoffice.db.digests import check_digest, digest_file
from backoffice.outbox.delivery import claim_next, deliver_due
from backoffice.outbox.models import EmailMessage
from backoffice.runtime import process_sessions, processes
from backoffice.runtime.processes import marked_running
from catalog.product_cache import GENERATION
from cli.database import backup
from orders.models import Order
from tests.accounts.mailbox import token_sent_to
from tests.accounts.tokens.test_refresh import is_dead
from tests.backoffice.server.test_serving import SHOPCTL
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_product, make_user, place
from tests.pictures import pictures_of
from tests.running.processes import environment_here
from tests.running.test_killed_server import Shop

pytestmark = pytest.mark.django_db(transaction=True)

type Elsewhere = Callable[..., subprocess.CompletedProcess[str]]
BUYERS = 4


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    """Run `shopctl` as a process of its own, on another, empty database of the same kind."""
    name = (
        str(tmp_path / "elsewhere.sqlite3") if connection.vendor == "sqlite" else f"elsewhere_{uuid4().hex}"
    )
    environment = environment_here(SQL_DATABASE=name, VAR_DIR=str(tmp_path))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")

    def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", SHOPCTL, *map(str, arguments)],
            env=environment | more,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def orders_in(elsewhere: Elsewhere) -> set[str]:
    listed = elsewhere("orders", "list", "--limit", "0", "--json")
    assert listed.returncode == 0, listed.stderr
    return {order["number"] for order in json.loads(listed.stdout)}


@pytest.mark.slow
@pytest.mark.race
@pytest.mark.timeout(300)
def test_a_backup_under_load_restores_with_all_that_was_acknowledged(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    make_product("A", on_hand=100_000)
    acknowledged: list[str] = []
    enough, is_over = threading.Semaphore(0), threading.Event()

    def buy() -> None:
        while not is_over.is_set():
            acknowledged.append(place({"A": 1}).number)
            enough.release()
        connections.close_all()

    buyers = [threading.Thread(target=buy) for _ in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    for _ in range(5 * BUYERS):
        assert enough.acquire(timeout=60)
    before = set(acknowledged)
    backups.back_up(tmp_path / "shop.backup")
    during = set(acknowledged)
    for _ in range(len(during - before) + BUYERS):
        assert enough.acquire(timeout=60)
    is_over.set()
    for buyer in buyers:
        buyer.join()

    restored = elsewhere("restore", str(tmp_path / "shop.backup"), "--yes")

    assert restored.returncode == 0, restored.stderr
    found = orders_in(elsewhere)
    assert before <= found < set(Order.objects.values_list("number", flat=True))
    checked = {row["check"]: row["state"] for row in json.loads(elsewhere("doctor", "--json").stdout)}
    assert {check for check, state in checked.items() if state == "trouble"} == {"worker"}
    assert checked["stock"] == checked["orders"] == checked["ledger triggers"] == "ok"
    shown = json.loads(elsewhere("products", "show", "A", "--json").stdout)
    assert (shown["on_hand"], shown["reserved"]) == (100_000, len(found))

    # Over what is there now, and by a person who is only asked.
    assert elsewhere("restore", str(tmp_path / "shop.backup")).returncode == 2
    again = elsewhere("restore", str(tmp_path / "shop.backup"), "--yes", "--json")
    assert f"holds {len(found)} orders now" in again.stderr
    assert json.loads(again.stdout)["orders"] == len(found)


def test_a_backup_is_its_owners_alone_and_replaces_none_unasked(shopctl: Shopctl, tmp_path: Path) -> None:
    path = tmp_path / "shop.backup"

    make_product("A", on_hand=3)
    numbers = [place({"A": 1}).number for _ in range(2)]
    make_user("ada@example.com", role="Manager")

    made = shopctl("backup", path, "--json")

    assert json.loads(made.stdout) == {
        "file": str(path),
        "bytes": path.stat().st_size,
        "orders": 2,
        "products": 1,
        "users": 1,
        "pictures": 0,
        "newest_order": numbers[-1],
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    beside = tmp_path / "shop.backup.sha256"
    assert {each: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {
        path: 0o600,
        beside: 0o600,
    }
    subprocess.run(["sha256sum", "--check", "--strict", beside.name], cwd=tmp_path, check=True)
    refused = shopctl("backup", path)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "--overwrite" in refused.stderr
    assert shopctl("backup", path, "--overwrite").exit_code == 0
    assert shopctl("backup", tmp_path / "no-such-place" / "shop.backup").exit_code == 1
    assert shopctl("restore", path, "--dry-run").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"not a backup", b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_what_is_no_backup_is_refused_and_nothing_changes(
    shopctl: Shopctl, tmp_path: Path, content: bytes
) -> None:
    make_product("A", on_hand=1)
    number = place({"A": 1}).number
    path = tmp_path / "shop.backup"
    path.write_bytes(content)

    refused = shopctl("restore", path, "--yes")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"{path} is no backup of a shop" in refused.stderr
    assert shopctl("restore", tmp_path / "missing.backup", "--yes").exit_code == 1
    assert Order.objects.get().number == number


@pytest.mark.skipif(connection.vendor != "sqlite", reason="An archive of pg_dump is not edited so easily.")
def test_a_backup_of_a_newer_version_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.backup"
    backups.back_up(path)
    backups.check(path)
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    digest_file(path).unlink()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('orders', '9000_new', '')")

    with pytest.raises(NewerBackup, match=r"orders\.9000_new"):
        backups.check(path)
    with pytest.raises(NoBackup):
        backups.check(damaged)


UNFIT = {
    "without migrations": ("DELETE FROM django_migrations", "never applied"),
    "of another program": (
        "DELETE FROM django_migrations WHERE app NOT IN ('auth', 'contenttypes')",
        "never applied",
    ),
    "without a table": ("DROP TABLE orders_shipmentline", "lacks the table orders_shipmentline"),
    "without a record of what was done": (
        "DELETE FROM django_migrations WHERE app = 'orders'",
        "already exists",
    ),
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="An archive of pg_dump is not edited so easily.")
@pytest.mark.parametrize(("damage", "told"), UNFIT.values(), ids=UNFIT)
def test_a_database_that_cannot_be_the_shops_is_refused_and_nothing_changes(
    shopctl: Shopctl, tmp_path: Path, damage: str, told: str
) -> None:
    make_product("A", on_hand=1)
    number = place({"A": 1}).number
    path = tmp_path / "shop.backup"
    backups.back_up(path)
    digest_file(path).unlink()
    with closing(sqlite3.connect(path)) as backup, backup:
        backup.execute(damage)

    refused = shopctl("restore", path, "--yes")

    assert Order.objects.get().number == number
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"{path} is no backup of a shop" in refused.stderr
    assert told in refused.stderr
    assert not list(Path(connection.settings_dict["NAME"]).parent.glob(".restore-*"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="The same, as an archive.")
@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("--exclude-table-data=django_migrations", "never applied"),
        ("--exclude-table=orders_shipmentline", "lacks the table orders_shipmentline"),
        ("--exclude-table-data=orders_shipmentline", "lacks the table orders_shipmentline"),
        ("--table=django_migrations", "lacks the table"),
    ],
)
def test_an_archive_of_a_part_of_the_shop_is_refused_and_nothing_changes(
    shopctl: Shopctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str, told: str
) -> None:
    make_product("A", on_hand=1)
    number = place({"A": 1}).number
    path = tmp_path / "shop.backup"
    with monkeypatch.context() as patch:
        patch.setattr(dumps, "AS_ANYBODY", (*dumps.AS_ANYBODY, left_out))
        dumps.dump(connection, path, {})

    refused = shopctl("restore", path, "--yes")

    assert Order.objects.get().number == number
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr


def test_a_restore_ends_every_sign_in_and_every_mailed_link(
    shopctl: Shopctl, tmp_path: Path, client: Client
) -> None:
    user = make_user("ada@example.com", role="Manager")
    before = issue_pair(user)
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    links = [link_for(user.email)]
    backups.back_up(tmp_path / "shop.backup")
    # Each raises the number that the backup has of the user.
    set_role(user, "Viewer", by=CLI)
    user.refresh_from_db()
    since = issue_pair(user)
    links.append(link_for(user.email))
    reset_password(links[1], "quite another horse", source=Source.API, address="192.0.2.1")
    deactivate(user, by=CLI)

    assert shopctl("restore", tmp_path / "shop.backup", "--yes").exit_code == 0

    user.refresh_from_db()
    assert user.is_active
    assert is_dead(before)
    # A new sign-in gets the number of one that the backup knows nothing of.
    assert not is_dead(issue_pair(user))
    assert is_dead(since)
    assert client.get("/admin/").status_code == 302
    for link in links:
        with pytest.raises(InvalidLink):
            reset_password(link, "a third horse here", source=Source.API, address="192.0.2.1")


def link_for(email: str) -> str:
    request_password_link(email, address="192.0.2.1")
    return token_sent_to(email)


def test_mails_that_waited_in_a_backup_are_held_back_until_somebody_sends_them(
    shopctl: Shopctl, answers: Answers, tmp_path: Path
) -> None:
    back_up_with_mails_on_their_way(tmp_path / "shop.backup")

    restored = shopctl("restore", tmp_path / "shop.backup", "--yes", "--json")

    assert json.loads(restored.stdout)["mails_held_back"] == 2
    assert "shopctl emails list --state dead" in restored.stderr
    kept = EmailMessage.objects.order_by("pk")
    assert [(each.state, each.reason) for each in kept] == [
        ("sent", ""),
        *[("dead", "Waited in a restored backup; it may have been sent since.")] * 2,
    ]
    assert deliver_due() == 0
    answers("emails", "requeue", "--all-dead", "--yes")
    assert deliver_due() == 2


def test_mails_that_waited_in_a_backup_go_out_when_that_is_asked_for(
    answers: Answers, tmp_path: Path
) -> None:
    back_up_with_mails_on_their_way(tmp_path / "shop.backup")

    restored = answers("restore", tmp_path / "shop.backup", "--yes", "--send-waiting-mails")

    assert restored["mails_held_back"] == 0
    states = EmailMessage.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "sending", "queued"]


def back_up_with_mails_on_their_way(path: Path) -> None:
    """One sent, one that a worker holds, one that waits; the two go out after the backup."""
    make_product("A", on_hand=3)
    place({"A": 1})
    assert deliver_due() == 1
    place({"A": 1})
    place({"A": 1})
    claim = claim_next()
    assert claim
    backups.back_up(path)
    EmailMessage.objects.filter(pk=claim.pk).update(state="queued")
    assert deliver_due() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite tells of itself that it has changed.")
def test_what_is_kept_of_products_is_forgotten_by_a_restore(shopctl: Shopctl, tmp_path: Path) -> None:
    backups.back_up(tmp_path / "shop.backup")
    cache.set(GENERATION, 7, None)
    assert cache.get(GENERATION) == 7

    assert shopctl("restore", tmp_path / "shop.backup", "--yes").exit_code == 0

    assert cache.get(GENERATION) != 7


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its files itself.")
def test_a_database_that_a_restore_makes_is_its_owners_alone(tmp_path: Path, elsewhere: Elsewhere) -> None:
    backups.back_up(tmp_path / "shop.backup")

    assert elsewhere("restore", str(tmp_path / "shop.backup"), "--dry-run").returncode == 0
    assert not (tmp_path / "elsewhere.sqlite3").exists()
    assert elsewhere("restore", str(tmp_path / "shop.backup"), "--yes").returncode == 0

    made = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("*.sqlite3*")}
    assert made["elsewhere.sqlite3"] == 0o600
    assert not list(tmp_path.glob(".restore-*"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL says so itself.")
def test_a_backup_that_finds_no_room_is_told_in_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    make_product("71053", on_hand=1)
    path = tmp_path / "shop.backup"
    path.write_text("the former one")
    # A file may have 100 kB: as on a disk that is full in the middle.
    prelude = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    )
    refused = subprocess.run(
        [sys.executable, "-c", f"{prelude}\n{SHOPCTL}", "backup", str(path), "--overwrite"],
        env=environment_here(VAR_DIR=str(tmp_path / "var")),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Nothing was replaced: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert path.read_text() == "the former one"
    assert [each.name for each in tmp_path.iterdir() if each.name != "var"] == ["shop.backup"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its files itself.")
def test_a_backup_into_the_shops_own_database_is_refused(shopctl: Shopctl, tmp_path: Path) -> None:
    database = Path(connection.settings_dict["NAME"])
    (tmp_path / "here").symlink_to(database.parent)
    inode = database.stat().st_ino

    for path in (database, tmp_path / "here" / database.name, database.with_name(f"{database.name}-wal")):
        refused = shopctl("backup", path, "--overwrite")
        assert refused.exit_code == 1
        assert "is the shop's own database: name another file" in refused.stderr

    assert database.stat().st_ino == inode


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite needs no program.")
def test_a_machine_without_pg_dump_says_so(
    shopctl: Shopctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shutil.which("pg_dump")
    monkeypatch.setenv("PATH", str(tmp_path))

    refused = shopctl("backup", tmp_path / "shop.backup")

    assert refused.exit_code == 1
    assert "pg_dump is not installed here" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_database_that_was_never_set_up_is_refused_and_replaces_nothing(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    path = tmp_path / "good.backup"
    backups.back_up(path)
    good = path.read_bytes()

    refused = elsewhere("backup", str(path), "--overwrite")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "There is no shop in" in refused.stderr
    assert path.read_bytes() == good
    assert left_in(tmp_path) == ["good.backup", "good.backup.sha256"]


def test_a_backup_that_cannot_be_read_again_replaces_nothing(
    shopctl: Shopctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "good.backup"
    backups.back_up(path)
    good = path.read_bytes()

    def half(part: Path) -> None:
        part.write_bytes(good[: len(good) // 2])

    # As a disk that lies, or a program that is killed.
    monkeypatch.setattr(backups, "_write_anew", lambda source, part: half(part))
    monkeypatch.setattr(backups, "_answers", lambda part, asked: {})
    monkeypatch.setattr(dumps, "dump", lambda connection, part, asked: half(part))
    refused = shopctl("backup", path, "--overwrite")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "is no backup of a shop" in refused.stderr
    assert path.read_bytes() == good
    assert left_in(tmp_path) == ["good.backup", "good.backup.sha256"]
    assert check_digest(path)


def test_the_newest_of_a_second_is_kept_however_many_were_made_in_it(tmp_path: Path) -> None:
    moment = "shop-20261130T030000Z"
    names = [f"{moment}.backup", *(f"{moment}-{number}.backup" for number in range(2, 12))]
    for name in names:
        (tmp_path / name).touch()
        (tmp_path / f"{name}.sha256").touch()

    assert backup._rotated(tmp_path, 2) == names[:-2]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*names[-2:], *(f"{name}.sha256" for name in names[-2:])]
    )


def test_a_folder_keeps_so_many_dated_backups_and_every_other_file(
    shopctl: Shopctl, answers: Answers, tmp_path: Path
) -> None:
    for name in ("shop-20250101T030000Z.backup", "shop-20250102T030000Z.backup", "mine.backup"):
        (tmp_path / name).write_bytes(b"older")

    first = answers("backup", tmp_path)
    assert len(list(tmp_path.iterdir())) == 5
    second = answers("backup", tmp_path, "--keep", 2)

    assert second["deleted"] == ["shop-20250101T030000Z.backup", "shop-20250102T030000Z.backup"]
    left = {Path(first["file"]).name, Path(second["file"]).name, "mine.backup"}
    made = [Path(each["file"]).name for each in (first, second)]
    assert {each.name for each in tmp_path.iterdir()} == left | {f"{name}.sha256" for name in made}
    assert len(left) == 3
    backups.check(Path(second["file"]))
    assert shopctl("backup", tmp_path / "one.backup", "--keep", 2).exit_code == 2


@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_a_backup_that_was_damaged_since_is_not_restored(
    elsewhere: Elsewhere, tmp_path: Path, option: str
) -> None:
    """By one bit, in a place where an archive can still be read and nothing else tells."""
    make_product("TEA-01")
    path = tmp_path / "shop.backup"
    backups.back_up(path)
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))

    refused = elsewhere("restore", path, option)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "shop.backup has another digest than" in refused.stderr
    path.write_bytes(good)
    (tmp_path / "shop.backup.sha256").unlink()
    looked = elsewhere("restore", path, "--dry-run")
    assert "There is no shop.backup.sha256 beside it to compare it with." in looked.stderr


def test_a_backup_over_another_one_never_leaves_the_digest_of_the_former(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.backup"
    backups.back_up(path)
    make_product("TEA-01")

    def killed(path: Path, digest: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(digests, "keep_digest", killed)
        with pytest.raises(KeyboardInterrupt):
            backups.back_up(path)
    assert left_in(tmp_path) == ["shop.backup"]
    assert not check_digest(path)
    backups.check(path)
    backups.back_up(path)
    assert check_digest(path)


def left_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.suffix != ".running")


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_restore_over_a_running_shop_is_refused_and_nothing_changes(
    shopctl: Shopctl, tmp_path: Path, role: str
) -> None:
    make_product("A", on_hand=1)
    backups.back_up(tmp_path / "shop.backup")
    number = place({"A": 1}).number

    with marked_running(role):
        for options in (["--yes"], ["--dry-run"]):
            refused = shopctl("restore", tmp_path / "shop.backup", *options)
            assert (refused.exit_code, refused.stdout) == (1, "")
            assert f"The shop is running: {role} (process {os.getpid()})" in refused.stderr
            assert "--stop" in refused.stderr

    assert Order.objects.get().number == number
    assert shopctl("restore", tmp_path / "shop.backup", "--yes").exit_code == 0
    assert not Order.objects.exists()


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_restore_stops_the_shop_that_runs_here_and_nothing_starts_meanwhile(
    shopctl: Shopctl, tmp_path: Path
) -> None:
    make_product("A", on_hand=1)
    backups.back_up(tmp_path / "shop.backup")
    shop = Shop(tmp_path, token="")
    worker = [sys.executable, "-c", SHOPCTL, "worker"]
    with shop.open(*([] if connection.vendor == "sqlite" else ["--processes", "2", "--no-worker"])) as server:
        waiting = subprocess.Popen(
            worker, env=shop.environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE, text=True
        )
        assert waiting.stderr
        assert "Stop it with" in waiting.stderr.readline()
        assert sorted(process.role for process in processes.running()) == ["web", "worker"]

        restored = shopctl("restore", tmp_path / "shop.backup", "--stop", "--yes")

        assert restored.exit_code == 0, restored.stderr
        assert server.wait(timeout=10) == 0
        assert waiting.wait(timeout=10) == 0
        waiting.stderr.close()
    assert processes.running() == []
    with processes.stopped(stop=False):
        refused = subprocess.run(
            worker, env=shop.environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
        )
    assert refused.returncode == 1
    assert "The database is being replaced at the moment" in refused.stderr


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows its databases itself.")
def test_a_shop_that_runs_is_seen_by_any_path_to_its_database(
    shopctl: Shopctl, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    """A link to it, and one to its folder."""
    backups.back_up(tmp_path / "shop.backup")
    database = Path(connection.settings_dict["NAME"])
    file, folder = tmp_path / "link.sqlite3", tmp_path / "folder"
    file.symlink_to(database)
    folder.symlink_to(database.parent)
    with marked_running("web"):
        for path in (file, folder / database.name):
            refused = elsewhere("restore", tmp_path / "shop.backup", "--yes", SQL_DATABASE=str(path))
            assert refused.returncode == 1, refused.stderr
            assert "The shop is running: web (process" in refused.stderr
    assert not list(tmp_path.glob("link.sqlite3.*"))


@pytest.mark.slow
def test_a_killed_shop_is_not_taken_for_a_running_one(shopctl: Shopctl, tmp_path: Path) -> None:
    backups.back_up(tmp_path / "shop.backup")
    with Shop(tmp_path, token="").open("--no-worker") as server:
        assert shopctl("restore", tmp_path / "shop.backup", "--yes").exit_code == 1
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    for _ in range(50):
        if not processes.running():
            break
        time.sleep(0.1)
    assert shopctl("restore", tmp_path / "shop.backup", "--yes").exit_code == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is on one machine.")
def test_a_shop_that_runs_on_another_machine_is_named_and_not_stopped(
    shopctl: Shopctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.back_up(tmp_path / "shop.backup")
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, signum: killed.append(pid))
    with monkeypatch.context() as patch:
        patch.setattr(socket, "gethostname", lambda: "another.example")
        there = marked_running("web")
        there.__enter__()

    refused = shopctl("restore", tmp_path / "shop.backup", "--stop", "--yes")

    there.__exit__(None, None, None)
    assert refused.exit_code == 1
    assert f"web (process {os.getpid()} on another.example)" in refused.stderr
    assert "Stop it there first" in refused.stderr
    assert killed == []


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="A file's lock does not end before its process."
)
def test_a_mark_that_ended_with_its_database_server_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_sessions, "KEEP_SECONDS", 0.1)
    with marked_running("web"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'backoffice web %'"
            )
        for _ in range(100):
            if [process.role for process in processes.running()] == ["web"]:
                break
            time.sleep(0.1)
        assert [process.role for process in processes.running()] == ["web"]
    for _ in range(100):
        # The server notices a moment later that a session has ended.
        if not processes.running():
            return
        time.sleep(0.1)
    raise AssertionError(processes.running())


def test_a_backup_says_that_pictures_are_not_in_it_and_a_restore_which_lack_their_files(
    shopctl: Shopctl, tmp_path: Path, picture_folder: Path
) -> None:
    make_product("MUG-7")
    path = tmp_path / "shop.backup"
    assert "pictures" not in shopctl("backup", path).stderr
    pictures_of("MUG-7", 2)

    made = shopctl("backup", path, "--overwrite", "--json")
    assert json.loads(made.stdout)["pictures"] == 2
    assert f"The files of pictures are not in it: keep {picture_folder} as well." in made.stderr

    assert "lack" not in shopctl("restore", path, "--yes").stderr
    for file in picture_folder.iterdir():
        file.unlink()
    told = shopctl("restore", path, "--yes").stderr
    assert f"2 pictures lack their files: put them back into {picture_folder}" in told
