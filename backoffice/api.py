"""The API of version 1: what it is made of, and how it says no."""

from ninja import NinjaAPI

from backoffice import problems

api = NinjaAPI(
    title="Backoffice",
    version="1.0.0",
    docs_url=None,
    urls_namespace="api",
)
for exception, handler in problems.HANDLERS:
    api.add_exception_handler(exception, handler)
