"""Reads a statement, whichever kind of file it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.remarks import Remark, remark_naming
from orders.payments.statements.camt import camt_lines
from orders.payments.statements.lines import FoundLine, LineProblem, StatementLine, judged
from orders.payments.statements.mt940 import is_mt940, mt940_lines
from orders.payments.statements.references import with_references
from orders.payments.statements.table import read_lines
from orders.payments.statements.table_columns import LAYOUT

LOOKED_AT = 400
MARKS = b"\xef\xbb\xbf\xff\xfe\xfe\xff"
IS_XML = re.compile(rb"<\?xml|<(?:\w+:)?Document[\s>]")


@dataclass(frozen=True, slots=True)
class BankStatement:
    """The lines of a file that can be booked, those that cannot, and what was noticed.

    `kind` is the format: `camt`, `mt940`, `bank`, `stripe` or `paypal`.
    """

    kind: str
    lines: tuple[StatementLine, ...]
    problems: tuple[LineProblem, ...]
    remarks: tuple[Remark, ...] = ()
    ignored_columns: tuple[str, ...] = ()


def read_statement(content: bytes, *, file_name: str) -> BankStatement:
    """Return what the file says. Raises UnreadableFile."""
    if _is_xml(content):
        lines, announced = camt_lines(content)
        return _statement("camt", lines, _remarks(not_yet=announced))
    if is_mt940(content):
        lines, expected, remarks = mt940_lines(content)
        return _statement("mt940", lines, [*remarks, *_remarks(not_yet=expected)])
    found, table, writer = read_lines(content, file_name=file_name)
    remarks = _remarks(
        not_yet=found.not_yet,
        of_the_shop=found.of_the_shop,
        no_bookings=found.no_bookings,
        refunds_elsewhere=found.refunded,
    )
    return _statement(writer.value, found.lines, [*table.remarks, *remarks], table.ignored_columns)


def _is_xml(content: bytes) -> bool:
    """Whether it begins as XML, in UTF-8 or UTF-16, behind a mark or blanks."""
    return IS_XML.match(content[:LOOKED_AT].lstrip(MARKS).replace(b"\0", b"").lstrip()) is not None


def _statement(
    kind: str, found: list[FoundLine], remarks: Iterable[Remark], ignored_columns: tuple[str, ...] = ()
) -> BankStatement:
    good: list[FoundLine] = []
    problems: list[LineProblem] = []
    for each in judged(found):
        if isinstance(each, LineProblem):
            problems.append(each)
        else:
            good.append(each)
    remarks = tuple(remarks)
    if not (good or problems or remarks):
        raise UnreadableFile(LAYOUT.no_rows)
    return BankStatement(kind, tuple(with_references(good)), tuple(problems), remarks, ignored_columns)


def _remarks(**rows: list[int]) -> list[Remark]:
    return [remark_naming(code, numbers) for code, numbers in rows.items() if numbers]
