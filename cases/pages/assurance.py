"""The month for the audit committee: its figures beside those of the month before, each with the list it counts.

Every figure comes from where the overview, the queue and detection have it; page, document, tables and interface read this report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from audit.permissions import require
from cases.models import Case
from cases.pages.assurance_lines import Line, Value, counted, days_taken, money, share
from cases.pages.figures import PeriodFigures, figures_between
from cases.pages.headlines import rule_names
from cases.pages.queue_filters import last_of, rules_shown
from cases.pages.words import SOURCES
from cases.services.company import company_today
from cases.services.decided import days, decided_in, misuse_codes, open_at_end_of, start_of, teaching_codes
from cases.visibility import hidden_cases
from fraud.learning.misses import WEEKS, miss_panel

ACTION = "cases.view_assurance"
#: Days a case has been open, both included, by which the backlog is split.
AGES: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 14), (15, 30), (31, None))


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of the month and of the month before; None where a month has no such figure."""

    now: Line | None
    before: Line | None

    @property
    def line(self) -> Line:
        """The one that names it."""
        found = self.now or self.before
        assert found is not None
        return found

    @property
    def change(self) -> str:
        """The difference in words, empty where one of them is unknown."""
        return self.line.said_change(self.before) if self.now else ""


@dataclass(frozen=True, slots=True)
class Section:
    """Figures of one subject; `note` says how to read them."""

    code: str
    words: str
    note: str
    pairs: tuple[Pair, ...]


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
        Section(code, words, note, tuple(_pairs(lines(now), lines(then))))
        for code, words, note, lines in _sections()
    )
    return Report(first, last_of(first), before, clock.now(), sections, len(hidden), last_of(first) < today)


class _Month:
    """What the figures of a month are made of, each asked for once."""

    def __init__(self, first: date, today: date, hidden: frozenset[int]) -> None:
        self.first, self.last = first, last_of(first)
        self.end = min(self.last, today)  # a month that runs is told as it stands
        self.hidden, self.key = hidden, f"{first:%Y-%m}"
        self.figures: PeriodFigures = figures_between(first, self.last, hidden)
        self.panel = miss_panel(min(start_of(self.last + timedelta(days=1)), clock.now()))

    def decided(self) -> Any:
        """The cases decided in the month."""
        return decided_in(self.first, self.last).exclude(pk__in=self.hidden)

    def link(self, **filters: str) -> str:
        """The queue narrowed to cases decided in the month, or by other filters where they name one of their own."""
        given = {"decided_in": self.key, **filters} if not _OWN & filters.keys() else filters
        return f"{reverse('cases:queue')}?view=all" + "".join(
            f"&{name}={value}" for name, value in given.items()
        )


_OWN = frozenset({"asked_in", "appealed_in", "open_at", "decided"})


def _pairs(now: Iterable[Line], before: Iterable[Line]) -> Iterator[Pair]:
    """Figures of both months by their code, in the order of this month's, those of the month before alone last."""
    then = {line.code: line for line in before}
    for line in now:
        yield Pair(line, then.pop(line.code, None))
    for line in then.values():
        yield Pair(None, line)


def _sections() -> list[tuple[str, str, str, Callable[[_Month], Iterable[Line]]]]:
    weeks = {"n": WEEKS}
    return [
        ("detection", pgettext("assurance", "What is found and what is missed"), pgettext("assurance", "The miss rate is estimated from random checks over the %(n)d weeks before the end of the month: one month alone finds too few.") % weeks, _detection),
        ("decisions", pgettext("assurance", "Decisions"), pgettext("assurance", "A decision is against the score where misuse was found at low risk or none at high risk."), _decisions),
        ("hearing", pgettext("assurance", "Answers and appeals"), pgettext("assurance", "Requests sent and appeals submitted in the month, as far as they are over."), _hearing),
        ("money", pgettext("assurance", "Money"), pgettext("assurance", "Of cases decided in the month, as known now. Prevented is what the card gave back before anybody had to be asked for it."), _money),
        ("backlog", pgettext("assurance", "Backlog at the end of the month"), pgettext("assurance", "Open cases by the days since they were opened."), _backlog),
        ("sources", pgettext("assurance", "Precision by source"), pgettext("assurance", "Share of misuse among cases decided for or against; the interval holds 19 times out of 20."), _by_source),
        ("rules", pgettext("assurance", "Precision by rule"), pgettext("assurance", "Among decided cases that show the rule; a case that shows several counts for each."), _by_rule),
    ]  # fmt: skip


def _detection(month: _Month) -> Iterator[Line]:
    figures, estimate = month.figures, month.panel.estimate
    value = Value(None)
    if estimate is not None:
        missed, bounds = 1 - estimate.recall, estimate.recall_interval
        known = missed if estimate.is_enough and missed == missed else None
        value = Value(known, estimate.n_found, estimate.n_audited, 1 - bounds.high, 1 - bounds.low)
    yield Line(
        "miss_rate", pgettext("assurance", "Misuse that was missed, of all misuse"), "share", value, _checks(month)
    )  # fmt: skip
    yield share(
        "misses_found",
        pgettext("assurance", "Misuse among random checks"),
        figures.n_missed,
        figures.n_sampled,
        month.link(source="control_sample", verdict="misuse"),
    )
    right = _misuse(figures)
    yield share(
        "precision",
        pgettext("assurance", "Misuse among all decided cases"),
        right,
        right + _in_order(figures),
        month.link(verdict="misuse"),
    )


def _checks(month: _Month) -> str:
    """The random checks behind the estimate: those decided in its weeks."""
    since = timezone.localtime(month.panel.since).date()
    return month.link(decided=since.isoformat(), decided_to=month.end.isoformat(), source="control_sample")


def _misuse(figures: PeriodFigures) -> int:
    return sum(n for code, n in figures.outcomes.items() if code in misuse_codes())


def _in_order(figures: PeriodFigures) -> int:
    return sum(n for code, n in figures.outcomes.items() if code in teaching_codes()) - _misuse(figures)


def _decisions(month: _Month) -> Iterator[Line]:
    figures = month.figures
    yield counted("decided", pgettext("assurance", "Cases decided"), figures.n_decided, month.link())
    yield share(
        "four_eyes",
        pgettext("assurance", "Decided by two people"),
        figures.n_four_eyes,
        figures.n_decided,
        month.link(four_eyes="yes"),
    )
    yield share(
        "against_score",
        pgettext("assurance", "Decided against the score"),
        figures.n_against,
        figures.n_expected,
        month.link(against="yes"),
    )
    yield days_taken(
        "median_days", pgettext("assurance", "Days to a decision (median)"), figures.median_days, month.link()
    )


def _hearing(month: _Month) -> Iterator[Line]:
    figures = month.figures
    yield share(
        "on_time",
        pgettext("assurance", "Answers on time"),
        figures.n_answered_on_time,
        figures.n_asked,
        month.link(asked_in=month.key),
        lists_other=True,
    )
    yield share(
        "reversed",
        pgettext("assurance", "Decisions reversed on appeal"),
        figures.n_reversed,
        figures.n_appeals,
        month.link(appealed_in=month.key, appeal="reversed"),
    )


def _money(month: _Month) -> Iterator[Line]:
    words = {
        "confirmed": pgettext("assurance", "Confirmed"),
        "prevented": pgettext("assurance", "Prevented"),
        "recovered": pgettext("assurance", "Recovered"),
        "written_off": pgettext("assurance", "Written off"),
    }
    for of in month.figures.money:
        for name, word in words.items():
            minor = getattr(of, f"{name}_minor")
            yield money(f"{name}_{of.currency}", word, minor, of.currency, month.link(verdict="misuse"))


def _backlog(month: _Month) -> Iterator[Line]:
    day = month.end
    waiting = Case.objects.filter(open_at_end_of(day)).exclude(pk__in=month.hidden)
    link = month.link(open_at=day.isoformat())
    yield counted("open", pgettext("assurance", "Open cases"), waiting.count(), link)
    for least, most in AGES:
        newest = day - timedelta(days=least)
        bounds = {"opened_to": newest.isoformat()}
        of_age = waiting.filter(opened_at__lt=start_of(newest + timedelta(days=1)))
        if most is None:
            words = pgettext("assurance", "more than %(n)d days") % {"n": least - 1}
        else:
            words = pgettext("assurance", "%(least)d to %(most)d days") % {"least": least, "most": most}
            oldest = day - timedelta(days=most)
            bounds["opened_from"] = oldest.isoformat()
            of_age = waiting.filter(days("opened_at", oldest, newest))
        yield counted(f"open_{least}", words, of_age.count(), month.link(open_at=day.isoformat(), **bounds))


def _by_source(month: _Month) -> Iterator[Line]:
    judged = month.decided().filter(disposition__in=teaching_codes())
    found: dict[str, list[bool]] = {}
    for source, disposition in judged.values_list("source", "disposition"):
        found.setdefault(source, []).append(disposition in misuse_codes())
    for source in (code for code in Case.Source.values if code in found):
        link = month.link(source=source, verdict="misuse")
        yield share(source, str(SOURCES[source]), sum(found[source]), len(found[source]), link)


def _by_rule(month: _Month) -> Iterator[Line]:
    judged = month.decided().filter(disposition__in=teaching_codes())
    is_misuse = {pk: code in misuse_codes() for pk, code in judged.values_list("pk", "disposition")}
    shown = rules_shown(Case.objects.filter(pk__in=list(is_misuse)))
    names = rule_names(shown, current_language())
    for code in sorted(shown, key=lambda one: (-len(shown[one]), one)):
        right = sum(is_misuse[pk] for pk in shown[code])
        yield share(
            code, f"{code} {names.get(code, '')}".strip(), right, len(shown[code]), month.link(rule=code, verdict="misuse")
        )  # fmt: skip
