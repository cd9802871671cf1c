"""Signs of life for load balancers and supervisors."""

import logging
from collections.abc import Callable
from functools import cache as remember

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger("backoffice.health")


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when what this process needs is there; else 503, naming what is missing."""
    checks = {name: _state_of(name, check) for name, check in CHECKS.items()}
    is_ready = all(state == "ok" for state in checks.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "checks": checks}, status=200 if is_ready else 503
    )


def _state_of(name: str, check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "failing"
    except Exception:
        logger.warning("The %s is not ready", name, exc_info=True)
        return "unreachable"


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


class _Unmigrated(Exception):
    pass


def _is_migrated() -> bool:
    try:
        _see_all_migrations()
    except _Unmigrated:
        return False
    return True


@remember
def _see_all_migrations() -> None:
    """Remembered once seen: what this process was started with does not become unapplied."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Unmigrated


def _cache_answers() -> bool:
    cache.set("readyz", "ok", timeout=10)
    return cache.get("readyz") == "ok"


def _queue_answers() -> bool:
    from huey.contrib.djhuey import HUEY

    return HUEY.pending_count() >= 0


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _is_migrated,
    "cache": _cache_answers,
    "queue": _queue_answers,
}
