"""The row of a case that no run opened: its number, its key, its first entry."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError

from audit.actor import Actor
from audit.services import record
from audit.transactions import one_transaction
from cases.models import Case
from cases.services.company import due_on, present
from cases.services.numbering import next_reference
from cases.services.standing import case_subject
from cases.workflow import State

_NUMBER_TRIES = 5


def free_key(key: str) -> str:
    """The bundle key, numbered while an open case has it."""
    taken = set(
        Case.objects.filter(bundle_key__startswith=key)
        .exclude(state=State.CLOSED)
        .values_list("bundle_key", flat=True)
    )
    number, free = 1, key
    while free in taken:
        number, free = number + 1, f"{key}#{number + 1}"
    return free


def create_case(by: Actor, *, reason: str = "", **fields: Any) -> Case:
    """A case in `new` under the next free reference, with its first entry."""
    now = present()
    for attempt in range(_NUMBER_TRIES):
        try:
            with one_transaction():
                case = Case.objects.create(
                    reference=next_reference(now.year),
                    state_since=now,
                    opened_at=now,
                    due_on=due_on(State.NEW, now),
                    **fields,
                )
                break
        except IntegrityError:
            if attempt == _NUMBER_TRIES - 1:
                raise
    reopened, split = fields.get("reopened_from"), fields.get("split_from")
    record(
        action="case.opened",
        by=by,
        subject=case_subject(case),
        reason=reason,
        after={
            "source": case.source,
            "pattern": case.pattern,
            "state": case.state,
            "version": case.version,
            **({"reopened_from": reopened.reference} if reopened else {}),
            **({"split_from": split.reference} if split else {}),
        },
    )
    return case
