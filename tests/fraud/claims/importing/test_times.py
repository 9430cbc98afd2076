"""Every form of a date beside every form of a time of day, in workbooks, texts and typed columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import xlsxwriter

from fraud.claims.importing.headers import map_headers
from fraud.claims.importing.parsing.rows import RowParser
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.chunks import is_1904
from fraud.claims.importing.reading.opening import open_table

SEOUL = ZoneInfo("Asia/Seoul")
ARRIVED = datetime(2026, 11, 20, tzinfo=UTC)
DAY = date(2026, 11, 2)
HEADER = ["claim_id", "사번", "사용일시", "사용시간", "금액", "가맹점명"]
SERIAL = (DAY - date(1899, 12, 30)).days

#: How a workbook holds the day.
DATES: dict[str, Any] = {
    "date cell": DAY,
    "midnight": datetime(2026, 11, 2, 0, 0),
    "date text": "2026-11-02",
    "dotted text": "2026.11.02",
    "integer": 20261102,
    "serial": SERIAL,
    "digits": "20261102",
}
#: How it holds the time of day, and the seconds that are meant; None: not told.
TIMES: dict[str, tuple[Any, int | None]] = {
    "time cell": (time(12, 30), 45_000),
    "early cell": (time(0, 5), 300),
    "fraction": (0.5208333333333334, 45_000),
    "colon": ("12:30", 45_000),
    "seconds": ("12:30:15", 45_015),
    "six digits": ("123000", 45_000),
    "four digits": ("1230", 45_000),
    "integer": (123000, 45_000),
    "lost zero": (93000, 34_200),
    "zero": (0, 0),
    "korean": ("오후 12:30", 45_000),
    "twenty-four": ("24:00", 86_400),
    "twenty-four digits": (240000, 86_400),
    "twenty-four cell": (1.0, 86_400),
    "missing": (None, None),
}

#: Those that are written alike in a text; a bare 1 is no time of day there.
TEXT_TIMES = [name for name, (value, _) in TIMES.items() if not isinstance(value, time) and value != 1.0]


def read(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """(the canonical rows of a file, the codes of its refused ones)."""
    spec = read_spec(PRESETS["generic"][2])
    table = open_table(path, spec)
    parser = RowParser(
        spec,
        map_headers(table.headers, spec, table.notes),
        Context(ARRIVED, ARRIVED, "Asia/Seoul", b"key"),
        table.notes,
        encoding=table.encoding,
        is_1904=is_1904(table),
    )
    parsed = [parser.parse(chunk) for chunk in table.chunks()]
    return pl.concat([p.frame for p in parsed]), pl.concat([p.rejects for p in parsed])["code"].to_list()


def workbook(path: Path, days: list[Any], times: list[Any], *, is_1904_: bool = False) -> Path:
    book = xlsxwriter.Workbook(path, {"date_1904": is_1904_})
    sheet = book.add_worksheet("claims")
    forms = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        time: book.add_format({"num_format": "hh:mm:ss"}),
        float: book.add_format({"num_format": "[h]:mm:ss"}),
    }
    sheet.write_row(0, 0, HEADER)
    for r, (day, clock) in enumerate(zip(days, times, strict=True), 1):
        cells = [f"C-{r}", "E1001", day, clock, "12000", "한빛식당"]
        for c, value in enumerate(cells):
            if isinstance(value, (date, time)):
                sheet.write_datetime(r, c, value, forms[type(value)])
            elif isinstance(value, str):
                sheet.write_string(r, c, value)
            elif value is not None:
                sheet.write_number(r, c, value, forms[float] if value == 1.0 and c == 3 else None)
    book.close()
    return path


def expected(seconds: int | None) -> datetime:
    midnight = datetime(2026, 11, 2, tzinfo=SEOUL)
    return datetime.fromtimestamp(midnight.timestamp() + (seconds or 0), UTC)


@pytest.mark.parametrize("clock", TIMES)
@pytest.mark.parametrize("day", DATES)
def test_a_workbook_s_day_and_time_are_one_moment_in_every_pair_of_forms(
    day: str, clock: str, tmp_path: Path
) -> None:
    value, seconds = TIMES[clock]
    frame, codes = read(workbook(tmp_path / "book.xlsx", [DATES[day]], [value]))
    assert codes == []
    assert frame["transacted_at"].to_list() == [expected(seconds)]
    assert frame["has_time"].to_list() == [seconds is not None]


def test_all_forms_may_stand_in_one_column_but_texts_of_two_forms_may_not(tmp_path: Path) -> None:
    days = [DATES[name] for name in ("date cell", "midnight", "integer", "serial", "digits")]
    frame, codes = read(workbook(tmp_path / "book.xlsx", days, ["12:30"] * len(days)))
    assert (codes, set(frame["transacted_at"].to_list())) == ([], {expected(45_000)})
    _, codes = read(workbook(tmp_path / "two.xlsx", ["2026.11.02", "2026.11.03", "2026-11-02"], [None] * 3))
    assert codes == ["date_mixed"]


def test_a_day_s_number_may_carry_its_own_time_and_count_from_1904(tmp_path: Path) -> None:
    frame, codes = read(workbook(tmp_path / "a.xlsx", [SERIAL + 0.5208333333333334], [None]))
    assert (codes, frame["transacted_at"].to_list()) == ([], [expected(45_000)])
    frame, codes = read(workbook(tmp_path / "b.xlsx", [SERIAL - 1_462], [time(12, 30)], is_1904_=True))
    assert (codes, frame["transacted_at"].to_list()) == ([], [expected(45_000)])
    frame, codes = read(workbook(tmp_path / "c.xlsx", [DAY], [time(12, 30)], is_1904_=True))
    assert (codes, frame["transacted_at"].to_list()) == ([], [expected(45_000)])


#: Times that no form says for certain.
@pytest.mark.parametrize(
    ("clock", "code"),
    [
        ("930", "time_ambiguous"),
        ("5", "time_ambiguous"),
        ("25:00", "time_not_valid"),
        ("12:61", "time_not_valid"),
        ("123060", "time_not_valid"),
        ("noon", "time_not_valid"),
        ("9.30", "time_not_valid"),
        ("-0.5", "time_not_valid"),
        (1.5, "time_not_valid"),
    ],
)
def test_a_time_that_is_none_refuses_its_row(clock: Any, code: str, tmp_path: Path) -> None:
    _, codes = read(workbook(tmp_path / "book.xlsx", [DAY], [clock]))
    assert codes == [code]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("clock", TEXT_TIMES)
@pytest.mark.parametrize(
    "day", ["2026-11-02", "2026-11-02 00:00:00", "2026.11.02", "20261102", "2026년 11월 2일"]
)
def test_a_text_s_day_and_time_are_one_moment_in_every_pair_of_forms(
    day: str, clock: str, separator: str, tmp_path: Path
) -> None:
    value, seconds = TIMES[clock]
    path = tmp_path / "claims.csv"
    cells = ["C-1", "E1001", day, "" if value is None else str(value), "12000", "한빛식당"]
    path.write_text(f"{separator.join(HEADER)}\n{separator.join(cells)}\n", encoding="utf-8")
    frame, codes = read(path)
    assert codes == []
    assert frame["transacted_at"].to_list() == [expected(seconds)]
    assert frame["has_time"].to_list() == [seconds is not None or "00:00" in day]


@pytest.mark.parametrize("day", [DAY, datetime(2026, 11, 2), 20261102, "2026-11-02"])
@pytest.mark.parametrize("clock", [time(12, 30), "12:30", 123000, 0.5208333333333334])
def test_typed_columns_join_like_texts(day: Any, clock: Any, tmp_path: Path) -> None:
    path = tmp_path / "claims.parquet"
    cells = dict(zip(HEADER, ["C-1", "E1001", day, clock, "12000", "한빛식당"], strict=True))
    pl.DataFrame({name: [value] for name, value in cells.items()}).write_parquet(path)
    frame, codes = read(path)
    assert (codes, frame["transacted_at"].to_list()) == ([], [expected(45_000)])
    assert frame["has_time"].to_list() == [True]


def test_a_date_s_own_time_stays_beside_a_column_of_times(tmp_path: Path) -> None:
    frame, _ = read(workbook(tmp_path / "book.xlsx", [datetime(2026, 11, 2, 9, 0)], ["12:30"]))
    assert frame["transacted_at"].to_list() == [expected(32_400)]
