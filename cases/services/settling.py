"""The end of a recovery: money, a write-off, or a card that gave everything back."""

from __future__ import annotations

from typing import Any

from audit.actor import Actor
from audit.services import record
from cases.models import Case, Recovery
from cases.services.company import present
from cases.services.money import balance_of, outstanding
from cases.services.outbox import enqueue_mail
from cases.services.standing import case_subject, read_case
from cases.services.steps import check_step, move
from cases.workflow import Action, State

BY = Actor.system("settling")


def settle_recovery(recovery: Recovery, *, by: Actor) -> bool:
    """End a recovery that nothing is left of, since the money came back by the card; False where something is."""
    case = read_case(recovery.case)
    if case.state != State.RECOVERING or outstanding(recovery):
        return False
    row = check_step(case, Action.SETTLE, by=by, expected_version=None, outstanding_minor=0)
    move(case, row, by=by, event="recovery.settled", details={"outstanding_minor": 0})
    close_recovery(case, recovery)
    return True


def close_recovery(case: Case, recovery: Recovery) -> None:
    """Mark a recovery complete and tell the cardholder; part of the step that closes the case."""
    set_recovery(recovery, closed_at=present(), **_without_request(case, recovery))
    owed = balance_of(recovery).overpaid_minor
    enqueue_mail(
        key=f"recovery.closed:{case.reference}",
        to=case.cardholder,
        mail="recovery.closed",
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
