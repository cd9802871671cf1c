"""A request as WSGI knows it, and the answer as bytes or a file."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http.request import split_domain_port, validate_host

from backoffice.server.gateway import IN_MEMORY_BYTES, _FilesOfAnswers, answer_of, environ_of, with_body
from tests.backoffice.server.network import Headers, Scope

pytestmark = pytest.mark.once


def environ(*headers: tuple[str, str], **scope: Any) -> dict[str, Any]:
    return environ_of(Scope(headers=Headers(*headers), **scope))


def test_a_request_is_told_as_wsgi_tells_it():
    told = environ(
        ("host", "shop.example"),
        ("content-type", "application/json"),
        ("content-length", "2"),
        ("x-request-id", "mine"),
        path="/é",
        query_string="a=%C3%A9",
        method="POST",
        client="[::1]:4711",
    )

    assert {name: value for name, value in told.items() if not name.startswith("wsgi.")} == {
        "SCRIPT_NAME": "",
        "SERVER_SOFTWARE": "backoffice",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/Ã©",
        "QUERY_STRING": "a=%C3%A9",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "::1",
        "HTTP_HOST": "shop.example",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_X_REQUEST_ID": "mine",
    }


def test_a_query_that_is_not_encoded_is_read_as_utf_8():
    request = WSGIRequest({**environ(query_string="q=é€"), "wsgi.input": io.BytesIO()})

    assert request.GET["q"] == "é€"


@pytest.mark.parametrize(
    "forged", ["x_forwarded_for", "x-forwarded_for", "x_forwarded_proto", "content_length"]
)
def test_a_header_with_an_underscore_is_nobodys(forged):
    assert environ((forged, "203.0.113.9")) == environ()


def test_what_a_proxy_says_after_a_forged_header_is_what_counts():
    told = environ(("x_forwarded_for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.1"))

    assert told["HTTP_X_FORWARDED_FOR"] == "198.51.100.1"


def test_a_header_that_comes_twice_is_one_list_and_cookies_are_one_line():
    told = environ(("accept", "a"), ("accept", "b"), ("cookie", "a=1"), ("cookie", "b=2"))

    assert (told["HTTP_ACCEPT"], told["HTTP_COOKIE"]) == ("a, b", "a=1; b=2")


def test_two_hosts_are_none_that_django_allows():
    told = environ(("host", "shop.example"), ("host", "elsewhere.example"))

    assert told["HTTP_HOST"] == "shop.example, elsewhere.example"
    assert not validate_host(split_domain_port(told["HTTP_HOST"])[0], ["shop.example", "elsewhere.example"])


def test_the_host_of_an_absolute_target_counts():
    assert (
        environ(("host", "shop.example"), authority="elsewhere.example")["HTTP_HOST"] == "elsewhere.example"
    )


def test_a_chunked_body_has_a_length_for_django():
    told = with_body(environ(("transfer-encoding", "chunked")), io.BytesIO(b"12345"), 5)

    assert told["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in told


class Parts:
    """An answer in parts, which wants to be closed."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = iter(parts)
        self.is_closed = False

    def __iter__(self) -> Any:
        return self.parts

    def close(self) -> None:
        self.is_closed = True


def answered(parts: Any) -> Any:
    def application(_environ: Any, start_response: Any) -> Any:
        start_response("203 Whatever", [("X-A", "b")])
        return parts

    return answer_of(application, environ())


def test_a_short_answer_is_bytes_whatever_it_came_as():
    parts = Parts(b"ab", b"cd")
    answer = answered(parts)

    assert (answer.status, answer.headers, answer.body) == (203, [("x-a", "b")], b"abcd")
    assert parts.is_closed
    assert answered([b"abcd"]).body == b"abcd"
    assert answered([]).body == b""


@pytest.mark.parametrize("kind", [list, lambda parts: Parts(*parts)])
def test_a_long_answer_is_a_file_on_disk(kind):
    answer = answered(kind([b"x" * (IN_MEMORY_BYTES + 1)]))

    assert dict(answer.headers)["content-length"] == str(IN_MEMORY_BYTES + 1)
    assert answer.body.fileno() > 0
    answer.body.close()


def test_a_failing_answer_is_closed_too():
    class Failing(Parts):
        def __iter__(self) -> Any:
            raise ZeroDivisionError

    parts = Failing()
    with pytest.raises(ZeroDivisionError):
        answered(parts)
    assert parts.is_closed


@pytest.mark.parametrize("begins_at", [0, 3])
def test_a_file_is_sent_as_it_is_and_one_from_its_middle_as_a_copy(tmp_path, begins_at):
    path = tmp_path / "file"
    path.write_bytes(b"a" * 100_000)
    opened = path.open("rb")
    opened.seek(begins_at)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](opened, 8_192)

    answer = answer_of(application, environ())
    assert opened.closed
    with answer.body as body:
        assert os.path.samestat(os.fstat(body.fileno()), path.stat()) == (begins_at == 0)
        body.seek(0)
        assert body.read() == b"a" * (100_000 - begins_at)
    assert dict(answer.headers)["content-length"] == str(100_000 - begins_at)


def test_the_same_long_answer_is_on_disk_once_however_many_ask_for_it():
    files = [answered([b"y" * 100_000]).body for _ in range(3)]
    other = answered([b"z" * 100_000]).body

    places = {os.fstat(file.fileno()).st_ino for file in files}
    assert len(places) == 1
    assert os.fstat(other.fileno()).st_ino not in places
    for file in (*files, other):
        file.close()


def test_a_long_answer_that_others_have_pushed_out_is_written_anew():
    files = _FilesOfAnswers(most=2)
    contents = [letter * 100_000 for letter in (b"a", b"b", b"c", b"a")]
    for content in contents:
        with files.holding(content) as file:
            assert Path(f"/dev/fd/{file.fileno()}").read_bytes() == content
