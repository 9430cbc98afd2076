"""Proposing, approving, returning: the only place where a disposition is set, and always by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.actor import Actor
from audit.permissions import NotPermitted
from cases.dispositions import Disposition
from cases.models import Case, Decision
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.decided_anew import hold_line, owed_earlier, tell_owed_earlier, told_earlier
from cases.services.drafting import check_choice, draft_decision, hash_of, outcome_of
from cases.services.labelling import label_claims
from cases.services.money import due_minor
from cases.services.outbox import enqueue_mail
from cases.services.queue import take_case
from cases.services.steps import (
    UNDO_SECONDS,
    UNDOABLE,
    check_step,
    move,
    not_allowed,
    parties_towards,
    read_case,
)
from cases.services.texts import clean_line, clean_reason
from cases.workflow import AGAINST, CLEARED, Action, State

BULK_MAX = 500
_D = Decision.State


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One case of a bulk action with the version its page showed."""

    case: Case
    expected_version: int


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one case: `result` closed, pending or refused, with the refusal's `code` and `sentence`."""

    reference: str
    result: str
    code: str = ""
    sentence: str = ""


@casework
def propose_decision(
    *,
    case: Case,
    disposition: Disposition,
    reason: str,
    by: Actor,
    expected_version: int | None,
    amount_minor: int = 0,
    currency: str = "",
    disposition_reason: str = "",
    policy_clause: str = "",
    message: str = "",
) -> Decision:
    """Propose how the case ends; where one pair of eyes is enough, it is decided at once.

    `reason` (10 characters at least) stays inside; `message` goes to the cardholder. `amount_minor` is what is to come
    back, in the case's currency. The answer's `state` tells: proposed (pending approval) or approved.
    Raises NotHeard, NotAssigned, OwnCase, StaleCase, TransitionNotAllowed, AmountNotValid, ReasonTooShort,
    ChoiceNotValid.
    """
    case = read_case(case)
    draft = draft_decision(
        case,
        by,
        disposition=disposition,
        reason=reason,
        amount_minor=amount_minor,
        currency=currency,
        disposition_reason=disposition_reason,
        policy_clause=policy_clause,
        message=message,
    )
    outcome = outcome_of(disposition)
    if draft.needs_approval:
        row = check_step(case, Action.PROPOSE, by=by, expected_version=expected_version, outcome=outcome)
        move(case, row, by=by, event="decision.proposed", reason=draft.reason, details=_details(draft))
        draft.save()
        return draft
    row = check_step(
        case, Action.DECIDE, by=by, expected_version=expected_version, outcome=outcome, four_eyes=False
    )
    return _apply(case, row, draft, by=by, event="decision.taken", reason=draft.reason)


@casework
def close_legitimate(
    *, case: Case, disposition_reason: str, reason: str, by: Actor, expected_version: int | None
) -> Decision:
    """Close as legitimate with one of five reasons; becomes a proposal where a second person is needed.

    Raises as propose_decision.
    """
    case = read_case(case)
    draft = draft_decision(
        case, by, disposition=Disposition.LEGITIMATE, reason=reason, disposition_reason=disposition_reason
    )
    if draft.needs_approval:
        row = check_step(case, Action.PROPOSE, by=by, expected_version=expected_version, outcome=CLEARED)
        move(case, row, by=by, event="decision.proposed", reason=draft.reason, details=_details(draft))
        draft.save()
        return draft
    is_direct = case.state != State.NO_RESPONSE
    row = check_step(
        case,
        Action.CLOSE_LEGITIMATE if is_direct else Action.DECIDE,
        by=by,
        expected_version=expected_version,
        outcome="" if is_direct else CLEARED,
        four_eyes=False,
    )
    return _apply(case, row, draft, by=by, event="decision.taken", reason=draft.reason)


@casework
def approve_decision(
    *, case: Case, content_hash: str, by: Actor, expected_version: int | None, reason: str = ""
) -> Decision:
    """Approve exactly the proposal whose hash was shown. Raises OwnProposal, ProposalChanged, StaleCase …"""
    hold_line(case)
    case = read_case(case)
    decision = proposal_of(case, by, expected_version)
    row = check_step(
        case,
        Action.APPROVE,
        by=by,
        expected_version=expected_version,
        outcome=outcome_of(Disposition(decision.disposition)),
    )
    if content_hash != decision.content_hash or hash_of(decision) != decision.content_hash:
        raise errors.ProposalChanged
    return _apply(
        case, row, decision, by=by, event="decision.approved", reason=clean_line(reason) if reason else ""
    )


@casework
def return_decision(*, case: Case, reason: str, by: Actor, expected_version: int | None) -> Decision:
    """Send a proposal back to the reviewer with a reason. Raises OwnProposal, ReasonTooShort …"""
    case = read_case(case)
    decision = proposal_of(case, by, expected_version)
    row = check_step(case, Action.RETURN, by=by, expected_version=expected_version)
    said = clean_reason(reason)
    move(case, row, by=by, event="decision.returned", reason=said, details={"decision": decision.number})
    set_decision(
        decision, state=_D.RETURNED, decided_by_id=by.user_id, decided_at=present(), decided_reason=said
    )
    return decision


def bulk_close(
    *, items: Sequence[BulkItem], disposition_reason: str, reason: str, by: Actor
) -> list[BulkOutcome]:
    """Close many as legitimate with one reason, each in its own transaction; new ones are taken first.

    A case that changed since the page was opened is refused with what changed, the others go on. Raises TooMany above
    500 and ReasonTooShort.
    """
    if len(items) > BULK_MAX:
        raise errors.TooMany(n=BULK_MAX, field="cases")
    clean_reason(reason)
    check_choice(Disposition.LEGITIMATE, disposition_reason)
    return [_close_one(item, disposition_reason, reason, by) for item in items]


def _close_one(item: BulkItem, disposition_reason: str, reason: str, by: Actor) -> BulkOutcome:
    reference = item.case.reference
    try:
        decision = _take_and_close(item=item, disposition_reason=disposition_reason, reason=reason, by=by)
    except (errors.CaseworkError, NotPermitted) as refusal:
        # On a case of one's own the answer is the one for a case that does not exist.
        told = errors.CaseNotFound() if isinstance(refusal, errors.OwnCase) else refusal
        return BulkOutcome(reference, "refused", told.code, getattr(told, "sentence", ""))
    return BulkOutcome(reference, "pending" if decision.state == _D.PROPOSED else "closed")


@casework
def _take_and_close(*, item: BulkItem, disposition_reason: str, reason: str, by: Actor) -> Decision:
    case, version = item.case, item.expected_version
    if case.state == State.NEW:
        version = take_case(case=case, by=by, expected_version=version).version
    return close_legitimate(
        case=case, disposition_reason=disposition_reason, reason=reason, by=by, expected_version=version
    )


def proposal_of(case: Case, by: Actor, expected_version: int | None) -> Decision:
    """The proposal that waits for approval. Raises StaleCase when it is gone since the version seen, else TransitionNotAllowed."""
    found = case.decisions.filter(state=_D.PROPOSED).select_related("proposed_by").first()
    if found is None:
        check_step(
            case, Action.APPROVE, by=by, expected_version=expected_version
        )  # who may not and what changed, before what cannot
        raise not_allowed(case, Action.APPROVE, parties_towards(case, by))
    return found


def set_decision(decision: Decision, **values: Any) -> None:
    """Compare-and-set on the decision's state. Raises ProposalChanged when another step was faster."""
    if Decision.objects.filter(pk=decision.pk, state=decision.state).update(**values) != 1:
        raise errors.ProposalChanged
    for name, value in values.items():
        setattr(decision, name, value)


def _details(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision.number,
        "disposition": decision.disposition,
        "disposition_reason": decision.disposition_reason,
        "amount_minor": decision.amount_minor,
        "currency": decision.currency,
        "content_hash": decision.content_hash,
        "why_approval": decision.why_approval,
    }


def _apply(case: Case, row: Any, decision: Decision, *, by: Actor, event: str, reason: str) -> Decision:
    """Let a decision hold: case, label, earlier decisions, notice. The one place that writes `disposition`."""
    now, owed = present(), owed_earlier(case)
    disposition = Disposition(decision.disposition)
    move(
        case,
        row,
        by=by,
        event=event,
        reason=reason,
        at=now,
        details=_details(decision),
        fields={"disposition": disposition.value, "disposition_reason": decision.disposition_reason},
    )
    case.decisions.filter(state=_D.APPROVED).update(state=_D.SUPERSEDED)
    decided = {"state": _D.APPROVED, "decided_by_id": by.user_id, "decided_at": now, "decided_reason": reason}
    if decision.pk is None:
        for name, value in decided.items():
            setattr(decision, name, value)
        decision.save()
    else:
        set_decision(decision, **decided)
    label_claims(case=case, disposition=disposition, known_at=now, by=by)
    tell_owed_earlier(case, owed, by=by)
    _tell_cardholder(case, decision, delay=UNDO_SECONDS + 5 if row.action in UNDOABLE else 0)
    return decision


def _tell_cardholder(case: Case, decision: Decision, *, delay: int) -> None:
    """Against: the notice with amount and the way to appeal. Cleared: only somebody who was asked hears of it.

    `delay`: seconds within which the step may be taken back.
    """
    key = f"{case.reference}:{decision.number}"
    if outcome_of(Disposition(decision.disposition)) == AGAINST:
        enqueue_mail(
            key=f"decision.notified:{key}",
            to=case.cardholder,
            mail="decision.notified",
            case=case,
            disposition=decision.disposition,
            amount_minor=due_minor(case, decision),
            **told_earlier(case, decision),
            due_on=case.due_on or "",
            clause=decision.policy_clause,
            message=decision.message,
            delay_seconds=delay,
        )
    elif case.requests.exists():
        enqueue_mail(
            key=f"decision.cleared:{key}",
            to=case.cardholder,
            mail="decision.cleared",
            case=case,
            delay_seconds=delay,
        )
