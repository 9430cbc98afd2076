"""The rows of the queue: what shows the same is not put into words again.

A reader comes back to the queue after every case, and one row of fifty has changed. A row's key names everything the row shows,
so a row is never older than what it was made of; `tests/cases/test_queue_rows.py` holds that.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from operator import attrgetter
from typing import Any

from django import template
from django.utils.safestring import SafeString

from audit.language import current_language
from audit.people import name_of
from cases.models import Case
from cases.services.money import shown_stake
from cases.services.money_told import told_money
from fraud.web.kept import Shelf

register = template.Library()
KEPT = 2000  # rows a process keeps: some 4 MB
_rows: Shelf[SafeString] = Shelf(KEPT)
#: Columns of the case that the row shows, or that decide what it shows.
_columns = attrgetter(
    "pk", "reference", "version", "near", "sentence", "url", "drawn_blind", "band", "disposition", "expected_loss_minor", "currency",
    "has_news", "n_claims", "n_told", "source", "merged_into_id", "state", "closed_at", "snoozed_until", "snooze_reason", "due_on",
)  # fmt: skip
#: What the page gives to every row.
_OF_PAGE = ("loss_title", "take_word", "largest", "today", "calendar", "may_take")


@register.simple_tag(takes_context=True)
def queue_rows(context: Any, cases: Iterable[Case]) -> SafeString:
    """The rows of some cases, each as `_row.html` has it."""
    of_page = {name: context.get(name, "") for name in _OF_PAGE}
    shared = (current_language(), *of_page.values())
    chosen = frozenset(context.get("chosen") or ())
    made: list[SafeString] = []
    for case in cases:
        is_chosen = case.reference in chosen
        key = (shared, is_chosen, *_key(case))
        found = _rows.get(key)
        if found is None:
            row = context.template.engine.get_template("cases/queue/_row.html")
            given = {**of_page, "case": case, "chosen": {case.reference} if is_chosen else set()}
            found = row.render(context.new(given))
            _rows.put(key, found)
        made.append(found)
    return SafeString("".join(made))


def forget_rows() -> None:
    """Put every row into words again, for tests."""
    _rows.clear()


def _key(case: Any) -> tuple[Hashable, ...]:
    person, assignee = case.cardholder, case.assignee
    department, told = person.department, told_money(case)
    return (
        _columns(case),
        str(person),
        (department.name, department.name_en) if department is not None else None,
        tuple(case.tag_names),
        tuple((tag["code"], tag["name"]) for tag in case.tags),
        told.minor,
        told.kind,
        shown_stake(case).is_replaced,
        name_of(assignee) if assignee is not None else None,
    )
