from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import hashers
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase, override_settings

from catalog.models import triggers
from tests.counts import forget_counts

pytest_plugins = ["tests.admin_fixtures", "tests.cli_fixtures"]

REAL_PASSWORD_HASHERS = list(django_settings.PASSWORD_HASHERS)
FAST_PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is alike on every database is left to SQLite, unless it is all that was asked for."""
    once = [item for item in items if item.get_closest_marker("once")]
    if connection.vendor == "sqlite" or len(once) == len(items):
        return
    config.hook.pytest_deselected(items=once)
    items[:] = [item for item in items if not item.get_closest_marker("once")]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> None:
    """A database of this process alone; on SQLite a file, for threads cannot share one in memory."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    elif not django_db_keepdb:
        unique = Path(django_settings.VAR_DIR).name.rpartition("-")[2].lower()
        database["TEST"]["NAME"] = f"test_backoffice_{unique}_{worker_id}"


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_ledger_triggers() -> Iterator[None]:
    """Transactional tests end with a flush, which the triggers of the append-only ledger would refuse."""
    teardown = "_fixture_teardown"
    flush = getattr(TransactionTestCase, teardown)

    def flush_without_triggers(test: TransactionTestCase) -> None:
        triggers.drop_triggers(connection)
        try:
            flush(test)
        finally:
            triggers.create_triggers(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, teardown, flush_without_triggers)
        yield


@pytest.fixture(scope="session", autouse=True)
def _fast_password_hashers() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=FAST_PASSWORD_HASHERS):
        yield


@pytest.fixture
def real_password_hashers() -> Iterator[None]:
    """Passwords are hashed as in production."""
    with override_settings(PASSWORD_HASHERS=REAL_PASSWORD_HASHERS):
        yield


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed."""
    passwords: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def noting(hasher: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        passwords.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", noting)
    return passwords


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    for name in django_settings.CACHES:
        caches[name].clear()
    forget_counts()
