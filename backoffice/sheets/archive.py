"""The members of a zip archive, unpacked piece by piece within limits.

The standard library's reader keeps an object for each entry of the directory and copies their extra fields
again and again; a directory written for the purpose holds it up for minutes.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.numbers import grouped
from backoffice.sheets.limits import UnreadableFile

MAX_MEMBERS = 10_000
MAX_DIRECTORY = 2_000_000
MAX_UNZIPPED = 250_000_000
MAX_RATIO = 100
# Small members may be packed as tightly as they like.
RATIO_FLOOR = 1_000_000
PIECE = 1 << 14
CHUNK = 1 << 16

# Signatures and layouts: PKWARE's APPNOTE.TXT, 4.3.
END, END64, LOCATOR, LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x03\x04"
LOCATOR_LENGTH = 20
END_RECORD = struct.Struct("<4s6xHLLH")
END64_RECORD = struct.Struct("<4s28xQQQ")
ENTRY_RECORD = struct.Struct("<4s4xHH4xLLLHHH8xL")
LOCAL_RECORD = struct.Struct("<4s22xHH")
LONGEST_COMMENT = 65_535
SEE_EXTRA = 0xFFFFFFFF
ZIP64_EXTRA = 1
IS_ENCRYPTED, IS_UTF8 = 0x1, 0x800
STORED, DEFLATED = 0, 8

DAMAGED = gettext_lazy(
    "This file is not an XLSX workbook, or it is damaged. "
    "Open it in your spreadsheet program, save it as XLSX or CSV and try again."
)


class Member(NamedTuple):
    offset: int
    zipped: int
    unzipped: int
    checksum: int
    method: int
    is_encrypted: bool


class Archive:
    """A zip archive whose members are found in either case, and with either slash in their names.

    `taken` is how many packed bytes were needed for the chunks so far.

    Raises:
        UnreadableFile: at once for a directory that cannot be read, or is that of a bomb.
    """

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._members = _members(content)
        self.taken = 0
        self._unzipped = 0
        declared = sum(member.unzipped for member in self._members.values())
        if declared > MAX_UNZIPPED:
            raise UnreadableFile(_too_large(declared))

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._members

    def size(self, name: str) -> int:
        """Return the member's unpacked size by the directory. Raises UnreadableFile when there is none."""
        return self._member(name).unzipped

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the member's content, at most 64 kB at a time.

        Raises:
            UnreadableFile: while iterating.
        """
        member = self._member(name)
        packed = self._packed(member)
        checksum = unzipped = 0
        before = self.taken
        for chunk, taken in _unpacked(packed, member.method):
            checksum = zlib.crc32(chunk, checksum)
            unzipped += len(chunk)
            self._unzipped += len(chunk)
            self.taken = before + taken
            if self._unzipped > MAX_UNZIPPED:
                raise UnreadableFile(_too_large(self._unzipped))
            if unzipped > RATIO_FLOOR + MAX_RATIO * taken:
                raise UnreadableFile(_too_tight())
            yield chunk
        if unzipped != member.unzipped or checksum != member.checksum:
            raise UnreadableFile(DAMAGED)

    def _member(self, name: str) -> Member:
        member = self._members.get(_key(name))
        if member is None or member.is_encrypted or member.method not in (STORED, DEFLATED):
            raise UnreadableFile(DAMAGED)
        return member

    def _packed(self, member: Member) -> memoryview:
        header = self._content[member.offset : member.offset + LOCAL_RECORD.size]
        if len(header) < LOCAL_RECORD.size:
            raise UnreadableFile(DAMAGED)
        signature, name_length, extra_length = LOCAL_RECORD.unpack(header)
        begin = member.offset + LOCAL_RECORD.size + name_length + extra_length
        packed = self._content[begin : begin + member.zipped]
        if signature != LOCAL or len(packed) < member.zipped:
            raise UnreadableFile(DAMAGED)
        return packed


def _members(content: bytes) -> dict[str, Member]:
    end, count, size, offset = _end_of(content)
    begin = end - size
    # How many bytes stand in the file before the archive.
    shift = begin - offset
    if begin < 0 or shift < 0 or count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise UnreadableFile(DAMAGED)
    members: dict[str, Member] = {}
    for _entry in range(count):
        if begin + ENTRY_RECORD.size > end:
            raise UnreadableFile(DAMAGED)
        signature, flags, method, checksum, *numbers = ENTRY_RECORD.unpack_from(content, begin)
        zipped, unzipped, name_length, extra_length, comment_length, local = numbers
        if signature != b"PK\x01\x02":
            raise UnreadableFile(DAMAGED)
        name_begins = begin + ENTRY_RECORD.size
        extra_begins = name_begins + name_length
        name = content[name_begins:extra_begins].decode("utf-8" if flags & IS_UTF8 else "cp437", "replace")
        if SEE_EXTRA in (zipped, unzipped, local):
            extra = content[extra_begins : extra_begins + extra_length]
            unzipped, zipped, local = _long_numbers(extra, (unzipped, zipped, local))
        key = _key(name)
        if key in members and not key.endswith("/"):
            # Programs do not agree on which of the two they show.
            raise UnreadableFile(DAMAGED)
        members[key] = Member(local + shift, zipped, unzipped, checksum, method, bool(flags & IS_ENCRYPTED))
        begin = extra_begins + extra_length + comment_length
    return members


def _end_of(content: bytes) -> tuple[int, int, int, int]:
    """Return where the directory ends, its numbers of entries and bytes, and where it says it begins."""
    place = content.rfind(END, max(0, len(content) - END_RECORD.size - LONGEST_COMMENT))
    if place < 0 or len(content) - place < END_RECORD.size:
        raise UnreadableFile(DAMAGED)
    _sign, count, size, offset, _comment = END_RECORD.unpack_from(content, place)
    if content.startswith(LOCATOR, max(0, place - LOCATOR_LENGTH)):
        place = content.rfind(END64, 0, place - LOCATOR_LENGTH)
        if place < 0 or len(content) - place < END64_RECORD.size:
            raise UnreadableFile(DAMAGED)
        _sign, count, size, offset = END64_RECORD.unpack_from(content, place)
    return place, count, size, offset


def _long_numbers(extra: bytes, numbers: tuple[int, int, int]) -> list[int]:
    """Return the numbers; those that did not fit into the entry come from the field beside it."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        place += 4
        if kind == ZIP64_EXTRA:
            longs = (each for (each,) in struct.iter_unpack("<Q", extra[place : place + length // 8 * 8]))
            return [next(longs, number) if number == SEE_EXTRA else number for number in numbers]
        place += length
    return list(numbers)


def _unpacked(packed: memoryview, method: int) -> Iterator[tuple[bytes, int]]:
    """Yield chunks, each with how many packed bytes were needed so far."""
    if method == STORED:
        for begin in range(0, len(packed), CHUNK):
            chunk = bytes(packed[begin : begin + CHUNK])
            yield chunk, begin + len(chunk)
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    taken = 0
    try:
        for begin in range(0, len(packed), PIECE):
            rest: bytes | memoryview = packed[begin : begin + PIECE]
            taken += len(rest)
            while rest and not inflater.eof:
                if chunk := inflater.decompress(rest, CHUNK):
                    yield chunk, taken
                rest = inflater.unconsumed_tail
        if chunk := inflater.flush():
            yield chunk, taken
    except zlib.error as error:
        raise UnreadableFile(DAMAGED) from error
    if not inflater.eof:
        raise UnreadableFile(DAMAGED)


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _too_large(size: int) -> str:
    return _(
        "The workbook would unpack to %(size)s MB; at most %(most)s MB are read. "
        "Keep only the columns needed, or save it as CSV."
    ) % {"size": grouped(size // 1_000_000), "most": MAX_UNZIPPED // 1_000_000}


def _too_tight() -> str:
    return _(
        "The workbook unpacks to more than %(times)s times its size, as no list of goods does. "
        "Copy the filled cells into a new workbook, or save it as CSV."
    ) % {"times": MAX_RATIO}
