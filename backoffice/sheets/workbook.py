"""What a workbook is made of: which sheet is read, its texts' and formats' members, and what is not read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from posixpath import basename, dirname, join, normpath

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.archive import Archive
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.markup import Markup, Start
from backoffice.sheets.number_formats import Format, Styles
from backoffice.sheets.remarks import Remark, remark_naming

MAX_OF_SMALL_PARTS = 200_000
MOST_SHEETS_LOOKED_INTO = 20
USUAL = "/xl/workbook.xml"
TEXTS, STYLES = "sharedStrings", "styles"
HAS_VALUES = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")

# What else comes in a zip archive, by a member that tells it.
OTHER_ARCHIVES: Mapping[str, Promise] = {
    "xl/workbook.bin": gettext_lazy(
        "This is a binary workbook (XLSB). Save it as XLSX or CSV and try again."
    ),
    "content.xml": gettext_lazy(
        "This is an OpenDocument spreadsheet (ODS). Save it as XLSX or CSV and try again."
    ),
    "Index/Document.iwa": gettext_lazy(
        "This is a Numbers document. Export it as Excel (XLSX) or CSV and try again."
    ),
    "Index.zip": gettext_lazy("This is a Numbers document. Export it as Excel (XLSX) or CSV and try again."),
}
NO_WORKBOOK = gettext_lazy(
    "This is a ZIP archive, not a workbook. Unpack it and choose the CSV or XLSX file that is in it."
)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The member of the sheet that is read; those of texts and formats are "" where there are none."""

    sheet: str
    texts: str
    formats: Mapping[str, Format]
    counts_from_1904: bool
    remarks: list[Remark]


@dataclass(slots=True)
class _Parts:
    """What the workbook's own member and its relationships say."""

    targets: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    counts_from_1904: bool = False

    def relationship(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            kind = attributes["Type"].rpartition("/")[2]
            if kind == "worksheet":
                self.targets[attributes["Id"]] = attributes["Target"]
            elif kind in (TEXTS, STYLES):
                self.members[kind] = attributes["Target"]

    def part(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            is_visible = attributes.get("state", "visible") == "visible"
            keys = [value for key, value in attributes.items() if key.endswith(":id")]
            self.sheets.extend((key, attributes.get("name", ""), is_visible) for key in keys)
        elif name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "") in ("1", "true", "on")


def workbook_of(archive: Archive) -> Workbook:
    """Return what is needed to read the first visible sheet.

    Raises:
        UnreadableFile: it is no workbook, or has no visible sheet.
    """
    main = _main_member(archive)
    folder = dirname(main)
    parts = _Parts()
    links = join(folder, "_rels", f"{basename(main)}.rels")
    _read(archive, links, parts.relationship)
    _read(archive, main, parts.part)
    sheets = [
        (_absolute(folder, parts.targets[key]), name, is_visible)
        for key, name, is_visible in parts.sheets
        if key in parts.targets
    ]
    read = next(((member, name) for member, name, is_visible in sheets if is_visible), None)
    if read is None:
        raise UnreadableFile(_("The workbook has no visible sheet. Put the rows on its first sheet."))
    remarks = _other_sheets(archive, read[1], [each for each in sheets if each[0] != read[0]])
    return Workbook(
        read[0],
        _existing(archive, folder, parts.members.get(TEXTS, "sharedStrings.xml")),
        _formats(archive, _existing(archive, folder, parts.members.get(STYLES, "styles.xml"))),
        parts.counts_from_1904,
        remarks,
    )


def _main_member(archive: Archive) -> str:
    targets: list[str] = []

    def relationship(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes["Type"].endswith("/officeDocument"):
            targets.append(attributes["Target"])

    if USUAL in archive:
        return USUAL
    for member, told in OTHER_ARCHIVES.items():
        if member in archive:
            raise UnreadableFile(told)
    if "_rels/.rels" in archive:
        _read(archive, "_rels/.rels", relationship)
    main = _absolute("/", targets[0]) if targets else ""
    if main not in archive or not main.endswith(".xml"):
        raise UnreadableFile(NO_WORKBOOK)
    return main


def _read(archive: Archive, member: str, start: Start) -> None:
    Markup(start, most_elements=MAX_OF_SMALL_PARTS).read(archive.chunks(member))


def _absolute(folder: str, target: str) -> str:
    return normpath(join(folder, target.replace("\\", "/")))


def _existing(archive: Archive, folder: str, target: str) -> str:
    member = _absolute(folder, target)
    return member if member in archive else ""


def _formats(archive: Archive, member: str) -> Mapping[str, Format]:
    return Styles().read(archive.chunks(member)).formats() if member else {}


def _other_sheets(archive: Archive, read: str, others: list[tuple[str, str, bool]]) -> list[Remark]:
    """Remark on sheets that are not read; one that has nothing in its first 64 kB counts as empty."""
    looked_into = others[:MOST_SHEETS_LOOKED_INTO]
    filled = [
        name for member, name, _visible in looked_into if member in archive and _has_values(archive, member)
    ]
    return [remark_naming("other_sheets", filled, read=read)] if filled else []


def _has_values(archive: Archive, member: str) -> bool:
    return any(HAS_VALUES.search(chunk) for chunk in islice(archive.chunks(member), 1))
