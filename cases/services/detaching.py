"""One claim out of a case, to compete for a seat again or for good with a reason; and back into it."""

from __future__ import annotations

from enum import StrEnum

from audit.actor import Actor
from cases.models import Alert, Case, HeldBack
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.heads import head_of
from cases.services.held_back import let_go
from cases.services.money import net_by_claim
from cases.services.regrouping import alerts_named, leave, refuse_counted, return_alerts, void_proposal
from cases.services.steps import check_step, move, read_case
from cases.services.texts import NOTE_MIN, clean_line
from cases.workflow import Action, State


class GoesTo(StrEnum):
    """Where a claim goes that is taken out of a case."""

    WAITING = "waiting"
    DROPPED = "dropped"


@casework
def detach_claim(
    *, case: Case, claim: str, goes: GoesTo, reason: str, by: Actor, expected_version: int | None
) -> Case:
    """Take a claim out of the case by its external id. It waits for a seat again, or is dropped.

    Raises ClaimsNotHere, ClaimsStay for the last one, NeverJudged where no night could weigh it, NotAssigned, StaleCase,
    TransitionNotAllowed, ReasonTooShort.
    """
    case = read_case(case)
    row = check_step(case, Action.DETACH, by=by, expected_version=expected_version)
    refuse_counted(case)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    alerts = alerts_named(case, [claim], field="claim")
    if len(alerts) == case.alerts.filter(left_at=None).count():
        raise errors.ClaimsStay(field="claim")
    if goes == GoesTo.WAITING:
        for alert in alerts:
            _wait(case, alert)
    leave(alerts, Alert.Left(goes.value))
    void_proposal(case, by, said)
    details = {"claims": [claim], "goes": goes.value}
    move(case, row, by=by, event="case.claim_detached", reason=said, details=details, fields=head_of(case))
    return read_case(case)


@casework
def attach_claim(*, case: Case, claim: str, reason: str, by: Actor, expected_version: int | None) -> Case:
    """Put a claim back that was taken out of this case, unless it is in another open one by now.

    Raises ClaimsNotHere, OpenCaseExists, NotAssigned, StaleCase, TransitionNotAllowed, ReasonTooShort.
    """
    case = read_case(case)
    row = check_step(case, Action.ATTACH, by=by, expected_version=expected_version)
    refuse_counted(case)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    alerts = alerts_named(case, [claim], field="claim", left=Alert.DETACHED)
    for alert in alerts:
        if alert.claim.cardholder_id != case.cardholder_id:
            raise errors.ClaimsDiffer
        _refuse_taken(alert)
    return_alerts(alerts)
    let_go([alert.claim_id for alert in alerts], how=HeldBack.How.JOINED)
    void_proposal(case, by, said)
    move(
        case,
        row,
        by=by,
        event="case.claim_attached",
        reason=said,
        details={"claims": [claim]},
        fields=head_of(case),
    )
    return read_case(case)


def _refuse_taken(alert: Alert) -> None:
    elsewhere = Alert.objects.filter(claim=alert.claim_id, left_at=None).exclude(case__state=State.CLOSED)
    taken = elsewhere.select_related("case").first()
    if taken is not None:
        raise errors.OpenCaseExists(reference=taken.case.reference)


def _wait(case: Case, alert: Alert) -> None:
    """The claim waits for a seat like one that a night held back."""
    run = (alert.score.run_id if alert.score else None) or alert.run_id
    if run is None:
        raise errors.NeverJudged
    if HeldBack.objects.filter(claim=alert.claim_id, resolved_at=None).exists():
        return
    probability = alert.score.hybrid_probability if alert.score else 0.0
    HeldBack.objects.create(
        claim_id=alert.claim_id,
        run_id=run,
        last_run_id=run,
        why=HeldBack.Why.DETACHED,
        pattern=case.pattern,
        expected_loss_minor=round(probability * net_by_claim(case).get(alert.claim_id, 0)),
        since=present(),
    )
