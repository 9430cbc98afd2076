"""The case workflow as data: who may do what from where, and what it leads to.

Pure. The services read this table and never decide on their own where a case may go; the pages read it to show the
actions that are allowed now and only those. `docs/workflow.md` is written from it.
"""

from __future__ import annotations

from collections.abc import Collection

from audit.permissions import Role
from cases.workflow_rows import TOLD, TRANSITIONS, Transition
from cases.workflow_terms import (
    AGAINST,
    BESIDE,
    CLEARED,
    CLOCK_DAYS,
    GUARDS,
    IN_FULL,
    JOINABLE,
    MAX_EXTENSION_DAYS,
    MAX_ROUNDS,
    MAX_SNOOZE_DAYS,
    PARTIAL,
    REDUCED,
    REDUCED_WITHOUT_AMOUNT,
    REVERSED,
    UPHELD,
    UPHELD_WITHOUT_AMOUNT,
    WITH_AMOUNT,
    WITHOUT_AMOUNT,
    Action,
    Facts,
    Guard,
    Party,
    State,
)

__all__ = [
    "AGAINST",
    "BESIDE",
    "CLEARED",
    "CLOCK_DAYS",
    "GUARDS",
    "IN_FULL",
    "JOINABLE",
    "MAX_EXTENSION_DAYS",
    "MAX_ROUNDS",
    "MAX_SNOOZE_DAYS",
    "PARTIAL",
    "REDUCED",
    "REDUCED_WITHOUT_AMOUNT",
    "REVERSED",
    "TOLD",
    "TRANSITIONS",
    "UPHELD",
    "UPHELD_WITHOUT_AMOUNT",
    "WITHOUT_AMOUNT",
    "WITH_AMOUNT",
    "Action",
    "Facts",
    "Guard",
    "Party",
    "State",
    "Transition",
    "allowed_actions",
    "failed_guards",
    "find_row",
    "parties_of",
    "rows_for",
]


_BY_PLACE: dict[tuple[State, Action], tuple[Transition, ...]] = {}
for _row in TRANSITIONS:
    _BY_PLACE[_row.source, _row.action] = (*_BY_PLACE.get((_row.source, _row.action), ()), _row)


def rows_for(state: State, action: Action) -> tuple[Transition, ...]:
    """The rows of an action in a state; empty where it is not in the table."""
    return _BY_PLACE.get((state, action), ())


def find_row(state: State, action: Action, outcome: str = "") -> Transition | None:
    """The row of an action with an outcome, or None. An action with one outcome is found with an empty one."""
    for row in rows_for(state, action):
        if row.outcome == outcome:
            return row
    return None


def failed_guards(row: Transition, facts: Facts) -> tuple[Guard, ...]:
    """The guards of a row that the facts do not meet, in the order of the row."""
    return tuple(guard for guard in row.guards if not GUARDS[guard](facts))


def parties_of(
    roles: Collection[Role],
    *,
    is_system: bool = False,
    is_involved: bool = False,
    is_holder: bool = False,
    is_cardholder: bool = False,
    is_manager: bool = False,
    has_judged: bool = False,
    asked_write_off: bool = False,
) -> frozenset[Party]:
    """Every position somebody holds towards a case.

    `is_involved`: cardholder, the claim's approver, an attendee, a report of the cardholder, or whoever answered for them; it takes every staff
    position away, whatever the roles. `has_judged`: proposed or decided what is now to be judged.
    """
    if is_system:
        return frozenset({Party.SYSTEM})
    found: set[Party] = set()
    if is_cardholder and Role.CARDHOLDER in roles:
        found.add(Party.CARDHOLDER)
    if is_manager and not is_cardholder and Role.MANAGER in roles:
        found.add(Party.MANAGER)
    if is_involved or is_cardholder:
        return frozenset(found)
    if Role.REVIEWER in roles or Role.APPROVER in roles:
        found.add(Party.REVIEWER)
    if Role.APPROVER in roles:
        found |= {Party.APPROVER, Party.HOLDER}
        found |= set() if has_judged else {Party.OTHER_APPROVER}
        found |= set() if asked_write_off else {Party.RECOVERY_APPROVER}
    if is_holder and Role.REVIEWER in roles:
        found.add(Party.HOLDER)
    if Role.RECOVERY_CLERK in roles:
        found.add(Party.RECOVERY_CLERK)
    return frozenset(found)


# Steps of a service rather than choices of a person.
_NOT_OFFERED = frozenset(
    {
        Action.DECIDE,
        Action.LAPSE,
        Action.END_NOTICE,
        Action.VOID,
        Action.SETTLE,
        Action.RESUME,
        Action.DISSOLVE,
        Action.END_MERGED,
    }
)


def allowed_actions(state: State, parties: Collection[Party], facts: Facts) -> tuple[Action, ...]:
    """The actions open to somebody now, in the order of the table, each once.

    An action with several outcomes is open when any of them is. What a service settles by itself (deciding at once
    where one pair of eyes is enough) is not offered: proposing leads there.
    """
    found: list[Action] = []
    for row in TRANSITIONS:
        if row.source != state or row.action in found or row.action in _NOT_OFFERED:
            continue
        ignored = {Guard.ONE_PAIR_OF_EYES, Guard.SETTLED}  # known only once the step's content is
        blocked = [guard for guard in failed_guards(row, facts) if guard not in ignored]
        if not blocked and set(row.who) & set(parties):
            found.append(row.action)
    return tuple(found)
