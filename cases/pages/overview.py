"""What the overview shows below its few numbers: the period beside the one before, week by week, what is open, precision, repetitions.

All of it asks where the assurance report asks. Remembered as long as the figures are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from statistics import median

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import pgettext

from audit.language import current_language
from cases.models import Case
from cases.pages.backlog import StateRow, backlog_by_state
from cases.pages.figure_lines import Section, Target, paired
from cases.pages.figures import KEEP_SECONDS, Figures
from cases.pages.period_lines import (
    Span,
    decision_lines,
    found_lines,
    hearing_lines,
    money_lines,
    rule_lines,
    source_lines,
    span_before,
)
from cases.pages.repeats import RepeatGroup, repeat_groups
from cases.services.decided import decided_in, is_misuse, requests_counted
from cases.workflow import State
from fraud.company.values import current_settings


@dataclass(frozen=True, slots=True)
class Week:
    """What was decided and asked in a week that begins on `monday`; None where there was nothing."""

    monday: date
    n_misuse: int
    n_judged: int
    n_on_time: int
    n_asked: int
    median_days: float | None

    @property
    def precision(self) -> float | None:
        """Share of misuse among those decided for or against."""
        return self.n_misuse / self.n_judged if self.n_judged else None

    @property
    def on_time(self) -> float | None:
        """Share of the requests sent that week that were answered by their due date."""
        return self.n_on_time / self.n_asked if self.n_asked else None


@dataclass(frozen=True, slots=True)
class Sections:
    """The tables of the overview in the reader's language."""

    key: str  # of what is remembered
    since: date
    until: date
    before_since: date
    before_until: date
    compared: Section
    sources: Section
    rules: Section
    backlog: tuple[StateRow, ...]
    repeats: tuple[RepeatGroup, ...]
    weeks: tuple[Week, ...]
    targets: Mapping[str, Target]


def current_sections(figures: Figures, today: date, hidden: frozenset[int]) -> Sections:
    """The sections that go with the figures, worked out once for each of them; what holds as a target is asked anew."""
    targets = current_targets()
    about = f"{figures.at.isoformat()}{current_language()}{targets}{sorted(hidden)}"
    key = "cases:overview-sections:" + sha256(about.encode()).hexdigest()
    known: Sections | None = cache.get(key)
    if known is None:
        known = work_out_sections(figures, today, hidden, targets, key)
        cache.set(key, known, KEEP_SECONDS)
    return known


def current_targets() -> dict[str, Target]:
    """What the company wants its figures to reach, by the code of the figure."""
    settings = current_settings()
    found = {
        "precision": settings.target_precision,
        "on_time": settings.target_on_time,
        "median_days": settings.target_days,
    }
    return {
        code: Target(float(value), is_most=code == "median_days")
        for code, value in found.items()
        if value is not None
    }


def work_out_sections(
    figures: Figures, today: date, hidden: frozenset[int], targets: Mapping[str, Target], key: str = ""
) -> Sections:
    """Count everything anew, without the `hidden` cases."""
    now = Span(figures.since, today, hidden, figures=figures)
    then = span_before(now)
    lines = (decision_lines, found_lines, hearing_lines, money_lines)
    compared = [pair for one in lines for pair in paired(one(now), one(then), targets)]
    waiting = Case.objects.exclude(state=State.CLOSED).exclude(pk__in=hidden)
    return Sections(
        key=key,
        since=now.since,
        until=now.until,
        before_since=then.since,
        before_until=then.until,
        compared=Section(
            "compared",
            pgettext("overview", "This period and the one before"),
            pgettext(
                "overview",
                "As many days each, as known now. Prevented is what the card gave back before anybody had to be asked for it.",
            ),
            tuple(compared),
        ),
        sources=Section(
            "sources",
            pgettext("assurance", "Precision by source"),
            pgettext(
                "assurance",
                "Share of misuse among cases decided for or against; the interval holds 19 times out of 20.",
            ),
            tuple(paired(source_lines(now), source_lines(then))),
        ),
        rules=Section(
            "rules",
            pgettext("assurance", "Precision by rule"),
            pgettext(
                "assurance",
                "Among decided cases that show the rule; a case that shows several counts for each.",
            ),
            tuple(paired(rule_lines(now), rule_lines(then))),
        ),
        backlog=tuple(backlog_by_state(waiting, today)),
        repeats=tuple(repeat_groups(now)),
        weeks=tuple(_weeks([monday for monday, _n in figures.weeks], hidden)),
        targets=targets,
    )


def _weeks(mondays: list[date], hidden: frozenset[int]) -> list[Week]:
    decided = decided_in(mondays[0]).exclude(pk__in=hidden)
    judged: dict[date, list[bool]] = {monday: [] for monday in mondays}
    spans: dict[date, list[float]] = {monday: [] for monday in mondays}
    for opened_at, decided_at, code in decided.values_list("opened_at", "decided_at", "disposition"):
        monday = _monday(timezone.localtime(decided_at).date())
        if monday not in spans:
            continue
        spans[monday].append((decided_at - opened_at).total_seconds() / 86_400)
        if is_misuse(code) is not None:
            judged[monday].append(bool(is_misuse(code)))
    asked: dict[date, list[bool]] = {monday: [] for monday in mondays}
    requests = requests_counted(mondays[0]).exclude(case__in=hidden)
    for sent_at, answered_at, due_on in requests.values_list("sent_at", "answered_at", "due_on"):
        monday = _monday(timezone.localtime(sent_at).date())
        if monday in asked:
            asked[monday].append(bool(answered_at and timezone.localtime(answered_at).date() <= due_on))
    return [
        Week(
            monday,
            sum(judged[monday]),
            len(judged[monday]),
            sum(asked[monday]),
            len(asked[monday]),
            round(median(spans[monday]), 1) if spans[monday] else None,
        )
        for monday in mondays
    ]


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())
