"""The shop's settings with a view of Django's alone at /bare, without any middleware."""

from backoffice.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.bare_urls"
