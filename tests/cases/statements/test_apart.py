"""A statement read in a process of its own says the same as one read here, and is refused for the same reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.statements import StatementNotValid, TableSpec, read_table_spec
from cases.statements.apart import answer_to, read_apart, read_here
from fraud.claims.importing.bounded import Bounds
from tests.cases.statements.files import Row, bank_table, camt, csv_of, mt940

ROWS: list[Row] = [
    (100_000, date(2026, 11, 3), False, "A1", "김민수 C-2026-000012"),
    (-40_000, date(2026, 11, 4), True, "A2", "반송"),
]
KOREA = {"currency": "KRW", "zone": "Asia/Seoul"}


def spelled(content: bytes, spec: TableSpec, tmp_path: Any) -> dict[str, Any]:
    """What the child would say, without the child."""
    path = tmp_path / "statement"
    path.write_bytes(content)
    task = {"path": str(path), "spec": {name: getattr(spec, name) for name in spec.__slots__}, **KOREA}
    return answer_to(task)


def test_every_kind_comes_back_as_it_was_read() -> None:
    for content in (camt(ROWS), mt940(ROWS), csv_of(bank_table(ROWS))):
        apart = read_apart(content, TableSpec(), **KOREA, bounds=Bounds(seconds=60))
        assert apart == read_here(content, TableSpec(), **KOREA)
        assert [entry.minor for entry in apart[0].entries] == [100_000, -40_000]


@pytest.mark.parametrize("thousands", [",", ".", ""])
def test_a_companys_own_table_is_read_by_its_spec(tmp_path: Any, thousands: str) -> None:
    decimal = "," if thousands == "." else "."
    spec = read_table_spec({"columns": {"booked_on": "Tag"}, "decimal": decimal, "thousands": thousands})
    content = f"Tag;Betrag\n2026-11-03;1{thousands}000\n".encode()
    (found,) = spelled(content, spec, tmp_path)["statements"]
    assert found["entries"][0]["minor"] == 1_000
    assert found["entries"][0]["booked_on"] == "2026-11-03"


def test_a_refusal_keeps_its_reason_and_figures() -> None:
    wrong = camt(ROWS, closing=1)
    with pytest.raises(StatementNotValid) as here:
        read_here(wrong, TableSpec(), **KOREA)
    with pytest.raises(StatementNotValid) as apart:
        read_apart(wrong, TableSpec(), **KOREA, bounds=Bounds(seconds=60))
    assert (apart.value.code, apart.value.params) == (here.value.code, here.value.params)


def test_what_cannot_be_read_within_its_bounds_is_refused_as_such() -> None:
    with pytest.raises(StatementNotValid) as refusal:
        read_apart(csv_of(bank_table(ROWS)), TableSpec(), **KOREA, bounds=Bounds(seconds=60, megabytes=1))
    assert (refusal.value.code, refusal.value.params["reason"]) == ("file", "reader_stopped")
