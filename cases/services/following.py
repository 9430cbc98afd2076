"""Cases follow their claims: a correction, or money that came back, reaches every open case and those that ended with an amount.

The delivery leaves a row for each claim it changed (`ClaimChange`). Following it, the case says what changed and by which
delivery, its expected loss is worked out anew, a proposal that spoke of the old facts is void, a claim that turned out to be
another person's leaves, and a recovery that nothing is left of ends. One that ended goes on where the card took back what it
had given: the decision still holds. The system decides nothing against anybody here.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from audit.actor import Actor
from audit.transactions import one_transaction
from cases.models import Alert, Case, Decision
from cases.services.claim_changes import ACTION, VOIDED, said_of_change
from cases.services.company import present
from cases.services.money import asked_minor, at_stake, balance_of, expected_loss_of, outstanding, stake_of
from cases.services.money_rows import DECIDED
from cases.services.outbox import enqueue_mail
from cases.services.settling import dissolve_case, due_with_parts, resume_recovery, settle_recovery
from cases.services.standing import current_decision, hold_cases, recovery_of
from cases.services.steps import change_case, change_recorded, check_step, move
from cases.workflow import TOLD, Action, State, find_row
from fraud.claims.changes import changed_facts
from fraud.claims.models import ClaimChange
from fraud.claims.money import money_of

BY = Actor.system("following")
#: What a change of a claim reaches: cases it is in, and what was repaid for it where it has left as another person's.
_REACHED = Q(left_at=None) | Q(left_why=Alert.Left.OTHER_PERSON, case__recovery__isnull=False)
_BATCH = 200


def follow_changes() -> int:
    """Let the open cases follow every change that waits, oldest first; returns how many changes were followed.

    Each change is followed in a transaction of its own, once, however many processes try; those of claims in no case all in one.
    """
    done, last = _pass_over(), 0
    while True:
        waiting = ClaimChange.objects.filter(followed_at=None, pk__gt=last).order_by("pk")
        batch = list(waiting.values_list("pk", flat=True)[:_BATCH])
        if not batch:
            return done
        for pk in batch:
            done += _follow(pk)
        last = batch[-1]


@one_transaction()
def _pass_over() -> int:
    """Changes that no case is to follow count as followed, in one statement: files of years bring thousands; how many they were."""
    in_a_case = Alert.objects.filter(_REACHED, claim=OuterRef("claim_id"))
    waiting = ClaimChange.objects.filter(~Exists(in_a_case), followed_at=None)
    return waiting.update(followed_at=present())


def follow_case(case: Case) -> int:
    """Let what waits about the claims of one case be followed now; every step on a case begins with it."""
    return sum(_follow(pk) for pk in _waiting(case).values_list("pk", flat=True))


def _waiting(case: Case) -> QuerySet[ClaimChange]:
    """Changes of the case's claims that have not been followed, oldest first."""
    reached = Alert.objects.filter(_REACHED, claim=OuterRef("claim_id"), case=case)
    return ClaimChange.objects.filter(Exists(reached), followed_at=None).order_by("pk")


@one_transaction()
def _follow(pk: int) -> bool:
    """One change; False when somebody else was faster."""
    if not ClaimChange.objects.filter(pk=pk, followed_at=None).update(followed_at=present()):
        return False
    change = ClaimChange.objects.select_related("claim__cardholder", "file").get(pk=pk)
    found = Alert.objects.filter(_REACHED, claim=change.claim_id).order_by("case_id")
    hold_cases(found.values_list("case_id", flat=True))
    reached = list(found.select_related("case__cardholder__department", "case__assignee"))
    alerts = [alert for alert in reached if alert.left_at is None]
    ended = [alert for alert in alerts if alert.case.state == State.CLOSED]
    for alert in alerts:
        if alert not in ended:
            _reach(change, alert)
    for alert in ended:
        _reach_ended(change, alert)
    for alert in reached:
        if alert.left_at is not None:
            _reach_left(change, alert)
    for alert in alerts:
        _tell_earlier(change, alert.case)
    return True


def _reach_ended(change: ClaimChange, alert: Alert) -> None:
    """What one change does to a closed case: a payment that is another's leaves it, and where none is left the decision falls; of one
    that decided an amount every change is told, and what is missing again is asked for again."""
    case = alert.case
    has_left = _take_out(change, alert)
    decision = current_decision(case)
    if not has_left and (decision is None or not decision.amount_minor):
        return
    details = _details(change, case, at_stake(case))
    n_claims = case.alerts.filter(left_at=None).count()
    values = {"version": case.version + 1, "has_news": True, "n_claims": n_claims}
    change_recorded(case, values, event=ACTION, by=BY, details=details)
    if not n_claims:
        dissolve_case(case, by=BY)
        return
    if decision is None or not decision.amount_minor:
        return
    if _waiting(case).exists() or not resume_recovery(case, by=BY):
        _tell_of_owed(change, case)


def _reach_left(change: ClaimChange, alert: Alert) -> None:
    """What one change does to an ended case that a payment has left: it does not come back, but where it is the cardholder's again
    what was repaid for it is not owed any more, and owed once more where it goes again. Both are told."""
    case = alert.case
    before, _ = changed_facts(change).get("cardholder_id", (change.claim.cardholder_id, None))
    if case.state != State.CLOSED or case.cardholder_id not in (before, change.claim.cardholder_id):
        return
    recovery = recovery_of(case)
    if recovery is None or not balance_of(recovery).recovered_minor:
        return
    details = _details(change, case, at_stake(case)) | {"has_left": False}
    change_recorded(
        case, {"version": case.version + 1, "has_news": True}, event=ACTION, by=BY, details=details
    )
    _tell_of_owed(change, case)


def _reach(change: ClaimChange, alert: Alert) -> None:
    """What one change does to one case."""
    case = alert.case
    _take_out(change, alert)
    _follow_currency(case)
    stake, expected = at_stake(case), expected_loss_of(case)
    details = _details(change, case, stake)
    values: dict[str, Any] = {
        "version": case.version + 1,
        "has_news": True,
        "n_claims": case.alerts.filter(left_at=None).count(),
        "expected_loss_minor": expected,
        "undo": None,
        # A blind case keeps its place: its rank must not tell what the score thinks of it.
        **({} if case.is_blind else {"priority": expected if case.is_scored else stake}),
    }
    change_recorded(case, values, event=ACTION, by=BY, details=details)
    _void_proposal(case, details)
    if not values["n_claims"] and find_row(State(case.state), Action.DISSOLVE) is not None:
        dissolve_case(case, by=BY)
        return
    _tell(case, change, stake, has_left=details["has_left"])
    _settle(case)


def _follow_currency(case: Case) -> None:
    """A case on which nothing is decided is about its payments as they are told now, also where all are in another currency."""
    told = _currencies(case)
    if len(told) == 1 and case.currency not in told and case.state not in DECIDED:
        change_case(case, currency=told.pop())


def _currencies(case: Case) -> set[str]:
    return set(case.alerts.filter(left_at=None).values_list("claim__currency", flat=True))


def _take_out(change: ClaimChange, alert: Alert) -> bool:
    """Let a payment that is another person's now leave the case; whether it did."""
    has_left = change.claim.cardholder_id != alert.case.cardholder_id
    if has_left:
        Alert.objects.filter(pk=alert.pk).update(left_at=present(), left_why=Alert.Left.OTHER_PERSON)
    return has_left


def _details(change: ClaimChange, case: Case, stake: int) -> dict[str, Any]:
    """What the case's entry keeps of a change."""
    claim, left = change.claim, _left_after(change)
    return {
        "claim": claim.external_id,
        "kind": change.kind,
        "file": change.file.reference if change.file else "",
        "from_version": change.from_version,
        "to_version": change.to_version,
        "currency": claim.currency,
        "facts": changed_facts(change),
        "left_minor": [left + change.back_minor, left] if change.back_minor else None,
        "has_left": claim.cardholder_id != case.cardholder_id,
        "at_stake_minor": stake,
    }


def _left_after(change: ClaimChange) -> int:
    """What was left of the payment after this change, also where a later one waits already; minor units."""
    later = ClaimChange.objects.filter(claim=change.claim, pk__gt=change.pk).aggregate(n=Sum("back_minor"))[
        "n"
    ]
    return money_of([change.claim])[change.claim_id].net_minor + (later or 0)


def _void_proposal(case: Case, told: dict[str, Any]) -> None:
    """A proposal speaks of facts that are no longer so: it is void and says why, and the reviewer looks again."""
    proposed = case.decisions.filter(state=Decision.State.PROPOSED).first()
    if proposed is None or case.state != State.PENDING_APPROVAL:
        return
    row = check_step(case, Action.VOID, by=BY, expected_version=None)
    move(case, row, by=BY, event=VOIDED, details={**told, "decision": proposed.number})
    Decision.objects.filter(pk=proposed.pk, state=Decision.State.PROPOSED).update(
        state=Decision.State.VOID,
        decided_at=present(),
        decided_reason=said_of_change(told, settings.LANGUAGE_CODE),
    )


def _tell(case: Case, change: ClaimChange, stake: int, *, has_left: bool) -> None:
    """Tell the cardholder; of a payment that is another's nothing but that, as where it was made is the other's affair."""
    if case.state not in TOLD:
        return
    mail = "case.claim_left" if has_left else "case.claim_changed"
    enqueue_mail(
        key=f"{mail}:{case.reference}:{change.pk}",
        to=case.cardholder,
        mail=mail,
        case=case,
        merchant="" if has_left else change.claim.merchant_name,
        **_asked(case, stake),
    )


def _asked(case: Case, stake: int) -> dict[str, int]:
    """What the mail names: once something was decided what is still to be repaid, before that what is looked at."""
    decision = current_decision(case)
    if decision is None or decision.state != Decision.State.APPROVED:
        return {"stake_minor": stake}
    recovery = recovery_of(case)
    return {"due_minor": outstanding(recovery) if recovery else asked_minor(case, decision)}


def _tell_of_owed(change: ClaimChange, case: Case) -> None:
    """What is owed to the cardholder of a recovery that has ended may have changed."""
    recovery = recovery_of(case)
    balance = balance_of(recovery) if recovery else None
    if balance is None or not balance.recovered_minor:
        return
    enqueue_mail(
        key=f"recovery.owed:{case.reference}:{change.pk}",
        to=case.cardholder,
        mail="recovery.owed",
        case=case,
        owed_minor=balance.overpaid_minor,
    )


def _tell_earlier(change: ClaimChange, case: Case) -> None:
    """A case that was opened anew may need less now of what was repaid in an earlier one, which the change itself does not reach."""
    earlier = Case.objects.filter(pk__in=stake_of(case).earlier)
    for one in earlier.exclude(alerts__claim=change.claim_id).select_related("cardholder").order_by("pk"):
        recovery = recovery_of(one)
        if recovery is not None and balance_of(recovery).overpaid_minor:
            _tell_of_owed(change, one)


def _settle(case: Case) -> None:
    """End a recovery that nothing is left of, once everything that waits has been followed: a closed case follows no more. One in
    parts is due when the last part that is left of it is."""
    recovery = recovery_of(case)
    if case.state != State.RECOVERING or recovery is None or _waiting(case).exists():
        return
    if not settle_recovery(recovery, by=BY):
        due_with_parts(case, recovery)
