"""The month for the audit committee: its figures beside those of the month before, each with the list it counts.

Every figure comes from where the overview, the queue and detection have it; page, document, tables and interface read this report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from cases.models import Case
from cases.pages.backlog import backlog_lines
from cases.pages.figure_lines import Line, Section, Value, paired
from cases.pages.period_lines import (
    Span,
    decision_lines,
    found_lines,
    hearing_lines,
    money_lines,
    rule_lines,
    source_lines,
)
from cases.pages.queue_filters import last_of
from cases.services.company import company_today
from cases.services.decided import open_at_end_of, start_of
from cases.visibility import hidden_cases
from fraud.learning.misses import WEEKS, miss_panel

ACTION = "cases.view_assurance"


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a month as known at `at`; `n_hidden` cases were left out, since the reader is involved in them."""

    first: date
    last: date
    before: date
    at: datetime
    sections: tuple[Section, ...]
    n_hidden: int
    is_over: bool


def last_month(today: date) -> date:
    """The first day of the last month that is over."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def assurance_report(first: date, by: Actor) -> Report:
    """The report of the month that begins on `first`. Raises NotPermitted."""
    require(by, ACTION)
    hidden, today = hidden_cases(by), company_today()
    before = last_month(first)
    now, then = _Month(first, today, hidden), _Month(before, today, hidden)
    sections = tuple(
        Section(code, words, note, tuple(paired(lines(now), lines(then))))
        for code, words, note, lines in _sections()
    )
    return Report(first, last_of(first), before, clock.now(), sections, len(hidden), last_of(first) < today)


class _Month(Span):
    """A month with its estimate of what is missed; one that runs is told as it stands."""

    def __init__(self, first: date, today: date, hidden: frozenset[int]) -> None:
        super().__init__(first, last_of(first), hidden)
        self.end = min(self.until, today)
        self.panel = miss_panel(min(start_of(self.until + timedelta(days=1)), clock.now()))


def _sections() -> list[tuple[str, str, str, Callable[[Any], Iterable[Line]]]]:
    weeks = {"n": WEEKS}
    return [
        ("detection", pgettext("assurance", "What is found and what is missed"), pgettext("assurance", "The miss rate is estimated from random checks over the %(n)d weeks before the end of the month: one month alone finds too few.") % weeks, _detection),
        ("decisions", pgettext("assurance", "Decisions"), pgettext("assurance", "A decision is against the score where misuse was found at low risk or none at high risk."), decision_lines),
        ("hearing", pgettext("assurance", "Answers and appeals"), pgettext("assurance", "Requests sent and appeals submitted in the month, as far as they are over."), hearing_lines),
        ("money", pgettext("assurance", "Money"), pgettext("assurance", "Of cases decided in the month, as known now. Confirmed is what their decisions ask to come back, after partial decisions and appeals; prevented is what the card gave back before anybody had to be asked for it."), money_lines),
        ("backlog", pgettext("assurance", "Backlog at the end of the month"), pgettext("assurance", "Open cases by the days since they were opened."), _backlog),
        ("sources", pgettext("assurance", "Precision by source"), pgettext("assurance", "Share of misuse among cases decided for or against; the interval holds 19 times out of 20."), source_lines),
        ("rules", pgettext("assurance", "Precision by rule"), pgettext("assurance", "Among decided cases that show the rule; a case that shows several counts for each."), rule_lines),
    ]  # fmt: skip


def _detection(month: _Month) -> Iterator[Line]:
    estimate = month.panel.estimate
    value = Value(None)
    if estimate is not None:
        missed, bounds = 1 - estimate.recall, estimate.recall_interval
        known = missed if estimate.is_enough and missed == missed else None
        value = Value(known, estimate.n_found, estimate.n_audited, 1 - bounds.high, 1 - bounds.low)
    yield Line(
        "miss_rate", pgettext("assurance", "Misuse that was missed, of all misuse"), "share", value, _checks(month)
    )  # fmt: skip
    yield from found_lines(month)


def _checks(month: _Month) -> str:
    """The random checks behind the estimate: those decided in its weeks."""
    since = timezone.localtime(month.panel.since).date()
    return month.link(decided=since.isoformat(), decided_to=month.end.isoformat(), source="control_sample")


def _backlog(month: _Month) -> Iterator[Line]:
    waiting = Case.objects.filter(open_at_end_of(month.end)).exclude(pk__in=month.hidden)
    return backlog_lines(waiting, month.end)
