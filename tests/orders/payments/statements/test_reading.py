"""Statements of five banks and two providers, in all shapes in which they hand them out."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from backoffice.sheets.limits import UnreadableFile
from orders.payments.statements import BankStatement, problem_in_words, read_statement

pytestmark = pytest.mark.once

FIXTURES = Path(__file__).parent / "fixtures"


def statement(name: str) -> BankStatement:
    return read_statement((FIXTURES / name).read_bytes(), file_name=name)


def said(found: BankStatement) -> list[tuple[str, str, str]]:
    return [(str(line.amount), line.text, line.name) for line in found.lines]


def problems(found: BankStatement) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in found.problems]


def remarks(found: BankStatement) -> list[tuple[str, object]]:
    return [(each.code, each.facts.get("names", each.facts.get("row"))) for each in found.remarks]


WINDOWS = ("read_as_windows_1252", None)
GERMAN = [
    ("1234.50", "Besten Dank, Bestellung B-100042", "Jörg Müßig und Partner"),
    ("-12.90", "Erstattung B-100017", "Ada Weiß"),
    ("-49.00", "Rueckgabe B-100033", "Timo Klein"),
]
XML = [
    ("1234.50", "Besten Dank, Bestellung B-100042", "Jörg Müßig"),
    ("30.00", "RF18B100043 B-100043", "Ada Weiß"),
    ("40.00", "B-100045", "Timo Klein"),
    ("-12.90", "Erstattung B-100017", "Paul Lange"),
]


@pytest.mark.parametrize(
    ("name", "kind", "lines", "noticed"),
    [
        (
            "sparkasse-camt.csv",
            "bank",
            [
                ("1234.50", "Bestellung B-100042 vielen Dank", "Jörg Müßig"),
                ("-12.90", "Erstattung B-100017", "Ada Weiß"),
            ],
            [WINDOWS, ("not_yet", [4])],
        ),
        (
            "deutsche-bank.csv",
            "bank",
            [("249.00", "B-100051", "Clara Öztürk"), ("-19.95", "Rückzahlung B-100040", "Paul Lange")],
            [WINDOWS, ("header_below", 5), ("no_bookings", [8])],
        ),
        (
            "commerzbank.csv",
            "bank",
            [("17.50", "Nina Sommer B-100080 Tee End-to-End-Ref.: NOTPROVIDED", "")],
            [],
        ),
        (
            "n26.csv",
            "bank",
            [("48.90", "Order B-100060", "Elif Demir"), ("1020.00", "thanks, B 100061!", "Jonas Berg")],
            [],
        ),
        (
            "ing.csv",
            "bank",
            [
                ("2000.00", "Bestellnr. 100070", "Mara Groß"),
                ("-81.00", "Abschlag November", "Stadtwerke Muster"),
            ],
            [WINDOWS, ("header_below", 14)],
        ),
        (
            "ing-nl.csv",
            "bank",
            [
                (
                    "64.90",
                    "Naam: J. de Vries Omschrijving: bestelling B-100100 IBAN: NL02INGB0001234567",
                    "J. de Vries",
                ),
                ("-30.00", "Premie november", "Verzekering BV"),
            ],
            [],
        ),
        (
            "revolut.csv",
            "bank",
            [("31.00", "B-100095 Money added from LIAM BYRNE", "Liam Byrne")],
            [("not_yet", [3])],
        ),
        ("german.sta", "mt940", GERMAN, [WINDOWS]),
        (
            "dutch.940",
            "mt940",
            [
                ("64.90", "bestelling B-100100", "J. de Vries"),
                ("20.00", "dank u wel B-100101", "K. Bakker"),
            ],
            [],
        ),
        ("camt-053-v02.xml", "camt", XML, [("not_yet", [5])]),
        ("camt-053-v08.xml", "camt", XML, [("not_yet", [5])]),
        (
            "stripe-balance.csv",
            "stripe",
            [
                ("89.00", "B-100110 Tea order", ""),
                ("-9.00", "B-100110 REFUND FOR CHARGE (Tea order)", ""),
                ("-40.00", "B-100109 Chargeback withdrawal for ch_0Z", ""),
            ],
            [("of_the_shop", [5])],
        ),
        (
            "stripe-payments.csv",
            "stripe",
            [("89.00", "B-100110 Tea order", "Nora Lind")],
            [("not_yet", [3]), ("refunds_elsewhere", [2])],
        ),
        (
            "paypal-de.csv",
            "paypal",
            [("1100.00", "B-100120", "Lena Fuchs"), ("-25.00", "B-100099", "Omar Said")],
            [("not_yet", [5]), ("of_the_shop", [4])],
        ),
        (
            "paypal-us.csv",
            "paypal",
            [("1100.00", "B-100120", "Lena Fuchs"), ("-50.00", "B-100098", "Ben Cole")],
            [],
        ),
    ],
)
def test_each_bank_and_provider_is_read(
    name: str, kind: str, lines: list[tuple[str, str, str]], noticed: list[tuple[str, object]]
) -> None:
    found = statement(name)

    assert (found.kind, said(found), problems(found), remarks(found)) == (kind, lines, [], noticed)
    assert {line.currency for line in found.lines} == {"EUR"}
    assert all(line.reference for line in found.lines)


def test_another_currency_is_a_problem_of_its_row_alone() -> None:
    found = statement("wise.csv")

    assert [line.text for line in found.lines] == [
        "B-100090 Received money from OSLO TEA AS with reference B-100090"
    ]
    (problem,) = found.problems
    assert (problem.row, problem.code, problem.name) == (3, "other_currency", "Tom Reed")
    assert problem_in_words(problem.column, problem.code, problem.facts) == (
        "It is in GBP, the shop's currency is EUR. Record it on the order with the amount that was "
        "credited in EUR."
    )


@pytest.mark.parametrize(
    ("name", "methods", "providers"),
    [
        ("stripe-balance.csv", {"card"}, {"stripe"}),
        ("paypal-de.csv", {"paypal"}, {"paypal"}),
        ("n26.csv", {"bank_transfer"}, {""}),
        ("german.sta", {"bank_transfer"}, {""}),
        ("camt-053-v08.xml", {"bank_transfer"}, {""}),
    ],
)
def test_a_line_says_how_the_money_moved(name: str, methods: set[str], providers: set[str]) -> None:
    found = statement(name)

    assert {line.method for line in found.lines} == methods
    assert {line.provider for line in found.lines} == providers


def test_a_provider_s_amount_is_what_the_customer_paid_and_its_fee_stands_beside_it() -> None:
    payment, refund, chargeback = statement("stripe-balance.csv").lines

    assert (payment.amount, payment.fee) == (Decimal("89.00"), Decimal("1.54"))
    assert (refund.fee, refund.is_chargeback) == (None, False)
    assert (chargeback.amount, chargeback.is_chargeback) == (Decimal("-40.00"), True)


def test_both_downloads_of_stripe_know_a_payment_by_one_number() -> None:
    assert statement("stripe-balance.csv").lines[0].reference == "ch_1A"
    assert statement("stripe-payments.csv").lines[0].reference == "ch_1A"


def test_the_day_is_the_value_date() -> None:
    assert [line.date for line in statement("sparkasse-camt.csv").lines] == [
        date(2026, 11, 27),
        date(2026, 11, 28),
    ]
    assert [line.date for line in statement("paypal-us.csv").lines] == [
        date(2026, 11, 28),
        date(2026, 11, 29),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no rows"),
        ("date,amount\n", "no rows"),
        ("name,town\nAda,Berlin\n", "No row names a column for the date"),
        ("date;amount\n2026-11-30;1.234,56\n2026-11-30;1,234.56\n", "mixes amounts such as 1.234,56"),
        ("date,amount\n11/30/2026,1.50\n30/11/2026,2.50\n", "mixes dates"),
        ("date,amount\n02/03/2026,1.50\n", "can mean two days"),
        ("%PDF-1.7", "not a CSV or XLSX file"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(text: str, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read_statement(text.encode(), file_name="statement.csv")
