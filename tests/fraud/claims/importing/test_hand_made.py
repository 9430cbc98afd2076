"""Workbooks and lists that people made by hand: titles, sums, hidden parts, and files that were cut off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from fraud.claims.importing.profiles import save_profile
from fraud.claims.importing.texts import sentence
from fraud.claims.models import Claim, ClaimFile
from tests.fraud.claims.importing.files import (
    BY,
    GOOD,
    HEADER,
    assert_accounted,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    noted,
    profile,
    row,
)

pytestmark = pytest.mark.django_db
AMOUNT = HEADER.index("금액")


def cells(number: int, amount: int = 1000) -> list[Any]:
    values: list[Any] = list(GOOD.values())
    values[0], values[AMOUNT] = f"C-{number}", amount
    return values


def book(folder: Path, draw: Callable[[Any, Any], None], name: str = "book.xlsx", **used: Any) -> ClaimFile:
    """A workbook drawn by the test, delivered."""
    path = folder / name
    made = xlsxwriter.Workbook(path)
    draw(made, made.add_worksheet("claims"))
    made.close()
    return deliver(folder, path.read_bytes(), name=name, **used)


def table(sheet: Any, top: int = 0, n: int = 3) -> int:
    """The header and `n` rows from row `top` on (0 = first); the row below them."""
    for r, values in enumerate([HEADER, *(cells(i) for i in range(n))], top):
        sheet.write_row(r, 0, values)
    return top + n + 1


def titled(made: Any, sheet: Any) -> None:
    sheet.merge_range("A1:I1", "2026년 3월 법인카드 사용내역")
    sheet.merge_range("A2:C2", "작성: 총무팀")
    table(sheet, 3)


def summed(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.write_string(end, 0, "합계")
    sheet.write_formula(end, AMOUNT, f"=SUM(E2:E{end})", None, 3000)


def summed_without_a_word(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.write_formula(end, AMOUNT, f"=SUBTOTAL(9,E2:E{end})", None, 3000)


def summed_and_merged(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.merge_range(end, 0, end, 3, "합 계")
    sheet.write_formula(end, AMOUNT, f"=SUM(E2:E{end})", None, 3000)


def summed_under_the_dates(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.write_string(end, HEADER.index("사용일시"), "합계")
    sheet.write_number(end, AMOUNT, 3000)


def summed_wrongly(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.write_string(end, 0, "Grand Total")
    sheet.write_number(end, AMOUNT, 9000)


def hidden(made: Any, sheet: Any) -> None:
    table(sheet)
    sheet.set_row(2, None, None, {"hidden": True})
    made.add_worksheet("비밀").hide()


def merged_in_a_claim(made: Any, sheet: Any) -> None:
    table(sheet)
    sheet.merge_range("A2:B2", "C-0")


def merged_amount(made: Any, sheet: Any) -> None:
    table(sheet)
    column = "ABCDEFGHI"[AMOUNT]
    sheet.merge_range(f"{column}2:{column}4", 3000)


def merged_person(made: Any, sheet: Any) -> None:
    table(sheet)
    sheet.merge_range("B2:B4", "E1001")


def two_rows_of_headers(made: Any, sheet: Any) -> None:
    """Bands above, names below; a name that needs no band is merged downwards."""
    table(sheet, 1)
    sheet.merge_range(0, 0, 0, AMOUNT - 1, "승인 내역")
    sheet.merge_range(0, AMOUNT, 1, AMOUNT, "금액")
    for column in range(AMOUNT + 1, len(HEADER)):
        sheet.merge_range(0, column, 1, column, HEADER[column])


def added_by_hand(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.write_string(end, 0, "총 계")
    sheet.write_formula(end, AMOUNT, "=E2+E3+E4", None, 3000)


def summed_behind_a_count(made: Any, sheet: Any) -> None:
    end = table(sheet)
    sheet.write_string(end, 0, "합계")
    sheet.write_string(end, HEADER.index("사용일시"), "3건")
    sheet.write_number(end, AMOUNT, 9000)


def computed_in_a_claim(made: Any, sheet: Any) -> None:
    table(sheet)
    sheet.write_formula(1, AMOUNT, "=900+100", None, 1000)


def running_sum(made: Any, sheet: Any) -> None:
    end = table(sheet)
    for r in range(1, end):
        sheet.write_formula(r, AMOUNT, f"=SUM(E$1:E{r})", None, 1000)


@pytest.mark.parametrize(
    ("draw", "rejected", "notes"),
    [
        (titled, [], {"lines_skipped"}),
        (summed, [(5, "subtotal_row")], set()),
        (summed_without_a_word, [(5, "subtotal_row")], set()),
        (summed_and_merged, [(5, "subtotal_row")], set()),
        (merged_person, [], {"cells_spread"}),
        (two_rows_of_headers, [], set()),
        (added_by_hand, [(5, "subtotal_row")], set()),
        (summed_behind_a_count, [(5, "subtotal_row")], {"sum_differs"}),
        (summed_under_the_dates, [(5, "subtotal_row")], set()),
        (summed_wrongly, [(5, "subtotal_row")], {"sum_differs"}),
        (hidden, [], {"hidden_rows", "sheets_hidden"}),
    ],
)
def test_what_is_plain_is_read_and_what_was_left_out_is_named(
    draw: Callable[[Any, Any], None], rejected: list[tuple[int, str]], notes: set[str], tmp_path: Path
) -> None:
    file = book(tmp_path, draw)
    assert (file.state, file.error, codes(file)) == ("imported", None, rejected)
    assert file.n_accepted == 3
    assert file.totals["KRW"]["read"] == 3000
    if draw is merged_person:
        assert {claim.cardholder.employee_no for claim in Claim.objects.all()} == {"E1001"}
    assert notes <= noted(file)
    assert ("sum_differs" in noted(file)) == (draw in (summed_wrongly, summed_behind_a_count))
    assert_accounted(file)


def test_hidden_rows_and_sheets_are_named(tmp_path: Path) -> None:
    file = book(tmp_path, hidden)
    params = {note["code"]: note["params"] for note in file.notes}
    assert params["hidden_rows"]["lines"] == "3"
    assert params["sheets_hidden"]["sheets"] == "비밀"


@pytest.mark.parametrize(
    ("draw", "code"),
    [
        (merged_in_a_claim, "workbook_merged"),
        (merged_amount, "workbook_merged"),
        (computed_in_a_claim, "workbook_formula"),
        (running_sum, "workbook_formula"),
    ],
)
def test_what_could_be_read_in_two_ways_refuses_the_workbook(
    draw: Callable[[Any, Any], None], code: str, tmp_path: Path
) -> None:
    file = book(tmp_path, draw)
    assert file.error["code"] == code
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    "word",
    [
        "합계",
        "총계",
        "소계",
        "총 합계",
        "합 계",
        "[합계]",
        "Total",
        "GRAND TOTAL",
        "Subtotal:",
        "합계 (3건)",
        "계",
    ],
)
def test_a_word_for_a_sum_in_the_first_cell_marks_a_sum_row(word: str, tmp_path: Path) -> None:
    rows = [row(claim_id=f"C-{n}", 금액="1000") for n in range(3)]
    last = dict.fromkeys(HEADER, "") | {"claim_id": word, "금액": "3000"}
    file = deliver(tmp_path, csv_bytes(*rows, last))
    assert (codes(file), file.n_accepted) == ([(5, "subtotal_row")], 3)
    assert file.totals["KRW"]["read"] == 3000
    assert "sum_differs" not in noted(file)


def test_a_claim_with_a_date_is_a_claim_whatever_its_first_cell_says(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(claim_id="Total")))
    assert (codes(file), file.n_accepted) == ([], 1)


@pytest.mark.parametrize("title", ["총 5건", "조회 건수: 5", "Rows: 5", "5 records", "전체 5 건"])
@pytest.mark.parametrize("n_rows", [3, 5])
def test_a_file_cut_at_a_line_s_end_is_noticed_by_its_own_count(
    title: str, n_rows: int, tmp_path: Path
) -> None:
    text = csv_text([row(claim_id=f"C-{n}") for n in range(5)])
    cut = "".join(text.splitlines(keepends=True)[: n_rows + 1])
    file = deliver(tmp_path, f"{title}\r\n{cut}".encode())
    assert file.n_accepted == n_rows
    assert ("rows_announced" in noted(file)) == (n_rows < 5)


def test_a_file_cut_in_its_middle_is_noticed_by_its_total(tmp_path: Path) -> None:
    rows = [row(claim_id=f"C-{n}", 금액="1000") for n in range(3)]
    last = dict.fromkeys(HEADER, "") | {"claim_id": "합계", "금액": "5,000"}
    file = deliver(tmp_path, csv_bytes(*rows, last))
    (note,) = [note["params"] for note in file.notes if note["code"] == "sum_differs"]
    assert (note["stated"], note["found"], note["line"]) == ("5,000", "3,000", 5)


# A corrected profile ------------------------------------------------------------------------------------------------


def test_a_corrected_profile_reads_a_refused_file_again(tmp_path: Path) -> None:
    content = csv_bytes(row()).decode().replace("가맹점명", "점포").encode()
    used = save_profile(name="ours", spec=profile().spec, by=BY)
    refused = deliver(tmp_path, content, used=used)
    assert refused.error["code"] == "columns_missing"
    for language, told in (("ko", "가맹점명 (가맹점명"), ("en", "Merchant (merchant_name")):
        assert told in sentence("file", "columns_missing", refused.error["params"], language)
    again = deliver(
        tmp_path, content, used=used
    )  # a refused delivery is none: it is read anew, and refused anew
    assert (again.state, again.error["code"]) == ("quarantined", "columns_missing")
    columns = {**used.spec["columns"], "merchant_name": ["점포"]}
    used = save_profile(name="ours", spec={**used.spec, "columns": columns}, by=BY)
    read = deliver(tmp_path, content, used=used)
    assert (read.state, read.n_accepted) == ("imported", 1)
    assert deliver(tmp_path, content, used=used).pk == read.pk
    assert Claim.objects.count() == 1


def test_a_corrected_profile_frees_rejected_rows_and_doubles_none(tmp_path: Path) -> None:
    content = csv_bytes(row(), row(claim_id="C-002", 통화="천원"))
    used = save_profile(name="ours", spec=profile().spec, by=BY)
    first = deliver(tmp_path, content, used=used)
    assert codes(first) == [(3, "currency_unknown")]
    currency = {"default": "KRW", "aliases": {"천원": "KRW"}}
    used = save_profile(name="ours", spec={**used.spec, "currency": currency}, by=BY)
    second = deliver(tmp_path, content, used=used)
    assert (second.n_duplicate, second.n_accepted, second.n_rejected) == (1, 1, 0)
    assert Claim.objects.count() == 2
