"""The five beats of every casework step: may they, are they involved, is it still what they saw, is it allowed now, do it.

A service reads the case afresh (`read_case`), checks one row of the workflow table (`check_step`) and makes the change
(`move`): a compare-and-set on version and state together with its audit entry. `@casework` puts all of it into one
transaction and keeps refusals that matter after the transaction was rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role, require
from audit.registry import sentence
from audit.services import record, record_refusal
from cases.models import Case, Decision, ExplanationRequest, Recovery
from cases.services import errors
from cases.services.company import company_today, due_on, present
from cases.services.conflicts import Relations, is_same_person, relations_of
from cases.services.ledger import outstanding
from cases.workflow import (
    TRANSITIONS,
    Action,
    Facts,
    Guard,
    Party,
    State,
    Transition,
    allowed_actions,
    failed_guards,
    find_row,
    parties_of,
)

P = ParamSpec("P")
R = TypeVar("R")

# Steps their author may take back within UNDO_SECONDS.
UNDO_SECONDS = 10
UNDOABLE = frozenset(
    {
        Action.TAKE,
        Action.RELEASE,
        Action.SNOOZE,
        Action.WAKE,
        Action.CLOSE_LEGITIMATE,
        Action.PROPOSE,
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


def case_subject(case: Case) -> str:
    """The name of the case's audit chain."""
    return f"case:{case.reference}"


def casework(service: Callable[P, R]) -> Callable[P, R]:
    """One transaction around a service; a refusal is kept as a security event outside it and raised on."""

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return service(*args, **kwargs)
        except NotPermitted as refusal:
            by = kwargs.get("by")
            if isinstance(by, Actor):
                subject = getattr(refusal, "subject", "") or "config"
                record_refusal(by=by, action=refusal.action, subject=subject, code=refusal.code)
            raise

    return run


def read_case(case: Case) -> Case:
    """The case as it stands now, with its cardholder and assignee."""
    found = Case.objects.select_related("cardholder__department", "assignee").filter(pk=case.pk).first()
    if found is None:
        raise errors.CaseNotFound
    return found


def current_request(case: Case) -> ExplanationRequest | None:
    """The last explanation request that was not withdrawn, or None."""
    return (
        case.requests.exclude(state=ExplanationRequest.State.WITHDRAWN)
        .select_related("requested_by")
        .order_by("-round_no")
        .first()
    )


def current_decision(case: Case) -> Decision | None:
    """The proposal that waits, or the decision that holds; None before there is one."""
    held = [Decision.State.PROPOSED, Decision.State.APPROVED]
    return (
        case.decisions.filter(state__in=held)
        .select_related("proposed_by", "decided_by")
        .order_by("-number")
        .first()
    )


def recovery_of(case: Case) -> Recovery | None:
    """The case's recovery, or None."""
    return Recovery.objects.filter(case=case).select_related("write_off_requested_by").first()


def facts_of(case: Case, **known: Any) -> Facts:
    """What the guards look at, read from the rows; `known` overrides what the step itself decides."""
    now, today = present(), company_today()
    request = current_request(case)
    recovery = recovery_of(case) if case.state == State.RECOVERING else None
    heard = (ExplanationRequest.State.ANSWERED, ExplanationRequest.State.LAPSED)
    values: dict[str, Any] = {
        "is_held": case.assignee_id is not None and (case.lock_until is None or case.lock_until > now),
        "is_snoozed": case.snoozed_until is not None,
        "n_rounds": case.n_rounds,
        "is_extended": request is not None and request.is_extended,
        "deadline_passed": request is not None and today > request.due_on,
        "is_heard": case.requests.filter(state__in=heard).exists(),
        "notice_over": case.state == State.NOTIFIED and case.due_on is not None and today > case.due_on,
        "outstanding_minor": outstanding(recovery) if recovery else 0,
        "write_off_requested": recovery is not None and recovery.write_off == Recovery.WriteOff.REQUESTED,
    }
    return Facts(**{**values, **known})


def parties_towards(case: Case, by: Actor, relations: Relations | None = None) -> frozenset[Party]:
    """Every position the actor holds towards the case now."""
    relations = relations or relations_of(by, case)
    may_judge = Role.APPROVER in by.roles  # only then it matters what they proposed or asked for
    decision = current_decision(case) if may_judge else None
    recovery = recovery_of(case) if may_judge else None
    judged = decision is not None and (
        is_same_person(decision.proposed_by, by) or is_same_person(decision.decided_by, by)
    )
    return parties_of(
        by.roles,
        is_system=by.is_system,
        is_involved=bool(relations.involvement),
        is_holder=is_same_person(case.assignee, by),
        is_cardholder=relations.is_cardholder,
        is_manager=relations.is_manager,
        has_judged=judged,
        asked_write_off=recovery is not None and is_same_person(recovery.write_off_requested_by, by),
    )


def actions_now(case: Case, by: Actor) -> tuple[Action, ...]:
    """The actions open to the actor on this case now, in the order of the table."""
    return allowed_actions(State(case.state), parties_towards(case, by), facts_of(case))


def check_step(
    case: Case,
    action: Action,
    *,
    by: Actor,
    expected_version: int | None,
    outcome: str = "",
    **known: Any,
) -> Transition:
    """The row of the table this step takes.

    Checks in order: permission, relation, version, state, guards. Raises NotPermitted or a Refused, StaleCase,
    TransitionNotAllowed or the guard's own refusal. `expected_version` None acts on the case as it is.
    """
    _check_person(case, action, by)
    if expected_version is not None and expected_version != case.version:
        raise stale(case, expected_version)
    state = State(case.state)
    row = find_row(state, action, outcome)
    if row is None:
        raise not_allowed(case, action, by)
    failed = failed_guards(row, facts_of(case, **known))
    if failed:
        raise _guard_refusal(case, action, by, failed[0])
    return row


def _check_person(case: Case, action: Action, by: Actor) -> None:
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
        return
    subject = case_subject(case)
    if needed & {Party.CARDHOLDER, Party.MANAGER}:
        raise errors.NotYours(permission, subject=subject)
    if relations.involvement:
        raise errors.OwnCase(permission, subject=subject, relation=relations.involvement)
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
        {"action": event.action, "actor": event.actor, "at": event.at, "version": event.after["version"]}
        for event in AuditEvent.objects.filter(subject=case_subject(case)).order_by("seq")
        if event.after and "version" in event.after and event.after["version"] > expected_version
    ]
    return errors.StaleCase(version=case.version, changes=changes)


def change_sentences(error: errors.StaleCase, language: str) -> list[str]:
    """Each change since as `who: what`, in the reader's language."""
    return [f"{change['actor']}: {sentence(change['action'], language)}" for change in error.changes]


def not_allowed(case: Case, action: Action, by: Actor, guard: str = "") -> errors.TransitionNotAllowed:
    """The refusal of an action the state does not know, with those it does."""
    allowed = [found.value for found in actions_now(case, by)]
    return errors.TransitionNotAllowed(state=case.state, action=action.value, allowed=allowed, guard=guard)


def _guard_refusal(case: Case, action: Action, by: Actor, guard: Guard) -> errors.CaseworkError:
    if guard == Guard.FREE and case.assignee is not None:
        return errors.HeldByOther(name=case.assignee.get_full_name() or case.assignee.get_username())
    special: Mapping[Guard, type[errors.CaseworkError]] = {
        Guard.ROUNDS_LEFT: errors.RoundsExhausted,
        Guard.NOT_EXTENDED: errors.AlreadyExtended,
        Guard.HEARD: errors.NotHeard,
        Guard.ONE_PAIR_OF_EYES: errors.DecisionNeedsSecondPerson,
    }
    if guard in special:
        return special[guard]()
    return not_allowed(case, action, by, guard.value)


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
