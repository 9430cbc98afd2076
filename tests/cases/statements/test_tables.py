"""Tables of banks and payrolls: every row with its sign, the balances running from row to row; what does not add up is refused with its figure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.statements import StatementNotValid, TableSpec, account_end, read_rows, read_table_spec
from tests.cases.statements.files import Row, bank_table, csv_of
from tests.draws import draws
from tests.fraud.claims.importing.files import workbook_bytes

DAY = date(2026, 11, 2)
ROUND: list[Row] = [
    (84_000, DAY, False, "", "이체 C-2026-000012"),
    (-500, DAY + timedelta(days=1), False, "", "수수료"),
    (84_000, DAY + timedelta(days=3), False, "", "김지원"),
]


def read(content: bytes, spec: TableSpec | None = None):
    return read_rows(content, spec or TableSpec(), currency="KRW", zone="Asia/Seoul")


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    "write", [workbook_bytes, csv_of, lambda rows: csv_of(rows, delimiter="\t", encoding="cp949")]
)
def test_a_korean_banks_download_is_read_below_its_titles_in_either_order(write, newest_first: bool) -> None:
    (found,) = read(write(bank_table(ROUND, newest_first=newest_first)))
    assert (found.kind, found.account_end, found.opening_minor, found.closing_minor) == (
        "table",
        "6789",
        1_000_000,
        1_167_500,
    )
    assert [(e.minor, e.booked_on, e.text) for e in found.entries] == [
        (minor, on, text) for minor, on, _, _, text in ROUND
    ]
    assert len({e.reference for e in found.entries}) == 3


def test_a_later_download_of_an_overlapping_period_tells_the_same_entries_under_the_same_ids() -> None:
    (early,) = read(workbook_bytes(bank_table(ROUND)))
    later = bank_table(ROUND[1:], opening=1_084_000)
    for old, new in zip(bank_table(ROUND)[4:], later[3:], strict=True):
        new[0] = old[0]
    (late,) = read(csv_of(later))
    assert [e.reference for e in late.entries] == [e.reference for e in early.entries[1:]]


@pytest.mark.parametrize("row", [1, 2])
def test_a_row_left_out_is_refused_with_its_line_and_both_figures(row: int) -> None:
    rows = bank_table([*ROUND, (1_000, DAY + timedelta(days=4), False, "", "이자")])
    gone = rows.pop(3 + row)
    amount = (gone[3] or 0) - (gone[2] or 0)  # type: ignore[operator]
    with pytest.raises(StatementNotValid) as refusal:
        read(workbook_bytes(rows))
    assert refusal.value.code == "running"
    assert refusal.value.params["line"] == 4 + row
    assert refusal.value.params["closing_minor"] - refusal.value.params["total_minor"] == amount


def test_a_sum_row_and_blank_rows_are_read_over_but_an_unreadable_amount_refuses_the_file() -> None:
    rows = bank_table(ROUND)
    assert len(read(workbook_bytes([*rows, [], ["합계", None, 500, 168_000, None, None]]))[0].entries) == 3
    rows[4][2] = "오백"
    with pytest.raises(StatementNotValid) as refusal:
        read(workbook_bytes(rows))
    assert (refusal.value.code, refusal.value.params["line"], refusal.value.params["column"]) == (
        "row",
        5,
        "출금",
    )


def test_a_payroll_workbook_is_deductions_by_employee_on_the_day_of_its_title() -> None:
    rows = [
        ["2026년 11월 급여 공제 내역"],
        ["지급일: 2026-11-25"],
        ["사번", "성명", "공제액"],
        ["00123", "김지원", 50_000],
        ["E1002", "이서준", -3_000],
    ]
    (found,) = read(workbook_bytes(rows))
    assert [(e.employee_no, e.minor, e.booked_on, e.method, e.is_reversal) for e in found.entries] == [
        ("00123", 50_000, date(2026, 11, 25), "payroll", False),
        ("E1002", -3_000, date(2026, 11, 25), "payroll", True),
    ]
    with pytest.raises(StatementNotValid) as refusal:
        read(workbook_bytes(rows[2:]))
    assert (refusal.value.code, refusal.value.params["columns"]) == ("columns", "지급일 / pay date")


def test_a_table_with_headers_of_its_own_is_read_by_a_profile() -> None:
    rows = [
        ["Tag", "Wofür", "Wert", "Stand", "Konto"],
        ["20.11.2026", "Rate 1", "1.234,50", "2.234,50", "DE89370400440532013000"],
    ]
    content = csv_of(rows, delimiter=";")
    with pytest.raises(StatementNotValid):
        read(content)
    names = {
        "booked_on": "Tag",
        "text": "Wofür",
        "amount": "Wert",
        "balance": "Stand",
        "payer_account": "Konto",
    }
    given_spec = {
        "columns": names,
        "date_form": "%d.%m.%Y",
        "decimal": ",",
        "thousands": ".",
        "currency": "EUR",
    }
    (found,) = read(content, read_table_spec(given_spec))
    (entry,) = found.entries
    assert (entry.minor, entry.currency, entry.booked_on, entry.payer_end, found.opening_minor) == (
        123_450,
        "EUR",
        date(2026, 11, 20),
        "3000",
        100_000,
    )
    assert "DE89" not in entry.text


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"colums": {}}, "colums"),
        ({"columns": {"when": "Tag"}}, "when"),
        ({"columns": {"booked_on": 3}}, "columns"),
        ({"date_form": "%Q"}, "date_form"),
        ({"decimal": ",", "thousands": ","}, "decimal, thousands"),
        ({"currency": "WON"}, "currency"),
    ],
)
def test_a_profile_that_cannot_work_names_what_is_wrong(spec: dict, key: str) -> None:
    with pytest.raises(StatementNotValid) as refusal:
        read_table_spec(spec)
    assert (refusal.value.code, refusal.value.params["key"]) == ("spec", key)


@given(
    amounts=st.lists(
        st.integers(1, 10**8).flatmap(lambda n: st.sampled_from([n, -n])), min_size=1, max_size=12
    ),
    opening=st.integers(0, 10**9),
    newest_first=st.booleans(),
    as_workbook=st.booleans(),
)
@example(amounts=[1, -1], opening=0, newest_first=True, as_workbook=False)  # the balances run both ways
@settings(max_examples=draws(40), deadline=None)
def test_what_is_written_as_a_table_is_read_again(
    amounts: list[int], opening: int, newest_first: bool, as_workbook: bool
) -> None:
    rows: list[Row] = [
        (minor, DAY + timedelta(days=n), False, "", f"이체 {n}") for n, minor in enumerate(amounts)
    ]
    table = bank_table(rows, opening=opening, newest_first=newest_first)
    (found,) = read(workbook_bytes(table) if as_workbook else csv_of(table))
    assert [e.minor for e in found.entries] == amounts
    assert (found.opening_minor, found.closing_minor) == (opening, opening + sum(amounts))


@pytest.mark.parametrize(
    ("account", "end"),
    [
        ("DE89 3704 0044 0532 0130 00", "3000"),
        ("37040044/0532013000EUR", "3000"),
        ("110-123-456789", "6789"),
        ("***-**-6789", "6789"),
        ("", ""),
        ("김지원", ""),
    ],
)
def test_of_an_account_the_last_four_letters_are_kept(account: str, end: str) -> None:
    assert account_end(account) == end


GERMAN = (
    "Buchungstag;Buchungstext;Auftraggeber / Empfänger;Betrag;Währung;Saldo\n"
    "{};Rückzahlung C-2026-000012;Müller;100,00;EUR;1.100,00\n"
    "{};Miete;Vermieter;-500,00;EUR;600,00\n"
)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_foreign_banks_table_is_read_where_its_marks_and_days_leave_one_reading(encoding: str) -> None:
    (found,) = read(GERMAN.format("05.11.2026", "16.11.2026").encode(encoding))
    assert [(e.minor, e.booked_on, e.payer) for e in found.entries] == [
        (10_000, date(2026, 11, 5), "Müller"),
        (-50_000, date(2026, 11, 16), "Vermieter"),
    ]
    assert (found.opening_minor, found.closing_minor) == (100_000, 60_000)


def test_days_that_could_be_months_refuse_a_table_that_no_profile_reads() -> None:
    content = GERMAN.format("05.11.2026", "06.11.2026").encode()
    with pytest.raises(StatementNotValid) as refusal:
        read(content)
    assert refusal.value.params["reason"] == "date_ambiguous"
    (found,) = read(content, read_table_spec({"date_form": "%d.%m.%Y"}))
    assert found.entries[1].booked_on == date(2026, 11, 6)


def test_amounts_that_both_marks_read_are_taken_with_the_usual_one() -> None:
    (found,) = read(b'date,credit,debit,currency\n2026-11-05,"1,250",,USD\n2026-11-06,"2,500",,USD\n')
    assert [entry.minor for entry in found.entries] == [125_000, 250_000]
