"""Tables of figures as one file, CSV or a workbook, safe against formulas; exported with a reason, on record."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.actor import Actor
from audit.exports import dated_name
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.pages.figure_lines import Pair, Section
from fraud.web.tables import Column, Table, all_csv
from fraud.web.workbook import KIND, write_workbook

EXPORT = "cases.export_cases"
FORMS = ("csv", "xlsx")
#: What else there is to say of all tables of a file: (what, value).
About = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class File:
    """An open file at its start, its name and kind."""

    file: IO[bytes]
    name: str
    content_type: str


def write_tables(tables: Sequence[Table], form: str, stem: str, at: datetime, about: About = ()) -> File:
    """The tables as `csv`, below each other, or as `xlsx`, a sheet each, with the moment they stand for and what else there is to say of all.

    That stands first in a text and last among the sheets.
    """
    name, told = dated_name(stem, form, at), _about(at, about)
    if form == "csv":
        text = all_csv([told, *tables])
        return File(io.BytesIO(text.encode("utf-8")), name, "text/csv; charset=utf-8")
    file = io.BytesIO()
    write_workbook([*tables, told], file)
    file.seek(0)
    return File(file, name, KIND)


def _about(at: datetime, about: About) -> Table:
    columns = [
        Column("what", pgettext("export", "About these figures")),
        Column("value", pgettext("assurance", "value")),
    ]
    moment = f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"
    rows = [{"what": what, "value": value} for what, value in ((_("As of"), moment), *about) if value]
    return Table("about", columns, rows, caption=pgettext("export", "About these figures"))


def export_tables(
    tables: Sequence[Table],
    *,
    form: str,
    stem: str,
    at: datetime,
    about: About = (),
    reason: str,
    by: Actor,
    after: Mapping[str, str] = MappingProxyType({}),
) -> File:
    """The tables as a file; that somebody has them is kept with the reason and `after`, what else there is to say of it. Raises NotPermitted."""
    require(by, EXPORT)
    made = write_tables(tables, form, stem, at, about)
    with one_transaction():
        record(action="figures.exported", by=by, subject=CONFIG, reason=reason, after={"kind": form, **after})
    return made


def section_table(section: Section, now: str, before: str) -> Table:
    """A section's figures of two periods, named in the headings, with what they were counted from and their intervals, in full."""
    columns = [
        Column("figure", pgettext("assurance", "Figure")),
        Column("unit", pgettext("assurance", "Unit")),
        *(
            Column(f"{name}_{which}", f"{period} {word}")
            for which, period in (("now", now), ("before", before))
            for name, word in _words().items()
        ),
        *([Column("target", pgettext("overview", "Target"))] if section.has_targets else []),
    ]
    return Table(section.code, columns, [_row(pair) for pair in section.pairs], caption=section.words)


def _words() -> dict[str, str]:
    return {
        "value": pgettext("assurance", "value"),
        "n": pgettext("assurance", "found"),
        "of": pgettext("assurance", "of"),
        "low": pgettext("assurance", "at least (95 %)"),
        "high": pgettext("assurance", "at most (95 %)"),
    }


def _row(pair: Pair) -> dict[str, object]:
    row: dict[str, object] = {
        "figure": pair.line.words,
        "unit": pair.line.said_unit,
        "target": pair.said_target,
    }
    for which, line in (("now", pair.now), ("before", pair.before)):
        if line is None:
            continue
        value = line.value
        told = {
            "value": line.plain(value.value),
            "n": value.n,
            "of": value.of,
            "low": value.low,
            "high": value.high,
        }
        row |= {f"{name}_{which}": one for name, one in told.items()}
    return row
