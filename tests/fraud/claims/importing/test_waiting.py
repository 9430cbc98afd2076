"""A file that waits in the assistant holds no card or resident number, whatever it is written in and wherever one stands (ASVS 5: 14.2.6)."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from fraud.claims.importing.guessing.grid import Grid, read_grid
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.waiting import answer_to
from tests.fraud.claims.importing.files import HEADER, csv_text, row, workbook_bytes

SURE, RANDOM = "900101-1234568", "900101-1234569"  # the last digit is right; is random, as since October 2020
CARD = "4111 1111 1111 1111"
CELLS = [HEADER, list(row().values()), list(row(claim_id="C-002").values())]


def asked(path: Path, content: bytes, exempt: tuple[str, ...] = ()) -> dict[str, Any] | None:
    path.write_bytes(content)
    try:
        grid = read_grid(path)
    except FileQuarantined as refused:  # headers and names of sheets are looked at first
        return refused.as_json()
    return look(path, grid, exempt)


def look(path: Path, grid: Grid, exempt: tuple[str, ...] = ()) -> dict[str, Any] | None:
    task = {
        "path": str(path),
        "headers": list(grid.headers),
        "encoding": grid.layout.encoding,
        "separator": grid.layout.separator,
        "sheet": grid.layout.sheet,
        "exempt": list(exempt),
    }
    found: dict[str, Any] | None = answer_to(task)["found"]
    return found


def rows_with(number: str) -> str:
    """An unread column holds it."""
    return csv_text([row(), row(claim_id="C-002", 적요=f"확인 {number}")])


PLACES: dict[str, Callable[[str], str]] = {
    "a cell": rows_with,
    "a title above": lambda number: f"11월 카드 내역 {number}\r\n{rows_with('없음')}",
    "a name of a column": lambda number: csv_text([row()]).replace("적요", f"적요 {number}", 1),
    "a cell of two lines": lambda number: rows_with(f"\n{number}\n"),
    "a row too long": lambda number: rows_with("없음") + f"C-003,E1,{number},x,x,x,x,x,x,x,x\r\n",
    "a row too long for the reader to keep": lambda number: (
        rows_with("없음") + f"C-003,{'가' * 3000},{number},x,x,x,x,x,x,x,x\r\n"
    ),
    "far behind": lambda number: (
        csv_text([row(claim_id=f"C-{n}") for n in range(9_000)]) + rows_with(number).partition("\r\n")[2]
    ),
}


@pytest.mark.parametrize("number", [CARD, SURE, RANDOM, "４１１１１１１１１１１１１１１１"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("place", PLACES)
def test_a_number_is_found_in_a_text_of_any_encoding_anywhere(
    tmp_path: Path, place: str, encoding: str, number: str
) -> None:
    path = tmp_path / "file"
    assert asked(path, PLACES[place]("4111").encode(encoding)) is None
    assert asked(path, PLACES[place](number).encode(encoding)) is not None
    if encoding == "cp949":
        assert asked(path, gzip.compress(PLACES[place](number).encode(encoding))) is not None


def test_it_says_in_which_column_and_line(tmp_path: Path) -> None:
    found = asked(tmp_path / "file", rows_with(RANDOM).encode())
    assert found == {"code": "resident_number", "place": "적요, 3", "n": 1}


def test_columns_of_long_identifiers_and_those_agreed_upon_are_left(tmp_path: Path) -> None:
    many = [row(claim_id=f"C-{n}", 적요=f"{4_000_000_000_000_007 + n * 7_919}") for n in range(60)]
    assert asked(tmp_path / "file", csv_text(many).encode()) is None
    assert asked(tmp_path / "file", rows_with(CARD).encode(), ("적요",)) is None
    assert asked(tmp_path / "file", rows_with(CARD).encode(), ("가맹점명",)) is not None


def test_a_text_that_cannot_be_read_as_laid_out_is_searched_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(rows_with("없음").encode("cp949"))
    grid = read_grid(path)
    path.write_bytes(rows_with(RANDOM).encode("cp949") + b'"\xff\xff')
    assert look(path, grid) is not None


# Workbooks and Parquet ----------------------------------------------------------------------------------------------


def book(cells: list[list[str]] = CELLS, fill: Callable[[Any], object] = lambda book: None) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet("claims")
    for n, values in enumerate(cells):
        sheet.write_row(n, 0, values)
    fill(made)
    made.close()
    return out.getvalue()


def first(made: Any) -> Any:
    return made.worksheets()[0]


HIDDEN: dict[str, Callable[[Any, str], object]] = {
    "a cell": lambda made, number: first(made).write(2, 8, f"확인 {number}"),
    "a number": lambda made, number: first(made).write(2, 8, 4111111111111111),
    "beyond the columns": lambda made, number: first(made).write(2, 20, number),
    "above": lambda made, number: first(made).write(0, 20, number),
    "another sheet": lambda made, number: made.add_worksheet("others").write(5, 5, number),
    "a hidden sheet": lambda made, number: _hidden(made, number),
    "a comment": lambda made, number: first(made).write_comment("B2", f"see {number}"),
    "a property": lambda made, number: made.set_properties({"comments": f"of {number}"}),
    "the page's header": lambda made, number: first(made).set_header(f"&C{number}"),
    "a list to choose from": lambda made, number: first(made).data_validation(
        "B2", {"validate": "any", "input_title": "say", "input_message": f"as {number}"}
    ),
    "a box of text": lambda made, number: first(made).insert_textbox("D5", f"to {number}"),
    "a name": lambda made, number: made.define_name("card", f'="{number}"'),
}


def _hidden(made: Any, number: str) -> None:
    sheet = made.add_worksheet("kept")
    sheet.write(0, 0, number)
    sheet.hide()


@pytest.mark.parametrize("number", [CARD, RANDOM])
@pytest.mark.parametrize("where", HIDDEN)
def test_a_number_is_found_anywhere_in_a_workbook(tmp_path: Path, where: str, number: str) -> None:
    path = tmp_path / "file"
    assert asked(path, book(fill=lambda made: HIDDEN[where](made, number))) is not None


def test_workbooks_as_programs_make_them_hold_none(tmp_path: Path) -> None:
    def wide(made: Any) -> None:
        sheet = first(made)
        sheet.set_column(0, 5, 39.370078740157483)
        sheet.set_margins(left=0.39370078740157483, right=0.51181102362204722)
        sheet.write_comment("B2", "점심", {"author": "김"})
        made.set_properties({"title": "November", "company": "한빛"})

    assert asked(tmp_path / "file", book(fill=wide)) is None
    assert asked(tmp_path / "file", workbook_bytes(CELLS)) is None
    many = [[*values[:8], f"{4_000_000_000_000_007 + n * 7_919}"] for n, values in enumerate(CELLS[1:2] * 60)]
    assert asked(tmp_path / "file", book([HEADER, *many])) is None


def test_a_text_that_no_cell_shows_any_longer_is_found(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as made, zipfile.ZipFile(out, "w") as left:
        for part in made.namelist():
            data = made.read(part)
            if part == "xl/sharedStrings.xml":
                runs = f"<si><r><t>{CARD[:9]}</t></r><r><rPr><b/></rPr><t>{CARD[9:]}</t></r></si></sst>"
                data = data.replace(b"</sst>", runs.encode())
            left.writestr(part, data)
    assert asked(tmp_path / "file", out.getvalue()) is not None


@pytest.mark.parametrize(
    "values",
    [
        [4111111111111111, 1],
        [CARD, "x"],
        [[CARD], ["x"]],
        [{"of": RANDOM}, {"of": "x"}],
        [None, CARD.encode()],
    ],
    ids=["number", "text", "list", "structure", "bytes"],
)
def test_a_number_is_found_in_any_column_of_a_parquet_file(tmp_path: Path, values: list[Any]) -> None:
    columns = {name: [CELLS[1][n], CELLS[2][n]] for n, name in enumerate(HEADER)}
    path = tmp_path / "file"
    pl.DataFrame(columns).write_parquet(path)
    assert look(path, read_grid(path)) is None
    pl.DataFrame({**columns, "more": values}).write_parquet(path)
    assert look(path, read_grid(path)) is not None


def test_the_cost_of_a_file_of_digits_grows_with_its_length(tmp_path: Path) -> None:
    spent = []
    for n in (5_000, 20_000):
        content = csv_text([row(claim_id=f"C-{k}", 적요=f"{k} 12345 " * 3) for k in range(n)]).encode()
        began = time.process_time()
        assert asked(tmp_path / "file", content) is None
        spent.append(time.process_time() - began)
    assert spent[1] < 12 * spent[0]
