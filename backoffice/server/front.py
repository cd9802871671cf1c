"""The front of the shop: takes whole requests off the network, and has a thread answer each (RSGI).

What reads the network here is one loop, which waits for nobody. A thread is asked only when all of a request
has come; health is answered without one. What is too long, too slow or too much is refused before Django
has heard of it.
"""

import asyncio
import io
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from django.db import Error as DatabaseError
from granian._granian import RSGIProtocolClosed as ProtocolClosed

from backoffice.api.problems import in_one_line
from backoffice.requests.limits import MAX_BODY_BYTES, MAX_UPLOAD_BYTES
from backoffice.runtime.outages import RETRY_AFTER_SECONDS, is_outage
from backoffice.server.bodies import SMALL_BYTES, BodyRefused, Room, any_body, small_body
from backoffice.server.gateway import Answer, Application, answer_of, environ_of, with_body
from backoffice.server.readiness import HEALTHY, Readiness
from backoffice.server.refusals import refusal
from backoffice.server.threads import Hanging, Overloaded, Threads

logger = logging.getLogger("backoffice.server")

type Environ = dict[str, Any]

# A file that is sent is closed here after so long: the server has opened it for itself at once.
FILE_SECONDS = 5
CLOSE = ("connection", "close")


class AnswersEarly(Protocol):
    """Answers that need no thread, because Django has given them in the same state of the database."""

    async def again(self, environ: Mapping[str, Any]) -> Answer | None: ...
    def state(self) -> int | None: ...
    def keep(self, environ: Mapping[str, Any], answer: Answer, *, state: int | None) -> None: ...


class Front:
    """An RSGI application that hands whole requests to a WSGI one.

    `may_upload` tells by a request's headers, in a thread, whether it may send more than `MAX_BODY_BYTES`;
    `address_of` tells the client's address.
    """

    def __init__(
        self,
        application: Application,
        *,
        may_upload: Callable[[Environ], bool],
        address_of: Callable[[Mapping[str, Any]], str],
        early: AnswersEarly,
        threads: Threads | None = None,
        room: Room | None = None,
    ) -> None:
        self.application = application
        self.may_upload = may_upload
        self.address_of = address_of
        self.early = early
        self.threads = threads or Threads()
        self.room = room or Room()
        self.readiness = Readiness()
        self.is_stopping = False

    async def look_after_its_threads(self) -> None:
        """Run for ever; while the database hangs, tell those who wait that no answer will come."""
        await self.threads.give_up_on_what_hangs(self.readiness.is_database_silent)

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        environ = environ_of(scope)
        try:
            answer = await self._answer(environ, scope, proto)
        except ProtocolClosed:
            return
        except BodyRefused as refused:
            answer = refusal(refused.status, environ, retry_after_seconds=refused.retry_after_seconds)
        except (Overloaded, Hanging, DatabaseError):
            answer = refusal(503, environ, retry_after_seconds=2)
        except Exception as error:
            answer = self._failed(error, environ)
        self._send(proto, answer)

    async def _answer(self, environ: Environ, scope: Any, proto: Any) -> Answer:
        path = environ["PATH_INFO"]
        if path in ("/healthz", "/readyz"):
            return await self._health(path)
        announced = environ.get("CONTENT_LENGTH", "0")
        if announced == "0" and "transfer-encoding" not in scope.headers:
            return await self._without_body(with_body(environ, io.BytesIO(), 0))
        return await self._with_body(environ, scope, proto, announced=int(announced))

    async def _without_body(self, environ: Environ) -> Answer:
        early = await self.early.again(environ)
        if early is not None:
            return early
        state = self.early.state()
        answer = await self._from_django(environ)
        self.early.keep(environ, answer, state=state)
        return answer

    async def _with_body(self, environ: Environ, scope: Any, proto: Any, *, announced: int) -> Answer:
        is_announced = "transfer-encoding" not in scope.headers
        if is_announced and announced <= SMALL_BYTES:
            body = await small_body(proto)
            return await self._from_django(with_body(environ, body, announced))
        most_bytes = await self._most_bytes(environ)
        if is_announced and announced > most_bytes:
            raise BodyRefused(413)
        with (
            self.room.guest(self.address_of(environ)) as guest,
            await any_body(proto, guest, most_bytes=most_bytes) as body,
        ):
            if is_announced and guest.bytes != announced:
                raise BodyRefused(400)
            return await self._from_django(with_body(environ, body, guest.bytes))

    async def _most_bytes(self, environ: Environ) -> int:
        is_upload = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data")
        if not is_upload:
            return MAX_BODY_BYTES
        do = partial(self.may_upload, environ)
        may_upload = await self.threads.run(do, whom=self.address_of(environ))
        return MAX_UPLOAD_BYTES if may_upload else MAX_BODY_BYTES

    async def _from_django(self, environ: Environ) -> Answer:
        # Django writes into its copy; what comes after needs the request as it was.
        do = partial(answer_of, self.application, dict(environ))
        return await self.threads.run(do, whom=self.address_of(environ))

    async def _health(self, path: str) -> Answer:
        if path == "/healthz":
            return HEALTHY
        return await self.readiness.answer(is_stopping=self.is_stopping)

    def _failed(self, error: Exception, environ: Environ) -> Answer:
        method, path = environ["REQUEST_METHOD"], in_one_line(environ["PATH_INFO"])
        if is_outage(error):
            # The disk may be full: bodies are kept there until they are whole.
            logger.error("%s %s: %s", method, path, error, extra={"about": error})
            return refusal(503, environ, retry_after_seconds=RETRY_AFTER_SECONDS)
        logger.error("%s %s failed", method, path, exc_info=error)
        return refusal(500, environ)

    def _send(self, proto: Any, answer: Answer) -> None:
        headers = [*answer.headers, CLOSE] if self.is_stopping else answer.headers
        if isinstance(answer.body, bytes):
            proto.response_bytes(answer.status, headers, answer.body)
            return
        # The file is named by its number, for it has no name: it is gone with this process.
        proto.response_file(answer.status, headers, f"/dev/fd/{answer.body.fileno()}")
        asyncio.get_running_loop().call_later(FILE_SECONDS, answer.body.close)
