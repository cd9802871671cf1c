"""shopctl as a real process: exit codes, streams, and a terminal."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backoffice.server.test_serving import SHOPCTL, environment, migrated

# Whatever the database of the tests: these shops are on SQLite.
pytestmark = pytest.mark.once
COMMAND = [sys.executable, "-c", SHOPCTL]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a migrated shop with one user."""
    return environment(migrated(tmp_path_factory.mktemp("shop")))


def shopctl(where: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=where,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.slow
def test_a_shop_that_was_not_set_up_is_told_so_in_a_sentence(tmp_path: Path) -> None:
    done = shopctl(environment(tmp_path), "products", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert "shopctl serve" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_wrong_setting_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = shopctl({**environment(tmp_path), "SHOP_TIME_ZONE": "Mars/Olympus"}, "products", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert "SHOP_TIME_ZONE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(tmp_path: Path) -> None:
    nowhere = "postgresql://shop@127.0.0.1:1/shop"
    where = {
        **environment(tmp_path),
        "DATABASE_URL": nowhere,
        "SECRET_KEY": "x" * 50,
        "JWT_KEYS": f"k:{'y' * 40}",
    }
    done = shopctl(where, "products", "list")
    assert (done.returncode, done.stdout) == (70, "")
    assert "127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_words_go_to_standard_error_and_data_to_standard_output(shop: dict[str, str]) -> None:
    made = shopctl(shop, "users", "create", "ana@example.com", "--role", "superuser", "--generate", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["email"] == "ana@example.com"
    assert "Note the password" in made.stderr
    refused = shopctl(shop, "users", "create", "ana@example.com", "--role", "superuser", "--generate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert shopctl(shop, "users", "create").returncode == 2
    assert shopctl(shop, "products", "list", "--fail-if-empty").returncode == 3


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("users", "roles"), ("products", "list", "--help")])
def test_a_reader_that_has_gone_ends_it_as_it_ends_every_program(
    shop: dict[str, str], arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *arguments], env=shop, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=100
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.slow
def test_a_full_disk_is_told_in_a_sentence(shop: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "stock", "template"],
            env=shop,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == 70
    assert done.stderr.decode() == (
        "The output could not be written: No space left on device. What is there of it is not complete.\n"
    )


@pytest.mark.slow
def test_a_pipe_is_utf_8_whatever_the_locale(shop: dict[str, str]) -> None:
    shopctl(shop, "users", "create", "jo@example.com", "--name", "Jörg", "--role", "viewer", "--generate")
    where = {**shop, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert "Jörg" in [row["name"] for row in json.loads(shopctl(where, "users", "list", "--json").stdout)]
    looked_up = subprocess.run(
        [*COMMAND, "stock", "show", "-"],
        env=where,
        input="TÉ\n".encode() + b"\xff\n",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (looked_up.returncode, looked_up.stderr.decode()) == (1, "No product has the SKU TÉ, �.\n")


@pytest.mark.slow
def test_doctor_exits_with_four_while_no_worker_runs(shop: dict[str, str]) -> None:
    done = shopctl(shop, "doctor", "--json")
    states = {row["check"]: row["state"] for row in json.loads(done.stdout)}
    assert done.returncode == 4
    assert {name for name, state in states.items() if state == "trouble"} == {"worker"}


@pytest.mark.slow
def test_a_terminal_gets_a_table_with_headings(shop: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "doctor"], env={**shop, "COLUMNS": "200"}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        # How Linux says that the other side has closed the terminal.
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 4
    assert "Check" in shown.decode()
    assert "ledger triggers" in shown.decode()


# Each of these takes longer to load than the verb takes to do its work.
HEAVY = {
    *("ninja", "huey", "redis", "pydantic", "pydantic_core", "jwt", "argon2", "rich", "openpyxl", "tablib"),
    *(
        "fido2",
        "cryptography",
        "segno",
        "import_export.resources",
        "granian",
        "whitenoise",
        "psycopg",
        "accounts.people",
        "backoffice.urls",
    ),
}
MOST_MODULES = 800


def test_a_verb_that_reads_one_product_loads_few_modules_and_no_heavy_ones(shop: dict[str, str]) -> None:
    table = "sku,name,price,is_active\nTEA-01,Tea,3.50,1\n"
    assert shopctl(shop, "products", "import", "-", "--yes", stdin=table).returncode == 0
    code = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {SHOPCTL}"
    done = subprocess.run(
        [sys.executable, "-c", code, "products", "show", "TEA-01"],
        env=shop,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stderr.split()
    assert "Tea" in done.stdout
    assert not HEAVY & set(loaded)
    assert len(loaded) <= MOST_MODULES
