"""One settings file. Without any environment variable: embedded, on SQLite, on this machine."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from backoffice import environment as env
from backoffice.admin.navigation import UNFOLD as UNFOLD
from backoffice.money import ZERO
from backoffice.requests.limits import MAX_BODY_BYTES
from backoffice.runtime import keys
from backoffice.runtime.log_settings import logging_to

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_dotenv(BASE_DIR / ".env")
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var")

DEBUG = env.boolean("DEBUG", default=False)
DATABASES = {"default": env.database(VAR_DIR)}
IS_SQLITE = DATABASES["default"]["ENGINE"] == env.ENGINES["sqlite"]
REDIS_URL = env.text("REDIS_URL")


SECRET_KEY = keys.secret_key(VAR_DIR, is_kept=IS_SQLITE)
# Earlier keys: what they signed stays good until they are taken away. Only the current one signs.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

# The shop. What backoffice/shop/table.py names may be changed on the settings page, unless it is given here.

IN_ENVIRONMENT = env.names_given()
SHOP_NAME = env.text("SHOP_NAME", "Backoffice")
# Written as CSS and mail clients take it.
# A file, chosen on the settings page: there is none by default, and no variable for it.
SHOP_LOGO = None
SHOP_COLOR = env.matching("SHOP_COLOR", "#2563eb", pattern="#[0-9a-fA-F]{6}", what="a colour")
SHOP_URL = env.text("SHOP_URL", "http://127.0.0.1:8000").rstrip("/")
SHOP_ACCOUNT_URL = env.text("SHOP_ACCOUNT_URL")
SHOP_CURRENCY = env.currency("SHOP_CURRENCY", "EUR")
# Kept in capitals, so that people may type an order's number in either case.
SHOP_ORDER_PREFIX = env.matching(
    "SHOP_ORDER_PREFIX", "B-", pattern="[A-Za-z0-9._-]{1,20}", what="up to 20 letters, digits, . _ or -"
).upper()
# Offered first wherever an address is typed.
SHOP_COUNTRY = env.country("SHOP_COUNTRY", "DE")
# What pages, mails and paper say unless whoever reads them has chosen another: see docs/translating.md.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
SHOP_LANGUAGE = env.one_of("SHOP_LANGUAGE", "en-gb", among=[code for code, _name in LANGUAGES])
SHOP_TIME_ZONE = env.time_zone("SHOP_TIME_ZONE", "Europe/Berlin")
SHOP_LOW_STOCK_THRESHOLD = env.integer("SHOP_LOW_STOCK_THRESHOLD", 10)
SHOP_SHIPPING_FEE = env.amount("SHOP_SHIPPING_FEE", ZERO, currency=SHOP_CURRENCY)
SHOP_FREE_SHIPPING_FROM = env.amount("SHOP_FREE_SHIPPING_FROM", None, currency=SHOP_CURRENCY)
# One customer may have this much open at once, apart from what staff place; None is no limit.
SHOP_MAX_OPEN_ORDERS = env.limit("SHOP_MAX_OPEN_ORDERS", 100)
SHOP_MAX_OPEN_UNITS = env.limit("SHOP_MAX_OPEN_UNITS", 5_000)
# In other currencies so much may be next to nothing: there the limits on orders and units alone are given.
MOST_OPEN = Decimal("25000.00") if SHOP_CURRENCY in ("CHF", "EUR", "GBP", "USD") else None
SHOP_MAX_OPEN_VALUE = env.amount("SHOP_MAX_OPEN_VALUE", MOST_OPEN, currency=SHOP_CURRENCY) or None
# Whether unpaid orders ship, when they are due, and what may be given up without a manager: docs/payments.md.
SHOP_SHIP_UNPAID = env.truth("SHOP_SHIP_UNPAID", default=True)
SHOP_PAYMENT_DAYS = env.limit("SHOP_PAYMENT_DAYS", 0)
SHOP_REMIND_AFTER_DAYS = env.limit("SHOP_REMIND_AFTER_DAYS", 0)
SHOP_ALLOWANCE_UP_TO = env.amount("SHOP_ALLOWANCE_UP_TO", Decimal(50), currency=SHOP_CURRENCY)
SHOP_WRITE_OFF_UP_TO = env.amount("SHOP_WRITE_OFF_UP_TO", Decimal(1), currency=SHOP_CURRENCY)
# What is kept of people, and for how long: docs/privacy.md. None is for ever.
SHOP_KEEP_MAIL_TEXTS_DAYS = env.limit("SHOP_KEEP_MAIL_TEXTS_DAYS", 0)
SHOP_KEEP_CUSTOMERS_MONTHS = env.limit("SHOP_KEEP_CUSTOMERS_MONTHS", 0)
SHOP_KEEP_SIGN_INS_DAYS = env.limit("SHOP_KEEP_SIGN_INS_DAYS", 180)
SHOP_KEEP_SECURITY_LOG_DAYS = env.limit("SHOP_KEEP_SECURITY_LOG_DAYS", 0)
# Which rows were erased, for when a backup brings them back.
ERASURES_FILE = Path(env.text("ERASURES_FILE") or VAR_DIR / "erasures.jsonl")

# Apps

INSTALLED_APPS = [
    # It stands before Unfold, whose frame it extends.
    "backoffice",
    # Unfold's default configuration would put its own site in the place of ours.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "backoffice.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # For its ordinals, which need its translations.
    "django.contrib.humanize",
    "import_export",
    "ninja",
    "huey.contrib.djhuey",
    "backoffice.outbox",
    "accounts",
    "catalog",
    "orders",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.permissions.Permissions"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
TEST_RUNNER = "tests.django_runner.PytestRunner"

MIDDLEWARE = [
    "backoffice.requests.request_id.RequestIdMiddleware",
    "backoffice.api.rate_limit.RateLimitMiddleware",
    # Behind it is what pages need; the API has a list of its own there.
    "backoffice.api.gate.ApiGate",
    "backoffice.admin.behind_proxy.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.requests.compression.PageCompressionMiddleware",
    "backoffice.requests.language.LanguageMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.sign_in.sessions.SessionLifetimeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.requests.language.ReadersLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backoffice.admin.error_pages.ErrorPageMiddleware",
]
CSRF_FAILURE_VIEW = "backoffice.admin.error_pages.csrf_failure"
TEMPLATE_LOADERS = [
    ("backoffice.runtime.isolation.Loader", ["django.template.loaders.app_directories.Loader"])
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": TEMPLATE_LOADERS,
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Language and time

# Of all that is not a page, a mail or paper: the API, shopctl, logs.
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = SHOP_TIME_ZONE

# Static files

STATIC_URL = "static/"
# Whoever serves the shop collects them first (`serve_collected_files`) and says here where; everybody else
# takes them from where they are installed.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
STATICFILES_FINDERS = [
    "backoffice.runtime.bundles.Bundles",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "backoffice.runtime.static_files.served"},
    "pictures": env.picture_storage(VAR_DIR),
}
# Where browsers load them from: this shop, or the address of the bucket or of what stands before it.
PICTURES_URL = env.text("PICTURES_URL", "/pictures/").rstrip("/") + "/"

# Cache, queue, mail

CACHES: dict[str, dict[str, object]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "backoffice.runtime.caches.RedisCache",
            "LOCATION": REDIS_URL,
            # Seconds. A silent server must not make requests wait: they go on without the cache.
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "backoffice.runtime.caches.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
# The admin's figures, which each process keeps for itself.
CACHES["process"] = {
    "BACKEND": "backoffice.runtime.caches.LocMemCache",
    "LOCATION": "process",
    "OPTIONS": {"MAX_ENTRIES": 1_000},
}

HUEY: dict[str, object] = {
    "name": "backoffice",
    "secret": SECRET_KEY,
    # djhuey would run tasks inside the request whenever DEBUG is on.
    "immediate": False,
    "results": False,
    "utc": True,
}
if REDIS_URL:
    HUEY |= {"huey_class": "backoffice.runtime.queue.SharedQueue", "url": REDIS_URL}
else:
    # Beside the database it belongs to: two shops in one directory must not run each other's tasks.
    QUEUE_FILE = Path(f"{DATABASES['default']['NAME']}.queue") if IS_SQLITE else VAR_DIR / "queue.sqlite3"
    HUEY |= {"huey_class": "backoffice.runtime.queue.EmbeddedQueue", "filename": QUEUE_FILE}

EMAIL_BACKEND_PATH = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
# Empty: the shop, by its name when a mail leaves, at the host of SHOP_URL.
EMAIL_FROM = env.text("EMAIL_FROM")
MAILERS = {
    "default": {"BACKEND": EMAIL_BACKEND_PATH, "OPTIONS": env.mail_options(EMAIL_BACKEND_PATH, VAR_DIR)}
}

# Who may come in

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_HASHERS = [
    "accounts.passwords.hashing.Argon2id",
    "accounts.passwords.hashing.PBKDF2",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Whether staff show a second factor beside their password: nobody, who has set one up, or everybody.
SHOP_MFA = env.one_of("SHOP_MFA", "offered", among=["off", "offered", "required"])
API_RATE_PER_MINUTE = env.integer("API_RATE_PER_MINUTE", 600)
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS")


JWT_KEYS = keys.jwt_keys(VAR_DIR, is_kept=IS_SQLITE)
JWT_ISSUER = SHOP_URL
JWT_AUDIENCE = f"{SHOP_URL}/api"
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME = timedelta(days=14)
REFRESH_FAMILY_LIFETIME = timedelta(days=90)

# HTTP

IS_HTTPS = SHOP_URL.startswith("https://")
ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS") or [
    "127.0.0.1",
    "localhost",
    "[::1]",
    urlsplit(SHOP_URL).hostname or "localhost",
]
CSRF_TRUSTED_ORIGINS = [SHOP_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:
    # Browsers take such names only from this very host, by https: no other host of the domain can set them.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
SESSION_ENGINE = "accounts.sign_in.sessions"
# A session ends after so long without a request, and after so long whatever happens.
SESSION_COOKIE_AGE = 60 * 60 * env.between("SESSION_LONGEST_HOURS", 12, least=1, most=30 * 24)
SESSION_IDLE_SECONDS = 60 * env.between(
    "SESSION_IDLE_MINUTES", min(120, SESSION_COOKIE_AGE // 60), least=5, most=SESSION_COOKIE_AGE // 60
)
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_HTTPS else 0
# Off unless asked for: each binds hosts that are not this shop's, and browsers keep to it for a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.boolean("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# UNSAFE_EVAL is for Alpine, which the admin is built on: it evaluates expressions.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", *env.origins_of(PICTURES_URL)],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# The server's front asks these two before Django. They are named, as middleware is: an app's `ready()` that
# handed them over would load the API into every command and worker. The first tells, before a body is read,
# whether it may be longer than other bodies; the second answers without Django.
UPLOADERS = "accounts.api.uploads.may_upload"
EARLY_ANSWERS = "catalog.api.early_answers.EarlyAnswers"
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
FILE_UPLOAD_HANDLERS = [
    "backoffice.requests.uploads.StaffAlone",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "backoffice.requests.uploads.UnnamedFile",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = logging_to(VAR_DIR / "security.log")
