"""The five beats of every casework step: may they, are they involved, is it still what they saw, is it allowed now, do it.

A service reads the case afresh (`read_case`), checks one row of the workflow table (`check_step`) and makes the change
(`move`): a compare-and-set on version and state together with its audit entry. `@casework` (casework.py) puts all of it
into one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from audit.people import name_of
from audit.permissions import NotPermitted, require
from audit.registry import sentence
from audit.services import record
from cases.models import Case
from cases.services import errors
from cases.services.claim_changes import BY_DELIVERY, said_of_entry
from cases.services.company import due_on, present
from cases.services.conflicts import relations_of
from cases.services.standing import (
    actions_now,
    case_subject,
    current_decision,
    current_request,
    facts_of,
    parties_towards,
    read_case,
    recovery_of,
)
from cases.services.step_words import open_to_others
from cases.services.told_version import has_seen
from cases.workflow import (
    TRANSITIONS,
    Action,
    Guard,
    Party,
    State,
    Transition,
    allowed_actions,
    failed_guards,
    find_row,
)
from fraud.claims.models import User
from fraud.claims.units import sees_department

# A service finds everything it needs for a step here.
__all__ = [
    "UNDO_SECONDS",
    "actions_now",
    "case_subject",
    "change_case",
    "change_recorded",
    "change_sentences",
    "check_step",
    "check_unseen",
    "current_decision",
    "current_request",
    "facts_of",
    "move",
    "not_allowed",
    "parties_towards",
    "read_case",
    "recovery_of",
    "stale",
]

# Steps their author may take back within UNDO_SECONDS.
UNDO_SECONDS = 10
UNDOABLE = frozenset(
    {
        Action.TAKE,
        Action.ASSIGN,
        Action.RELEASE,
        Action.SNOOZE,
        Action.WAKE,
        Action.CLOSE_LEGITIMATE,
        Action.PROPOSE,
        Action.DECIDE,
        Action.REQUEST_EXPLANATION,
    }
)
_KEPT_FOR_UNDO = (
    "state",
    "state_since",
    "due_on",
    "disposition",
    "disposition_reason",
    "assignee_id",
    "lock_until",
    "snoozed_until",
    "snooze_reason",
    "n_rounds",
    "closed_at",
)


def check_step(
    case: Case, action: Action, *, by: Actor, expected_version: int | None, outcome: str = "", **known: Any
) -> Transition:
    """The row of the table this step takes.

    Checks in order: permission, relation, version, state, guards. Raises NotPermitted or a Refused, StaleCase,
    TransitionNotAllowed or the guard's own refusal. Everybody acts on the version they saw: None, which only the system's
    sweeps may pass, is refused like an old one. Of a cardholder it counts whether their page tells something else since.
    """
    parties = check_person(case, action, by)
    if expected_version is None:
        if not by.is_system:
            raise stale(case, 0)
    elif not _is_current(case, action, expected_version):
        raise stale(case, expected_version)
    return _row_now(case, action, parties, outcome, known)


def check_unseen(case: Case, action: Action, *, by: Actor) -> Transition:
    """The same for what binds nobody and may rest on an older page: a draft, a file beside it, asking for more time."""
    return _row_now(case, action, check_person(case, action, by), "", {})


def _is_current(case: Case, action: Action, version: int) -> bool:
    return has_seen(case, version) if _is_persons_own(action) else version == case.version


def _row_now(
    case: Case, action: Action, parties: frozenset[Party], outcome: str, known: Mapping[str, Any]
) -> Transition:
    state = State(case.state)
    row = find_row(state, action, outcome)
    if row is None:
        raise not_allowed(case, action, parties)
    failed = failed_guards(row, facts_of(case, row.guards, **known))
    if failed:
        raise _guard_refusal(case, action, parties, failed[0])
    return row


def _is_persons_own(action: Action) -> bool:
    """Whether it is a step of the cardholder or their manager, to whom the inner steps of a case are not shown."""
    needed = {party for row in TRANSITIONS if row.action == action for party in row.who}
    return bool(needed & {Party.CARDHOLDER, Party.MANAGER})


def check_person(case: Case, action: Action, by: Actor) -> frozenset[Party]:
    """Permission, then relation, then departments; returns every position of the actor towards the case.

    Raises a Refused, and CaseNotFound where they do not see it."""
    rows = [row for row in TRANSITIONS if row.action == action]
    needed = {party for row in rows for party in row.who}
    permission = rows[0].permission
    try:
        require(by, "cases.sweep_clocks" if by.is_system else permission)
    except NotPermitted as refusal:
        raise errors.Refused(refusal.action, subject=case_subject(case)) from None
    relations = relations_of(by, case)
    parties = parties_towards(case, by, relations)
    if needed & parties:
        return parties
    subject = case_subject(case)
    if needed & {Party.CARDHOLDER, Party.MANAGER}:
        raise errors.NotYours(permission, subject=subject)
    if relations.involvement:
        raise errors.OwnCase(permission, subject=subject, relation=relations.involvement)
    if not sees_department(by, case.cardholder.department_id):
        raise errors.CaseNotFound
    refusals: Mapping[Party, type[errors.Refused]] = {
        Party.HOLDER: errors.NotAssigned,
        Party.OTHER_APPROVER: errors.OwnProposal,
        Party.RECOVERY_APPROVER: errors.OwnWriteOff,
    }
    found = [refusals[party] for party in needed if party in refusals]
    raise (found[0] if found else errors.Refused)(permission, subject=subject)


def stale(case: Case, expected_version: int) -> errors.StaleCase:
    """The refusal of a step on an older version, naming what changed since and by whom."""
    changes = [
        {
            "action": event.action,
            "actor": event.actor,
            "at": event.at,
            "version": event.after["version"],
            "said": said_of_entry(event, current_language()) if event.action in BY_DELIVERY else "",
        }
        for event in AuditEvent.objects.filter(subject=case_subject(case)).order_by("seq")
        if event.after and "version" in event.after and event.after["version"] > expected_version
    ]
    return errors.StaleCase(version=case.version, changes=changes)


def change_sentences(error: errors.StaleCase, language: str) -> list[str]:
    """Each change since as `who: what`, people by their names, in the reader's language; of a delivery what it changed."""
    people = User.objects.filter(username__in={change["actor"] for change in error.changes})
    names = {person.username: name_of(person) for person in people}
    told = [
        change["said"]
        or f"{names.get(change['actor']) or change['actor']}: {sentence(change['action'], language)}"
        for change in error.changes
    ]
    return list(dict.fromkeys(told))


def not_allowed(
    case: Case, action: Action, parties: frozenset[Party], guard: str = ""
) -> errors.TransitionNotAllowed:
    """The refusal of a step that is not open: with those that are, to somebody in these positions and to others."""
    state = State(case.state)
    guards = {one for row in TRANSITIONS if row.source == state for one in row.guards}
    facts = facts_of(case, guards)
    open_now = allowed_actions(state, parties, facts)
    is_own = _is_persons_own(action)
    if is_own:
        mine = [found.value for found in open_now if _is_persons_own(found)]
        return errors.TransitionNotAllowed(
            state=case.state, action=action.value, allowed=mine, guard=guard, is_own=True
        )
    others = open_to_others(state, facts, parties, open_now)
    if not guard and case.merged_into_id is not None:
        guard = Guard.NOT_MERGED.value
    return errors.TransitionNotAllowed(
        state=case.state,
        action=action.value,
        allowed=[found.value for found in open_now],
        guard=guard,
        others={party.value: [step.value for step in steps] for party, steps in others},
        holder=name_of(case.assignee) if case.assignee is not None else "",
    )


def _guard_refusal(
    case: Case, action: Action, parties: frozenset[Party], guard: Guard
) -> errors.CaseworkError:
    if guard == Guard.FREE and case.assignee is not None:
        return errors.HeldByOther(name=name_of(case.assignee))
    special: Mapping[Guard, type[errors.CaseworkError]] = {
        Guard.ROUNDS_LEFT: errors.RoundsExhausted,
        Guard.NOT_EXTENDED: errors.AlreadyExtended,
        Guard.HEARD: errors.NotHeard,
        Guard.ONE_PAIR_OF_EYES: errors.DecisionNeedsSecondPerson,
    }
    if guard in special:
        return special[guard]()
    return not_allowed(case, action, parties, guard.value)


def move(
    case: Case,
    row: Transition,
    *,
    by: Actor,
    event: str,
    reason: str = "",
    fields: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEvent:
    """Take the row: change the case by compare-and-set on version and state, and append the audit entry.

    `fields` are further columns of the case, `details` plain values for the entry. The instance carries the new values
    afterwards. Raises StaleCase when another step was faster.
    """
    now = at or present()
    values: dict[str, Any] = {"version": case.version + 1, "undo": _undo_of(case, row, by, now)}
    if row.target != row.source:
        values |= {"state": row.target.value, "state_since": now, "snoozed_until": None, "snooze_reason": ""}
    if row.target != State.IN_REVIEW:
        values["lock_until"] = None
    if row.clock_days is not None or row.target == State.CLOSED:
        values["due_on"] = due_on(row.target, now)
    if row.target == State.CLOSED and row.source != State.CLOSED:
        values["closed_at"] = now
    values |= dict(fields or {})
    return change_recorded(case, values, event=event, by=by, reason=reason, details=details)


def change_recorded(
    case: Case,
    values: Mapping[str, Any],
    *,
    event: str,
    by: Actor,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """One change of a case with its entry, which comes first: the database refuses a change without one.

    Raises StaleCase.
    """
    before = {"state": case.state, "version": case.version}
    after = {"state": values.get("state", case.state), "version": values["version"], **(details or {})}
    entry = record(action=event, by=by, subject=case_subject(case), reason=reason, before=before, after=after)
    change_case(case, **values)
    return entry


def change_case(case: Case, **values: Any) -> None:
    """UPDATE … WHERE id AND version AND state; go on only if exactly one row changed. Raises StaleCase."""
    seen = case.version
    changed = Case.objects.filter(pk=case.pk, version=case.version, state=case.state).update(**values)
    if changed != 1:
        raise stale(read_case(case), seen)
    for name, value in values.items():
        setattr(case, name, value)


def _undo_of(case: Case, row: Transition, by: Actor, now: datetime) -> dict[str, Any] | None:
    if row.action not in UNDOABLE or by.is_system:
        return None
    kept = {name: getattr(case, name) for name in _KEPT_FOR_UNDO}
    plain = {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in kept.items()
    }
    return {"action": row.action.value, "by": by.user_id, "at": now.isoformat(), "fields": plain}
