"""XML within limits: each of them is met by some document, and none by an honest one."""

import pytest

from backoffice.sheets import markup
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.markup import Markup

pytestmark = pytest.mark.once


def names_in(document: bytes, *, most_elements: int = 1_000, chunk: int = 64) -> list[str]:
    found: list[str] = []
    reader = Markup(lambda name, _: found.append(name), most_elements=most_elements)
    reader.read(document[place : place + chunk] for place in range(0, len(document), chunk))
    return found


def test_elements_are_told_by_their_local_names() -> None:
    assert names_in(b'<x:a xmlns:x="u"><x:b c="1"/><b/></x:a>') == ["a", "b", "b"]


def test_sixteen_levels_are_read_and_seventeen_are_refused() -> None:
    assert len(names_in(b"<a>" * 16 + b"</a>" * 16)) == 16
    with pytest.raises(UnreadableFile):
        names_in(b"<a>" * 17 + b"</a>" * 17)


def test_elements_are_counted() -> None:
    assert len(names_in(b"<a>" + b"<b/>" * 9 + b"</a>", most_elements=10)) == 10
    with pytest.raises(UnreadableFile, match="Copy the filled cells"):
        names_in(b"<a>" + b"<b/>" * 10 + b"</a>", most_elements=10)


@pytest.mark.parametrize(
    "document",
    [
        b"<a " + b" ".join(b'a%d=""' % each for each in range(101)) + b"/>",
        b"<a>" + b"".join(b"<b%d/>" % each for each in range(1_000)) + b"</a>",
        b"<a>" + b"".join(b'<b a%d=""/>' % each for each in range(1_001)) + b"</a>",
        b"<" + b"a" * 256 + b"/>",
        b'<a b="' + b"c" * 300_000 + b'"/>',
        b"<!--" + b"c" * 400_000 + b"--><a/>",
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b"<a>&b;</a>",
        b"<a>",
        b"<a/><b/>",
        b"\x00",
        b"",
    ],
)
def test_a_document_that_nobody_writes_is_refused(document: bytes) -> None:
    with pytest.raises(UnreadableFile):
        names_in(document, most_elements=10_000)


def test_an_attribute_of_usual_length_is_read() -> None:
    assert names_in(b'<a b="' + b"c" * 100_000 + b'"/>') == ["a"]
    assert markup.MAX_MARK > 100_000
