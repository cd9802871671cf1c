"""Reads environment variables once, failing loudly on what it cannot understand."""

import os
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

from backoffice.countries.names import NAMES
from backoffice.countries.other_names import CODES_MEANT
from backoffice.money import rounded_to
from backoffice.money.currencies import PLACES, checked_currency

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def load_dotenv(path: Path) -> None:
    """Take NAME=value lines of a `.env` file for names that the environment does not set."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def text(name: str, default: str = "") -> str:
    """Return the variable's value; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def names_given() -> frozenset[str]:
    """Return the names of all variables that are set and not empty."""
    return frozenset(name for name in os.environ if text(name))


def boolean(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def truth(name: str, *, default: bool) -> bool:
    """Return what the variable says; an empty one counts as not set."""
    return boolean(name, default=default) if text(name) else default


def integer(name: str, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def between(name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number of at least and at most so many."""
    value = integer(name, default)
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} must be from {least} to {most}, not {value}.")
    return value


def limit(name: str, default: int) -> int | None:
    """Return a whole number, or None for 0, which is no limit."""
    value = integer(name, default)
    if value < 0:
        raise ImproperlyConfigured(f"{name} must be 0 (no limit) or more, not {value}.")
    return value or None


def currency(name: str, default: str) -> str:
    """Return the code of a currency of ISO 4217, in capitals."""
    return checked_currency(name, text(name, default))


def country(name: str, default: str) -> str:
    """Return the code of a country of ISO 3166-1, in capitals."""
    code = text(name, default).upper()
    if code not in NAMES:
        meant = CODES_MEANT.get(code, default)
        raise ImproperlyConfigured(
            f"{name} must be the ISO 3166-1 code of a country such as {meant}, not {code!r}."
        )
    return code


def amount[Default](name: str, default: Default, *, currency: str) -> Decimal | Default:
    """Return an amount in this currency, such as `4.90`, with its decimal places."""
    value, places = text(name), PLACES[currency]
    if not value:
        return default
    example = rounded_to(Decimal("4.90"), places)
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,12})?", value):
        raise ImproperlyConfigured(f"{name} must be an amount such as {example}, not {value!r}.")
    if rounded_to(Decimal(value), places) != Decimal(value):
        raise ImproperlyConfigured(
            f"{name} must be an amount in {currency} such as {example}: {value} has more decimal places."
        )
    return rounded_to(Decimal(value), places)


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ImproperlyConfigured(f"{name} must be a name such as {default}, not {value!r}.") from None
    return value


def matching(name: str, default: str, *, pattern: str, what: str) -> str:
    """Return a value that matches the whole pattern, as the default does."""
    value = text(name, default)
    if not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} must be {what} such as {default}, not {value!r}.")
    return value


def one_of(name: str, default: str, *, among: Sequence[str]) -> str:
    """Return one of these values, however it is capitalised."""
    value = text(name, default).lower()
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def words(name: str) -> list[str]:
    return [word for word in text(name).replace(",", " ").split() if word]


ENGINES: dict[str, str] = {
    "sqlite": "django.db.backends.sqlite3",
    "sqlite3": "django.db.backends.sqlite3",
    "postgres": "backoffice.db.postgresql",
    "postgresql": "backoffice.db.postgresql",
    "django.db.backends.postgresql": "backoffice.db.postgresql",
}

# A commit is on disk when it returns. Each thread has a connection, which keeps 1 MB of pages: others are
# in the system's memory, and an import of 60,000 rows took the same CPU with 16 MB.
SQLITE_PRAGMAS = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -1024;
"""

# A statement gives up waiting in the end: a stuck neighbour must not freeze the whole shop.
POSTGRESQL_TIMEOUTS = (
    "-c lock_timeout=15s -c statement_timeout=300s -c idle_in_transaction_session_timeout=60s"
    " -c synchronous_commit=on"
    # What is prepared here looks up a few rows, whatever the values: to plan it costs more than to run it.
    " -c plan_cache_mode=force_generic_plan"
)
# A server that hangs still takes connections, but says nothing.
POSTGRESQL_CONNECT_SECONDS = 5


def database(var_dir: Path) -> dict[str, object]:
    """Django's settings of the one database, from DATABASE_URL or SQL_*; SQLite when neither is set."""
    url = text("DATABASE_URL")
    if url:
        return database_from_url(url)
    engine = text("SQL_ENGINE", "sqlite").lower()
    engine = ENGINES.get(engine, engine)
    if engine == ENGINES["sqlite"]:
        return _sqlite(text("SQL_DATABASE") or str(var_dir / "backoffice.sqlite3"))
    if engine == ENGINES["postgresql"]:
        return _postgresql(
            name=text("SQL_DATABASE", "backoffice"),
            user=text("SQL_USER", "backoffice"),
            password=text("SQL_PASSWORD"),
            host=text("SQL_HOST", "127.0.0.1"),
            port=text("SQL_PORT", "5432"),
            options={},
        )
    raise ImproperlyConfigured(f"SQL_ENGINE must be sqlite or postgresql, not {engine!r}.")


def database_from_url(url: str, *, named: str = "DATABASE_URL") -> dict[str, object]:
    """Return Django's settings of the database. Raises ImproperlyConfigured, saying what `named` must be."""
    parts = urlsplit(url)
    if parts.scheme in ("sqlite", "sqlite3"):
        return _sqlite(unquote(parts.path.removeprefix("/")) or "backoffice.sqlite3")
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"{named} must begin with postgresql:// or sqlite:///.")
    options = dict(parse_qsl(parts.query))
    return _postgresql(
        name=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or options.pop("user", "")),
        password=unquote(parts.password or options.pop("password", "")),
        host=unquote(parts.hostname or "") or options.pop("host", ""),
        port=str(parts.port or options.pop("port", "")),
        options=options,
    )


def _sqlite(path: str) -> dict[str, object]:
    return {
        "ENGINE": ENGINES["sqlite"],
        # Links are followed: what lies beside the database, such as locks, is found by its real name.
        "NAME": os.path.realpath(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": SQLITE_PRAGMAS,
        },
    }


def _postgresql(
    *, name: str, user: str, password: str, host: str, port: str, options: dict[str, str]
) -> dict[str, object]:
    return {
        "ENGINE": ENGINES["postgresql"],
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": POSTGRESQL_TIMEOUTS,
            "connect_timeout": POSTGRESQL_CONNECT_SECONDS,
            **options,
        },
    }


def mail_options(backend: str, var_dir: Path) -> dict[str, object]:
    """Django's options of this backend, from EMAIL_*."""
    if backend.endswith("filebased.EmailBackend"):
        return {"file_path": str(var_dir / "mail")}
    if backend.endswith("smtp.EmailBackend"):
        return {
            "host": text("EMAIL_HOST", "localhost"),
            "port": integer("EMAIL_PORT", 25),
            "use_tls": boolean("EMAIL_USE_TLS", default=False),
            "username": text("EMAIL_HOST_USER"),
            "password": text("EMAIL_HOST_PASSWORD"),
            "timeout": 20,
        }
    return {}


def origins_of(url: str) -> list[str]:
    """Return the origin that a whole address names, as a policy names it; none for a path of this shop."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def picture_storage(var_dir: Path) -> dict[str, object]:
    """Django's settings of where pictures are kept: a folder of this machine, or an S3-compatible bucket."""
    bucket = text("PICTURES_BUCKET")
    if not bucket:
        options: dict[str, object] = {
            "location": var_dir / "pictures",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    options = {
        "bucket_name": bucket,
        "endpoint_url": text("PICTURES_ENDPOINT") or None,
        "region_name": text("PICTURES_REGION") or None,
        "access_key": text("PICTURES_ACCESS_KEY") or None,
        "secret_key": text("PICTURES_SECRET_KEY") or None,
        "location": text("PICTURES_FOLDER"),
        # A name is never used again, so that its file never changes.
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
