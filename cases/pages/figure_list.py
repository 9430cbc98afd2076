"""The list behind a figure: exactly the cases it is made of, each with what it adds, and the sum, for page, interface and files.

An address names the figure, its currency and its days, and narrows it by the queue's filters: `/reports/figures/confirmed/?currency=KRW
&decided_in=2026-11&department=D-7`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from audit import clock
from audit.actor import Actor
from audit.asked import PAGING
from audit.language import current_language
from audit.paging import Cursor, Page, read_cursor
from cases.models import Case
from cases.pages.figures import WINDOW_DAYS, main_currencies, median_days
from cases.pages.queue_filters import FILTERS, read_period
from cases.pages.queue_reading import QueueFilters, read_filters
from cases.services.amount_words import AMOUNTS, Amount
from cases.services.company import company_today
from cases.services.decided import decided_in, with_decision
from cases.services.money_counted import Sum, money_decided, money_still_open
from cases.visibility import hidden_cases
from rules.money import format_money, is_known_currency, to_decimal

DECIDED = "decided"
PERIOD, CURRENCY = "decided_in", "currency"
PAGE_SIZE = 100
_ORDER = "figure"

WORDS: Mapping[str, str | Promise] = {
    Sum.CONFIRMED: pgettext_lazy("assurance", "Confirmed"),
    Sum.PREVENTED: pgettext_lazy("assurance", "Prevented"),
    Sum.RECOVERED: pgettext_lazy("assurance", "Recovered"),
    Sum.CAME_IN: pgettext_lazy("reports", "Came in"),
    Sum.WRITTEN_OFF: pgettext_lazy("assurance", "Written off"),
    Sum.OUTSTANDING: AMOUNTS[Amount.OUTSTANDING],
    DECIDED: pgettext_lazy("assurance", "Cases decided"),
}
#: What one row adds, said of the list.
NOTES: Mapping[str, str | Promise] = {
    Sum.CONFIRMED: pgettext_lazy("figure list", "What the decision on misuse asks to come back, after appeals and without what the card gave back. A payment of several cases counts with the earliest."),
    Sum.PREVENTED: pgettext_lazy("figure list", "What the card gave back of the payments of a case decided as misuse. A payment of several cases counts with the earliest."),
    Sum.RECOVERED: pgettext_lazy("figure list", "What was repaid of what is confirmed, never more than that."),
    Sum.CAME_IN: pgettext_lazy("figure list", "What was repaid, as the ledger has it, also where it is more than is confirmed now."),
    Sum.WRITTEN_OFF: pgettext_lazy("figure list", "What was given up of what is confirmed."),
    Sum.OUTSTANDING: pgettext_lazy("figure list", "What all open recoveries still wait for, whenever the case was decided."),
    DECIDED: pgettext_lazy("figure list", "Days from the opening of the case to the decision that holds."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A case of a figure: `minor` is what it adds, `days` how long its decision took; the one that the figure is not is None."""

    case_id: int
    minor: int | None = None
    days: float | None = None

    @property
    def value(self) -> float:
        """What rows are put in order by, the largest first."""
        return self.days or 0 if self.minor is None else self.minor


@dataclass(frozen=True, slots=True)
class FigureList:
    """A figure with its cases. `first` and `last` are its days, None for what stands now; `total_minor` is the sum, `median` of the days."""

    code: str
    currency: str
    first: date | None
    last: date | None
    rows: tuple[FigureRow, ...]
    filters: QueueFilters
    at: datetime  # what is known is counted as of this moment
    total_minor: int | None = None
    median: float | None = None

    @property
    def words(self) -> str | Promise:
        """What the figure is called."""
        return WORDS[self.code]

    @property
    def note(self) -> str | Promise:
        """What a row adds to it."""
        return NOTES[self.code]

    @property
    def is_money(self) -> bool:
        """Whether its rows are amounts."""
        return self.code != DECIDED

    @property
    def foot(self) -> str:
        """What its last line is called: `Sum of 12 cases`, `12 cases, median`."""
        count = len(self.rows)
        if self.is_money:
            said = npgettext("figure list", "Sum of %(n)s case", "Sum of %(n)s cases", count)
        else:
            said = npgettext("figure list", "%(n)s case, median", "%(n)s cases, median", count)
        return said % {"n": f"{count:,}"}

    @property
    def said_total(self) -> str:
        """The sum with its currency, or the median in days."""
        if self.is_money:
            return format_money(self.total_minor or 0, self.currency, current_language())
        return "–" if self.median is None else f"{self.median:,.1f}"

    @property
    def plain_total(self) -> Decimal | float | None:
        """The same as a number: in major units, or days."""
        return to_decimal(self.total_minor or 0, self.currency) if self.is_money else self.median


def figure_link(code: str, *, currency: str = "", period: str = "", **filters: str) -> str:
    """The address of the list behind a figure; `period` as `read_period` reads it, none for what stands now."""
    given = {CURRENCY: currency, PERIOD: period, **filters}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('cases:figure', args=[code])}?{query}"


def figure_list(code: str, asked: QueryDict, by: Actor) -> FigureList:
    """The list that an address asks for, as far as the reader may see it: the largest first.

    `code` is one of `WORDS`. What could not be read is left out and named in `filters.problems`.
    """
    currency, first, last, filters = _read(code, asked)
    hidden, at = hidden_cases(by), clock.now()
    if code == DECIDED and first is not None:
        decided = decided_in(first, last).exclude(pk__in=hidden).filter(filters.condition)
        times = decided.values_list("pk", "opened_at", "decided_at")
        found = [FigureRow(pk, days=_days(opened, at)) for pk, opened, at in times]
        return FigureList(code, "", first, last, _ordered(found), filters, at, median=median_days(decided))
    of = Sum(code)
    money = money_still_open(hidden) if first is None else money_decided(first, last, hidden)
    counted = {row.case_id: row.minor(of) for row in money if row.currency == currency and row.minor(of)}
    if filters.chips:
        narrowed = Case.objects.filter(filters.condition).values_list("pk", flat=True)
        counted = {pk: counted[pk] for pk in set(narrowed) & counted.keys()}
    found = [FigureRow(pk, minor) for pk, minor in counted.items()]
    return FigureList(
        code, currency, first, last, _ordered(found), filters, at, total_minor=sum(counted.values())
    )


def figure_page(told: FigureList, cursor: str, size: int = PAGE_SIZE) -> Page:
    """Some of its rows after a cursor; the first ones for one that is none of this list."""
    after, start = read_cursor(cursor), 0
    if after is not None and (after.order != _ORDER or isinstance(after.value, str)):
        after = None
    if after is not None:
        seen = (-after.value, -after.pk)
        start = sum(_place(row) <= seen for row in told.rows)
    shown = list(told.rows[start : start + size])
    more = len(told.rows) > start + size
    following = Cursor(_ORDER, shown[-1].value, shown[-1].case_id).as_text() if more else ""
    return Page(shown, following, after is not None)


def cases_of_figure(rows: list[FigureRow]) -> dict[int, Case]:
    """The cases of some rows by key, each with `decided_at` and what a line shows of it."""
    found = with_decision(Case.objects.filter(pk__in=[row.case_id for row in rows]))
    return {case.pk: case for case in found.select_related("cardholder__department", "merchant")}


def _read(code: str, asked: QueryDict) -> tuple[str, date | None, date | None, QueueFilters]:
    """The currency, the first and last day, and the other filters of an address."""
    rest, known = asked.copy(), {*FILTERS, PAGING} - {PERIOD}
    problems: list[str] = []
    currency = ""
    first: date | None = None
    last: date | None = None
    if code != DECIDED:
        currency = _currency(_taken(rest, CURRENCY), problems)
    if code != Sum.OUTSTANDING:
        first, last = _period(_taken(rest, PERIOD), problems)
    elif _taken(rest, PERIOD):
        problems.append(pgettext("figure list", "What is still to come back stands now; it has no period."))
    filters = read_filters(rest, known=known)
    return currency, first, last, replace(filters, problems=(*problems, *filters.problems))


def _taken(asked: QueryDict, name: str) -> str:
    """The value of a name, which is looked at here and by nobody else."""
    values = asked.pop(name, [""])
    return str(values[-1]).strip()


def _currency(typed: str, problems: list[str]) -> str:
    if is_known_currency(typed.upper()):
        return typed.upper()
    if typed:
        said = pgettext("figure list", "“%(text)s” is not a currency; write its three letters, such as KRW.")
        problems.append(said % {"text": typed[:30]})
    return main_currencies()[0]


def _period(typed: str, problems: list[str]) -> tuple[date, date]:
    days = read_period(typed)
    if typed and days is None:
        problems += read_filters(QueryDict(urlencode({PERIOD: typed})), known=(PERIOD,)).problems
    today = company_today()
    return days or (today - timedelta(days=WINDOW_DAYS), today)


def _days(opened: datetime, decided: datetime | None) -> float:
    return round((decided - opened).total_seconds() / 86_400, 1) if decided else 0.0


def _ordered(rows: list[FigureRow]) -> tuple[FigureRow, ...]:
    return tuple(sorted(rows, key=_place))


def _place(row: FigureRow) -> tuple[float, int]:
    return -row.value, -row.case_id
