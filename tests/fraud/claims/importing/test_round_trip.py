"""Any table in any shape a file may have is read back as what was written, or refused with the true reason.

120 tables are tried each time; `ROUND_TRIPS=5000` tries as many, which takes some three minutes of one processor.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fraud.claims.importing.headers import map_headers
from fraud.claims.importing.parsing.rows import RowParser
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.chunks import is_1904
from fraud.claims.importing.reading.opening import open_table
from rules.money import exponent

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
SPEC = read_spec(
    PRESETS["generic"][2]
    | {
        "columns": {
            name: PRESETS["generic"][2]["columns"][name]
            for name in ("external_id", "employee_no", "transacted_at", "amount", "currency", "merchant_name")
        }
    }
)
CONTEXT = Context(NOW, NOW, "Asia/Seoul", b"key")
HEADERS = ["전표번호", "사번", "이용일", "이용시간", "금액", "통화", "가맹점명"]
WORDS = st.text("가나다라마바사점식당커피 AbcXyz&.'\"-,;|\t\n()", min_size=1, max_size=12).filter(
    lambda text: any(letter.isalpha() for letter in text) and not text.strip("'\" ").startswith("=")
)


@dataclass(frozen=True)
class Row:
    at: datetime  # local
    minor: int
    currency: str
    merchant: str


@dataclass(frozen=True)
class Shape:
    """How a table is written down."""

    container: str
    separator: str
    encoding: str
    line_end: str
    titles: int
    date: str
    clock: str
    amount: str
    order: tuple[int, ...]
    quoted: bool


DATES = {
    "iso": "%Y-%m-%d",
    "dotted": "%Y.%m.%d",
    "slashed": "%Y/%m/%d",
    "digits": "%Y%m%d",
    "korean": "%Y년 %m월 %d일",
    "day first": "%d/%m/%Y",
}
CLOCKS = {"colon": "%H:%M:%S", "digits": "%H%M%S", "inside": "%H:%M:%S", "none": ""}

rows = st.lists(
    st.builds(
        Row,
        at=st.datetimes(datetime(2022, 1, 1), datetime(2026, 11, 1)).map(
            lambda at: at.replace(microsecond=0)
        ),
        minor=st.integers(-(10**9), 10**9).filter(bool),
        currency=st.sampled_from(["KRW", "USD", "KWD", "CLF", "JPY"]),
        merchant=WORDS,
    ),
    min_size=1,
    max_size=6,
)
shapes = st.builds(
    Shape,
    container=st.sampled_from(["csv", "csv", "gzip", "xlsx", "parquet"]),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp949", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    titles=st.integers(0, 2),
    date=st.sampled_from([*DATES, "typed"]),
    clock=st.sampled_from(list(CLOCKS)),
    amount=st.sampled_from(
        ["plain", "grouped", "brackets", "unit", "credit", "trailing", "european", "typed"]
    ),
    order=st.permutations(range(len(HEADERS))).map(tuple),
    quoted=st.booleans(),
)


def amount_text(row: Row, how: str) -> str:
    amount = Decimal(abs(row.minor)).scaleb(-exponent(row.currency))
    minus = row.minor < 0
    grouped = f"{amount:,f}"
    return {
        "plain": f"{'-' if minus else ''}{amount:f}",
        "grouped": f"{'-' if minus else ''}{grouped}",
        "brackets": f"({grouped})" if minus else grouped,
        "unit": f"{'-' if minus else ''}{grouped} {row.currency}",
        "credit": f"{grouped} {'CR' if minus else 'DR'}",
        "trailing": f"{grouped}{'-' if minus else ''}",
        "european": ("-" if minus else "") + grouped.translate(str.maketrans(",.", ".,")),
        "typed": f"{'-' if minus else ''}{amount:f}",
    }[how]


def cells(number: int, row: Row, shape: Shape) -> list[Any]:
    is_typed = shape.date == "typed" and shape.container != "csv" and shape.container != "gzip"
    form = DATES.get(shape.date, "%Y-%m-%d")
    day: Any = row.at.strftime(form)
    clock = row.at.strftime(CLOCKS[shape.clock])
    if is_typed:
        day = row.at if shape.clock == "inside" else datetime(row.at.year, row.at.month, row.at.day)
    elif shape.clock == "inside" and shape.date in {"iso", "dotted", "typed"}:
        day = f"{day} {clock}"
    separate = shape.clock in {"colon", "digits"}
    values = [
        f"A-{number}", "E1001", day, clock if separate else "", amount_text(row, shape.amount), row.currency, row.merchant,
    ]  # fmt: skip
    return [values[place] for place in shape.order]


def write(path: Path, table: list[Row], shape: Shape) -> None:
    header = [HEADERS[place] for place in shape.order]
    body = [cells(number, row, shape) for number, row in enumerate(table)]
    if shape.container == "parquet":
        pl.DataFrame(dict(zip(header, zip(*body, strict=True), strict=True))).write_parquet(path)
    elif shape.container == "xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet()
        form = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        lines = [["카드 내역"]] * shape.titles + [header, *body]
        for r, line in enumerate(lines):
            for c, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(r, c, value, form)
                elif value != "":
                    sheet.write_string(r, c, value)
        book.close()
    else:
        out = io.StringIO()
        quoting = csv.QUOTE_ALL if shape.quoted else csv.QUOTE_MINIMAL
        writer = csv.writer(out, delimiter=shape.separator, lineterminator=shape.line_end, quoting=quoting)
        writer.writerows([["카드 내역"]] * shape.titles + [header, *body])
        data = out.getvalue().encode(shape.encoding)
        path.write_bytes(gzip.compress(data) if shape.container == "gzip" else data)


def read(path: Path) -> tuple[list[tuple[Any, ...]], set[str]]:
    """(what the rows say, in the order of the file; the codes of refused rows)."""
    table = open_table(path, SPEC)
    mapping = map_headers(table.headers, SPEC, table.notes)
    parser = RowParser(SPEC, mapping, CONTEXT, table.notes, {}, table.encoding, is_1904(table))
    chunks = list(table.chunks())
    unclear = [parser.survey(chunk) for chunk in chunks]
    if any(unclear):
        parser.settle_dates()
    parsed = [parser.parse(chunk) for chunk in chunks]
    frame = pl.concat([part.frame for part in parsed])
    names = ("external_id", "transacted_at", "has_time", "amount", "currency", "merchant_name")
    return frame.select(names).rows(), set(pl.concat([p.rejects for p in parsed])["code"].to_list())


def expected(number: int, row: Row, shape: Shape) -> tuple[Any, ...]:
    is_text = shape.container in {"csv", "gzip"} or shape.date != "typed"
    inside = shape.clock == "inside" and (not is_text or shape.date in {"iso", "dotted", "typed"})
    timed = inside or shape.clock in {"colon", "digits"}
    local = row.at if timed else datetime(row.at.year, row.at.month, row.at.day)
    if (
        inside
        and (not is_text or shape.container == "xlsx")
        and (local.hour, local.minute, local.second) == (0, 0, 0)
    ):
        timed = False  # a typed date's midnight says nothing
    return (
        f"A-{number}", local.replace(tzinfo=SEOUL).astimezone(UTC), timed, row.minor, row.currency, " ".join(row.merchant.split()),
    )  # fmt: skip


def reasons(table: list[Row], shape: Shape) -> set[str]:
    """Why the table must not be read: what could be read in two ways."""
    found = set()
    if shape.date == "day first" and all(row.at.day <= 12 for row in table):
        found.add("date_ambiguous")
    if shape.amount == "european":
        # 1.234 may be 1,234 or 1.234; 0,5 and 1.234,5 are no amounts of a profile with a decimal point.
        found.add("amount_ambiguous")
    return found


PLAIN = Shape("xlsx", ",", "utf-8", "\n", 0, "iso", "colon", "european", tuple(range(7)), False)


@example([Row(datetime(2022, 1, 1), 20_170, "KRW", "A")], PLAIN)  # 20.170 as text in a workbook
@example([Row(datetime(2022, 1, 1), 1_000, "KRW", "A")], PLAIN)
@settings(
    max_examples=int(os.environ.get("ROUND_TRIPS", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(rows, shapes)
def test_a_table_is_read_back_as_it_was_written_or_refused_with_the_true_reason(
    table: list[Row], shape: Shape
) -> None:
    if (
        shape.amount == "european"
    ):  # 1,234 of a currency with three decimals is what the profile says: grouped
        table = [row for row in table if row.currency != "KWD"] or [
            Row(NOW.replace(tzinfo=None), 1, "KRW", "가")
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims"
        write(path, table, shape)
        found, codes = read(path)
    wanted = [expected(number, row, shape) for number, row in enumerate(table)]
    assert codes <= reasons(table, shape)
    assert {row[0]: row for row in found}.items() <= {row[0]: row for row in wanted}.items()
    if not codes:
        assert found == wanted
    elif "date_ambiguous" in reasons(table, shape):
        assert found == []
