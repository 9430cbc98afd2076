"""Statements of banks: every entry with its sign, against the balance the bank states; what does not add up is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.statements import Entry, StatementNotValid, is_statement, read_statements
from cases.statements.camt import read_camt
from tests.cases.statements.files import ACCOUNT, Row, camt, mt940
from tests.draws import draws

DAY = date(2026, 11, 2)
ROUND: list[Row] = [
    (84_000, DAY, False, "B1", "repayment C-2026-000012"),
    (-84_000, date(2026, 11, 4), True, "B2", "returned C-2026-000012"),
    (-500, date(2026, 11, 5), False, "B3", "fee"),
    (84_000, date(2026, 12, 31), False, "B4", "repayment C-2026-000012"),
    (500, date(2027, 1, 2), True, "B5", "fee given back"),
]
formats = pytest.mark.parametrize("write", [camt, mt940], ids=["camt.053", "MT940"])


@formats
def test_postings_reversals_and_the_turn_of_the_year_meet_the_balance_the_bank_states(
    write: Callable[..., bytes],
) -> None:
    content = write(ROUND)
    assert is_statement(content)
    (found,) = read_statements(content)
    assert (found.account, found.currency, found.opening_minor, found.closing_minor) == (
        ACCOUNT,
        "KRW",
        1_000_000,
        1_084_000,
    )
    assert [(e.minor, e.booked_on, e.is_reversal, e.reference) for e in found.entries] == [
        row[:4] for row in ROUND
    ]
    assert all(row[4] in entry.text for row, entry in zip(ROUND, found.entries, strict=True))


@formats
@pytest.mark.parametrize("off", [-1, 1, 84_000])
def test_a_statement_that_does_not_meet_its_balance_is_refused_with_both_figures(
    write: Callable[..., bytes], off: int
) -> None:
    with pytest.raises(StatementNotValid) as refusal:
        read_statements(write(ROUND, closing=1_084_000 + off))
    assert refusal.value.code == "balance"
    assert (refusal.value.params["total_minor"], refusal.value.params["closing_minor"]) == (
        1_084_000,
        1_084_000 + off,
    )


@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 10**9).flatmap(lambda n: st.sampled_from([n, -n])),
            st.dates(date(2026, 1, 1), date(2026, 12, 31)),
            st.booleans(),
            st.from_regex(r"[A-Z0-9]{0,12}", fullmatch=True),
            st.sampled_from(["repayment", "환수금 C-2026-000012", "fee"]),
        ),
        max_size=8,
    ),
    opening=st.integers(-(10**9), 10**9),
    money=st.sampled_from([("KRW", 0), ("EUR", 2), ("KWD", 3)]),
)
@settings(max_examples=draws(80), deadline=None)
def test_what_is_written_is_read_in_every_format(
    rows: list[Row], opening: int, money: tuple[str, int]
) -> None:
    currency, digits = money
    for write in (camt, mt940):
        (found,) = read_statements(write(rows, opening=opening, currency=currency, digits=digits))
        assert [(e.minor, e.booked_on, e.is_reversal, e.reference, e.currency) for e in found.entries] == [
            (*row[:4], currency) for row in rows
        ]


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "13"])
def test_every_version_of_camt_is_read(version: str) -> None:
    (found,) = read_statements(camt(ROUND, version=version))
    assert len(found.entries) == 5


def test_pending_entries_wait_until_they_are_booked() -> None:
    pending = '<Ntry><Amt Ccy="KRW">7000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>'
    (found,) = read_statements(camt(ROUND, more=pending))
    assert len(found.entries) == 5


def batch(amounts: list[int], total: int) -> str:
    parts = "".join(
        f'<TxDtls><Refs><AcctSvcrRef>D{n}</AcctSvcrRef></Refs><Amt Ccy="KRW">{amount}</Amt><RmtInf><Ustrd>C-2026-00001{n}</Ustrd></RmtInf></TxDtls>'
        for n, amount in enumerate(amounts)
    )
    return (
        f'<Ntry><Amt Ccy="KRW">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-09</Dt></BookgDt>'
        f"<AcctSvcrRef>BATCH</AcctSvcrRef><NtryDtls>{parts}</NtryDtls></Ntry>"
    )


def test_a_batch_is_told_payment_by_payment_where_its_details_make_its_amount() -> None:
    (found,) = read_statements(camt([], closing=1_030_000, more=batch([10_000, 20_000], 30_000)))
    assert [(e.minor, e.reference, e.text) for e in found.entries] == [
        (10_000, "D0", "C-2026-000010"),
        (20_000, "D1", "C-2026-000011"),
    ]
    (whole,) = read_statements(camt([], closing=1_030_000, more=batch([10_000, 10_000], 30_000)))
    assert [(e.minor, e.reference) for e in whole.entries] == [(30_000, "BATCH")]


def test_details_under_one_id_are_told_apart_and_those_of_a_batch_without_any_have_none() -> None:
    one_id = batch([10_000, 20_000], 30_000).replace(">D1<", ">D0<")
    (found,) = read_statements(camt([], closing=1_030_000, more=one_id))
    assert [e.reference for e in found.entries] == ["BATCH/1", "BATCH/2"]
    nameless = one_id.replace("<Refs><AcctSvcrRef>D0</AcctSvcrRef></Refs>", "").replace(
        "<AcctSvcrRef>BATCH</AcctSvcrRef>", ""
    )
    (found,) = read_statements(camt([], closing=1_030_000, more=nameless))
    assert [e.reference for e in found.entries] == ["", ""]


def test_pages_of_one_statement_meet_their_interim_balances() -> None:
    first = camt(ROUND[:2], opening=1_000).replace(b"CLBD", b"ITBD")
    last = camt(ROUND[2:], opening=1_000).replace(b"OPBD", b"ITBD")
    middle = camt(ROUND, opening=1_000).replace(b"OPBD", b"ITBD").replace(b"CLBD", b"ITBD")
    told = [read_statements(page)[0] for page in (first, last, middle)]
    assert [(page.opening_minor, page.closing_minor) for page in told] == [
        (1_000, 1_000),
        (1_000, 85_000),
        (1_000, 85_000),
    ]


@pytest.mark.parametrize("encoding", ["euc-kr", "EUC-KR", "cp949", "utf-16"])
def test_a_statement_in_another_encoding_keeps_its_words(encoding: str) -> None:
    text = camt([(84_000, DAY, False, "B1", "환수금")]).decode().replace("UTF-8", encoding)
    (found,) = read_camt(text.encode(encoding))
    assert found.entries[0].text == "환수금"


def test_a_notification_has_no_balance_and_the_same_references() -> None:
    (found,) = read_statements(camt(ROUND[:1], kind="054"))
    assert found.closing_minor is None
    assert found.entries == [Entry(DAY, 84_000, "KRW", False, "B1", "repayment C-2026-000012")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<Document>", "not_xml"),
        (b"<html><body>error</body></html>", "not_a_statement"),
        (camt(ROUND).replace(b">84000<", b">84000.5<", 1), "amount"),
        (
            camt(ROUND).replace(b"<CdtDbtInd>CRDT</CdtDbtInd><Sts>", b"<CdtDbtInd>IN</CdtDbtInd><Sts>", 1),
            "amount",
        ),
        (camt(ROUND).replace(b"2026-11-02", b"2026-11-32"), "day"),
        (camt(ROUND).replace(b'Ccy="KRW">84000', b'Ccy="USD">84000', 1), "currency"),
        (camt(ROUND).replace(b">84000<", b">84,000<", 1), "amount"),
        (camt(ROUND).replace(b">84000<", b">NaN<", 1), "amount"),
        (camt(ROUND, kind="054").replace(b">84000<", b">-84000<", 1), "amount"),
        (camt(ROUND).replace(b"OPBD", b"OPAV"), "no_balance"),
        (camt(ROUND).replace(b"CLBD", b"CLAV"), "no_balance"),
        (camt(ROUND).replace(b"OPBD", b"OPAV").replace(b"CLBD", b"ITBD"), "no_balance"),
        (camt(ROUND, closing=1).replace(b"CLBD", b"ITBD"), "balance"),
        (camt(ROUND).replace(b"UTF-8", b"no-such"), "not_xml"),
        (camt(ROUND).replace(b"UTF-8", b"shift_jis"), "not_xml"),
        (b":20:X\n:25:1\nnothing", "no_balance"),
        (b":20:X\n:25:1/2\n:28C:1/1\n:60F:C261101EUR1,", "no_balance"),
        (
            b":20:X\n:25:1/2\n:28C:1/1\n:60F:C261101EUR1,\n:61:26X1021102C50,NTRFNONREF//Q1\n:62F:C261102EUR51,",
            "line",
        ),
        (
            b":20:X\n:25:1/2\n:28C:1/1\n:60F:C261101EUR1,\n:61:2602301102C50,NTRFNONREF//Q1\n:62F:C261102EUR51,",
            "line",
        ),
        (
            b":20:X\n:25:1/2\n:28C:1/1\n:60F:C261101EUR1,\n:61:2611021102C50,NTRFNONREF//Q1\n:62F:C261131EUR51,",
            "line",
        ),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><Document/>', "doctype"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Document>&a;</Document>', "doctype"),
    ],
)
def test_what_cannot_be_believed_is_refused_by_its_reason(content: bytes, code: str) -> None:
    assert is_statement(content)
    with pytest.raises(StatementNotValid) as refusal:
        read_statements(content)
    assert refusal.value.code == code


def test_a_table_is_no_statement() -> None:
    assert not is_statement(
        b"case,amount,currency,received_on,method,bank_reference\nC-1,2,KRW,2026-11-02,bank_transfer,:20:"
    )
