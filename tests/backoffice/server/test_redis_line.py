"""One connection that all requests of a loop share: each gets its own answer, and nobody waits for long."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.conf import settings
from redis.exceptions import ResponseError

from backoffice.server import redis_line
from backoffice.server.redis_line import RedisAway, RedisLine, Script
from tests.backoffice.server.network import run
from tests.servers import free_port

grown = pytest.mark.skipif(not settings.REDIS_URL, reason="of the grown shop")
ECHO = Script("return ARGV[1] .. KEYS[1]")


def on_a_line[T](scene: Callable[[RedisLine], Awaitable[T]], url: str = "") -> T:
    async def told() -> T:
        line = RedisLine(url or settings.REDIS_URL)
        try:
            return await scene(line)
        finally:
            await line.close()

    return run(told())


@grown
def test_each_of_many_who_ask_at_once_gets_their_own_answer():
    async def scene(line: RedisLine) -> list[Any]:
        return await asyncio.gather(*(line.run(ECHO, ["k"], [number]) for number in range(500)))

    assert on_a_line(scene) == [f"{number}k".encode() for number in range(500)]


@grown
def test_a_script_that_the_server_has_forgotten_is_sent_again():
    async def scene(line: RedisLine) -> list[Any]:
        answers = [await line.run(ECHO, ["k"], [1])]
        await line.ask("SCRIPT", "FLUSH")
        return [*answers, await line.run(ECHO, ["k"], [2])]

    assert on_a_line(scene) == [b"1k", b"2k"]


@grown
def test_what_is_wrong_with_one_command_is_told_to_whoever_has_sent_it():
    async def scene(line: RedisLine) -> tuple[Any, ...]:
        return await asyncio.gather(
            line.ask("ECHO", "a"), line.ask("NONSENSE"), line.ask("ECHO", "b"), return_exceptions=True
        )

    first, second, third = on_a_line(scene)
    assert (first, third) == (b"a", b"b")
    assert isinstance(second, ResponseError)


@grown
def test_whoever_stops_waiting_takes_nobody_elses_answer():
    async def scene(line: RedisLine) -> Any:
        await line.ask("PING")
        gone = asyncio.create_task(line.ask("ECHO", "gone"))
        await asyncio.sleep(0)
        gone.cancel()
        return await line.ask("ECHO", "mine")

    assert on_a_line(scene) == b"mine"


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[int]:
    """One that says the same to whatever comes, or nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            writer.write(answer)
        writer.close()

    port = free_port()
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield port


@pytest.mark.once
@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n"], ids=["silent", "no Redis"])
def test_a_server_that_does_not_answer_is_away_at_once_and_then_left_alone(answer):
    async def scene() -> list[float]:
        async with server(answer) as port:
            line = RedisLine(f"redis://127.0.0.1:{port}/0")
            waited = []
            for _ in range(3):
                began = time.monotonic()
                with pytest.raises(RedisAway):
                    await line.ask("PING")
                waited.append(time.monotonic() - began)
            await line.close()
            return waited

    first, *others = run(scene())
    assert first < redis_line.PATIENCE_SECONDS + 1
    assert max(others) < 0.05


@pytest.mark.once
def test_all_who_wait_are_told_when_the_server_goes(monkeypatch):
    async def scene() -> list[Any]:
        async with server(b"") as port:
            line = RedisLine(f"redis://127.0.0.1:{port}/0")
            asked = await asyncio.gather(*(line.ask("PING") for _ in range(20)), return_exceptions=True)
            await line.close()
            return list(asked)

    assert [type(each) for each in run(scene())] == [RedisAway] * 20


@grown
def test_after_a_rest_it_is_asked_anew(monkeypatch):
    monkeypatch.setattr(redis_line, "REST_SECONDS", 0.1)

    async def scene(line: RedisLine) -> Any:
        await line.ask("PING")
        assert line._connection is not None
        await line._connection.disconnect(nowait=True)
        with pytest.raises(RedisAway):
            await line.ask("PING")
        await asyncio.sleep(0.2)
        return await line.ask("ECHO", "again")

    assert on_a_line(scene) == b"again"
