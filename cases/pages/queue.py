"""The queue as data: its views, its filters, and pages merged from one index walk per state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import ngettext, pgettext_lazy

from audit.actor import Actor
from audit.paging import (
    COUNT_CAP,
    COUNT_SECONDS,
    Cursor,
    Page,
    beyond,
    capped_count,
    keyset_keys,
    read_cursor,
    read_together_as,
)
from audit.people import number_key
from audit.permissions import Role, can
from audit.typed import whole_number
from cases.models import Case, Decision
from cases.pages.long_lists import SLACK, is_long, note_length
from cases.pages.queue_cases import read_cases
from cases.pages.queue_reading import QueueFilters
from cases.services.clocks import overdue_cases
from cases.services.company import company_today
from cases.services.money_told import attach_money
from cases.services.seeing import cases_of_others, without_involved
from cases.visibility import hidden_among, newest_entry, seen_by, visible_cases
from cases.workflow import State
from fraud.claims.identity import logins_of

PAGE_SIZE = 50

NEXT_LOOKS = 10  # cases looked at for the next one, as some may be one's own
#: The view of claims, not cases: those that wait for a seat.
HELD_BACK = "held_back"

#: Views in the order of a time, the latest first.
BY_TIME = {"closed": "closed_at", "all": "opened_at"}

WORKING = (State.IN_REVIEW, State.EXPLAINED, State.NO_RESPONSE)
OPEN = tuple(state for state in State if state != State.CLOSED)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a view with its own heading: the states it walks and what else must hold.

    `by_day`: over all open cases an index of its own finds them by a day, so that a count does not go through the states; `is_few`: a
    list neither, it puts the few there are in order.
    """

    code: str
    label: str | Promise
    states: tuple[State, ...]
    condition: Q = field(default_factory=Q)
    by_day: bool = False
    is_few: bool = False

    @property
    def counted(self) -> Q:
        """All that must hold, as it is counted."""
        return self.condition & (~Q(state=State.CLOSED) if self.by_day else Q(state__in=self.states))


@dataclass(frozen=True, slots=True)
class QueueView:
    """A tab. Rows come segment by segment, each by priority."""

    code: str
    label: str | Promise
    segments: tuple[Segment, ...]
    has_count: bool = True

    @property
    def is_own(self) -> bool:
        """Whether the view depends on who looks, or changes with every case they take."""
        return self.code in ("todo", "mine", "new")


def queue_views(by: Actor, today: date) -> tuple[QueueView, ...]:
    """The tabs of the actor, the first one where they start."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=today)
    mine = Q(assignee_id=by.user_id)
    my_work = Segment("mine", pgettext_lazy("queue", "Yours"), WORKING, mine & awake)
    unassigned = Segment(
        "unassigned", pgettext_lazy("queue", "Unassigned"), (State.NEW,), Q(assignee=None) & awake
    )
    todo: tuple[Segment, ...] = (my_work, unassigned)
    if Role.APPROVER in by.roles:
        todo = (_to_approve(by), *todo)
    views = [
        _view("todo", pgettext_lazy("queue", "To do"), *todo),
        _view("mine", pgettext_lazy("queue", "Mine"), Segment("mine", "", OPEN, mine)),
        _view("new", pgettext_lazy("queue", "Unassigned"), replace(unassigned, label="")),
        _view("asked", pgettext_lazy("queue", "Asked"), Segment("asked", "", (State.AWAITING_EXPLANATION,))),
        _view(
            "answered",
            pgettext_lazy("queue", "Answered"),
            Segment("answered", "", (State.EXPLAINED, State.NO_RESPONSE)),
        ),
        _view(
            "approval",
            pgettext_lazy("queue", "To approve"),
            Segment("approval", "", (State.PENDING_APPROVAL, State.APPEALED)),
        ),
        _view(
            "late",
            pgettext_lazy("queue", "Late"),
            Segment("late", "", OPEN, overdue_cases(today), by_day=True),
        ),
        _view(
            "snoozed",
            pgettext_lazy("queue", "Set aside"),
            Segment("snoozed", "", OPEN, Q(snoozed_until__gt=today), by_day=True, is_few=True),
        ),
        _view("open", pgettext_lazy("queue", "All open"), Segment("open", "", OPEN)),
        QueueView(
            "closed", pgettext_lazy("queue", "Closed"), (Segment("closed", "", (State.CLOSED,)),), False
        ),
        QueueView("all", pgettext_lazy("queue", "All"), (Segment("all", "", tuple(State)),), False),
    ]
    if can(by, "fraud.view_score"):  # to have been held back is a word of the score
        views.insert(-2, QueueView(HELD_BACK, pgettext_lazy("queue", "Held back"), (), False))
    if not has_queue(by):
        views = [view for view in views if view.code not in ("todo", "mine")]
    return tuple(views)


def _to_approve(by: Actor) -> Segment:
    own = Decision.objects.filter(_own_proposal(by), state="proposed")
    return Segment(
        "approve",
        pgettext_lazy("queue", "Waiting for your approval"),
        (State.PENDING_APPROVAL, State.APPEALED),
        ~Q(pk__in=own.values("case_id")),
    )


def _own_proposal(by: Actor) -> Q:
    """Proposals of the person, under whichever of their logins."""
    return Q(proposed_by_id=by.user_id) | Q(proposed_by__in=logins_of(by.employee_no))


def _view(code: str, label: str | Promise, *segments: Segment) -> QueueView:
    return QueueView(code, label, segments)


def queue_page(
    view: QueueView, filters: QueueFilters, by: Actor, *, cursor: str, size: int = PAGE_SIZE
) -> Page:
    """A page of a view over `cases_of_others(by)`; every row carries `segment`, the part it belongs to.

    Each state is walked along its own index and the walks are merged, so a deep page costs what the first costs.
    Closed cases, and all, come newest first.
    """
    if view.code in BY_TIME:
        at = BY_TIME[view.code]
        keys, is_later = keyset_keys(
            (filters.condition, seen_by(by)),
            lambda: cases_of_others(by).filter(filters.condition, **{f"{at}__isnull": False}),
            by=at,
            cursor=cursor,
            size=size,
        )
        listed = [_placed(case, view.segments[0]) for case in read_cases(keys[:size])]
        last = listed[-1] if len(keys) > size else None
        following = Cursor(at, getattr(last, at), last.pk).as_text() if last is not None else ""
        return Page(attach_money(listed), following, is_later)
    start, bound = _read_cursor(cursor)
    walked = _walk(by, filters.condition, view, start, bound, size + 1)
    # (segment number, priority, id), segment by segment, each by priority
    places = sorted(walked, key=lambda place: (place[0], -place[1], -place[2]))[: size + 1]
    more, places = len(places) > size, places[:size]
    numbers = {pk: number for number, _priority, pk in places}
    shown = [_placed(case, view.segments[numbers[case.pk]]) for case in read_cases(list(numbers))]
    number, priority, pk = places[-1] if more else (0, 0, 0)
    after = Cursor(str(number), priority, pk).as_text() if more else ""
    return Page(attach_money(shown), after, bound is not None)


def has_queue(by: Actor) -> bool:
    """Whether the person works cases, and so has a to-do list."""
    return bool({Role.REVIEWER, Role.APPROVER} & by.roles)


def next_to_do(by: Actor, after: Case | None = None) -> Case | None:
    """The case to work on next, in the order in which the person's to-do list shows them: part by part, each by expected loss.

    From one that is in the list (`after`, as it stands now) the one below it, past the last one the first; else the first, so that
    what is done, or was none of theirs, passes over nothing. None for people without a to-do list, or where it is empty.
    """
    if not has_queue(by):
        return None
    segments = queue_views(by, company_today())[0].segments
    cases = cases_of_others(by)
    ways: list[tuple[Segment, Cursor | None]] = [(segment, None) for segment in segments]
    if after is not None:
        here = _part_of(after, segments)
        cases = cases.exclude(pk=after.pk)
        if here is not None:
            at = segments.index(here)
            ways = [(here, Cursor("", after.priority, after.pk)), *ways[at + 1 :], *ways[: at + 1]]
    for segment, start in ways:
        rows = cases.filter(segment.condition, beyond(start, "priority"), state__in=segment.states)
        shown = without_involved(list(rows.order_by("-priority", "-pk")[:NEXT_LOOKS]), by)
        if shown:
            return shown[0]
    return None


def _part_of(case: Case, segments: Sequence[Segment]) -> Segment | None:
    """The part of a list that a case is in as it stands now."""
    here = (one for one in segments if case.state in one.states)
    return next((one for one in here if Case.objects.filter(one.counted, pk=case.pk).exists()), None)


def view_counts(views: Sequence[QueueView], filters: QueueFilters, by: Actor) -> dict[str, int]:
    """View → how many rows it has for somebody, counted no further than the cap, so a backlog costs what the cap costs.

    One's own views are counted anew; the others are remembered until anybody changes anything, half a minute at most, for all who may
    see the same together. Two queries.
    """
    keys = {view.code: _count_key(view, filters, by) for view in views if not view.is_own}
    known = cache.get_many(keys.values())
    counts = {code: known[key] for code, key in keys.items() if key in known}
    missing = [view for view in views if view.code not in counts]
    parts = [(view.code, part) for view in missing for part in view.segments]
    counts |= {view.code: 0 for view in missing}
    lists = [filters.condition & part.counted for _code, part in parts]
    for (code, _part), n in zip(parts, _counts_of(lists, by), strict=True):
        counts[code] += n
    cache.set_many({keys[v.code]: counts[v.code] for v in missing if v.code in keys}, COUNT_SECONDS)
    return counts


def n_listed(view: QueueView, filters: QueueFilters, by: Actor) -> str:
    """How many rows a narrowed view has, in words: what a figure that leads here counts."""
    n = view_counts([view], filters, by)[view.code]
    told = f"{COUNT_CAP:,}+" if n > COUNT_CAP else f"{n:,}"
    return ngettext("%(n)s case in this list", "%(n)s cases in this list", n) % {"n": told}


def _count_key(view: QueueView, filters: QueueFilters, by: Actor) -> str:
    """What a count depends on: the view, the filters, who is kept from which cases, what happened last, and the day."""
    chosen = sorted((chip["key"], chip["value"]) for chip in filters.chips)
    as_of = newest_entry(), company_today()
    kept_from = "" if by.is_system else number_key(by.employee_no), sorted(by.units)
    return "cases:count:" + sha256(f"{view.code}{chosen}{kept_from}{as_of}".encode()).hexdigest()


def _counts_of(lists: Sequence[Q], by: Actor) -> list[int]:
    """How many cases of each condition somebody may see, counted no further than the cap + 1.

    Only the cases that are counted are looked at for what the reader is kept from. A list known to be far above the cap is not counted.
    """
    once = tuple(dict.fromkeys(lists))  # what nobody has is a view of its own and a part of what is to do
    who = seen_by(by), "" if by.is_system else number_key(by.employee_no)
    entry = newest_entry()
    counted = tuple(one for one in once if not is_long((one, who), entry))
    limit = COUNT_CAP + SLACK
    read = read_together_as(
        ("counts", counted, limit, seen_by(by)),
        lambda: [cases_of_others(by).filter(one).order_by().values_list("pk")[:limit] for one in counted],
        len(counted),
    )
    found = dict(zip(counted, ({pk for (pk,) in rows} for rows in read), strict=True))
    hidden = hidden_among(by, set().union(*found.values()))
    counts = dict.fromkeys(once, COUNT_CAP + 1)
    for one, keys in found.items():
        n = len(keys - hidden)
        note_length((one, who), n, COUNT_CAP, entry)
        if len(keys) == limit and n <= COUNT_CAP:  # others may come after those that are hidden
            n = capped_count(visible_cases(by).filter(one), COUNT_CAP)
        counts[one] = min(n, COUNT_CAP + 1)
    return [counts[one] for one in lists]


def _walk(
    by: Actor, condition: Q, view: QueueView, start: int, bound: Cursor | None, n: int
) -> list[tuple[int, int, int]]:
    """The first n (segment number, priority, id) of each state of each segment from `start`, there after the bound. One query."""
    parts = list(enumerate(view.segments))[start:]
    numbers = [
        n_th for n_th, segment in parts for _list in range(1 if segment.is_few else len(segment.states))
    ]

    def walks() -> list[QuerySet[Any]]:
        made: list[QuerySet[Any]] = []
        cases = cases_of_others(by).filter(condition)
        for number, segment in parts:
            rows = cases.filter(segment.condition, beyond(bound if number == start else None, "priority"))
            ordered = rows.order_by("-priority", "-pk").values_list("priority", "pk")
            made += (
                [ordered.exclude(state=State.CLOSED)[:n]]
                if segment.is_few
                else [ordered.filter(state=state)[:n] for state in segment.states]
            )
        return made

    told = tuple((segment.states, segment.condition, segment.is_few) for _number, segment in parts)
    found = read_together_as(("walk", condition, told, bound, n, seen_by(by)), walks, len(numbers))
    return [(number, *row) for number, rows in zip(numbers, found, strict=True) for row in rows]


def _read_cursor(cursor: str) -> tuple[int, Cursor | None]:
    """The segment to go on in and the last (priority, id) seen there; the start for a cursor that is none."""
    after = read_cursor(cursor)
    number = whole_number(after.order, 2) if after else None
    if after is None or number is None or not isinstance(after.value, int):
        return 0, None
    return number, after


def _placed(case: Case, segment: Segment) -> Case:
    case.segment = segment  # type: ignore[attr-defined]
    return case


def segments_of(rows: list[Case]) -> Iterator[tuple[Segment, list[Case]]]:
    """Rows of a page grouped by the part of the view they belong to, in order."""
    at = 0
    while at < len(rows):
        segment = rows[at].segment  # type: ignore[attr-defined]
        end = at
        while end < len(rows) and rows[end].segment.code == segment.code:  # type: ignore[attr-defined]
            end += 1
        yield segment, rows[at:end]
        at = end
