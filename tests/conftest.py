import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import hashers
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from backoffice.environment import picture_storage
from backoffice.shop.in_force import end_reading
from tests import emptying
from tests.counts import forget_counts
from tests.dealing import Dealer, is_once, long_ones_first

pytest_plugins = ["tests.admin_fixtures", "tests.cli_fixtures"]

REAL_PASSWORD_HASHERS = list(django_settings.PASSWORD_HASHERS)
FAST_PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


dealer = Dealer.of_the_environment()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is alike on every database comes last: then it is shared with the run on the other one.

    Alone, PostgreSQL leaves it to SQLite, unless it is all that was asked for.
    """
    once = [item for item in items if is_once(item)]
    others = [item for item in items if not is_once(item)]
    if dealer.has_company or connection.vendor == "sqlite" or not others:
        items[:] = [*(long_ones_first(others) if dealer.shared else others), *long_ones_first(once)]
    else:
        config.hook.pytest_deselected(items=once)
        items[:] = others


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Pass by what the other run has taken."""
    if dealer.is_ours(item):
        return None
    # The fixtures of the test before were kept for this one's folder, and may be none of the next one's.
    item.session._setupstate.teardown_exact(nextitem)
    return True


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking for garbage in it again and again takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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
        # It ends with the run, and waits for no disk; processes of the shop that tests start do.
        options = database["OPTIONS"]
        options["init_command"] = f"{options['init_command']} PRAGMA synchronous = OFF;"
    elif not django_db_keepdb:
        unique = Path(django_settings.VAR_DIR).name.rpartition("-")[2].lower()
        database["TEST"]["NAME"] = f"test_backoffice_{unique}_{worker_id}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Transactional tests end with a faster way to empty the database than Django's flush."""
    with django_db_blocker.unblock():
        kept = emptying.kept_rows()

    def teardown(test: TransactionTestCase) -> None:
        nonlocal kept
        kept = emptying.empty(test, as_migrated=kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
    with django_db_blocker.unblock():
        _end_other_sessions()


def _end_other_sessions() -> None:
    """A thread that a test left behind may still hold one, and PostgreSQL would not drop the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_once() -> Iterator[None]:
    """Each test client loads the middleware, and WhiteNoise would look at every static file each time."""
    find_all = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def add_files_from_finders(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            find_all(middleware)
            found.update(middleware.files)
        middleware.files = dict(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files_from_finders)
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
    end_reading()


@pytest.fixture
def picture_folder(settings: Any, tmp_path: Path) -> Path:
    """A folder for the pictures of this test alone."""
    settings.STORAGES = {**settings.STORAGES, "pictures": picture_storage(tmp_path)}
    return tmp_path / "pictures"
