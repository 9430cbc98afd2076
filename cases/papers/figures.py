"""The list behind a figure as a file, with a reason, on record."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import pgettext

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import require
from cases.models import Case
from cases.pages.figure_list import FigureList, FigureRow, cases_of_figure
from cases.papers.tables import File, export_tables
from cases.services.choice_words import disposition_word
from fraud.web.tables import Column, Table
from rules.money import to_decimal

_CHUNK = 500


def export_figure(*, told: FigureList, query: str, form: str, reason: str, by: Actor) -> File:
    """All rows of the list and its sum as `csv` or `xlsx`; `query` is kept with the reason. Raises NotPermitted."""
    require(by, "cases.view_case")
    after = {"figure": told.code, "query": query[:500]}
    return export_tables(
        [figure_table(told)],
        form=form,
        stem=told.code,
        at=told.at,
        about=_about(told),
        reason=reason,
        by=by,
        after=after,
    )


def _about(told: FigureList) -> list[tuple[str, str]]:
    """The days of the list and what it is narrowed to, as its page says it."""
    period = f"{told.first} – {told.last}" if told.first else ""
    return [
        (pgettext("overview", "Period"), period),
        *((chip["label"], chip["text"]) for chip in told.filters.chips),
    ]


def figure_table(told: FigureList) -> Table:
    """A line a case with what it adds, and the sum of them as the last one."""
    value = (
        Column("value", f"{told.words} ({told.currency})")
        if told.is_money
        else Column("value", pgettext("reports", "Days to the decision"))
    )
    columns = [
        Column("case", pgettext("ledger export", "Case")),
        Column("employee_no", pgettext("ledger export", "Employee number")),
        Column("name", pgettext("figure list", "Cardholder")),
        Column("department", pgettext("figure list", "Department")),
        Column("merchant", pgettext("figure list", "Merchant")),
        Column("outcome", pgettext("reports", "Outcome")),
        Column("decided_on", pgettext("figure list", "Decided on")),
        value,
    ]
    rows = [
        _line(cases[row.case_id], row, told.currency)
        for start in range(0, len(told.rows), _CHUNK)
        for part in (list(told.rows[start : start + _CHUNK]),)
        for cases in (cases_of_figure(part),)
        for row in part
    ]
    rows.append({"case": told.foot, "value": told.plain_total})
    return Table(told.code, columns, rows, caption=told.words)


def _line(case: Case, row: FigureRow, currency: str) -> dict[str, Any]:
    person, at = case.cardholder, case.decided_at  # type: ignore[attr-defined]
    unit = person.department
    name = "" if unit is None else (unit.name_en if current_language() == "en" else "") or unit.name
    return {
        "case": case.reference,
        "employee_no": person.employee_no,
        "name": person.name,
        "department": name,
        "merchant": case.merchant.name if case.merchant else "",
        "outcome": disposition_word(case.disposition) if case.disposition else "",
        "decided_on": timezone.localtime(at).date().isoformat() if at else "",
        "value": row.days if row.minor is None else to_decimal(row.minor, currency),
    }
