"""Giving up money: asked for by a clerk, decided by an approver; and the employee's consent to deductions."""

from __future__ import annotations

from audit.actor import Actor
from cases.models import Case, Consent, Recovery
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.money import outstanding
from cases.services.recovery import the_recovery
from cases.services.settling import close_recovery, set_recovery
from cases.services.steps import check_step, check_unseen, move, read_case, recovery_of
from cases.services.texts import clean_reason, clean_text, shown_money
from cases.workflow import Action

_W = Recovery.WriteOff


@casework
def request_write_off(*, case: Case, reason: str, by: Actor, expected_version: int | None) -> Recovery:
    """Ask to give up everything that is outstanding now. Raises ReasonTooShort, TransitionNotAllowed."""
    case = read_case(case)
    row = check_step(case, Action.REQUEST_WRITE_OFF, by=by, expected_version=expected_version)
    recovery = the_recovery(case)
    said, amount = clean_reason(reason), outstanding(recovery)
    move(
        case, row, by=by, event="recovery.write_off_requested", reason=said, details={"amount_minor": amount}
    )
    set_recovery(
        recovery,
        write_off=_W.REQUESTED,
        write_off_minor=amount,
        write_off_reason=said,
        write_off_requested_by_id=by.user_id,
        write_off_decided_by_id=None,
    )
    return recovery


@casework
def approve_write_off(
    *, case: Case, amount_minor: int, by: Actor, expected_version: int | None, reason: str = ""
) -> Recovery:
    """Approve exactly the amount that was shown: what is outstanding now, at most what was asked for; the case closes.

    Raises OwnWriteOff for whoever asked, ProposalChanged when the amount shown is outstanding no more, AmountNotValid when
    more is than was asked for, TransitionNotAllowed.
    """
    case = read_case(case)
    row = check_step(case, Action.APPROVE_WRITE_OFF, by=by, expected_version=expected_version)
    recovery = the_recovery(case)
    left = outstanding(recovery)
    if left > recovery.write_off_minor:
        limit = shown_money(recovery.write_off_minor, recovery.currency)
        raise errors.AmountNotValid("write_off_grew", limit=limit)
    if amount_minor != left:
        raise errors.ProposalChanged
    said = clean_text(reason, minimum=0, field="reason")
    move(
        case,
        row,
        by=by,
        event="recovery.write_off_approved",
        reason=said,
        details={"amount_minor": amount_minor},
    )
    set_recovery(
        recovery,
        write_off=_W.APPROVED,
        write_off_minor=amount_minor,
        waived_minor=recovery.waived_minor + amount_minor,
        write_off_decided_by_id=by.user_id,
    )
    close_recovery(case, recovery, waived=True)
    return recovery


@casework
def return_write_off(*, case: Case, reason: str, by: Actor, expected_version: int | None) -> Recovery:
    """Turn a write-off down; the recovery goes on. Raises OwnWriteOff, ReasonTooShort."""
    case = read_case(case)
    row = check_step(case, Action.RETURN_WRITE_OFF, by=by, expected_version=expected_version)
    recovery = the_recovery(case)
    said = clean_reason(reason)
    move(case, row, by=by, event="recovery.write_off_returned", reason=said)
    set_recovery(recovery, write_off=_W.RETURNED, write_off_decided_by_id=by.user_id)
    return recovery


@casework
def record_consent(
    *, case: Case, monthly_minor: int, text: str, by: Actor, expected_version: int | None
) -> Consent:
    """The cardholder agrees to payroll deductions of at most `monthly_minor` a month; `text` is what they signed.

    Raises NotYours for anybody else, AmountNotValid, TransitionNotAllowed.
    """
    case = read_case(case)
    row = check_step(case, Action.CONSENT, by=by, expected_version=expected_version)
    recovery = the_recovery(case)
    if monthly_minor <= 0:
        raise errors.AmountNotValid("not_positive", field="monthly_amount")
    if monthly_minor > outstanding(recovery):
        limit = shown_money(outstanding(recovery), recovery.currency)
        raise errors.AmountNotValid("above_outstanding", field="monthly_amount", limit=limit)
    signed = clean_text(text, minimum=10)
    move(case, row, by=by, event="recovery.consented", details={"monthly_minor": monthly_minor})
    recovery.consents.filter(withdrawn_at=None).update(withdrawn_at=present())
    return Consent.objects.create(
        recovery=recovery,
        given_by_id=by.person_id,
        text=signed,
        monthly_minor=monthly_minor,
        given_at=present(),
    )


@casework
def withdraw_consent(*, case: Case, by: Actor) -> Recovery:
    """The cardholder takes the consent back; later payroll postings are refused. Raises ConsentMissing."""
    case = read_case(case)
    row = check_unseen(case, Action.CONSENT, by=by)
    recovery = recovery_of(case)
    if recovery is None or not recovery.consents.filter(withdrawn_at=None).exists():
        raise errors.ConsentMissing
    move(case, row, by=by, event="recovery.consent_withdrawn")
    recovery.consents.filter(withdrawn_at=None).update(withdrawn_at=present())
    return recovery
