"""After the notice: accepting, appealing, and deciding an appeal by somebody who did not decide the case."""

from __future__ import annotations

from audit.actor import Actor
from cases.dispositions import Disposition
from cases.four_eyes import REVERSAL
from cases.models import Appeal, Case, Decision
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.decided_anew import hold_line, owed_earlier, tell_owed_earlier, told_earlier
from cases.services.decisions import hash_of
from cases.services.drafts import empty_draft
from cases.services.files import send_files
from cases.services.labelling import label_claims
from cases.services.money import asked_minor, due_minor, stake_of
from cases.services.outbox import enqueue_mail
from cases.services.settling import begin_recovery
from cases.services.steps import check_step, current_decision, move, read_case
from cases.services.telling import is_notice_told
from cases.services.texts import clean_reason, clean_text, shown_money
from cases.workflow import (
    REDUCED,
    REDUCED_WITHOUT_AMOUNT,
    REVERSED,
    UPHELD,
    UPHELD_WITHOUT_AMOUNT,
    WITH_AMOUNT,
    WITHOUT_AMOUNT,
    Action,
    State,
)

APPEAL_MIN = 10
APPEAL_MAX = 10_000


def decision_in_force(case: Case) -> Decision:
    """The decision that holds. Raises CaseNotFound when the case has none."""
    decision = current_decision(case)
    if decision is None or decision.state != Decision.State.APPROVED:
        raise errors.CaseNotFound
    return decision


@casework
def accept_notice(*, case: Case, by: Actor, expected_version: int | None) -> Case:
    """The cardholder accepts the decision: recovery begins, or the case closes where nothing is to come back."""
    case = read_case(case)
    return _end_notice(case, Action.ACCEPT, "notice.accepted", by=by, expected_version=expected_version)


@casework
def end_notice(*, case: Case, by: Actor) -> bool:
    """The sweep's part: ten business days of silence let the decision take effect. False when it does not apply."""
    case = read_case(case)
    if case.state != State.NOTIFIED or not is_notice_told(case):
        return False
    try:
        _end_notice(case, Action.END_NOTICE, "notice.ended", by=by, expected_version=None)
    except errors.TransitionNotAllowed:
        return False
    return True


def _end_notice(case: Case, action: Action, event: str, *, by: Actor, expected_version: int | None) -> Case:
    decision = current_decision(case)
    has_amount = asked_minor(case, decision) > 0
    row = check_step(
        case,
        action,
        by=by,
        expected_version=expected_version,
        outcome=WITH_AMOUNT if has_amount else WITHOUT_AMOUNT,
    )
    move(case, row, by=by, event=event)
    if decision is not None and has_amount:
        begin_recovery(case=case, decision=decision)
    return read_case(case)


@casework
def submit_appeal(*, case: Case, text: str, by: Actor, expected_version: int | None) -> Appeal:
    """Object to the decision with new facts and the files added for it, while the notice runs. Raises NotYours, ReasonTooShort, TransitionNotAllowed."""
    case = read_case(case)
    row = check_step(case, Action.APPEAL, by=by, expected_version=expected_version)
    decision = decision_in_force(case)
    plain = clean_appeal(text)
    move(case, row, by=by, event="appeal.submitted", details={"decision": decision.number})
    appeal = Appeal.objects.create(
        case=case, decision=decision, text=plain, submitted_by_id=by.person_id, submitted_at=present()
    )
    send_files(appeal, case=case, by=by)
    empty_draft(case, by)
    enqueue_mail(
        key=f"appeal.received:{case.reference}:{appeal.pk}",
        to=case.assignee or decision.decided_by,
        mail="appeal.received",
        case=case,
    )
    return appeal


@casework
def decide_appeal(
    *,
    case: Case,
    result: Appeal.Result,
    reason: str,
    by: Actor,
    expected_version: int | None,
    amount_minor: int | None = None,
    message: str = "",
) -> Appeal:
    """Uphold, reduce (to `amount_minor`, lower than decided and above zero) or reverse.

    A reversal makes the case legitimate and withdraws the earlier label by a further one. Raises OwnProposal for whoever
    proposed or decided, AmountNotValid, ReasonTooShort, StaleCase, TransitionNotAllowed.
    """
    hold_line(case)
    case = read_case(case)
    decision, owed = current_decision(case), owed_earlier(case)
    row = check_step(
        case,
        Action.DECIDE_APPEAL,
        by=by,
        expected_version=expected_version,
        outcome=_outcome(case, decision, result, amount_minor),
    )
    decision = decision_in_force(case)
    said, told = clean_reason(reason), clean_text(message, minimum=0, field="message")
    amount = _amount_after(decision, due_minor(case, decision), result, amount_minor)
    now = present()
    final = decision
    if result == Appeal.Result.UPHELD:
        fields = {}
    else:
        final = _successor(case, decision, result, amount, said, told, by)
        fields = {"disposition": final.disposition, "disposition_reason": final.disposition_reason}
    move(
        case,
        row,
        by=by,
        event="appeal.decided",
        reason=said,
        at=now,
        fields=fields,
        details={"result": result.value, "amount_minor": amount, "decision": final.number},
    )
    appeal = case.appeals.get(result=Appeal.Result.OPEN)
    Appeal.objects.filter(pk=appeal.pk).update(
        result=result,
        amount_minor=amount,
        reason=said,
        message=told,
        decided_by_id=by.user_id,
        decided_at=now,
    )
    if final is not decision:
        Decision.objects.filter(pk=decision.pk).update(state=Decision.State.SUPERSEDED)
        final.save()
    if result == Appeal.Result.REVERSED:
        label_claims(
            case=case, disposition=Disposition(final.disposition), known_at=now, by=by, is_appeal=True
        )
    if row.target == State.RECOVERING:
        begin_recovery(case=case, decision=final)
    enqueue_mail(
        key=f"appeal.decided:{case.reference}:{appeal.pk}",
        to=case.cardholder,
        mail="appeal.decided",
        case=case,
        result=result.value,
        amount_minor=amount,
        **told_earlier(case, final),
        message=told,
    )
    tell_owed_earlier(case, owed, by=by)
    appeal.refresh_from_db()
    return appeal


def _outcome(case: Case, decision: Decision | None, result: Appeal.Result, amount_minor: int | None) -> str:
    """Which row of the table it is: with the result, whether anything is to come back beyond what was taken before."""
    if result == Appeal.Result.REVERSED:
        return REVERSED
    if result == Appeal.Result.REDUCED:
        is_taken = (amount_minor or 0) > 0 and not stake_of(case).asked_of(amount_minor or 0)
        return REDUCED_WITHOUT_AMOUNT if is_taken else REDUCED
    if result != Appeal.Result.UPHELD:
        results = [Appeal.Result.UPHELD, Appeal.Result.REDUCED, Appeal.Result.REVERSED]
        raise errors.ChoiceNotValid(field="result", choices=[choice.value for choice in results])
    return UPHELD if asked_minor(case, decision) > 0 else UPHELD_WITHOUT_AMOUNT


def _amount_after(decision: Decision, due: int, result: Appeal.Result, amount_minor: int | None) -> int:
    """What is to come back after the appeal. Raises AmountNotValid, also for an amount that the result has no place for."""
    if amount_minor is not None and result != Appeal.Result.REDUCED:
        raise errors.AmountNotValid("only_reduced")
    if result == Appeal.Result.REVERSED:
        return 0
    if result == Appeal.Result.UPHELD:
        return due
    if amount_minor is None or amount_minor <= 0:
        raise errors.AmountNotValid("not_positive")
    if amount_minor >= due:
        limit = shown_money(due, decision.currency)
        raise errors.AmountNotValid("not_lower", limit=limit)
    return amount_minor


def _successor(
    case: Case, decision: Decision, result: Appeal.Result, amount: int, reason: str, message: str, by: Actor
) -> Decision:
    """The decision an appeal puts in the place of the first; decided by the appeal's judge alone."""
    is_reversed = result == Appeal.Result.REVERSED
    now = present()
    successor = Decision(
        case=case,
        number=case.decisions.count() + 1,
        state=Decision.State.APPROVED,
        disposition=Disposition.LEGITIMATE.value if is_reversed else decision.disposition,
        disposition_reason="business_purpose" if is_reversed else decision.disposition_reason,
        amount_minor=amount,
        currency=decision.currency,
        reason=reason,
        policy_clause="" if is_reversed else decision.policy_clause,
        message=message,
        needs_approval=False,
        why_approval=REVERSAL if is_reversed else "",
        proposed_by_id=by.person_id,
        proposed_at=now,
        decided_by_id=by.user_id,
        decided_at=now,
        decided_reason=reason,
    )
    successor.content_hash = hash_of(successor)
    return successor


def clean_appeal(text: str) -> str:
    """The words of an appeal as they are kept. Raises AppealTooShort, TextTooLong."""
    plain = clean_text(text, minimum=0, maximum=APPEAL_MAX)
    if len(plain) < APPEAL_MIN:
        raise errors.AppealTooShort(n=APPEAL_MIN)
    return plain
