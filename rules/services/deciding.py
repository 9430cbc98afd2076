"""What every proposed change of lists, parameters, the policy and the words goes through when a second person decides it."""

from __future__ import annotations

from typing import TypeVar

from audit import clock
from audit.actor import Actor
from audit.people import require_second_person
from rules.exceptions import WrongState
from rules.models import Change

C = TypeVar("C", bound=Change)


def waiting_change(change: C, by: Actor) -> C:
    """The change, locked, while it waits for somebody who did not propose it. Raises NotPermitted for its author, WrongState."""
    current: C = type(change)._default_manager.select_for_update().get(pk=change.pk)
    if current.state != Change.State.PROPOSED:
        raise WrongState(state=current.get_state_display(), allowed=Change.State.PROPOSED.label)
    require_second_person(by, [current.proposed_by], "rules.activate_rule")
    return current


def decide_change(change: Change, state: Change.State, by: Actor, *also: str) -> None:
    """Keep who decided it, when and how; `also` names other columns that the decision sets."""
    change.state, change.decided_at, change.decided_by_id = state, clock.now(), by.user_id
    change.save(update_fields=["state", "decided_at", "decided_by", *also])
