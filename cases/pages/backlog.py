"""What is open, by the days since it was opened, by state, and how long it has been in that state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import pgettext

from cases.models import Case
from cases.pages.figure_lines import Line, counted
from cases.pages.period_lines import queue_link
from cases.pages.words import STATES
from cases.workflow import State

#: Days a case has been open, both included, by which the backlog is split.
AGES: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 14), (15, 30), (31, None))


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state's open cases: all, by age in the order of `AGES`, and the days they have been in it (median, longest)."""

    state: str
    words: str
    all: Line
    ages: tuple[Line, ...]
    median_days: float
    most_days: int


def age_words(least: int, most: int | None) -> str:
    """`8 to 14 days`, `more than 30 days`."""
    if most is None:
        return pgettext("assurance", "more than %(n)d days") % {"n": least - 1}
    return pgettext("assurance", "%(least)d to %(most)d days") % {"least": least, "most": most}


def backlog_lines(waiting: QuerySet[Case], day: date) -> Iterator[Line]:
    """The cases that were open when a day ended, all of them and by age. One query."""
    opened: Counter[date] = Counter()
    for (_state, on), n in _by_day(waiting, "opened_at").items():
        opened[on] += n
    link = {"open_at": day.isoformat()}
    yield counted("open", pgettext("assurance", "Open cases"), opened.total(), queue_link(**link))
    yield from _age_lines(opened, day, "all", link)


def backlog_by_state(waiting: QuerySet[Case], today: date) -> list[StateRow]:
    """The open cases by state and age, in the order of the workflow. Two queries, however many cases there are."""
    opened, since = _by_day(waiting, "opened_at"), _by_day(waiting, "state_since")
    rows = []
    for state in State:
        ages = Counter({on: n for (of, on), n in opened.items() if of == state})
        if not ages:
            continue
        days = Counter({max((today - on).days, 0): n for (of, on), n in since.items() if of == state})
        link = {"state": str(state.value)}
        words = str(STATES[state][0])
        rows.append(
            StateRow(
                state.value,
                words,
                counted(state.value, words, ages.total(), queue_link("open", **link)),
                tuple(_age_lines(ages, today, "open", link)),
                median(days.elements()),
                max(days),
            )
        )
    return rows


def _age_lines(opened: Counter[date], day: date, view: str, link: dict[str, str]) -> Iterator[Line]:
    for least, most in AGES:
        newest = day - timedelta(days=least)
        bounds = {"opened_to": newest.isoformat()}
        if most is not None:
            bounds = {"opened_from": (day - timedelta(days=most)).isoformat(), **bounds}
        n = sum(
            n
            for on, n in opened.items()
            if least <= (day - on).days <= ((day - on).days if most is None else most)
        )
        yield counted(f"open_{least}", age_words(least, most), n, queue_link(view, **link, **bounds))


def _by_day(cases: QuerySet[Case], column: str) -> Counter[tuple[str, date]]:
    """(state, company day of a time) → how many."""
    rows = cases.annotate(on=TruncDate(column)).values_list("state", "on").annotate(n=Count("pk")).order_by()
    return Counter({(state, on): n for state, on, n in rows})
