"""What the front takes, what it refuses, and what it does without a thread of the shop's."""

import asyncio
import errno
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError

from backoffice.requests.limits import MAX_BODY_BYTES, MAX_UPLOAD_BYTES
from backoffice.server import bodies, gateway, threads
from backoffice.server.bodies import Room
from backoffice.server.front import Front
from backoffice.server.gateway import Answer
from backoffice.server.threads import Threads
from tests.backoffice.server.network import Headers, Proto, Scope, posted, run

pytestmark = pytest.mark.once
CHUNKED = ("transfer-encoding", "chunked")
FORM = ("content-type", "multipart/form-data; boundary=x")


class NothingEarly:
    async def again(self, environ: Mapping[str, Any]) -> Answer | None:
        return None

    def state(self) -> int | None:
        return None

    def keep(self, environ: Mapping[str, Any], answer: Answer, *, state: int | None) -> None: ...


class Django:
    """Says how much of a body it was given."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        self.asked.append(len(body))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(len(body)).encode()]


class Fast(Proto):
    """The first chunk at once, the others after a pause."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.chunks[0]
        await asyncio.sleep(self.pause)
        yield b"".join(self.chunks[1:])


def front(
    application: Any = None, *, may_upload: Callable[[Any], bool] = lambda _: False, **more: Any
) -> Front:
    return Front(
        application or Django(),
        may_upload=may_upload,
        address_of=lambda environ: environ["REMOTE_ADDR"],
        early=NothingEarly(),
        threads=more.pop("threads", None) or Threads(2),
        **more,
    )


def asked(shop: Front, scope: Scope, proto: Proto | None = None) -> tuple[int, dict[str, str], bytes]:
    proto = proto or Proto()
    run(shop.__rsgi__(scope, proto))
    [answer] = proto.answers
    return answer


@pytest.mark.parametrize(
    ("header", "chunks"),
    [
        (("content-length", "3"), [b"abc"]),
        (CHUNKED, [b"ab", b"c"]),
        (("content-length", "300000"), [b"a" * 100_000] * 3),
        (("content-length", "0"), []),
    ],
)
def test_django_is_given_a_whole_body(header, chunks):
    assert asked(front(), posted(header), Proto(chunks))[2] == str(len(b"".join(chunks))).encode()


def test_a_body_that_is_announced_too_long_is_refused_unread():
    shop, proto = front(), Proto([b"a" * 1_000] * 400_000)
    status, headers, body = asked(shop, posted(("content-length", "400000000"), path="/api/v1/x"), proto)

    assert (status, headers["connection"], proto.chunks_taken) == (413, "close", 0)
    assert headers["content-type"] == "application/problem+json"
    told = json.loads(body)
    assert (told["code"], told["request_id"]) == ("too_large", headers["x-request-id"])
    assert shop.application.asked == []


def test_a_chunked_body_is_refused_when_it_gets_too_long():
    shop, proto = front(), Proto([b"a" * 100_000] * 4_000)
    status, headers, body = asked(shop, posted(CHUNKED), proto)

    assert (status, headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert proto.chunks_taken == MAX_BODY_BYTES // 100_000 + 1
    assert headers["x-request-id"] in body.decode()
    assert (shop.application.asked, shop.room.held) == ([], 0)


def test_only_whoever_may_upload_sends_more_and_not_more_than_that():
    large = ("content-length", str(MAX_BODY_BYTES + 1))
    chunks = [b"a" * 524_288, b"a" * 524_288, b"a"]

    assert asked(front(), posted(large, FORM), Proto(chunks))[0] == 413
    assert asked(front(may_upload=lambda _: True), posted(large, FORM), Proto(chunks))[0] == 200
    # What is no upload of a file stays small, whoever sends it.
    assert asked(front(may_upload=lambda _: True), posted(large), Proto(chunks))[0] == 413
    beyond = ("content-length", str(MAX_UPLOAD_BYTES + 1))
    assert asked(front(may_upload=lambda _: True), posted(beyond, FORM))[0] == 413


@pytest.mark.parametrize("header", [("content-length", "100"), ("content-length", "100000"), CHUNKED])
def test_a_silent_body_is_given_up_and_holds_no_thread_until_then(header, monkeypatch):
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.3)
    shop = front(threads=Threads(1))

    async def scene() -> tuple[list[Proto], Proto]:
        silent = [Proto([b"a"], pause=30) for _ in range(20)]
        waiting = [asyncio.create_task(shop.__rsgi__(posted(header), proto)) for proto in silent]
        await asyncio.sleep(0)
        other = Proto()
        await asyncio.wait_for(shop.__rsgi__(Scope(headers=Headers(("host", "a"))), other), 0.25)
        await asyncio.gather(*waiting)
        return silent, other

    silent, other = run(scene())
    assert other.answers[0][0] == 200
    assert [proto.answers[0][0] for proto in silent] == [408] * 20
    assert shop.application.asked == [0]


@pytest.mark.parametrize("header", [("content-length", "300000"), CHUNKED])
def test_a_body_that_breaks_off_is_never_taken_for_a_whole_one(header):
    shop, proto = front(), Proto([b"a" * 100_000] * 3, breaks_off=True)
    status, headers, _ = asked(shop, posted(header), proto)

    assert (status, headers["connection"]) == (400, "close")
    assert (shop.application.asked, shop.room.held) == ([], 0)


def test_a_body_that_is_shorter_than_was_announced_is_refused():
    shop = front()

    assert asked(shop, posted(("content-length", "300000")), Proto([b"a" * 299_999]))[0] == 400
    assert shop.application.asked == []


def test_what_came_fast_is_no_credit_for_silence(monkeypatch):
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "LEAST_BYTES_PER_SECOND", 1_000)
    began = time.monotonic()

    # At the least rate this would have been 60 seconds' worth.
    assert asked(front(), posted(CHUNKED), Fast([b"a" * 60_000, b"b"], pause=5))[0] == 408
    assert time.monotonic() - began < 3


def test_a_body_slower_than_the_least_rate_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "LEAST_BYTES_PER_SECOND", 1_000)

    assert asked(front(), posted(CHUNKED), Proto([b"a" * 5] * 20, pause=0.05))[0] == 408
    # As many pauses, and more in each of them.
    assert asked(front(), posted(CHUNKED), Proto([b"a" * 500] * 20, pause=0.05))[0] == 200


def test_bodies_take_no_more_room_than_there_is_and_nobody_takes_all_of_it():
    room = Room(most=310_000, most_for_one=150_000)
    shop = front(room=room)
    body = [b"a" * 100_000]

    async def scene() -> list[Proto]:
        protos = [Proto([*body, b"b"], pause=0.02) for _ in range(5)]
        clients = ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "192.0.2.3:1", "192.0.2.4:1"]
        scopes = [posted(CHUNKED, client=client) for client in clients]
        await asyncio.gather(*map(shop.__rsgi__, scopes, protos))
        return protos

    answers = [proto.answers[0] for proto in run(scene())]
    # The second of one address is refused while there is room, and the last when there is none.
    assert [status for status, _, _ in answers] == [200, 503, 200, 200, 503]
    assert answers[1][1]["retry-after"] == "10"
    assert room.held == 0


def test_health_is_answered_while_every_thread_is_busy_and_the_line_is_full(monkeypatch):
    monkeypatch.setattr(threads, "LONGEST_WAIT_SECONDS", 0.2)
    may_go_on = threading.Event()

    def slow(environ: Any, start_response: Any) -> list[bytes]:
        may_go_on.wait(5)
        start_response("200 OK", [])
        return []

    shop = front(slow, threads=Threads(1, most_waiting=2))

    async def scene() -> tuple[list[Proto], Proto]:
        protos = [Proto() for _ in range(4)]
        tasks = []
        for number, proto in enumerate(protos):
            scope = posted(client=f"192.0.2.{number}:1")
            tasks.append(asyncio.create_task(shop.__rsgi__(scope, proto)))
            await asyncio.sleep(0.05)
        health = Proto()
        await shop.__rsgi__(Scope(path="/healthz"), health)
        await asyncio.sleep(0.2)
        may_go_on.set()
        await asyncio.gather(*tasks)
        return protos, health

    protos, health = run(scene())
    assert health.answers[0][::2] == (200, b'{"status": "ok"}')
    # One at work, two in line too long, and one for whom the line was too long.
    assert [proto.answers[0][0] for proto in protos] == [200, 503, 503, 503]
    assert protos[3].answers[0][1]["retry-after"] == "2"


def test_a_long_answer_is_sent_from_disk():
    def long(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ab" * 500_000]

    status, headers, body = asked(front(long), posted())
    assert (status, headers["content-length"], body) == (200, "1000000", b"ab" * 500_000)


@pytest.mark.parametrize(("length", "status"), [(600_000, 200), (1_200_000, 503)])
def test_while_the_disk_takes_nothing_pages_are_sent_from_memory_and_what_is_longer_is_not(
    monkeypatch, length, status
):
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(gateway.tempfile, "TemporaryFile", full)

    def long(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ab" * (length // 2)]

    told, _, body = asked(front(long), posted())
    assert (told, body == b"ab" * (length // 2)) == (status, status == 200)


@pytest.mark.parametrize(
    ("error", "status"), [(DatabaseError(), 503), (InterfaceError(), 503), (ValueError(), 500)]
)
def test_a_question_that_fails_is_a_refusal_with_an_id(error, status, caplog):
    def fail(_environ: Any) -> bool:
        raise error

    large = ("content-length", str(MAX_BODY_BYTES + 1))
    told, headers, _ = asked(front(may_upload=fail), posted(large, FORM))
    assert (told, len(headers["x-request-id"])) == (status, 32)


def test_a_body_for_which_the_disk_has_no_room_is_refused_for_now_and_logged_in_a_line(monkeypatch, caplog):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bodies.tempfile.SpooledTemporaryFile, "write", full)
    status, headers, _ = asked(front(), posted(("content-length", "300000")), Proto([b"a" * 300_000]))

    assert (status, headers["retry-after"]) == (503, "5")
    [record] = caplog.records
    assert (record.exc_info, "No space left" in record.getMessage()) == (None, True)


def test_a_refusal_after_django_was_asked_goes_by_what_was_asked(monkeypatch):
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    def long(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        WSGIRequest(environ)
        start_response("200 OK", [])
        return [b"a" * 1_200_000]

    monkeypatch.setattr(gateway.tempfile, "TemporaryFile", full)
    assert asked(front(long), Scope(path="/€", headers=Headers(("host", "shop.example"))))[0] == 503


def test_an_answer_is_kept_under_the_words_of_its_question():
    class Remembering(NothingEarly):
        paths: ClassVar[list[str]] = []

        async def again(self, environ: Mapping[str, Any]) -> Answer | None:
            self.paths.append(environ["PATH_INFO"])
            return None

        def keep(self, environ: Mapping[str, Any], answer: Answer, *, state: int | None) -> None:
            self.paths.append(environ["PATH_INFO"])

    def django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        # It writes the path into it that it has read from its bytes.
        WSGIRequest(environ)
        start_response("200 OK", [])
        return []

    shop = front(django)
    shop.early = Remembering()
    asked(shop, Scope(path="/é", headers=Headers(("host", "shop.example"))))
    assert Remembering.paths == ["/Ã©", "/Ã©"]


def test_a_server_that_stops_says_so_and_keeps_no_connection():
    shop = front()
    shop.is_stopping = True

    assert asked(shop, Scope(path="/readyz"))[::2] == (503, b'{"status": "stopping"}')
    status, headers, _ = asked(shop, posted())
    assert (status, headers["connection"]) == (200, "close")


def test_work_that_is_given_up_is_never_begun():
    begun: list[int] = []

    async def scene() -> None:
        line = Threads(1)
        first = asyncio.create_task(line.run(lambda: time.sleep(0.3), whom="a"))
        await asyncio.sleep(0.05)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(threads, "LONGEST_WAIT_SECONDS", 0.1)
            late = asyncio.create_task(line.run(lambda: begun.append(1), whom="b"))
            await first
            with pytest.raises(threads.Overloaded):
                await late

    run(scene())
    assert begun == []


def test_whoever_asks_for_much_lets_others_go_before_it():
    done: list[str] = []

    async def scene() -> None:
        line = Threads(1)
        first = asyncio.create_task(line.run(lambda: time.sleep(0.2), whom="flood"))
        await asyncio.sleep(0.05)
        flood = [line.run(partial(done.append, "flood"), whom="flood") for _ in range(100)]
        others = [line.run(partial(done.append, name), whom=name) for name in ("Ada", "Bob")]
        await asyncio.gather(first, *flood, *others)

    run(scene())
    assert done[:4] == ["flood", "Ada", "Bob", "flood"]
    assert len(done) == 102


def test_nobody_takes_more_than_half_of_the_line():
    may_go_on = threading.Event()

    async def scene() -> None:
        line = Threads(1, most_waiting=8)
        busy = asyncio.create_task(line.run(lambda: may_go_on.wait(5), whom="flood"))
        await asyncio.sleep(0.05)
        flood = [asyncio.create_task(line.run(lambda: 1, whom="flood")) for _ in range(10)]
        other = asyncio.create_task(line.run(lambda: 2, whom="Ada"))
        await asyncio.sleep(0.05)
        may_go_on.set()
        await busy
        results = await asyncio.gather(*flood, return_exceptions=True)
        assert results[:4] == [1] * 4
        assert [type(result) for result in results[4:]] == [threads.Overloaded] * 6
        assert await other == 2

    run(scene())


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "control"])
def test_who_waits_while_the_database_hangs_is_told_and_what_is_in_line_never_begun(monkeypatch, hangs):
    monkeypatch.setattr(threads, "PATIENCE_SECONDS", 0.3)
    may_go_on = threading.Event()
    begun: list[str] = []

    def hanging(environ: Any, start_response: Any) -> list[bytes]:
        begun.append(environ["PATH_INFO"])
        may_go_on.wait(5)
        start_response("200 OK", [])
        return []

    async def database_hangs() -> bool:
        return hangs

    shop = front(hanging, threads=Threads(1))
    monkeypatch.setattr(shop.readiness, "is_database_silent", database_hangs)

    async def scene() -> list[int]:
        looking_after = asyncio.create_task(shop.look_after_its_threads())
        protos = [Proto(), Proto()]
        asking = [asyncio.create_task(shop.__rsgi__(posted(), proto)) for proto in protos]
        _, waiting = await asyncio.wait(asking, timeout=1)
        assert len(waiting) == (0 if hangs else 2)
        may_go_on.set()
        await asyncio.gather(*asking)
        await shop.threads.run(lambda: None, whom="a")
        looking_after.cancel()
        return [proto.answers[0][0] for proto in protos]

    assert run(scene()) == ([503, 503] if hangs else [200, 200])
    assert len(begun) == (1 if hangs else 2)
