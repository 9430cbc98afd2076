"""Giving back what came in beyond what is due: recorded by the clerk, undone by a second person like every posting."""

from __future__ import annotations

from datetime import date

from django.db.models import Min

from audit.actor import Actor
from cases.models import Case, Recovery, RecoveryPosting
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import company_today, present
from cases.services.decided_anew import hold_line
from cases.services.money import balance_of
from cases.services.outbox import enqueue_mail
from cases.services.recovery import attempt_of, the_recovery
from cases.services.steps import check_step, move, read_case
from cases.services.texts import clean_key, clean_line, shown_money
from cases.workflow import Action

_M = RecoveryPosting.Method
#: Ways money goes back to a person.
WAYS = (_M.BANK_TRANSFER, _M.PAYROLL, _M.OFFSET)


@casework
def give_back(
    *,
    case: Case,
    amount_minor: int,
    method: RecoveryPosting.Method,
    bank_reference: str,
    given_on: date,
    by: Actor,
    expected_version: int | None,
    currency: str = "",
    note: str = "",
) -> RecoveryPosting:
    """Record that what is owed to the cardholder, or a part of it (minor units), was paid back to them; they are told.

    It is a posting below 0 that reverses none. Raises AmountNotValid above what is owed, ChoiceNotValid, DateNotValid, PostingExists,
    TransitionNotAllowed where nothing is owed.
    """
    hold_line(case)
    case = read_case(case)
    row = check_step(case, Action.GIVE_BACK, by=by, expected_version=expected_version)
    recovery = the_recovery(case)
    line = clean_key(bank_reference, minimum=2, maximum=80, field="bank_reference")
    owed = balance_of(recovery).overpaid_minor
    if currency and currency != recovery.currency:
        raise errors.AmountNotValid("currency", field="currency", currency=recovery.currency)
    if amount_minor <= 0:
        raise errors.AmountNotValid("not_positive")
    if amount_minor > owed:
        raise errors.AmountNotValid("above_owed", limit=shown_money(owed, recovery.currency))
    if method not in WAYS:
        raise errors.ChoiceNotValid(field="method", choices=WAYS)
    first, today = _first_money(recovery), company_today()
    if not first <= given_on <= today:
        raise errors.DateNotValid(field="given_on", first=first, last=today)
    attempt = attempt_of(recovery, method, line)
    told = {"amount_minor": amount_minor, "method": method, "bank_reference": line}
    left = owed - amount_minor
    move(case, row, by=by, event="recovery.given_back", details={**told, "owed_minor": left})
    enqueue_mail(
        key=f"recovery.given_back:{case.reference}:{case.version}",
        to=case.cardholder,
        mail="recovery.given_back",
        case=case,
        amount_minor=amount_minor,
        given_on=given_on,
        owed_minor=left,
    )
    return RecoveryPosting.objects.create(
        recovery=recovery,
        amount_minor=-amount_minor,
        method=method,
        bank_reference=line,
        attempt=attempt,
        received_on=given_on,
        note=clean_line(note) if note else "",
        posted_by_id=by.person_id,
        posted_at=present(),
    )


def _first_money(recovery: Recovery) -> date:
    """Nothing is given back before anything came in."""
    first: date | None = recovery.postings.aggregate(on=Min("received_on"))["on"]
    return first or date.min
