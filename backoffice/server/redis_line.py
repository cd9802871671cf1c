"""One connection to Redis for all requests of a loop: each asks without waiting for the others' answers."""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha1
from time import monotonic
from typing import Any

from redis.asyncio import Connection, ConnectionPool
from redis.exceptions import NoScriptError, RedisError

PATIENCE_SECONDS = 0.3
# A server that does not answer is left alone for this long.
REST_SECONDS = 5.0


class RedisAway(Exception):
    """Redis does not answer, or did not a moment ago."""


class Script:
    """A script of Redis, sent whole only when the server does not know it yet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode(), usedforsecurity=False).hexdigest()


class RedisLine:
    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool.from_url(
            url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=None
        )
        self._connection: Connection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._opening = asyncio.Lock()
        self._rests_until = 0.0

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """Return what the script returns for these keys and arguments. Raises RedisAway."""
        try:
            return await self.ask("EVALSHA", script.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return await self.ask("EVAL", script.text, len(keys), *keys, *arguments)

    async def ask(self, *command: str | int) -> Any:
        """Return the answer to a command. Raises RedisAway, or the error that Redis answers with."""
        if monotonic() < self._rests_until:
            raise RedisAway
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                connection = self._connection or await self._open()
                if not connection.is_connected:
                    # It would reconnect by itself, but nobody would read the answers there.
                    raise ConnectionError
                answer = asyncio.get_running_loop().create_future()
                # Queued in the order of sending: nothing can come between before it waits for the network.
                self._asked.append(answer)
                await connection.send_packed_command(connection.pack_command(*command), check_health=False)
                return await answer
        except (OSError, TimeoutError) as error:
            await self._give_up()
            raise RedisAway from error
        except RedisError as error:
            if self._connection is None or not self._connection.is_connected:
                await self._give_up()
                raise RedisAway from error
            raise

    async def close(self) -> None:
        await self._give_up()
        # Let the loop do its own part of closing the connection.
        await asyncio.sleep(0)

    async def _open(self) -> Connection:
        async with self._opening:
            if self._connection is None:
                connection: Connection = self._pool.make_connection()
                try:
                    await connection.connect()
                except BaseException:
                    await connection.disconnect(nowait=True)
                    raise
                self._reading = asyncio.create_task(self._read(connection))
                self._connection = connection
            return self._connection

    async def _read(self, connection: Connection) -> None:
        """Hand each answer to whoever has asked first."""
        while True:
            try:
                answer = await connection.read_response(timeout=math.inf, disconnect_on_error=False)
            except (OSError, RedisError) as error:
                if not connection.is_connected or not self._asked:
                    await self._give_up()
                    return
                answer = error
            waiting = self._asked.popleft()
            if waiting.done():
                continue
            if isinstance(answer, Exception):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)

    async def _give_up(self) -> None:
        """Fail all who wait for an answer; whoever asks after a rest opens a new connection."""
        self._rests_until = monotonic() + REST_SECONDS
        connection, self._connection = self._connection, None
        asked, self._asked = self._asked, deque()
        for waiting in asked:
            if not waiting.done():
                waiting.set_exception(ConnectionError())
        if self._reading is not None and self._reading is not asyncio.current_task():
            self._reading.cancel()
        if connection is not None:
            with suppress(OSError, RedisError):
                await connection.disconnect(nowait=True)
