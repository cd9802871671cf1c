import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from cli.server import serving
from cli.server.first_login import Login, ensure_login, login_file
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
    first = ensure_login()
    assert first is not None
    assert first.is_new
    assert ensure_login() == replace(first, is_new=False)
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
    assert login is not None
    User.objects.all().delete()
    assert ensure_login() == replace(login, is_new=False)
    assert User.objects.count() == 1


def test_a_login_whose_account_could_not_be_made_is_used_at_the_next_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise there would be a superuser whose password nobody has ever seen."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("accounts.people.create_staff", killed)
        with pytest.raises(KeyboardInterrupt):
            ensure_login()
    login = ensure_login()
    assert login is not None
    assert User.objects.get().check_password(login.password or "")


@pytest.mark.parametrize(
    ("login", "host", "is_terminal", "is_printed"),
    [
        (Login("a@b.de", "a secret phrase", is_new=True), "127.0.0.1", True, True),
        (Login("a@b.de", "a secret phrase", is_new=True), "localhost", True, True),
        (Login("a@b.de", "a secret phrase", is_new=True), "::1", True, True),
        (Login("a@b.de", "a secret phrase", is_new=True), "127.0.0.1", False, False),
        (Login("a@b.de", "a secret phrase", is_new=True), "0.0.0.0", True, False),
        (Login("a@b.de", "a secret phrase", is_new=True), "192.0.2.1", True, False),
        (Login("a@b.de", "a secret phrase"), "127.0.0.1", True, False),
        (Login("a@b.de", None), "127.0.0.1", True, False),
        (None, "127.0.0.1", True, False),
    ],
)
def test_a_password_is_printed_once_and_on_a_terminal_of_this_machine_alone(
    login: Login | None,
    host: str,
    is_terminal: bool,
    is_printed: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    serving._announce("http://127.0.0.1:8000", login, host=host)
    printed = capsys.readouterr().out
    assert ("a secret phrase" in printed) == is_printed
    if login is not None:
        assert "  e-mail    a@b.de\n" in printed
    if login is not None and login.password and not is_printed:
        assert f"in {login_file()}, its second line" in printed
