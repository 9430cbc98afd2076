"""Recovery (환수): postings, their reversal and confirmation. The balance is derived; nothing is ever edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, Q, Sum
from django.db.models.functions import Coalesce

from audit.actor import Actor
from audit.people import same_person
from audit.permissions import require
from audit.services import record
from cases.instalments import Instalment
from cases.models import Alert, Case, Evidence, Recovery, RecoveryPosting, StatementEntry
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import company_today, present
from cases.services.conflicts import relations_of
from cases.services.decided_anew import follow_in_line, hold_line
from cases.services.money import balance_of, outstanding
from cases.services.outbox import enqueue_mail
from cases.services.settling import BY as SETTLING
from cases.services.settling import close_recovery, resume_recovery, set_recovery, settle_recovery
from cases.services.steps import case_subject, check_step, move, read_case, recovery_of, stale
from cases.services.texts import clean_key, clean_line, shown_money
from cases.workflow import IN_FULL, PARTIAL, Action, State, Transition

MAX_INSTALMENTS = 60
OLDEST_POSTING = timedelta(days=5 * 366)
_M = RecoveryPosting.Method


def the_recovery(case: Case) -> Recovery:
    """The case's recovery. Raises CaseNotFound when it has none."""
    recovery = recovery_of(case)
    if recovery is None:
        raise errors.CaseNotFound
    return recovery


@casework
def set_plan(*, case: Case, plan: Sequence[Instalment], by: Actor, expected_version: int | None) -> Recovery:
    """Agree instalments that add up to what is outstanding, in order of their days. Raises AmountNotValid, DateNotValid."""
    case = read_case(case)
    row = check_step(case, Action.PLAN, by=by, expected_version=expected_version)
    recovery = the_recovery(case)
    balance = balance_of(recovery)
    open_minor = balance.outstanding_minor
    if not plan or len(plan) > MAX_INSTALMENTS:
        raise errors.TooMany(n=MAX_INSTALMENTS, field="plan")
    if any(part.amount_minor <= 0 for part in plan):
        raise errors.AmountNotValid("not_positive", field="plan")
    if sum(part.amount_minor for part in plan) != open_minor:
        raise errors.AmountNotValid(
            "plan_sum", field="plan", limit=shown_money(open_minor, recovery.currency)
        )
    today, days = company_today(), [part.due_on for part in plan]
    if days != sorted(set(days)) or days[0] < today or days[-1] > today + OLDEST_POSTING:
        raise errors.DateNotValid(field="plan", first=today, last=today + OLDEST_POSTING)
    rows = [{"due_on": part.due_on.isoformat(), "amount_minor": part.amount_minor} for part in plan]
    move(case, row, by=by, event="recovery.planned", fields={"due_on": days[-1]}, details={"plan": rows})
    set_recovery(recovery, plan=rows, planned_after_minor=balance.recovered_minor, due_on=days[-1])
    return recovery


@casework
def post_recovery(
    *,
    case: Case,
    amount_minor: int,
    method: RecoveryPosting.Method,
    bank_reference: str,
    received_on: date,
    by: Actor,
    expected_version: int | None,
    currency: str = "",
    note: str = "",
    proof: Evidence | None = None,
    is_confirmed: bool = False,
    entry: StatementEntry | None = None,
) -> RecoveryPosting:
    """Book money that came back, in minor units; the case closes when everything has.

    Raises AmountNotValid above what is outstanding, ConsentMissing for payroll without consent, DateNotValid,
    PostingExists when the same bank line is there, TransitionNotAllowed.
    """
    case = read_case(case)
    recovery = recovery_of(case)
    left = (outstanding(recovery) if recovery else 0) - amount_minor
    row = check_step(
        case,
        Action.POST,
        by=by,
        expected_version=expected_version,
        outcome=PARTIAL if left else IN_FULL,
        outstanding_minor=max(left, 1) if left else 0,
    )
    recovery = the_recovery(case)
    line = clean_key(bank_reference, minimum=2, maximum=80, field="bank_reference")
    _check_posting(recovery, amount_minor, method, currency, received_on)
    attempt = attempt_of(recovery, method, line)
    now = present()
    _move(
        case,
        row,
        recovery,
        left,
        by=by,
        event="recovery.posted",
        details={"amount_minor": amount_minor, "method": method, "bank_reference": line},
    )
    return RecoveryPosting.objects.create(
        recovery=recovery,
        amount_minor=amount_minor,
        method=method,
        bank_reference=line,
        attempt=attempt,
        received_on=received_on,
        note=clean_line(note) if note else "",
        proof=proof,
        entry=entry,
        posted_by_id=by.person_id,
        posted_at=now,
        confirmed_by_id=by.user_id if is_confirmed else None,
        confirmed_at=now if is_confirmed else None,
    )


def attempt_of(recovery: Recovery, method: str, line: str) -> int:
    """Which posting of a bank line this is: one more than were reversed. Raises PostingExists where one stands."""
    same_line = recovery.postings.filter(method=method, bank_reference=line, reverses=None)
    if same_line.filter(reversed_by=None).exists():
        raise errors.PostingExists
    return same_line.count() + 1


@casework
def reverse_posting(
    *,
    posting: RecoveryPosting,
    reason: str,
    by: Actor,
    expected_version: int | None,
    bank_reference: str = "",
    entry: StatementEntry | None = None,
) -> RecoveryPosting:
    """Take a mistaken posting back by a counter-posting; by somebody other than who entered it.

    `bank_reference` and `entry`: the bank's own entry that takes it back; none where a person does.
    A case that had ended with it asks again for what is missing. Raises OwnPosting, PostingReversed, TransitionNotAllowed.
    """
    hold_line(posting.recovery.case)
    case = read_case(posting.recovery.case)
    row = check_step(case, Action.REVERSE_POSTING, by=by, expected_version=expected_version)
    if same_person(posting.posted_by, by):
        raise errors.OwnPosting("cases.reverse_posting", subject=case_subject(case))
    if posting.reverses_id is not None or RecoveryPosting.objects.filter(reverses=posting).exists():
        raise errors.PostingReversed
    said = clean_line(reason, minimum=2, field="reason")
    move(
        case,
        row,
        by=by,
        event="recovery.reversed",
        reason=said,
        details={"posting": posting.pk, "amount_minor": -posting.amount_minor},
    )
    counter = RecoveryPosting.objects.create(
        recovery=posting.recovery,
        amount_minor=-posting.amount_minor,
        method=posting.method,
        bank_reference=bank_reference or posting.bank_reference,
        entry=entry,
        received_on=company_today(),
        note=said,
        reverses=posting,
        posted_by_id=by.person_id,
        posted_at=present(),
    )
    if posting.is_given_back:
        _tell_not_given_back(case, posting)
    else:
        resume_recovery(case, by=SETTLING, mail="recovery.bounced")
    follow_in_line(case)
    return counter


def _tell_not_given_back(case: Case, posting: RecoveryPosting) -> None:
    """What is owed to the cardholder is owed still; a recovery that nothing is left of ends."""
    recovery = the_recovery(case)
    enqueue_mail(
        key=f"recovery.not_given_back:{case.reference}:{case.version}",
        to=case.cardholder,
        mail="recovery.not_given_back",
        case=case,
        amount_minor=-posting.amount_minor,
        owed_minor=balance_of(recovery).overpaid_minor,
    )
    settle_recovery(recovery, by=SETTLING)


@casework
def confirm_posting(*, posting: RecoveryPosting, by: Actor, expected_version: int | None) -> RecoveryPosting:
    """A second person has seen the money; changes no balance. Raises OwnPosting, StaleCase."""
    case = read_case(posting.recovery.case)
    require(by, "cases.reverse_posting")
    relation = relations_of(by, case).involvement
    if relation:
        raise errors.OwnCase("cases.reverse_posting", subject=case_subject(case), relation=relation)
    if same_person(posting.posted_by, by):
        raise errors.OwnPosting("cases.reverse_posting", subject=case_subject(case))
    if expected_version != case.version:
        raise stale(case, expected_version or 0)
    _mark_confirmed(posting, case, by)
    posting.refresh_from_db()
    return posting


def _check_posting(
    recovery: Recovery, amount_minor: int, method: str, currency: str, received_on: date
) -> None:
    open_minor = outstanding(recovery)
    if currency and currency != recovery.currency:
        raise errors.AmountNotValid("currency", field="currency", currency=recovery.currency)
    if open_minor <= 0:
        raise errors.AmountNotValid("already_settled")
    if amount_minor <= 0:
        raise errors.AmountNotValid("not_positive")
    if amount_minor > open_minor:
        raise errors.AmountNotValid("above_outstanding", limit=shown_money(open_minor, recovery.currency))
    if method not in _M.values:
        raise errors.ChoiceNotValid(field="method", choices=_M.values)
    today = company_today()
    first = max(today - OLDEST_POSTING, _first_payment(recovery.case))
    if not first <= received_on <= today:
        raise errors.DateNotValid(field="received_on", first=first, last=today)
    if method == _M.PAYROLL:
        _check_consent(recovery, amount_minor, received_on)


def _first_payment(case: Case) -> date:
    """The company's day of the earliest payment in the case: nothing is repaid before it was spent."""
    earliest = Alert.objects.filter(case=case, left_at=None).aggregate(at=Min("claim__transacted_at"))["at"]
    return company_today(earliest) if earliest else date.min


def _check_consent(recovery: Recovery, amount_minor: int, received_on: date) -> None:
    consent = recovery.consents.filter(withdrawn_at=None).order_by("-id").first()
    if consent is None:
        raise errors.ConsentMissing
    given_on = company_today(consent.given_at)
    if received_on < given_on:
        raise errors.DateNotValid(field="received_on", first=given_on, last=company_today())
    # A counter-posting gives back to the month it takes from, whenever it was made.
    taken = Q(reverses=None, amount_minor__gt=0) | Q(reverses__amount_minor__gt=0)
    month = (
        recovery.postings.filter(taken, method=_M.PAYROLL)
        .annotate(of=Coalesce("reverses__received_on", "received_on"))
        .filter(of__year=received_on.year, of__month=received_on.month)
        .aggregate(total=Sum("amount_minor"))["total"]
    )
    if int(month or 0) + amount_minor > consent.monthly_minor:
        raise errors.AmountNotValid(
            "above_monthly", limit=shown_money(consent.monthly_minor, recovery.currency)
        )


def _move(
    case: Case,
    row: Transition,
    recovery: Recovery,
    left: int,
    *,
    by: Actor,
    event: str,
    details: dict[str, Any],
) -> None:
    """The step of a posting, closing the recovery with the case when nothing is left."""
    move(case, row, by=by, event=event, details={**details, "outstanding_minor": left})
    if row.target == State.CLOSED:
        close_recovery(case, recovery)


@casework
def confirm_from_file(*, posting: RecoveryPosting, by: Actor, entry: StatementEntry | None = None) -> bool:
    """A bank or payroll file carries the line of a posting; False when it was confirmed before."""
    require(by, "cases.post_recovery")
    if entry is not None:
        RecoveryPosting.objects.filter(pk=posting.pk, entry=None).update(entry=entry)
    return _mark_confirmed(posting, read_case(posting.recovery.case), by)


def _mark_confirmed(posting: RecoveryPosting, case: Case, by: Actor) -> bool:
    changed = RecoveryPosting.objects.filter(pk=posting.pk, confirmed_at=None).update(
        confirmed_by_id=by.user_id, confirmed_at=present()
    )
    if changed:
        after = {"posting": posting.pk, "state": case.state, "version": case.version}
        record(action="recovery.confirmed", by=by, subject=case_subject(case), after=after)
    return bool(changed)
