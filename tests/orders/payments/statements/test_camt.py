"""XML of banks is read within limits, and what it cannot say for certain is not guessed."""

from pathlib import Path

import pytest

from backoffice.sheets.limits import UnreadableFile
from orders.payments.statements import read_statement

pytestmark = pytest.mark.once

ENTRY = (
    "<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>"
    "<ValDt><Dt>2026-11-28</Dt></ValDt>{details}</Ntry>"
)


def document(*entries: str, kind: str = "BkToCstmrStmt") -> bytes:
    return f"<Document><{kind}><Stmt>{''.join(entries)}</Stmt></{kind}></Document>".encode()


def entry(amount: str = "10.00", direction: str = "CRDT", details: str = "") -> str:
    return ENTRY.format(amount=amount, direction=direction, details=details)


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refusal:
        read_statement(content, file_name="a.xml")
    return refusal.value.detail


def test_a_document_type_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]>' + document(entry("&b;"))
    assert refused(bomb).startswith("This XML file is damaged")


def test_an_entity_of_the_network_is_never_asked_for(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]>'.encode()
    assert "hidden" not in refused(bomb + document(entry("&b;")))


def test_depth_and_elements_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(document("<a>" * 20 + "</a>" * 20)).startswith("This XML file is damaged")
    monkeypatch.setattr("orders.payments.statements.camt.MAX_ELEMENTS", 20)
    assert "shorter time" in refused(document(*[entry()] * 10))


def test_a_statement_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.payments.statements.camt.MAX_LINES", 3)
    assert "more than 3 rows" in refused(document(*[entry()] * 8))


@pytest.mark.parametrize("kind", ["BkToCstmrAcctRpt", "CstmrCdtTrfInitn"])
def test_another_kind_of_message_says_which_is_needed(kind: str) -> None:
    assert "camt.053" in refused(document(kind=kind))


def test_a_truncated_file_is_refused() -> None:
    assert refused(document(entry())[:-20]).startswith("This XML file is damaged")


def test_utf_16_is_read() -> None:
    content = '<?xml version="1.0" encoding="UTF-16"?>' + document(entry()).decode()
    (line,) = read_statement(content.encode("utf-16"), file_name="a.xml").lines
    assert str(line.amount) == "10.00"


def test_transactions_that_do_not_add_up_are_one_line_of_the_entry_s_amount() -> None:
    transactions = "".join(
        f"<TxDtls><Amt Ccy='USD'>{amount}</Amt><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        for amount, text in (("6.00", "B-100001"), ("6.00", "B-100002"))
    )
    (line,) = read_statement(
        document(entry("10.00", details=f"<NtryDtls>{transactions}</NtryDtls>")), file_name="a.xml"
    ).lines
    assert (str(line.amount), line.text) == ("10.00", "B-100001 B-100002")


def test_the_entry_s_amount_counts_for_its_only_transaction() -> None:
    details = (
        "<NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy='GBP'>8.00</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>"
    )
    (line,) = read_statement(document(entry("10.00", details=details)), file_name="a.xml").lines
    assert (str(line.amount), line.currency) == ("10.00", "EUR")


def test_what_is_wrong_with_an_entry_is_told_of_that_entry() -> None:
    found = read_statement(
        document(entry("abc"), entry("-1.00"), entry("0"), entry("7.00", "DBIT")), file_name="a.xml"
    )
    assert [str(line.amount) for line in found.lines] == ["-7.00"]
    assert [(each.row, each.code) for each in found.problems] == [
        (1, "not_a_number"),
        (2, "not_a_number"),
        (3, "amount_zero"),
    ]
