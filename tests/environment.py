"""A pytest plugin, loaded before the settings: the same environment for every run, apart from its servers.

Nothing of a developer's shop gets in: no `.env`, no `var/`, no SHOP_* variable of the shell.
"""

import atexit
import os
import shutil
import tempfile

from backoffice import environment

OURS = (
    "SHOP_",
    "EMAIL_",
    "API_",
    "JWT_",
    "DJANGO_ALLOWED_HOSTS",
    "TRUSTED_",
    "CORS_",
    "SECRET_KEY",
    "DEBUG",
    "PICTURES_",
)


for name in [name for name in os.environ if name.startswith(OURS)]:
    del os.environ[name]
if not any(name.startswith("SQL_") or name == "DATABASE_URL" for name in os.environ):
    os.environ["SQL_ENGINE"] = "sqlite"

var_dir = tempfile.mkdtemp(prefix="backoffice-tests-")
atexit.register(shutil.rmtree, var_dir, ignore_errors=True)
os.environ |= {
    "VAR_DIR": var_dir,
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "JWT_KEYS": "tests:only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    # Throttles are tested on purpose, by tests that turn them on.
    "API_RATE_PER_MINUTE": "0",
    "TZ": "UTC",
}
setattr(environment, "load_dotenv", lambda path: None)  # noqa: B010
