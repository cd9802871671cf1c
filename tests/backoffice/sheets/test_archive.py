"""Zip archives as any program writes them are read; as nobody writes them they are refused."""

import io
import zipfile

import pytest

from backoffice.sheets import archive
from backoffice.sheets.archive import Archive
from backoffice.sheets.limits import UnreadableFile

pytestmark = pytest.mark.once

TEXT = b"sku,quantity\n" + b"TEA-01,5\n" * 20_000


def zipped(
    *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"", before: bytes = b""
) -> bytes:
    file = io.BytesIO(before)
    file.seek(len(before))
    with zipfile.ZipFile(file, "w", method) as made:
        made.comment = comment
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def read(content: bytes, name: str = "a.xml") -> bytes:
    return b"".join(Archive(content).chunks(name))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"made by hand", b"PK\x05\x06 " * 3])
@pytest.mark.parametrize("before", [b"", b"#!/bin/sh\n"])
def test_a_member_is_read_as_it_was_packed(method: int, comment: bytes, before: bytes) -> None:
    content = zipped(("b.xml", b"other"), ("a.xml", TEXT), ("empty", b""), method=method, before=before)

    assert read(content) == TEXT
    assert read(content, "empty") == b""
    if not comment.startswith(b"PK"):
        assert read(zipped(("a.xml", TEXT), method=method, comment=comment)) == TEXT


def test_an_archive_with_64_bit_sizes_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)
    content = zipped(("b.xml", b"other"), ("a.xml", TEXT))

    assert b"PK\x06\x06" in content
    assert (read(content), read(content, "b.xml")) == (TEXT, b"other")


def test_names_are_found_in_any_case_and_with_either_slash() -> None:
    content = zipped(("XL\\SharedStrings.xml", b"texts"))

    assert "xl/sharedStrings.xml" in Archive(content)
    assert read(content, "/xl/sharedstrings.xml") == b"texts"


def test_chunks_are_small_however_tightly_they_are_packed() -> None:
    content = zipped(("a.xml", b"0" * 900_000))

    assert max(map(len, Archive(content).chunks("a.xml"))) <= archive.CHUNK


def test_what_is_packed_too_tightly_or_too_large_is_refused_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UnreadableFile, match="100 times its size"):
        read(zipped(("a.xml", b"0" * 5_000_000)))
    monkeypatch.setattr(archive, "MAX_UNZIPPED", 100_000)
    with pytest.raises(UnreadableFile, match="unpack to"):
        read(zipped(("a.xml", TEXT)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (8, b"\x01"),  # encrypted
        (10, b"\x0c"),  # a method of packing that no workbook has
        (16, b"\xff\xff\xff\xff"),  # a checksum that does not match
        (24, b"\x05\x00\x00\x00"),  # unpacked, shorter than it is
        (20, b"\xff\xff\xff\x7f"),  # packed, longer than the file
        (42, b"\xff\xff\xff\x7f"),  # begins beyond the file
    ],
)
def test_a_directory_that_tells_lies_is_refused(place: int, value: bytes) -> None:
    content = bytearray(zipped(("a.xml", TEXT)))
    entry = content.index(b"PK\x01\x02")
    content[entry + place : entry + place + len(value)] = value

    with pytest.raises(UnreadableFile):
        read(bytes(content))


def test_a_directory_is_refused_by_its_entries_and_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(("a.xml", TEXT), ("b.xml", TEXT))
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    with pytest.raises(UnreadableFile):
        Archive(content)
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_DIRECTORY", 50)
    with pytest.raises(UnreadableFile):
        Archive(content)


def test_no_byte_that_is_changed_brings_the_reader_down() -> None:
    content = zipped(("a.xml", b"0123456789" * 9), ("b.xml", b"x"))
    for place in range(len(content)):
        for value in (0x00, 0xFF, content[place] ^ 0x01):
            changed = bytearray(content)
            changed[place] = value
            try:
                read(bytes(changed))
            except UnreadableFile:
                continue
