"""Reading the filters of the queue's address, and saying them: the chips, and what could not be understood."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.asked import address_problems, not_a_day, not_one_of, understood_spans
from audit.language import current_language
from audit.typed import day, decimal_number
from cases.pages.queue_filters import FILTERS, Filter, read_period
from cases.services.company import company_today
from fraud.web.dates import say_day

#: What the queue reads of an address: its filters, the tab, the part and the place in it.
KNOWN = frozenset([*FILTERS, "view", "part", "pane", "after"])


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the queue is narrowed to, with a chip per filter."""

    condition: Q
    chips: tuple[dict[str, str], ...] = ()
    text: str = ""
    problems: tuple[str, ...] = ()  # sentences about what could not be read


def read_filters(query: QueryDict, *, known: Collection[str] = KNOWN) -> QueueFilters:
    """The filters of a query; what cannot be read is left out and named in `problems`."""
    condition, chips = Q(), []
    problems = address_problems(query, known)
    query = understood_spans(query)
    for key, one in FILTERS.items():
        value = query.get(key, "").strip()
        found = one.condition(value) if value else None
        if found is not None:
            condition &= found
            chips.append(
                {"key": key, "value": value, "label": str(one.label), "text": _said(one, key, value)}
            )
        elif value:
            problems.append(_problem(one, key, value))
    return QueueFilters(condition, tuple(chips), query.get("q", "").strip()[:100], tuple(problems))


def understood(query: str) -> tuple[str, str]:
    """Of an address that somebody wants to keep (`state=new&band=high`): the part that the queue reads, and what it would say of the rest, "" for nothing."""
    plain = query.lstrip("?")
    asked = QueryDict(plain, mutable=True)
    problems = read_filters(asked).problems
    if not problems:
        return plain, ""
    for name in list(asked):
        value = asked.get(name, "").strip()
        if name not in KNOWN or (name in FILTERS and value and FILTERS[name].condition(value) is None):
            del asked[name]
    return asked.urlencode(), " ".join(problems)


def _said(one: Filter, key: str, value: str) -> str:
    """The value in a chip's words."""
    days = (day(value),) if one.is_day else read_period(value) if ".." in value and one.is_period else ()
    if days:
        language, today = current_language(), company_today()
        return " – ".join(say_day(found, language, today=today) for found in days if found)
    if one.say:
        return one.say(value)
    if key == "min":
        return f"{decimal_number(value):,}"
    return str(one.words().get(value, value[:100] if key == "q" else value))


def _problem(one: Filter, key: str, value: str) -> str:
    if one.is_period:
        said = pgettext(
            "filter", "“%(text)s” is neither a month nor days; write it as 2026-03 or 2026-03-01..2026-03-31."
        )
        return said % {"text": value[:30]}
    if one.say:
        return pgettext("filter", "“%(text)s” is no number that a list has.") % {"text": value[:30]}
    if one.is_day:
        return not_a_day(value)
    if key == "min":
        return _("“%(text)s” is not an amount; write digits such as 500000.") % {"text": value[:30]}
    return not_one_of(value, one.words().values())
