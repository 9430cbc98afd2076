"""What the queue can be narrowed to: one table with the condition of each filter. Longer conditions are in `queue_conditions.py`,
how the table is read and said in `queue_reading.py`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from audit.typed import day, decimal_number, month
from cases.dispositions import Disposition
from cases.models import BLIND, Appeal, Case
from cases.pages.queue_conditions import (
    approver_condition,
    department_named,
    merchant_condition,
    merchant_named,
    person_named,
    reason_condition,
    rule_named,
    tag_condition,
    text_condition,
)
from cases.pages.words import SOURCES, STATES
from cases.services.choice_words import disposition_word
from cases.services.clocks import overdue_cases
from cases.services.decided import (
    VERDICTS,
    against_the_score,
    appeals_judged,
    decided_cases,
    decided_in,
    open_at_end_of,
    requests_counted,
    start_of,
    with_expectation,
)
from cases.services.money_told import cases_with_money
from cases.services.tagging import NAME_MAX
from cases.workflow import State
from fraud.claims.identity import cardholders_of
from fraud.detection.models import Score
from fraud.web.words import BANDS

VERDICT_WORDS: Mapping[str, Promise] = {
    "misuse": gettext_lazy("misuse"),
    "in_order": gettext_lazy("in order"),
    "open": gettext_lazy("teaches nothing"),
    "either": pgettext_lazy("filter", "misuse or in order"),
}
YES: Mapping[str, Promise] = {"yes": pgettext_lazy("filter", "yes"), "no": pgettext_lazy("filter", "no")}
APPEAL_WORDS: Mapping[str, Promise] = {
    "upheld": gettext_lazy("The decision stands"),
    "reduced": gettext_lazy("The amount is reduced"),
    "reversed": gettext_lazy("The decision is reversed"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its label, the condition of a value (None: the value is none), and the words of its values where they are few."""

    label: str | Promise
    condition: Callable[[str], Q | None]
    words: Callable[[], Mapping[str, Any]] = field(default=dict)
    is_day: bool = False
    is_period: bool = False
    say: Callable[[str], str] | None = None  # a chip's text, where the value is a key


def _by_day(condition: Callable[[date], Q]) -> Callable[[str], Q | None]:
    """A filter by a day of the company's calendar."""

    def by_day(value: str) -> Q | None:
        found = day(value)
        return condition(found) if found else None

    return by_day


def last_of(first: date) -> date:
    """The last day of the month that begins on a day."""
    return first + timedelta(days=monthrange(first.year, first.month)[1] - 1)


def read_period(text: str) -> tuple[date, date] | None:
    """The first and the last day of `2026-03`, or of days such as `2026-03-05..2026-03-31`; None for any other spelling."""
    first = month(text)
    if first:
        return first, last_of(first)
    since, until = (day(part) for part in text.split("..")) if text.count("..") == 1 else (None, None)
    return (since, until) if since and until and since <= until else None


def _by_period(condition: Callable[[date, date], Q]) -> Callable[[str], Q | None]:
    """A filter by a month or by days: from the first day to the last."""

    def by_period(value: str) -> Q | None:
        found = read_period(value)
        return condition(*found) if found else None

    return by_period


def _least(value: str) -> Q | None:
    least = decimal_number(value)
    return None if least is None or not 0 <= least < 10**15 else Q(pk__in=cases_with_money(least))


#: Name in the address → filter, in the order of their chips.
FILTERS: Mapping[str, Filter] = {
    "q": Filter(gettext_lazy("Text"), lambda value: text_condition(value[:100])),
    "rule": Filter(
        gettext_lazy("Reason"),
        lambda value: reason_condition(value[:40]),
        say=lambda value: rule_named(value),
    ),
    "department": Filter(
        gettext_lazy("Department"),
        lambda value: Q(cardholder__department__code=value[:40]),
        say=lambda value: department_named(value),
    ),
    "person": Filter(gettext_lazy("Cardholder"), lambda value: Q(cardholder__in=cardholders_of(value[:60]))),
    "merchant": Filter(
        gettext_lazy("Merchant"),
        lambda value: merchant_condition(value),
        say=lambda value: merchant_named(value),
    ),
    "approver": Filter(
        pgettext_lazy("filter", "Approver of a claim"),
        lambda value: approver_condition(value[:60]),
        say=lambda value: person_named(value),
    ),
    "run": Filter(gettext_lazy("Run"), lambda value: Q(run__reference=value[:20])),
    "assignee": Filter(gettext_lazy("Assignee"), lambda value: Q(assignee__username=value[:150])),
    "band": Filter(
        gettext_lazy("Risk"),
        lambda value: Q(band=value) & ~BLIND if value in Score.Band.values else None,
        lambda: BANDS,
    ),
    "source": Filter(
        gettext_lazy("Source"),
        lambda value: Q(source=value) if value in Case.Source.values else None,
        lambda: dict(SOURCES),
    ),
    "state": Filter(
        gettext_lazy("State"),
        lambda value: Q(state=value) if value in list(State) else None,
        lambda: {code: word for code, (word, _meaning) in STATES.items()},
    ),
    "disposition": Filter(
        gettext_lazy("Outcome"),
        lambda value: Q(disposition=value) if value in list(Disposition) else None,
        lambda: {code.value: disposition_word(code) for code in Disposition},
    ),
    "overdue": Filter(
        pgettext_lazy("queue", "Late"),
        lambda value: overdue_cases() if value == "true" else None,
        lambda: {"true": pgettext("filter", "past the deadline")},
    ),
    "opened_from": Filter(
        gettext_lazy("Opened from"), _by_day(lambda since: Q(opened_at__gte=start_of(since))), is_day=True
    ),
    "opened_to": Filter(
        gettext_lazy("Opened to"),
        _by_day(lambda until: Q(opened_at__lt=start_of(until + timedelta(days=1)))),
        is_day=True,
    ),
    "decided": Filter(
        gettext_lazy("Decided since"),
        _by_day(lambda since: Q(pk__in=decided_in(since).values("pk"))),
        is_day=True,
    ),
    "decided_to": Filter(
        pgettext_lazy("filter", "Decided up to"),
        _by_day(
            lambda until: Q(
                pk__in=decided_cases().filter(decided_at__lt=start_of(until + timedelta(days=1))).values("pk")
            )
        ),
        is_day=True,
    ),
    "decided_in": Filter(
        pgettext_lazy("filter", "Decided in"),
        _by_period(lambda first, last: Q(pk__in=decided_in(first, last).values("pk"))),
        is_period=True,
    ),
    "verdict": Filter(
        gettext_lazy("Verdict"),
        lambda value: Q(disposition__in=VERDICTS[value]()) if value in VERDICTS else None,
        lambda: VERDICT_WORDS,
    ),
    "asked": Filter(
        gettext_lazy("Asked and answered or lapsed since"),
        _by_day(lambda since: Q(pk__in=requests_counted(since).values("case"))),
        is_day=True,
    ),
    "asked_in": Filter(
        pgettext_lazy("filter", "Asked in, and answered or lapsed"),
        _by_period(lambda first, last: Q(pk__in=requests_counted(first, last).values("case"))),
        is_period=True,
    ),
    "appealed": Filter(
        gettext_lazy("Appeal decided, submitted since"),
        _by_day(lambda since: Q(pk__in=appeals_judged(since).values("case"))),
        is_day=True,
    ),
    "appealed_in": Filter(
        pgettext_lazy("filter", "Appeal decided, submitted in"),
        _by_period(lambda first, last: Q(pk__in=appeals_judged(first, last).values("case"))),
        is_period=True,
    ),
    "appeal": Filter(
        gettext_lazy("Appeal"),
        lambda value: (
            Q(pk__in=Appeal.objects.filter(result=value).values("case")) if value in APPEAL_WORDS else None
        ),
        lambda: APPEAL_WORDS,
    ),
    "four_eyes": Filter(
        pgettext_lazy("filter", "Decided by two people"),
        lambda value: (
            Q(pk__in=decided_cases().filter(is_four_eyes=value == "yes").values("pk"))
            if value in YES
            else None
        ),
        lambda: YES,
    ),
    "against": Filter(
        pgettext_lazy("filter", "Decided against the score"),
        lambda value: {"yes": against_the_score(), "no": with_expectation() & ~against_the_score()}.get(
            value
        ),
        lambda: YES,
    ),
    "open_at": Filter(pgettext_lazy("filter", "Open at the end of"), _by_day(open_at_end_of), is_day=True),
    "min": Filter(gettext_lazy("At least"), _least),
    "tag": Filter(pgettext_lazy("filter", "Tag"), lambda value: tag_condition(value[:NAME_MAX])),
}
