"""A list's values from a file or a text box: what of it is new, what is there already, what cannot be taken and why."""

from __future__ import annotations

import csv
import io
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from audit import clock
from audit.redaction import find_struck
from rules.exceptions import ValueNotValid
from rules.language.normal import normalise
from rules.models import ValueList
from rules.services.value_fitting import LONGEST_VALUE, MOST_VALUES, unfit_value

LARGEST_FILE = 5_000_000
#: What people call the two columns, the surest name of the values first.
_VALUE_HEADS = (
    "value", "values", "값", "code", "codes", "코드", "mcc", "업종코드", "가맹점업종코드", "단어", "word", "brn", "사업자번호", "사업자등록번호",
    "계정", "계정코드", "품목", "item", "name", "이름", "명칭", "가맹점명",
)  # fmt: skip
_DAY_HEADS = frozenset(
    [
        "expires",
        "expires_on",
        "expiry",
        "expiry_date",
        "expiration",
        "until",
        "valid_until",
        "valid_to",
        "ends",
        "ends_on",
        "end",
        "end_date",
        "만료",
        "만료일",
        "만료일자",
        "종료",
        "종료일",
        "종료일자",
        "유효기한",
        "유효기간",
        "끝",
        "끝나는날",
        "마감일",
    ]
)
#: 2027-01-31, 2027/1/31, 20270131 and what a spreadsheet writes in Korea: "2027. 1. 31." or 2027년 1월 31일.
_WRITTEN_DAY = re.compile(
    r"([0-9]{4})\s*[-./년]\s*([0-9]{1,2})\s*[-./월]\s*([0-9]{1,2})\s*[.일]?(?:\s+(?:00:00(?::00)?|오전 12:00:00))?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
#: Signs that no text holds: a workbook or a picture under another name.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DAY = re.compile(r"(?P<value>.*?)\s*\|\s*(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\s*", re.DOTALL)


@dataclass(frozen=True)
class ListRow:
    """One line of a file. ``status``: accepted, duplicate or refused, with the reason in the reader's language."""

    line: int
    value: str
    expires: date | None
    status: str
    reason: str = ""


@dataclass(frozen=True)
class ListFile:
    """What became of each line, and the list's content with what was accepted."""

    rows: tuple[ListRow, ...]
    values: tuple[str, ...]
    expires: dict[str, date]

    def count(self, status: str) -> int:
        """Lines of a status."""
        return sum(row.status == status for row in self.rows)


def read_list_file(value_list: ValueList, data: bytes) -> ListFile:
    """A CSV of values, in a second column the first day on which each no longer counts. Nothing is stored.

    Raises ValueNotValid for a file that is no text or too large.
    """
    rows = list(_judged(value_list, _lines_of(data)))
    spelled = {normalise(str(value)): str(value) for value in value_list.values}
    taken = {
        spelled.get(normalise(row.value), row.value): row.expires for row in rows if row.status == "accepted"
    }
    values = list(dict.fromkeys([*map(str, value_list.values), *taken]))
    if len(values) > MOST_VALUES:
        raise ValueNotValid(reason=_("A list holds at most %(n)s values.") % {"n": MOST_VALUES})
    ends = {name: date.fromisoformat(day) for name, day in value_list.expires.items()}
    ends |= {name: day for name, day in taken.items() if day is not None}
    return ListFile(tuple(rows), tuple(values), ends)


def _lines_of(data: bytes) -> list[list[str]]:
    if len(data) > LARGEST_FILE:
        raise ValueNotValid(reason=_("The file is larger than 5 MB. Split it."))
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [
            [cell.strip() for cell in line] for line in csv.reader(io.StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise ValueNotValid(reason=_("This is no CSV file: %(why)s") % {"why": str(error)}) from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise ValueNotValid(reason=_("This is no text file. Save the list as CSV in UTF-8 and send it again."))


def _judged(value_list: ValueList, lines: Sequence[list[str]]) -> Iterable[ListRow]:
    there = {
        normalise(str(value)): (True, read_day(str(value_list.expires.get(value) or "")))
        for value in value_list.values
    }
    columns = _columns(lines[0]) if lines else None
    value_at, day_at = columns or (0, 1)
    for number, cells in enumerate(lines, 1):
        if columns and number == 1:
            continue
        value = cells[value_at] if value_at < len(cells) else ""
        said = cells[day_at] if 0 <= day_at < len(cells) else ""
        if not any(cells):
            continue
        column = day_at + 1
        if not said and (
            boxed := _DAY.fullmatch(value)
        ):  # an end as the box writes it, where it would be read as one
            value, said, column = boxed["value"], boxed["day"], value_at + 1
        beside = "" if columns or not any(cells[2:]) else _beside()
        yield _row(number, value, said, there, beside or unfit_value(value_list, value), column)


def _columns(first: Sequence[str]) -> tuple[int, int] | None:
    """(column of the values, column of the days or -1) that a first line names; None where it is a value already.

    Raises ValueNotValid for a first line that names columns and not all of them can be told.
    """
    heads = [re.sub(r"[\s_]+", "_", cell.strip().lower()) for cell in first]
    plain = [head.replace("_", "") for head in heads]
    values = [heads.index(name) for name in _VALUE_HEADS if name in heads]
    values = values or [plain.index(name) for name in _VALUE_HEADS if name in plain]
    days = [at for at, head in enumerate(heads) if head in _DAY_HEADS or plain[at] in _DAY_HEADS]
    if values and (len(heads) == 1 or len(days) == 1):
        return values[0], days[0] if days else -1
    others = [at for at, head in enumerate(heads) if head and at not in values and at not in days]
    if values and not days and not others:
        return values[0], -1
    if values or days or (len(heads) > 1 and heads[1] and not re.search(r"[0-9]", heads[1]) and heads[0]):
        raise ValueNotValid(
            reason=_("The first line, “%(line)s”, is not understood. Name the columns “value” and “expires”.")
            % {"line": ", ".join(first)[:LONGEST_VALUE]}
        )
    return None


def _beside() -> str:
    return _(
        "Without a first line that names the columns only a value and the day on which it ends are read."
    )


def read_day(text: str) -> date | None:
    """A day as people and spreadsheets write it, year first; None for what is none."""
    hit = _WRITTEN_DAY.fullmatch(text.strip())
    if hit is None:
        return None
    try:
        return date(*(int(part) for part in hit.groups() if part))
    except ValueError:
        return None


def no_day(said: str) -> str:
    """Why a text is no day, with what would be right: what it says, and where the month is shorter, its last day."""
    return unreal_day(said) or _("“%(day)s” is no day. Write the day on which it ends as 2026-12-31.") % {
        "day": said.strip()[:LONGEST_VALUE]
    }


def unreal_day(said: str) -> str:
    """Why a day that is written as one is in no calendar, with what would be right; empty for a day, and for what is written otherwise."""
    hit = _WRITTEN_DAY.fullmatch(said.strip())
    if hit is None or read_day(said) is not None:
        return ""
    year, month, _day = (int(part) for part in hit.groups() if part)
    if year and 1 <= month <= 12:
        last = date(year, month, monthrange(year, month)[1])
        return _("“%(day)s” is no day of the calendar; its month ends on %(last)s.") % {
            "day": said.strip(),
            "last": last,
        }
    return _("“%(day)s” is no day of the calendar; months run from 01 to 12, as in 2026-12-31.") % {
        "day": said.strip()
    }


def _row(
    line: int,
    value: str,
    said: str,
    there: dict[str, tuple[bool, date | None]],
    wrong: str = "",
    day_column: int = 2,
) -> ListRow:
    """``there``: what is known by now → (whether the list itself has it, the day on which it ends); the day stood in `day_column`."""
    shown = value[:LONGEST_VALUE]
    day, reason = read_day(said), wrong
    if said and day is None:
        reason = _("Column %(column)s: %(why)s") % {"column": day_column, "why": no_day(said)}
    if not normalise(value):
        reason = _("There is no value on this line.")
    elif len(value) > LONGEST_VALUE:
        reason = _("A list holds texts of at most %(n)s characters.") % {"n": LONGEST_VALUE}
    elif find_struck(value):
        shown, reason = f"…{value[-4:]}", _("This looks like a full card or resident number. None is kept.")
    elif day is not None and day <= clock.today():
        reason = _("This day has passed, so the value would never count.")
    if reason:
        return ListRow(line, shown, day, "refused", reason)
    is_listed, ends = there.get(normalise(value), (False, None))
    if normalise(value) in there and (day is None or day == ends):
        return ListRow(line, value, day, "duplicate", _("It is in the list already."))
    if normalise(value) in there and not is_listed:
        return ListRow(line, value, day, "refused", _("The file names it twice, with two ends."))
    there[normalise(value)] = (False, day)
    return ListRow(
        line, value, day, "accepted", _("It is in the list already; its end changes.") if is_listed else ""
    )


def list_lines(text: str) -> tuple[list[str], dict[str, date]]:
    """Values a line each, with `| 2026-12-31` behind those that end: (values, value → first day on which it no longer counts)."""
    values: list[str] = []
    expires: dict[str, date] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _DAY.fullmatch(line)
        value = match["value"].strip() if match else line.strip()
        if not value:
            continue
        values.append(value)
        if match:
            try:
                expires[value] = date.fromisoformat(match["day"])
            except ValueError as error:
                told = {"line": number, "why": no_day(match["day"])}
                raise ValueNotValid(reason=_("Line %(line)s: %(why)s") % told) from error
    return values, expires


def lines_text(values: Iterable[object], expires: dict[str, date] | dict[str, str]) -> str:
    """A list's content as `list_lines` reads it."""
    return "\n".join(
        f"{value} | {expires[str(value)]}" if expires.get(str(value)) else str(value) for value in values
    )
