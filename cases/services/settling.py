"""The end of a recovery: money, a write-off, or a card that gave everything back; and its going on where the card took that back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from audit.actor import Actor
from audit.services import record
from cases.dispositions import Disposition, label_for
from cases.instalments import agreed_parts
from cases.models import Appeal, Case, Decision, ExplanationRequest, Recovery
from cases.services.company import company_today, due_on, present
from cases.services.mails import render_mail
from cases.services.money import asked_minor, balance_of, outstanding, stake_of
from cases.services.outbox import enqueue_mail
from cases.services.standing import case_subject, current_decision, is_dissolved, read_case, recovery_of
from cases.services.steps import check_step, move
from cases.workflow import Action, State

BY = Actor.system("settling")
NOT_THEIRS = "case.not_theirs"


def settle_recovery(recovery: Recovery, *, by: Actor) -> bool:
    """End a recovery that nothing is left of, since the money came back by the card; False where something is."""
    case = read_case(recovery.case)
    if case.state != State.RECOVERING or outstanding(recovery):
        return False
    row = check_step(case, Action.SETTLE, by=by, expected_version=None, outstanding_minor=0)
    move(case, row, by=by, event="recovery.settled", details={"outstanding_minor": 0})
    close_recovery(case, recovery)
    return True


def resume_recovery(case: Case, *, by: Actor, mail: str = "recovery.resumed") -> bool:
    """Take up again what a closed case asked for, where less came back after all; False where nothing is missing.

    The decision of two persons still holds, so it asks again by itself, in the parts that were agreed. What was written off
    stays given up, and where the matter is open in another case it is decided there. Where another case decided it anew, only what
    is missing of what this one gave back comes into question, and so it is where the payments turned out to be somebody else's.
    """
    case = read_case(case)
    decision, recovery = current_decision(case), recovery_of(case)
    if not (_asks_again(case, decision) or (recovery is not None and is_dissolved(case))):
        return False
    left = balance_of(recovery).missing_minor if recovery else asked_minor(case, decision)
    if left <= 0:
        return False
    row = check_step(case, Action.RESUME, by=by, expected_version=None, outstanding_minor=left)
    details = {"outstanding_minor": left}
    move(case, row, by=by, event="recovery.resumed", fields={"closed_at": None}, details=details)
    due = case.due_on or company_today()
    parts: list[tuple[date, int]] = []
    if recovery is None:
        assert decision is not None
        begin_recovery(case, decision)
    else:
        # Parts were agreed for what the decision asks: where it holds no more they are agreed anew.
        plan = [] if decision is None or stake_of(case).later else recovery.plan
        parts = _open_parts(recovery, plan)
        due = max([due, *(day for day, _minor in parts)])
        set_recovery(recovery, plan=plan, closed_at=None, due_on=due, dunned=[])
    told: dict[str, Any] = uncovered_facts(case) | ({"parts": parts} if len(parts) > 1 else {})
    enqueue_mail(
        key=f"{mail}:{case.reference}:{case.version}",
        to=case.cardholder,
        mail=mail,
        case=case,
        amount_minor=left,
        due_on=due,
        **told,
    )
    return True


def _open_parts(recovery: Recovery, plan: list[dict[str, Any]]) -> list[tuple[date, int]]:
    """Of agreed parts what is open once the recovery goes on: (day, minor units), the first one first."""
    standing = replace(balance_of(recovery), is_closed=False)
    parts = agreed_parts(plan, standing, recovery.planned_after_minor)
    return [(part.due_on, part.amount_minor - part.paid_minor) for part in parts if not part.is_paid]


def uncovered_facts(case: Case) -> dict[str, Any]:
    """For a letter that asks for money: what of it had been given back before the bank took the repayment back; nothing where none was."""
    recovery = recovery_of(case)
    minor = balance_of(recovery).uncovered_minor if recovery else stake_of(case).taken_over_minor
    return {"uncovered_minor": minor} if minor else {}


def dissolve_case(case: Case, *, by: Actor) -> None:
    """End a case of which every payment turned out to be somebody else's: its decision falls, an open appeal ends with it, and
    what was repaid is owed back."""
    row = check_step(case, Action.DISSOLVE, by=by, expected_version=None)
    recovery = recovery_of(case)
    was_told = case.state != State.CLOSED or _knows_of(case)
    fields = {"disposition": "", "disposition_reason": ""}
    move(case, row, by=by, event="case.dissolved", fields=fields)
    asked = case.requests.filter(state=ExplanationRequest.State.SENT)
    asked.update(state=ExplanationRequest.State.WITHDRAWN)
    held = [Decision.State.PROPOSED, Decision.State.APPROVED]
    case.decisions.filter(state__in=held).update(state=Decision.State.VOID)
    open_appeal = case.appeals.filter(result=Appeal.Result.OPEN)
    open_appeal.update(result=Appeal.Result.VOID, decided_at=present())
    if recovery is not None:
        ended_at = recovery.closed_at or present()
        set_recovery(recovery, closed_at=ended_at, **_without_request(case, recovery))
    if was_told:
        enqueue_mail(
            key=f"{NOT_THEIRS}:{case.reference}:{case.version}",
            to=case.cardholder,
            mail=NOT_THEIRS,
            case=case,
            **_facts_of_end(case),
        )
    if recovery is not None:  # what had been given back of money that did not stay is missing all the same
        resume_recovery(case, by=by, mail="recovery.bounced")


def _knows_of(case: Case) -> bool:
    """Whether the cardholder of a closed case was asked or told of a decision that speaks against them, and nothing since."""
    is_against = case.disposition != "" and label_for(Disposition(case.disposition)) is True
    return (is_against or case.requests.exists()) and not case.reopened_as.exists()


def said_of_end(case: Case, language: str) -> str:
    """Why a dissolved case ended, as its mail says it; empty for any other."""
    if not is_dissolved(case):
        return ""
    return render_mail(NOT_THEIRS, language, case=case, **_facts_of_end(case))[1].strip()


def _facts_of_end(case: Case) -> dict[str, Any]:
    recovery = recovery_of(case)
    owed = balance_of(recovery).overpaid_minor if recovery else 0
    appealed = case.appeals.filter(result=Appeal.Result.VOID).exists()
    return {**({"owed_minor": owed} if owed else {}), **({"appeal_ended": True} if appealed else {})}


def _asks_again(case: Case, decision: Decision | None) -> bool:
    if (
        decision is None
        or case.state != State.CLOSED
        or decision.state != Decision.State.APPROVED
        or not decision.amount_minor
    ):
        return False
    same_matter = Case.objects.filter(bundle_key=case.bundle_key).exclude(state=State.CLOSED)
    return (
        not same_matter.exists()
        and not stake_of(case).awaited
        and not case.reopened_as.exclude(state=State.CLOSED).exists()
    )


def begin_recovery(case: Case, decision: Decision) -> Recovery:
    """Begin a recovery for a decision with an amount, due in 30 business days; part of the step that enters it."""
    now = present()
    due = due_on(State.RECOVERING, now) or company_today(now)
    return Recovery.objects.create(
        case=case,
        decision=decision,
        amount_minor=decision.amount_minor,
        currency=decision.currency,
        opened_at=now,
        due_on=due,
    )


def due_with_parts(case: Case, recovery: Recovery) -> None:
    """Let a recovery in agreed parts be due with the last part that anything is left of; one without parts keeps its day."""
    parts = agreed_parts(recovery.plan, balance_of(recovery), recovery.planned_after_minor)
    due = max((part.due_on for part in parts if part.amount_minor), default=recovery.due_on)
    if due != recovery.due_on:
        set_recovery(recovery, due_on=due)
        Case.objects.filter(pk=case.pk).update(due_on=due)


def close_recovery(case: Case, recovery: Recovery, *, waived: bool = False) -> None:
    """Mark a recovery as over and tell the cardholder, of what was `waived` if that ended it; part of the step that closes the case."""
    set_recovery(recovery, closed_at=present(), **_without_request(case, recovery))
    owed = balance_of(recovery).overpaid_minor
    mail = "recovery.waived" if waived else "recovery.closed"
    enqueue_mail(
        key=f"{mail}:{case.reference}:{recovery.version}",
        to=case.cardholder,
        mail=mail,
        case=case,
        **({"owed_minor": owed} if owed else {}),
    )


def _without_request(case: Case, recovery: Recovery) -> dict[str, Any]:
    """A write-off that was asked for and never decided is void with its recovery; the case says so."""
    if recovery.write_off != Recovery.WriteOff.REQUESTED:
        return {}
    record(
        action="recovery.write_off_voided",
        by=BY,
        subject=case_subject(case),
        after={"amount_minor": recovery.write_off_minor},
    )
    return {"write_off": Recovery.WriteOff.NONE, "write_off_minor": 0, "write_off_requested_by_id": None}


def set_recovery(recovery: Recovery, **values: Any) -> None:
    """Change a recovery; the case's compare-and-set has already kept others out."""
    Recovery.objects.filter(pk=recovery.pk).update(**values, version=recovery.version + 1)
    for name, value in values.items():
        setattr(recovery, name, value)
