"""The codes of a promotion as a file, for whoever sends them out."""

from itertools import chain
from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.utils.text import slugify

from backoffice.sheets.csv_lines import CSV_TYPE, UTF8_MARK
from backoffice.sheets.writing import XLSX_TYPE
from orders.models import PromoCode, Promotion
from orders.promotions import promo_codes_csv, write_promo_codes_workbook

LONGEST_NAME = 60


def codes_csv(promotion: Promotion) -> StreamingHttpResponse:
    """Stream the codes with their terms as CSV while they are read, as the API and shopctl write them."""
    return StreamingHttpResponse(
        chain([UTF8_MARK], promo_codes_csv(PromoCode.objects.filter(promotion=promotion))),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{_file_name(promotion)}.csv"'},
    )


def codes_xlsx(promotion: Promotion) -> FileResponse:
    """Return the same as a workbook; text stays text in its cells, whatever it begins with."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    write_promo_codes_workbook(file, PromoCode.objects.filter(promotion=promotion))
    file.seek(0)
    name = f"{_file_name(promotion)}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _file_name(promotion: Promotion) -> str:
    return f"{slugify(promotion.name)[:LONGEST_NAME].strip('-') or f'promotion-{promotion.pk}'}-codes"
