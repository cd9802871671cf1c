"""The codes of a promotion as a file, for whoever sends them out."""

from collections.abc import Iterator
from itertools import chain
from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from backoffice.sheets.csv_lines import CSV_TYPE, UTF8_MARK, csv_lines
from backoffice.sheets.writing import XLSX_TYPE, write_workbook
from orders.models import PromoCode, PromoState, Promotion

type Row = tuple[str, str, int, int | None]

HEADER = ("code", "state", "times_used", "max_uses")
ROWS_AT_ONCE = 5_000
STATES = {state: str(state.label).lower() for state in PromoState}
LONGEST_NAME = 60


def codes_csv(promotion: Promotion) -> StreamingHttpResponse:
    """Stream the codes as CSV while they are read, with anything like a formula neutralised."""
    return StreamingHttpResponse(
        _csv_parts(promotion),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{_file_name(promotion)}.csv"'},
    )


def codes_xlsx(promotion: Promotion) -> FileResponse:
    """Return the codes as a workbook; text stays text in its cells, whatever it begins with."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    write_workbook(file, chain([[HEADER]], _parts(promotion)))
    file.seek(0)
    name = f"{_file_name(promotion)}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _csv_parts(promotion: Promotion) -> Iterator[str]:
    yield UTF8_MARK + csv_lines([HEADER])
    for rows in _parts(promotion):
        yield csv_lines(rows)


def _parts(promotion: Promotion) -> Iterator[list[Row]]:
    """Yield rows, one statement at a time: a slow download keeps no cursor and no transaction open."""
    now = timezone.now()
    # One instance is reused for every row: making 100,000 would take longer than everything else.
    code = PromoCode(promotion=promotion)
    rows: list[Row] = []
    after = 0
    while after == 0 or len(rows) == ROWS_AT_ONCE:
        codes = PromoCode.objects.filter(promotion=promotion, pk__gt=after).order_by("pk")[:ROWS_AT_ONCE]
        rows = []
        for row in codes.values_list("pk", "code", "times_used", "max_uses", "is_paused"):
            after, name, code.times_used, code.max_uses, code.is_paused = row
            rows.append((name, STATES[code.state_at(now)], code.times_used, code.max_uses))
        yield rows


def _file_name(promotion: Promotion) -> str:
    return f"{slugify(promotion.name)[:LONGEST_NAME].strip('-') or f'promotion-{promotion.pk}'}-codes"
