"""The shop's secrets: from the environment, or, embedded, made once and kept beside the database."""

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from backoffice import environment as env
from backoffice.runtime.private_files import private_content


def secret_key(var_dir: Path, *, is_kept: bool) -> str:
    key = env.text("SECRET_KEY")
    if key:
        return key
    if is_kept:
        return private_content(var_dir / "secret_key", make=secrets.token_urlsafe(50))
    raise ImproperlyConfigured(
        "Set SECRET_KEY to a long random text: on PostgreSQL several processes must share one."
    )


def jwt_keys(var_dir: Path, *, is_kept: bool) -> dict[str, str]:
    """Return keys by kid, the current one first; made and kept beside the database when embedded."""
    pairs = env.words("JWT_KEYS")
    if not pairs and is_kept:
        pairs = private_content(
            var_dir / "jwt_keys", make=f"{secrets.token_hex(4)}:{secrets.token_urlsafe(48)}"
        ).split()
    keys = dict(pair.partition(":")[::2] for pair in pairs)
    if not keys or any(not kid or len(key) < 32 for kid, key in keys.items()):
        raise ImproperlyConfigured(
            "Set JWT_KEYS to kid:key (the previous pair may follow), each key at least 32 characters long."
        )
    return keys
