"""Tables as workbook and as one CSV: no text is ever a formula, numbers stay numbers, the same tables give the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraud.web.tables import Column, Table, all_csv
from fraud.web.workbook import write_workbook
from tests.draws import draws

COLUMNS = [Column("name", "이름"), Column("value", "=값")]
DANGEROUS = ["=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("http://x")', "{=1}", "http://example.com"]


def table(*names: str) -> Table:
    rows = [
        {"name": name, "value": value}
        for name, value in zip(names, [1, 2.5, Decimal("3.10")] * 9, strict=False)
    ]
    return Table("figures", COLUMNS, rows, caption="지표: 표/1")


def written(*tables: Table) -> bytes:
    out = io.BytesIO()
    write_workbook(tables, out)
    return out.getvalue()


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_or_a_link(text: str, tmp_path: Path) -> None:
    content = written(table(text, "plain"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    read = pl.read_excel(path, engine="calamine")
    assert read["이름"].to_list() == [text, "plain"]
    assert read["=값"].to_list() == [1, 2.5]


@settings(max_examples=draws(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_any_text_can_be_written_and_is_no_formula_in_the_csv(names: list[str]) -> None:
    assert written(table(*names))
    text = all_csv([table(*names), table("other")])
    assert text.startswith("\ufeff지표")
    for row in csv.reader(io.StringIO(text)):
        for cell in row[:1]:
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_the_same_tables_give_the_same_bytes() -> None:
    assert written(table("a"), table("b")) == written(table("a"), table("b"))


def test_a_sheet_is_named_after_its_table_cut_where_it_must_be_and_never_as_another(tmp_path: Path) -> None:
    captions = [
        "Misuse more than once: Merchants",
        "Misuse more than once: Departments",
        "Misuse more than once: Department heads",
        "a/b",
    ]
    path = tmp_path / "x.xlsx"
    path.write_bytes(written(*(Table("t", COLUMNS, [], caption=caption) for caption in captions)))
    assert list(pl.read_excel(path, sheet_id=0, engine="calamine")) == [
        "Misuse more than once Merchants",
        "Misuse more than once Departme…",
        "Misuse more than once Depar 3",
        "a b",
    ]
