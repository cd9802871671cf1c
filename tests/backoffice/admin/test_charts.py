"""Bar charts: where the bars stand, what the axes say, and the table behind them."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from backoffice.admin.charts import Chart, Label, Series, bar_chart

DAYS = [Label("1 Nov", "Sun 1 Nov"), Label("2 Nov", "Mon 2 Nov")]


def chart_of(*now: int | Decimal, before: tuple[int | Decimal, ...] | None = None, **options: Any) -> Chart:
    labels = [Label(str(n), f"Day {n}") for n in range(len(now))]
    earlier = None if before is None else Series("October", before)
    return bar_chart("Sales", labels, Series("November", now), column_title="Day", before=earlier, **options)


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (Decimal("6400.00"), ["0", "2,000", "4,000", "6,000", "8,000"]),
        (Decimal("8000.00"), ["0", "2,000", "4,000", "6,000", "8,000"]),
        (Decimal("8000.01"), ["0", "5,000", "10,000"]),
        (Decimal("0.37"), ["0", "0.1", "0.2", "0.3", "0.4"]),
        (1, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (41, ["0", "20", "40", "60"]),
        (0, ["0", "1"]),
    ],
)
def test_the_axis_counts_in_round_steps_up_to_the_highest_bar(most: int | Decimal, ticks: list[str]) -> None:
    assert [tick.text for tick in chart_of(most, 0).ticks] == ticks


def test_bars_are_as_high_as_their_share_of_the_axis() -> None:
    chart = chart_of(Decimal(20), Decimal(0), before=(Decimal(5), Decimal(10)))

    first, second = chart.columns
    assert [(bar.is_before, bar.y, bar.height) for bar in first.bars] == [
        (True, "75.00%", "25.00%"),
        (False, "0.00%", "100.00%"),
    ]
    assert [(bar.is_before, bar.height) for bar in second.bars] == [(True, "50.00%")]
    assert (first.x, first.width, second.x, second.middle) == ("0.00%", "50.00%", "50.00%", "75.00%")


def test_a_pair_stands_in_the_middle_of_its_column_the_earlier_first() -> None:
    (column,) = chart_of(2, before=(1,)).columns

    left, right = (float(bar.x.rstrip("%")) for bar in column.bars)
    assert left < 50 <= right
    assert 50 - left == pytest.approx(right + float(column.bars[1].width.rstrip("%")) / 0.9 - 50)


def test_nothing_is_drawn_below_the_axis() -> None:
    assert chart_of(Decimal(-5), Decimal(10)).columns[0].bars[0].height == "0.00%"


def test_a_period_before_that_is_shorter_or_longer_is_paired_from_its_beginning() -> None:
    assert [column.values for column in chart_of(1, 2, before=(3,)).columns] == [("1", "3"), ("2", "0")]
    assert [column.values for column in chart_of(1, before=(3, 4)).columns] == [("1", "3")]


def test_so_many_columns_are_named_that_their_names_have_room() -> None:
    columns = chart_of(*range(30)).columns

    assert [n for n, column in enumerate(columns) if column.is_named] == list(range(0, 30, 4))
    assert [n for n, column in enumerate(columns) if column.is_named_on_phones] == [0, 8, 16, 24]


def test_the_page_has_the_numbers_as_a_table_and_as_titles_of_the_columns() -> None:
    chart = bar_chart(
        "Sales by day",
        DAYS,
        Series("1–2 Nov", [Decimal(1200), Decimal(3)]),
        column_title="Day",
        before=Series("30–31 Oct", [Decimal(7), Decimal(0)]),
        told=lambda amount: f"€{amount:,.2f}",
    )

    page = render_to_string("backoffice/chart.html", {"chart": chart})

    rows = re.findall(r"<tr>(.*?)</tr>", page)
    assert [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows] == [
        ["Day", "1–2 Nov", "30–31 Oct"],
        ["Sun 1 Nov", "€1,200.00", "€7.00"],
        ["Mon 2 Nov", "€3.00", "€0.00"],
    ]
    assert "<title>Sun 1 Nov: €1,200.00, €7.00</title>" in page
    assert 'aria-label="Sales by day"' in page


def test_places_are_written_with_a_point_in_every_language() -> None:
    with translation.override("de"):
        page = render_to_string("backoffice/chart.html", {"chart": chart_of(1, 2, 3)})

    assert 'x="33.33%"' in page
