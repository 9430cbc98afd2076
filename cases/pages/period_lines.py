"""The figures of a period, line by line with the list each counts: the assurance report and the overview ask here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import pgettext

from audit.language import current_language
from cases.models import Case
from cases.pages.figure_lines import Line, counted, days_taken, money, share
from cases.pages.figure_list import DECIDED, WORDS, figure_link
from cases.pages.figures import PeriodFigures, figures_between
from cases.pages.headlines import rule_names
from cases.pages.queue_conditions import rules_shown
from cases.pages.queue_filters import last_of
from cases.pages.words import SOURCES
from cases.services.decided import decided_in, misuse_codes, teaching_codes
from cases.services.money_counted import Sum


class Span:
    """Company days, both included, without the `hidden` cases: what the figures are made of, each asked for once."""

    def __init__(
        self, since: date, until: date, hidden: frozenset[int], *, figures: PeriodFigures | None = None
    ) -> None:
        self.since, self.until, self.hidden = since, until, hidden
        self.figures = figures or figures_between(since, until, hidden)

    @property
    def key(self) -> str:
        """The period as the queue's filters have it: `2026-11`, or `2026-09-01..2026-11-29`."""
        is_month = self.since.day == 1 and self.until == last_of(self.since)
        return f"{self.since:%Y-%m}" if is_month else f"{self.since}..{self.until}"

    def decided(self) -> Any:
        """The cases decided in the period."""
        return decided_in(self.since, self.until).exclude(pk__in=self.hidden)

    @cached_property
    def judged(self) -> dict[int, tuple[str, bool]]:
        """Key of each case decided for or against misuse → what opened it, and whether it was misuse."""
        rows = self.decided().filter(disposition__in=teaching_codes())
        wrong = frozenset(misuse_codes())
        return {
            pk: (source, code in wrong)
            for pk, source, code in rows.values_list("pk", "source", "disposition")
        }

    def link(self, **filters: str) -> str:
        """The queue narrowed to cases decided in the period, or by other filters where they name one of their own."""
        given = {"decided_in": self.key, **filters} if not _OWN & filters.keys() else filters
        return queue_link(**given)

    def list_of(self, figure: str, currency: str = "", **filters: str) -> str:
        """The list behind a figure of the period."""
        return figure_link(figure, currency=currency, period=self.key, **filters)


_OWN = frozenset({"asked_in", "appealed_in", "open_at", "decided"})


def queue_link(view: str = "all", **filters: str) -> str:
    """The address of the queue's list with these filters."""
    query = urlencode({"view": view, **filters}, safe=":")
    return f"{reverse('cases:queue')}?{query}"


def span_before(span: Span) -> Span:
    """As many days before it."""
    days = (span.until - span.since).days + 1
    return Span(span.since - timedelta(days=days), span.since - timedelta(days=1), span.hidden)


def found_lines(span: Span) -> Iterator[Line]:
    """What random checks found, and how much of what was decided was misuse."""
    figures = span.figures
    yield share(
        "misses_found",
        pgettext("assurance", "Misuse among random checks"),
        figures.n_missed,
        figures.n_sampled,
        span.link(source="control_sample", verdict="misuse"),
    )
    right = figures.n_misuse
    yield share(
        "precision",
        pgettext("assurance", "Misuse among all decided cases"),
        right,
        figures.n_judged,
        span.link(verdict="misuse"),
    )


def decision_lines(span: Span) -> Iterator[Line]:
    """Cases decided, by two people, against the score, and how long it took."""
    figures = span.figures
    yield counted("decided", pgettext("assurance", "Cases decided"), figures.n_decided, span.list_of(DECIDED))
    yield share(
        "four_eyes",
        pgettext("assurance", "Decided by two people"),
        figures.n_four_eyes,
        figures.n_decided,
        span.link(four_eyes="yes"),
    )
    yield share(
        "against_score",
        pgettext("assurance", "Decided against the score"),
        figures.n_against,
        figures.n_expected,
        span.link(against="yes"),
    )
    yield days_taken(
        "median_days",
        pgettext("assurance", "Days to a decision (median)"),
        figures.median_days,
        span.list_of(DECIDED),
    )


def hearing_lines(span: Span) -> Iterator[Line]:
    """Answers on time and decisions reversed on appeal."""
    figures = span.figures
    yield share(
        "on_time",
        pgettext("assurance", "Answers on time"),
        figures.n_answered_on_time,
        figures.n_asked,
        span.link(asked_in=span.key),
        lists_other=True,
    )
    yield share(
        "reversed",
        pgettext("assurance", "Decisions reversed on appeal"),
        figures.n_reversed,
        figures.n_appeals,
        span.link(appealed_in=span.key, appeal="reversed"),
    )


#: The sums of a period that are compared with those of the one before.
COMPARED = (Sum.CONFIRMED, Sum.PREVENTED, Sum.RECOVERED, Sum.WRITTEN_OFF)


def money_lines(span: Span) -> Iterator[Line]:
    """Confirmed, prevented, recovered and written off, per currency."""
    for told in sums_of(span):
        yield from (told[one] for one in COMPARED)


def sums_of(span: Span) -> list[dict[str, Line]]:
    """Every sum of the period by its code, a mapping per currency, each with the list of what it adds up."""
    return [
        {one.value: _sum(span, one, of.currency, getattr(of, f"{one.value}_minor")) for one in Sum}
        for of in span.figures.money
    ]


def _sum(span: Span, one: Sum, currency: str, minor: int) -> Line:
    is_now = one == Sum.OUTSTANDING
    href = figure_link(one, currency=currency) if is_now else span.list_of(one, currency)
    return money(f"{one.value}_{currency}", str(WORDS[one]), minor, currency, href)


def source_lines(span: Span) -> Iterator[Line]:
    """Share of misuse by what opened the case."""
    found: dict[str, list[bool]] = {}
    for source, is_misuse in span.judged.values():
        found.setdefault(source, []).append(is_misuse)
    for source in (code for code in Case.Source.values if code in found):
        link = span.link(source=source, verdict="misuse")
        yield share(source, str(SOURCES[source]), sum(found[source]), len(found[source]), link)


def rule_lines(span: Span) -> Iterator[Line]:
    """Share of misuse by rule, those of most cases first."""
    shown = rules_shown(Case.objects.filter(pk__in=list(span.judged)))
    names = rule_names(shown, current_language())
    for code in sorted(shown, key=lambda one: (-len(shown[one]), one)):
        right = sum(span.judged[pk][1] for pk in shown[code])
        words = f"{code} {names.get(code, '')}".strip()
        yield share(code, words, right, len(shown[code]), span.link(rule=code, verdict="misuse"))
