"""The admin login that a fresh shop starts with; kept beside the database, for its owner to read."""

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

FILE = "admin_login"
EMAIL = "admin@example.com"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in; `password` is None when it is no longer the one that was kept."""

    email: str
    password: str | None
    is_new: bool = False


def ensure_login() -> Login | None:
    """Return the kept login, made when nobody could sign in; None when there is another superuser instead."""
    from accounts.actors import Actor
    from accounts.models import Source, User
    from accounts.people import create_staff
    from backoffice.email_addresses import normalised_email

    path = login_file()
    kept = _read(path)
    if kept is not None:
        user = User.objects.filter(email=normalised_email(kept.email)).first()
        if user is not None:
            works = user.is_active and user.check_password(kept.password or "")
            return kept if works else Login(user.email, None)
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    login = kept or Login(EMAIL, secrets.token_urlsafe(12))
    # The file is written first: a password that nobody can read would shut the owner out.
    if kept is None:
        _keep(path, login)
    create_staff(
        login.email, role="superuser", password=login.password, name="Admin", by=Actor(None, Source.CLI)
    )
    return replace(login, is_new=kept is None)


def login_file() -> Path:
    from django.conf import settings

    return Path(settings.VAR_DIR) / FILE


def _read(path: Path) -> Login | None:
    try:
        email, password = path.read_text(encoding="utf-8").split("\n")[:2]
    except (FileNotFoundError, ValueError):
        return None
    return Login(email.strip(), password.strip())


def _keep(path: Path, login: Login) -> None:
    """Write the file whole or not at all, never readable by others."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{FILE}-", encoding="utf-8", delete=False
    ) as draft:
        draft.write(f"{login.email}\n{login.password}\n")
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(path)
