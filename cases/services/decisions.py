"""Proposing, approving, returning: the only place where a disposition is set, and always by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.actor import Actor
from audit.permissions import NotPermitted
from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS, Disposition, label_for
from cases.four_eyes import content_hash, why_second_person
from cases.models import Case, Decision
from cases.services import errors
from cases.services.company import present
from cases.services.labelling import label_claims
from cases.services.outbox import enqueue_mail
from cases.services.queue import take_case
from cases.services.steps import (
    UNDO_SECONDS,
    case_subject,
    casework,
    check_step,
    move,
    read_case,
)
from cases.services.texts import clean_line, clean_reason, clean_text, shown_money
from cases.workflow import AGAINST, CLEARED, Action, State
from fraud.company import current_settings

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
    draft = _draft(
        case, by, disposition=disposition, reason=reason, amount_minor=amount_minor, currency=currency,
        disposition_reason=disposition_reason, policy_clause=policy_clause, message=message,
    )  # fmt: skip
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
    draft = _draft(
        case, by, disposition=Disposition.LEGITIMATE, reason=reason, disposition_reason=disposition_reason
    )
    if draft.needs_approval:
        row = check_step(case, Action.PROPOSE, by=by, expected_version=expected_version, outcome=CLEARED)
        move(case, row, by=by, event="decision.proposed", reason=draft.reason, details=_details(draft))
        draft.save()
        return draft
    is_direct = case.state != State.NO_RESPONSE
    row = check_step(
        case, Action.CLOSE_LEGITIMATE if is_direct else Action.DECIDE, by=by,
        expected_version=expected_version, outcome="" if is_direct else CLEARED, four_eyes=False,
    )  # fmt: skip
    return _apply(case, row, draft, by=by, event="decision.taken", reason=draft.reason)


@casework
def approve_decision(
    *, case: Case, content_hash: str, by: Actor, expected_version: int | None, reason: str = ""
) -> Decision:
    """Approve exactly the proposal whose hash was shown. Raises OwnProposal, ProposalChanged, StaleCase …"""
    case = read_case(case)
    decision = proposal_of(case, by)
    row = check_step(
        case, Action.APPROVE, by=by, expected_version=expected_version,
        outcome=outcome_of(Disposition(decision.disposition)),
    )  # fmt: skip
    if content_hash != decision.content_hash or hash_of(decision) != decision.content_hash:
        raise errors.ProposalChanged
    return _apply(
        case, row, decision, by=by, event="decision.approved", reason=clean_line(reason) if reason else ""
    )


@casework
def return_decision(*, case: Case, reason: str, by: Actor, expected_version: int | None) -> Decision:
    """Send a proposal back to the reviewer with a reason. Raises OwnProposal, ReasonTooShort …"""
    case = read_case(case)
    decision = proposal_of(case, by)
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
        raise errors.TooMany(n=BULK_MAX)
    clean_reason(reason)
    _check_choice(Disposition.LEGITIMATE, disposition_reason)
    return [_close_one(item, disposition_reason, reason, by) for item in items]


def _close_one(item: BulkItem, disposition_reason: str, reason: str, by: Actor) -> BulkOutcome:
    reference = item.case.reference
    try:
        decision = _take_and_close(item=item, disposition_reason=disposition_reason, reason=reason, by=by)
    except (errors.CaseworkError, NotPermitted) as refusal:
        sentence = getattr(refusal, "sentence", "")
        return BulkOutcome(reference, "refused", refusal.code, sentence)
    return BulkOutcome(reference, "pending" if decision.state == _D.PROPOSED else "closed")


@casework
def _take_and_close(*, item: BulkItem, disposition_reason: str, reason: str, by: Actor) -> Decision:
    case, version = item.case, item.expected_version
    if case.state == State.NEW:
        version = take_case(case=case, by=by, expected_version=version).version
    return close_legitimate(
        case=case, disposition_reason=disposition_reason, reason=reason, by=by, expected_version=version
    )


def outcome_of(disposition: Disposition) -> str:
    """Whether the disposition speaks against the person."""
    return AGAINST if label_for(disposition) else CLEARED


def proposal_of(case: Case, by: Actor) -> Decision:
    """The proposal that waits for approval. Raises TransitionNotAllowed when there is none."""
    found = case.decisions.filter(state=_D.PROPOSED).select_related("proposed_by").first()
    if found is None:
        check_step(case, Action.APPROVE, by=by, expected_version=None)  # says who may not, before what cannot
        raise errors.TransitionNotAllowed(state=case.state, action=Action.APPROVE.value, allowed=[])
    return found


def hash_of(decision: Decision) -> str:
    """The content hash of a decision as it and its case stand now."""
    case = decision.case
    claims = case.alerts.values_list("claim__external_id", "claim__version")
    return content_hash(
        case=case.reference,
        number=decision.number,
        disposition=decision.disposition,
        disposition_reason=decision.disposition_reason,
        amount_minor=decision.amount_minor,
        currency=decision.currency,
        reason=decision.reason,
        policy_clause=decision.policy_clause,
        message=decision.message,
        proposed_by=decision.proposed_by.get_username(),
        claims=[f"{external_id}#{version}" for external_id, version in claims],
    )


def set_decision(decision: Decision, **values: Any) -> None:
    """Compare-and-set on the decision's state. Raises ProposalChanged when another step was faster."""
    if Decision.objects.filter(pk=decision.pk, state=decision.state).update(**values) != 1:
        raise errors.ProposalChanged
    for name, value in values.items():
        setattr(decision, name, value)


def _draft(
    case: Case,
    by: Actor,
    *,
    disposition: Disposition,
    reason: str,
    amount_minor: int = 0,
    currency: str = "",
    disposition_reason: str = "",
    policy_clause: str = "",
    message: str = "",
) -> Decision:
    """A decision with its content checked, hashed, and its need of a second person settled; not yet stored."""
    if by.is_system or by.user_id is None:
        raise errors.Refused("cases.propose_decision", subject=case_subject(case))
    _check_choice(disposition, disposition_reason)
    check_amount(case, disposition, amount_minor, currency)
    decision = Decision(
        case=case,
        number=case.decisions.count() + 1,
        disposition=disposition.value,
        disposition_reason=disposition_reason,
        amount_minor=amount_minor,
        currency=case.currency,
        reason=clean_reason(reason),
        policy_clause=clean_line(policy_clause, maximum=200, field="policy_clause") if policy_clause else "",
        message=clean_text(message, minimum=0, field="message") if message else "",
        proposed_by_id=by.user_id,
        proposed_at=present(),
    )
    decision.content_hash = hash_of(decision)
    settings = current_settings()
    decision.why_approval = why_second_person(
        disposition=disposition,
        amount_minor=amount_minor,
        is_company_currency=case.currency == settings.currency,
        limit_minor=settings.four_eyes_limit_minor,
        band=case.band,
        is_reversal=case.reopened_from_id is not None,
        digest=decision.content_hash,
        share=settings.four_eyes_share,
    )
    decision.needs_approval = bool(decision.why_approval)
    return decision


def _check_choice(disposition: Disposition, disposition_reason: str) -> None:
    allowed = list(LEGITIMATE_REASONS) if disposition == Disposition.LEGITIMATE else [""]
    if disposition_reason not in allowed:
        raise errors.ChoiceNotValid(field="disposition_reason", choices=[code for code in allowed if code])


def check_amount(case: Case, disposition: Disposition, amount_minor: int, currency: str) -> None:
    """Raises AmountNotValid: only what may be recovered, in the case's currency, up to what is at stake."""
    if currency and currency != case.currency:
        raise errors.AmountNotValid("currency", currency=case.currency)
    if amount_minor < 0:
        raise errors.AmountNotValid("negative")
    if amount_minor and not DISPOSITIONS[disposition].may_recover:
        raise errors.AmountNotValid("not_allowed")
    if amount_minor > case.amount_minor:
        raise errors.AmountNotValid("above_at_stake", limit=shown_money(case.amount_minor, case.currency))


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
    now = present()
    disposition = Disposition(decision.disposition)
    move(
        case, row, by=by, event=event, reason=reason, at=now, details=_details(decision),
        fields={"disposition": disposition.value, "disposition_reason": decision.disposition_reason},
    )  # fmt: skip
    case.decisions.filter(state=_D.APPROVED).update(state=_D.SUPERSEDED)
    decided = {"state": _D.APPROVED, "decided_by_id": by.user_id, "decided_at": now, "decided_reason": reason}
    if decision.pk is None:
        for name, value in decided.items():
            setattr(decision, name, value)
        decision.save()
    else:
        set_decision(decision, **decided)
    label_claims(case=case, disposition=disposition, known_at=now, by=by)
    _tell_cardholder(case, decision, now)
    return decision


def _tell_cardholder(case: Case, decision: Decision, now: datetime) -> None:
    """Against: the notice with amount and the way to appeal. Cleared: only somebody who was asked hears of it."""
    key = f"{case.reference}:{decision.number}"
    if outcome_of(Disposition(decision.disposition)) == AGAINST:
        enqueue_mail(
            key=f"decision.notified:{key}", to=case.cardholder, mail="decision.notified", case=case,
            disposition=decision.disposition, amount_minor=decision.amount_minor, due_on=case.due_on or "",
            clause=decision.policy_clause, message=decision.message,
        )  # fmt: skip
    elif case.requests.exists():
        enqueue_mail(
            key=f"decision.cleared:{key}", to=case.cardholder, mail="decision.cleared", case=case,
            delay_seconds=UNDO_SECONDS + 5,
        )  # fmt: skip
