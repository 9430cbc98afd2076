"""A list's values from a file or a text box: what of it is new, what is there already, what cannot be taken and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from audit import clock
from audit.redaction import find_struck
from rules.exceptions import ValueNotValid
from rules.language.normal import normalise
from rules.models import ValueList
from rules.services.values import LONGEST_VALUE, MOST_VALUES

LARGEST_FILE = 5_000_000
#: What people call the two columns.
_VALUE_HEADS = frozenset({"value", "values", "code", "name", "값", "코드", "이름", "단어"})
_DAY_HEADS = frozenset({"expires", "until", "valid_to", "expiry", "만료일", "종료일", "유효기한"})
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
    taken = {row.value: row.expires for row in rows if row.status == "accepted"}
    values = [str(value) for value in value_list.values] + list(taken)
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
        if "\x00" not in text:
            return text
    raise ValueNotValid(reason=_("This is no text file. Save the list as CSV in UTF-8 and send it again."))


def _judged(value_list: ValueList, lines: Sequence[list[str]]) -> Iterable[ListRow]:
    there = {normalise(str(value)) for value in value_list.values}
    value_at, day_at = 0, 1
    for number, cells in enumerate(lines, 1):
        heads = [cell.lower() for cell in cells]
        if number == 1 and set(heads) & _VALUE_HEADS:
            value_at = next(at for at, head in enumerate(heads) if head in _VALUE_HEADS)
            day_at = next((at for at, head in enumerate(heads) if head in _DAY_HEADS), len(heads))
            continue
        value = cells[value_at] if value_at < len(cells) else ""
        said = cells[day_at] if day_at < len(cells) else ""
        if not value and not said:
            continue
        yield _row(number, value, said, there)


def _row(line: int, value: str, said: str, there: set[str]) -> ListRow:
    shown = value[:LONGEST_VALUE]
    day, reason = None, ""
    if said:
        try:
            day = date.fromisoformat(said)
        except ValueError:
            reason = _("Write the day on which it ends as 2026-12-31.")
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
    if normalise(value) in there:
        return ListRow(line, value, day, "duplicate", _("It is in the list already."))
    there.add(normalise(value))
    return ListRow(line, value, day, "accepted")


def list_lines(text: str) -> tuple[list[str], dict[str, date]]:
    """Values a line each, with `| 2026-12-31` behind those that end: (values, value → first day on which it no longer counts)."""
    values: list[str] = []
    expires: dict[str, date] = {}
    for line in text.splitlines():
        match = _DAY.fullmatch(line)
        value = match["value"].strip() if match else line.strip()
        if not value:
            continue
        values.append(value)
        if match:
            try:
                expires[value] = date.fromisoformat(match["day"])
            except ValueError as error:
                raise ValueNotValid(reason=_("Write the day on which it ends as 2026-12-31.")) from error
    return values, expires


def lines_text(values: Iterable[object], expires: dict[str, date] | dict[str, str]) -> str:
    """A list's content as `list_lines` reads it."""
    return "\n".join(
        f"{value} | {expires[str(value)]}" if expires.get(str(value)) else str(value) for value in values
    )
