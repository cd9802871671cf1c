import stat
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from cli.first_login import Login, ensure_login
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, settings: Any) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    return tmp_path / "var"


def test_a_shop_without_a_superuser_gets_one_whose_login_its_owner_can_read(var_dir: Path) -> None:
    login = ensure_login()
    assert login is not None
    user = User.objects.get()
    assert user.is_superuser
    assert user.check_password(login.password or "")
    assert stat.S_IMODE((var_dir / "admin_login").stat().st_mode) == 0o600


def test_the_login_stays_the_same() -> None:
    assert ensure_login() == ensure_login()
    assert User.objects.count() == 1


def test_a_password_that_was_changed_is_not_told() -> None:
    login = ensure_login()
    assert login is not None
    user = User.objects.get()
    user.set_password("something else entirely")
    user.save()
    assert ensure_login() == Login(login.email, None)


def test_a_shop_with_a_superuser_of_its_own_gets_no_other() -> None:
    make_user("ana@example.com", is_superuser=True)
    assert ensure_login() is None
    assert User.objects.count() == 1


def test_a_new_database_beside_a_kept_login_gets_that_login() -> None:
    login = ensure_login()
    User.objects.all().delete()
    assert ensure_login() == login
    assert User.objects.count() == 1
