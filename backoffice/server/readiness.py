"""Answers `/healthz` and `/readyz` without waiting for a thread that runs Django."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

from backoffice.runtime.health import Health, State, health
from backoffice.server.gateway import Answer


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


HEADERS = [("content-type", "application/json"), ("cache-control", "no-store")]
HEALTHY = Answer(200, HEADERS, _json({"status": "ok"}))
# The process still answers, but not for long: a load balancer that asks sends it nothing more.
STOPPING = Answer(503, HEADERS, _json({"status": "stopping"}))


class Readiness:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="readiness")

    async def answer(self, *, is_stopping: bool) -> Answer:
        if is_stopping:
            return STOPPING
        found = await self._health()
        return Answer(200 if found.is_ready else 503, HEADERS, _json(found.told()))

    async def is_database_silent(self) -> bool:
        """Whether the database neither answers nor refuses, so that threads that asked it wait."""
        return (await self._health()).checks["database"] is State.SILENT

    async def _health(self) -> Health:
        return await asyncio.get_running_loop().run_in_executor(self._threads, health)
