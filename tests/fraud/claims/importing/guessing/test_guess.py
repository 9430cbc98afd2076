"""What an unknown table is taken for, and that the guess reads it as a plain reading of the same cells does."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraud.claims.importing.guessing.choices import spec_of
from fraud.claims.importing.guessing.columns import TIME_OF
from fraud.claims.importing.guessing.fitting import Known
from fraud.claims.importing.guessing.grid import Layout
from fraud.claims.importing.guessing.guess import TableGuess, guess_table
from fraud.claims.importing.guessing.texts import found_text, level_text
from fraud.claims.importing.headers import map_headers
from fraud.claims.importing.parsing.rows import RowParser
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.presets import BIRMINGHAM, PRESETS, TORONTO
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from tests.draws import draws
from tests.fraud.claims.importing.files import ARRIVED, workbook_bytes

SEOUL = ZoneInfo("Asia/Seoul")
KNOWN = [Known(name, spec) for name, (_, _, spec) in PRESETS.items()]


def written(path: Path, content: bytes) -> Path:
    file = path / "unknown.bin"
    file.write_bytes(content)
    return file


def table(rows: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def fields_of(found: TableGuess) -> dict[str, str]:
    return {column.header: column.field for column in found.columns}


def read_back(path: Path, found: TableGuess) -> list[dict]:
    """The rows as the importer reads them with the guessed profile."""
    spec = read_spec(spec_of(found.choices))
    source = open_table(path, spec)
    mapping = map_headers(source.headers, spec, source.notes)
    parser = RowParser(
        spec, mapping, Context(ARRIVED, datetime(2099, 1, 1, tzinfo=ARRIVED.tzinfo), "Asia/Seoul", b"k"), source.notes,
        {}, source.encoding,
    )  # fmt: skip
    chunks = list(source.chunks())
    if any(parser.survey(chunk) for chunk in chunks):
        parser.settle_dates()
    return [row for chunk in chunks for row in parser.parse(chunk).frame.to_dicts()]


CARD = [
    ["승인일자", "승인시각", "카드번호", "이용자명", "승인번호", "가맹점명", "승인금액", "부가세", "승인구분", "비고"],
    ["2026.11.02", "12:30:00", "1234-56**-****-7890", "김도현", "30000001", "한빛식당", "12,000", "1,090", "승인", ""],
    ["2026.11.03", "21:05:10", "1234-56**-****-7891", "박서연", "30000002", "미래문구", "5,500", "500", "승인", ""],
    ["2026.11.04", "09:00:00", "1234-56**-****-7890", "김도현", "30000001", "한빛식당", "12,000", "1,090", "취소", ""],
]  # fmt: skip
LEDGER = [
    ["Document No", "Item", "Posting Date", "Document Date", "Personnel Number", "Cost Center", "Vendor Name", "Amount in Doc. Curr.", "Currency", "Text"],
    ["1900001", "1", "15.11.2026", "13.11.2026", "00001001", "CC100", "Bäckerei Köln", "1.234,50", "EUR", "Bewirtung"],
    ["1900001", "2", "15.11.2026", "13.11.2026", "00001001", "CC100", "Hotel Süd", "99,90", "EUR", "Reise"],
    ["1900002", "1", "16.11.2026", "14.11.2026", "00001002", "CC200", "Taxi Müller", "18,00", "EUR", "Fahrt"],
]  # fmt: skip


def test_a_korean_card_list_with_titles_is_read_to_the_unit(tmp_path: Path) -> None:
    titles = [["법인카드 승인내역 조회"], ["조회기간 : 2026.11.01 ~ 2026.11.20"]]
    path = written(tmp_path, table([*titles, *CARD], "\t", "cp949"))
    found = guess_table(path)
    assert found.grid.layout == Layout("cp949", "\t", 3)
    fields = fields_of(found)
    assert fields.pop("비고") == "purpose_text"
    assert fields == {
        "승인일자": "transacted_at", "승인시각": TIME_OF, "카드번호": "card_number", "이용자명": "employee_name", "승인번호": "authorization_code",
        "가맹점명": "merchant_name", "승인금액": "amount", "부가세": "vat", "승인구분": "txn_type",
    }  # fmt: skip
    rows = read_back(path, found)
    assert [row["amount"] for row in rows] == [12_000, 5_500, -12_000]
    assert [row["employee_no"] for row in rows] == ["card-7890", "card-7891", "card-7890"]
    assert rows[1]["transacted_at"].isoformat() == "2026-11-03T12:05:10+00:00"


def test_the_same_list_as_a_workbook_is_found_on_the_sheet_that_has_it(tmp_path: Path) -> None:
    path = written(tmp_path, workbook_bytes([["조회"], *CARD]))
    found = guess_table(path)
    assert (found.grid.kind, found.grid.layout.sheet, found.grid.layout.header_row) == ("xlsx", "claims", 2)
    assert "sheet" not in spec_of(found.choices)  # the first sheet may be called otherwise next month
    assert [row["amount"] for row in read_back(path, found)] == [12_000, 5_500, -12_000]


def test_a_ledger_with_decimal_commas_is_read_to_the_cent(tmp_path: Path) -> None:
    path = written(tmp_path, table(LEDGER, ";", "cp1252"))
    found = guess_table(path)
    assert found.grid.layout == Layout("cp1252", ";", 1)
    assert found.choices.decimal == ","
    rows = read_back(path, found)
    assert [(row["amount"], row["currency"]) for row in rows] == [
        (123_450, "EUR"),
        (9_990, "EUR"),
        (1_800, "EUR"),
    ]
    assert [row["employee_no"] for row in rows] == ["00001001", "00001001", "00001002"]
    assert [row["line_no"] for row in rows] == ["1", "2", "1"]


def test_a_running_number_of_the_delivery_does_not_tell_rows_apart(tmp_path: Path) -> None:
    numbered = [["번호", *CARD[0]], *([str(n), *row] for n, row in enumerate(CARD[1:], 1))]
    found = guess_table(written(tmp_path, table(numbered)))
    assert fields_of(found)["번호"] == "line_no"
    assert "line_no" not in spec_of(found.choices)["identity"]
    ledger = guess_table(written(tmp_path, table(LEDGER, ";")))
    assert "line_no" in spec_of(ledger.choices)["identity"]


def test_a_profile_that_fits_is_found_and_its_other_names_stay_for_the_next_file(tmp_path: Path) -> None:
    rows = [
        ["Division", "Batch-Transaction ID", "Transaction Date", "Merchant Name", "Transaction Amt.", "Trx Currency", "Cost Centre", "Purpose"],
        ["LIBRARY", "77-1", "2017-06-15", "PAPER CO", "50.00", "CAD", "LB1", "PAPER"],
    ]  # fmt: skip
    found = guess_table(written(tmp_path, table(rows, "\t")), KNOWN)
    assert found.fits == "toronto"
    assert all(column.level == "sure" for column in found.columns)
    assert spec_of(found.choices)["columns"] == TORONTO["columns"]


def test_a_header_that_one_profile_gives_to_two_fields_keeps_both(tmp_path: Path) -> None:
    rows = [["trans_date", "merchant_name", "card_number_masked", "original_gross_amount", "billing_gross_amount", "ledger_code"],
            ["01/09/2015", "premier inn", "************9215", "41", "", "M900"]]  # fmt: skip
    found = guess_table(written(tmp_path, table(rows)), KNOWN)
    assert found.fits == "birmingham"
    columns = spec_of(found.choices)["columns"]
    assert "original_gross_amount" in columns["amount"]
    assert columns["original_amount"] == BIRMINGHAM["columns"]["original_amount"]


def test_what_the_company_chose_before_is_chosen_again(tmp_path: Path) -> None:
    own = {
        "columns": {
            "transacted_at": ["Tag"],
            "purpose_text": ["Kostenart"],
            "amount": ["Wert"],
            "employee_no": ["Wer"],
            "merchant_name": ["Wo"],
        },
        "identity": ["transacted_at", "amount"],
        "currency": {"default": "EUR"},
    }
    rows = [
        ["Datum", "Kostenart", "Wert", "Zahlung an"],
        ["2026-11-01", "REISE", "12,50", "Bahn"],
        ["2026-11-02", "ESSEN", "8,50", "Café"],
    ]
    found = guess_table(written(tmp_path, table(rows, ";")), [Known("ours", own, is_own=True)])
    why = {column.header: (column.field, column.why) for column in found.columns}
    assert why["Kostenart"] == ("purpose_text", "former")
    assert why["Datum"][0] == "transacted_at"


def test_dates_that_could_be_read_in_two_orders_are_left_open(tmp_path: Path) -> None:
    rows = [
        ["Date", "Merchant", "Amount"],
        ["05/11/2026", "A shop", "1.00"],
        ["06/10/2026", "B shop", "2.00"],
    ]
    assert guess_table(written(tmp_path, table(rows))).open_dates
    clear = guess_table(written(tmp_path, table([*rows, ["25/11/2026", "C shop", "3.00"]])))
    assert not clear.open_dates
    assert clear.choices.date_forms == ("%d/%m/%Y",)


def test_amounts_with_pence_and_no_currency_are_not_called_won(tmp_path: Path) -> None:
    rows = [
        ["Date", "Merchant", "Amount"],
        ["2026-11-05", "A shop", "1.25"],
        ["2026-11-06", "B shop", "2.50"],
    ]
    assert guess_table(written(tmp_path, table(rows))).choices.currency == ""
    marked = [[*row[:2], f"£{row[2]}"] for row in rows[1:]]
    assert guess_table(written(tmp_path, table([rows[0], *marked]))).choices.currency == "GBP"


@pytest.mark.parametrize(
    ("amounts", "currency"),
    [(["45.00", "1,200.00", "9.00"], ""), (["45,000", "1,200"], "KRW"), (["12500.00", "4500"], "KRW")],
)
def test_amounts_written_with_pence_throughout_are_not_called_won_either(
    amounts: list[str], currency: str, tmp_path: Path
) -> None:
    rows = [["Date", "Merchant", "Amount", "Employee ID"]]
    rows += [[f"2026-11-0{n + 1}", "A shop", amount, f"E{n}"] for n, amount in enumerate(amounts)]
    found = guess_table(written(tmp_path, table(rows)), KNOWN)
    (finding,) = [one for one in found.findings if one.what == "currency"]
    assert found.choices.currency == currency
    assert finding.level == ("likely" if currency else "open")


def test_a_doubled_or_nameless_column_is_shown_and_given_to_nothing(tmp_path: Path) -> None:
    rows = [
        ["Date", "Merchant", "Amount", "Note", "Note", ""],
        ["2026-11-05", "A shop", "1.25", "x", "y", "z"],
    ]
    found = guess_table(written(tmp_path, table(rows)))
    assert [(column.header, column.field, column.why) for column in found.columns[3:]] == [
        ("Note", "", "doubled"), ("Note", "", "doubled"), ("", "", "unnamed"),
    ]  # fmt: skip


def test_no_card_number_is_among_the_samples(tmp_path: Path) -> None:
    rows = [
        ["Date", "Merchant", "Amount", "Purpose"],
        ["2026-11-05", "A shop", "1.25", "paid with 4111 1111 1111 1111"],
    ]
    found = guess_table(written(tmp_path, table(rows)))
    assert "4111" not in "".join(sample for column in found.columns for sample in column.samples)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7", "kind_document"),
        (b"<html><table></table></html>", "kind_html"),
        (b"\x89PNG\r\n\x1a\n....", "kind_picture"),
        (b"\xff\xd8\xff\xe0....", "kind_picture"),
        (b'[{"date": "2026-11-02"}]', "kind_json"),
        (b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>', "kind_statement"),
        (b":20:X\r\n:25:1/2\r\n:60F:C261101EUR1,00\r\n", "kind_statement"),
        (b'<?xml version="1.0"?><CDFTransmissionFile/>', "kind_xml"),
        (b"2026-11-01,12000,1\r\n2026-11-02,13000,2\r\n", "header_missing"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(FileQuarantined) as refused:
        guess_table(written(tmp_path, content))
    assert refused.value.code == code


def test_amounts_that_can_be_read_with_either_sign_are_left_open(tmp_path: Path) -> None:
    def guessed(*amounts: str, currency: str = "USD") -> TableGuess:
        rows = [
            ["Date", "Merchant", "Amount", "Currency"],
            *(["2026-11-05", "A shop", a, currency] for a in amounts),
        ]
        return guess_table(written(tmp_path, table(rows)))

    assert guessed("1.250", "2.500").open_amounts
    assert guessed("1,250", "2,500").open_amounts
    for amounts, currency, sign in (
        (["1.250", "2.505"], "USD", ","),  # 2.505 has more decimals than a dollar
        (["1.250", "2.5"], "USD", "."),
        (["1.250", "2,5"], "USD", ","),
        (["1,250", "2,500"], "KRW", "."),  # won have no decimals
        (["1.234,500"], "KWD", ","),
        (["12", "13"], "USD", "."),
    ):
        found = guessed(*amounts, currency=currency)
        assert not found.open_amounts
        assert found.choices.decimal == sign, amounts


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["사번", "성명", "직급", "입사일", "퇴사일"], "cardholders"),
        (["Employee ID", "Name", "Manager", "Hire Date"], "cardholders"),
        (["사번", "휴가종류", "시작일", "종료일"], "absences"),
        (["거래일시", "적요", "출금액", "입금액", "잔액"], "bank_statement"),
        (["사번", "성명", "기본급", "국민연금", "환수공제"], "payroll"),
        (["Employee ID", "Gross pay", "Deductions", "Amount"], "payroll"),
        (["사번", "발령일", "발령부서", "직급"], "positions"),
        (["차량번호", "사번", "배정일", "반납일"], "vehicles"),
        (["사전승인번호", "사번", "승인금액", "유효일"], "pre_approvals"),
        (["사번", "관계인사번", "관계"], "relatives"),
        (["Booking date", "Description", "Debit", "Credit", "Balance"], "bank_statement"),
    ],
)  # fmt: skip
def test_a_table_that_is_no_list_of_claims_is_called_what_it_is(
    tmp_path: Path, header: list[str], kind: str
) -> None:
    rows = [header, ["2026-11-05"] * len(header), ["2026-11-06"] * len(header)]
    found = guess_table(written(tmp_path, table(rows)), KNOWN, name="list.csv")
    assert found.kind is not None
    assert found.kind.name == kind
    assert set(found.kind.columns) <= set(header)
    assert all(column.level in {"sure", "none"} for column in found.columns)


def test_a_card_feed_with_a_balance_is_still_a_card_feed(tmp_path: Path) -> None:
    rows = [[*row, "잔액" if n == 0 else "1000"] for n, row in enumerate(CARD)]
    assert guess_table(written(tmp_path, table(rows))).kind is None


def test_of_two_columns_that_could_be_the_amount_neither_is_sure(tmp_path: Path) -> None:
    rows = [["거래일", "사번", "가맹점명", "이용금액", "청구금액"], ["2026-11-02", "E1", "한빛식당", "12000", "11000"],
            ["2026-11-03", "E2", "미래문구", "5500", "5000"]]  # fmt: skip
    one, other = guess_table(written(tmp_path, table(rows))).columns[3:]
    assert (one.field, one.level, one.why) == ("amount", "likely", "rivals")
    assert (other.field, other.why) == ("", "rival")
    same = [[*row[:4], row[3]] if n else row for n, row in enumerate(rows)]
    assert guess_table(written(tmp_path, table(same))).columns[3].level == "sure"


BC = [
    "승인일자",
    "승인시간",
    "카드번호",
    "카드소지자",
    "승인번호",
    "가맹점명",
    "승인금액",
    "매출종류",
    "할부기간",
]
PAID = ["20261102", "123000", "****1234", "김도현", "34000001", "한빛식당", "12,000", "일반매출", ""]


def test_a_preset_that_would_pass_a_column_of_meaning_over_does_not_fit(tmp_path: Path) -> None:
    assert guess_table(written(tmp_path, table([BC, PAID])), KNOWN).fits == "card-bc"
    path = written(tmp_path, table([[*BC, "취소금액"], [*PAID, "2,000"]]))
    found = guess_table(path, KNOWN)
    assert (found.fits, found.like, found.missed, found.based) == ("", "card-bc", ("취소금액",), "")
    assert fields_of(found)["취소금액"] == "cancel_amount"
    chosen = guess_table(path, KNOWN, profile="card-bc")
    assert (chosen.fits, chosen.based) == ("", "card-bc")
    assert fields_of(chosen)["취소금액"] == "cancel_amount"


def test_what_a_profile_that_fits_leaves_out_is_not_read_but_named(tmp_path: Path) -> None:
    found = guess_table(written(tmp_path, table([[*BC, "비고"], [*PAID, "점심"]])), KNOWN)
    assert found.fits == "card-bc"
    assert (found.columns[-1].field, found.columns[-1].why) == ("", "left_out")
    assert "purpose_text" not in spec_of(found.choices)["columns"]


def test_columns_of_several_presets_are_given_to_none_of_them(tmp_path: Path) -> None:
    rows = [[*row[:3], *row[4:7], number] for row, number in ((BC, "사번"), (PAID, "E1001"))]
    path = written(tmp_path, table(rows))
    found = guess_table(path, KNOWN)
    assert found.fits == ""
    assert len(found.also) > 1
    assert guess_table(path, KNOWN, profile=found.also[0]).fits == found.also[0]
    few = written(tmp_path, table([row[:6] for row in rows]))
    assert guess_table(few, KNOWN).candidates == ()


def test_a_profile_that_needs_the_files_name_is_not_begun_with_under_another(tmp_path: Path) -> None:
    rows = [
        ["Division", "Batch-Transaction ID", "Transaction Date", "Merchant Name", "Transaction Amt.", "Trx Currency", "Cost Centre", "Purpose"],
        ["LIBRARY", "77-1", "2017-06-15", "PAPER CO", "50.00", "CAD", "LB1", "PAPER"],
        ["LIBRARY", "77-2", "2017-06-16", "TEA CO", "5.00", "CAD", "LB1", "TEA"],
    ]  # fmt: skip
    path = written(tmp_path, table(rows, "\t"))
    assert guess_table(path, KNOWN, name="PCard_Expenses_201706_Final.csv").fits == "toronto"
    found = guess_table(path, KNOWN, name="june.csv")
    assert (found.fits, found.unnamed) == ("", "toronto")
    fields = fields_of(found)
    assert fields["Transaction Amt."] == "amount"
    # It is unique within a month only: as an id of its rows it would replace those of the month before.
    assert fields["Batch-Transaction ID"] != "external_id"
    assert len(read_back(path, found)) == 2


def test_debit_and_credit_columns_are_money_spent_and_money_back(tmp_path: Path) -> None:
    rows = [["Date", "Employee", "Vendor", "Debit", "Credit", "Currency"], ["2026-11-02", "E1", "Hotel", "120.00", "", "EUR"],
            ["2026-11-03", "E1", "Hotel", "", "2.50", "EUR"]]  # fmt: skip
    path = written(tmp_path, table(rows))
    assert [row["amount"] for row in read_back(path, guess_table(path))] == [12_000, -250]


def test_a_description_is_the_nearest_to_a_merchant_and_only_a_guess(tmp_path: Path) -> None:
    rows = [["Date", "Card", "Description", "Amount"], ["2026-11-02", "1234", "AMZN MKTP", "-12.50"], ["2026-11-03", "1234", "UBER TRIP", "-8.00"],
            ["2026-11-04", "1234", "HOTEL", "-99.99"]]  # fmt: skip
    found = guess_table(written(tmp_path, table(rows)))
    merchant = next(column for column in found.columns if column.field == "merchant_name")
    assert (merchant.header, merchant.level) == ("Description", "doubtful")
    assert found.choices.invert_sign
    assert found.choices.currency == ""  # cents are no won


def test_the_day_of_the_posting_is_the_nearest_to_that_of_the_payment_and_only_a_guess(
    tmp_path: Path,
) -> None:
    rows = [["Buchungsdatum", "Personalnr.", "Kreditor", "Betrag", "Währung"],
            ["16.11.2026", "00012", "Bahn", "89,90", "EUR"]]  # fmt: skip
    found = guess_table(written(tmp_path, table(rows)))
    day = next(column for column in found.columns if column.field == "transacted_at")
    assert (day.header, day.level, day.why) == ("Buchungsdatum", "doubtful", "day")
    both = guess_table(written(tmp_path, table([["Belegdatum", *rows[0]], ["15.11.2026", *rows[1]]])))
    assert fields_of(both)["Buchungsdatum"] == "settled_at"


def test_a_column_of_currencies_leaves_no_currency_to_be_assumed(tmp_path: Path) -> None:
    rows = [
        ["Date", "Merchant", "Amount", "Currency"],
        ["2026-11-05", "A shop", "1200", "KRW"],
        ["2026-11-06", "B shop", "900", ""],
    ]
    found = guess_table(written(tmp_path, table(rows)), KNOWN)
    assert found.choices.currency == ""
    (why,) = [one.why for one in found.findings if one.what == "currency"]
    assert why == "own_column"


def test_everything_found_out_has_words_in_both_languages(tmp_path: Path) -> None:
    files = [
        table(CARD),
        table(CARD, "\t", "cp949"),
        table(LEDGER, ";", "cp1252"),
        table(LEDGER, ";", "utf-16"),
        workbook_bytes(CARD),
    ]
    for content in files:
        for one in guess_table(written(tmp_path, content), KNOWN).findings:
            for language in ("ko", "en"):
                assert found_text(one.why, one.params, language)
                assert level_text(one.level, language)


NAMES = {
    "transacted_at": ["Transaction Date", "거래일", "이용일자", "Date"],
    "amount": ["Amount", "이용금액", "승인금액(원)", "Transaction Amount"],
    "merchant_name": ["Merchant", "가맹점명", "Vendor Name", "이용하신곳"],
    "employee_no": ["Employee ID", "사번", "Personnel Number"],
    "authorization_code": ["승인번호", "Approval Code"],
}
DAYS = st.dates(datetime(2026, 1, 13).date(), datetime(2026, 12, 28).date()).filter(lambda day: day.day > 12)


@settings(max_examples=draws(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_table_in_any_layout_is_guessed_and_read_back(tmp_path: Path, data: st.DataObject) -> None:
    order = data.draw(st.permutations(list(NAMES)))
    header = [data.draw(st.sampled_from(NAMES[name])) for name in order]
    form = data.draw(st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%Y/%m/%d"]))
    days = data.draw(st.lists(DAYS, min_size=3, max_size=8))
    claims = [
        {"transacted_at": day.strftime(form), "amount": f"{1000 + 1111 * n:,}", "merchant_name": f"한빛식당 {n}",
         "employee_no": f"E{1000 + n}", "authorization_code": f"{30_000_000 + n}"}
        for n, day in enumerate(days)
    ]  # fmt: skip
    rows = [header, *([claim[name] for name in order] for claim in claims)]
    content = table(
        rows,
        data.draw(st.sampled_from(",;\t|^~")),
        data.draw(st.sampled_from(["utf-8", "cp949", "utf-8-sig"])),
    )
    path = written(tmp_path, content)
    found = guess_table(path)
    assert fields_of(found) == dict(zip(header, order, strict=True))
    read = read_back(path, found)
    assert [row["amount"] for row in read] == [1000 + 1111 * n for n in range(len(days))]
    assert [row["transacted_at"].astimezone(SEOUL).date() for row in read] == days


# Which side of an amount a row is on ----------------------------------------------------------------------------------


def spending(header: str, *words: str, days: tuple[str, ...] = ()) -> list[list[str]]:
    """Payments of 100, 200, … with a word each under a header of its own."""
    days = days or tuple(f"2026-11-{n + 2:02}" for n in range(len(words)))
    rows = [
        [day, "E1", f"Harbor Hotel {n}", f"{n + 1}00", word, f"T{n}"]
        for n, (day, word) in enumerate(zip(days, words, strict=True))
    ]
    return [["Date", "Employee No", "Merchant", "Amount", header, "Txn ID"], *rows]


@pytest.mark.parametrize(
    ("header", "words", "expected"),
    [
        ("DR/CR", ("DR", "CR", "D", "C"), (100, -200, 300, -400)),
        ("Debit/Credit", ("Debit", "Credit", "debit"), (100, -200, 300)),
        ("Soll/Haben", ("S", "H", "Soll", "Haben"), (100, -200, 300, -400)),
        ("차대구분", ("차변", "대변", "차변"), (100, -200, 300)),
        ("취소여부", ("N", "Y", "N"), (100, -200, 300)),
        ("매출구분", ("매출", "매입취소", "매출"), (100, -200, 300)),
        ("Credit Flag", ("N", "Y", "N"), (100, -200, 300)),
        ("Sign", ("+", "-", "+"), (100, -200, 300)),
        ("Type", ("Purchase", "Refund", "Purchase"), (100, -200, 300)),
    ],
)
def test_a_column_that_says_debit_or_credit_is_never_passed_over(
    tmp_path: Path, header: str, words: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    found = guess_table(written(tmp_path, table(spending(header, *words))), KNOWN)
    assert fields_of(found)[header] == "txn_type"
    assert tuple(row["amount"] for row in read_back(tmp_path / "unknown.bin", found)) == expected


def test_a_status_is_read_where_it_says_that_a_payment_failed(tmp_path: Path) -> None:
    rows = spending("Status", "Posted", "Declined", "Posted")
    found = guess_table(written(tmp_path, table(rows)), KNOWN)
    assert [r["txn_type"] for r in read_back(tmp_path / "unknown.bin", found)] == [
        "purchase",
        "decline",
        "purchase",
    ]
    of_reports = guess_table(
        written(tmp_path, table(spending("Status", "Submitted", "Paid", "Draft"))), KNOWN
    )
    assert fields_of(of_reports)["Status"] == ""


def test_a_type_and_a_status_are_read_together(tmp_path: Path) -> None:
    rows = [[*row, status] for row, status in zip(
        spending("Type", "Purchase", "Refund", "Purchase"), ("Status", "Posted", "Posted", "Declined"), strict=True
    )]  # fmt: skip
    found = guess_table(written(tmp_path, table(rows)), KNOWN)
    kinds = [row["txn_type"] for row in read_back(tmp_path / "unknown.bin", found)]
    assert kinds == ["purchase", "refund", "decline"]


# What says nothing about the order of day and month ----------------------------------------------------------------------


@pytest.mark.parametrize("stray", ["Total", "합계", "* generated by bank", "N/A", "11/31/2026", "Subtotal"])
@pytest.mark.parametrize("n", [3, 60])
def test_a_stray_word_does_not_turn_days_and_months(tmp_path: Path, stray: str, n: int) -> None:
    days = [f"11/{1 + at % 28:02}/2026" for at in range(n - 1)] + ["11/13/2026", stray]
    found = guess_table(
        written(tmp_path, table(spending("Note", *["x"] * len(days), days=tuple(days)))), KNOWN
    )
    assert found.choices.date_forms == ("%m/%d/%Y",)
    assert not found.open_dates


def test_a_profile_whose_forms_do_not_read_this_months_days_gets_the_form_they_have(tmp_path: Path) -> None:
    first = guess_table(written(tmp_path, table(spending("Note", "x", "y"))), KNOWN)
    own = Known("ours", spec_of(first.choices), True)
    days = ("20261201", "20261202")
    later = guess_table(written(tmp_path, table(spending("Note", "x", "y", days=days))), [*KNOWN, own])
    assert (later.fits, later.based) == ("", "ours")
    assert [f.why for f in later.findings if f.what == "dates"] == ["profile_widened"]
    days_read = [
        row["transacted_at"].astimezone(SEOUL).day for row in read_back(tmp_path / "unknown.bin", later)
    ]
    assert days_read == [1, 2]
    same = guess_table(written(tmp_path, table(spending("Note", "x", "y"))), [*KNOWN, own])
    assert same.fits == "ours"


def test_full_width_letters_and_digits_are_no_other_values(tmp_path: Path) -> None:
    rows = [["승인번호", "사번", "승인일자", "가맹점명", "이용금액（원）", "통화"],
            ["１２３４５６７８", "Ｅ１", "２０２６－１１－０２", "한빛식당", "１２，０００", "ＫＲＷ"],
            ["12345679", "E1", "2026-11-03", "미래문구", "1,500", "KRW"]]  # fmt: skip
    found = fields_of(guess_table(written(tmp_path, table(rows)), KNOWN))
    assert (found["이용금액（원）"], found["통화"], found["승인일자"]) == (
        "amount",
        "currency",
        "transacted_at",
    )
