"""What a decision taken anew does to the money of the cases before it: owed where it came in, kept on record there, and told.

And the other way round: what comes in or goes out on an earlier case counts towards the decision that holds now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef

from audit.actor import Actor
from audit.permissions import Role
from cases.models import Case, Decision, Recovery
from cases.services.money import balances_of, shown_stake, stake_of
from cases.services.outbox import enqueue_mail
from cases.services.settling import BY as SETTLING
from cases.services.settling import due_with_parts, resume_recovery, settle_recovery
from cases.services.standing import hold_cases, recovery_of
from cases.services.steps import change_recorded
from cases.services.telling_staff import tell
from cases.workflow import State
from fraud.claims.identity import holders_of

OWED_ANEW = "recovery.owed_anew"
EARLIER_CHANGED = "recovery.earlier_changed"


def hold_line(case: Case) -> None:
    """Take the locks of a case and of those whose money counts towards it, or towards which its own counts."""
    stake = stake_of(case)
    if others := stake.earlier | stake.later:
        hold_cases([case.pk, *others])


def decided_anew_in(case: Case) -> list[Case]:
    """The cases whose decision holds now on payments of this one in the place of its own, oldest first, each with `has_recovery`."""
    return _with_recovery(shown_stake(case).later)


def earlier_of(case: Case) -> list[Case]:
    """The earlier cases of its line, oldest first, each with `has_recovery`: what came in there counts towards its decision."""
    return _with_recovery(shown_stake(case).earlier)


def _with_recovery(case_ids: Collection[int]) -> list[Case]:
    if not case_ids:
        return []
    held = Recovery.objects.filter(case=OuterRef("pk"))
    return list(Case.objects.filter(pk__in=case_ids).annotate(has_recovery=Exists(held)).order_by("pk"))


def owed_earlier(case: Case) -> dict[int, int]:
    """Earlier case of the line, by id → what is owed to its cardholder there; where nothing was ever asked it is missing."""
    earlier = stake_of(case).earlier
    if not earlier:
        return {}
    recoveries = list(Recovery.objects.filter(case__in=earlier).select_related("case"))
    balances = balances_of(recoveries)
    return {recovery.case_id: balances[recovery.pk].overpaid_minor for recovery in recoveries}


def told_earlier(case: Case, decision: Decision) -> dict[str, int]:
    """For a letter about a decision: what of its amount was taken or given up before and what is still asked for; nothing where none was."""
    stake = stake_of(case)
    if not stake.carried_minor and not stake.forgone_minor:
        return {}
    return {
        "carried_minor": min(stake.carried_minor, stake.due_of(decision.amount_minor)),
        "asked_minor": stake.asked_of(decision.amount_minor),
        **({"uncovered_minor": stake.taken_over_minor} if stake.taken_over_minor else {}),
    }


def tell_owed_earlier(case: Case, before: Mapping[int, int], *, by: Actor) -> None:
    """After a decision of the case: where it changed what is owed on an earlier one, that case says so, its cardholder and the clerks are told;
    one that gave back what the bank took back asks for it as far as the decision does not."""
    now = owed_earlier(case)
    _ask_where_missing(now)
    changed = [pk for pk, owed in now.items() if owed != before.get(pk, 0)]
    if not changed:
        return
    clerks = list(holders_of(Role.RECOVERY_CLERK).order_by("pk"))
    for earlier in (
        Case.objects.filter(pk__in=changed).select_related("cardholder__department").order_by("pk")
    ):
        owed = now[earlier.pk]
        details = {"other": case.reference, "owed_minor": owed, "currency": earlier.currency}
        values = {"version": earlier.version + 1, "has_news": True}
        change_recorded(earlier, values, event=OWED_ANEW, by=by, details=details)
        key = f"{OWED_ANEW}:{earlier.reference}:{earlier.version}"
        enqueue_mail(
            key=key,
            to=earlier.cardholder,
            mail=OWED_ANEW,
            case=earlier,
            other=case.reference,
            owed_minor=owed,
        )
        for clerk in clerks if owed else ():
            tell(user=clerk, kind="owed", key=key, case=earlier, other=case.reference)


def ask_in_line(case: Case) -> None:
    """Once the case asks for nothing any more: what its line is to get is asked for where it is missing."""
    _ask_where_missing(stake_of(case).earlier)


def _ask_where_missing(case_ids: Collection[int]) -> None:
    """Of earlier cases: one that had ended asks for what it gave back of money that the bank took back, one that asks for nothing any more ends."""
    for recovery in Recovery.objects.filter(case__in=case_ids).select_related("case").order_by("case_id"):
        if not resume_recovery(recovery.case, by=SETTLING, mail="recovery.bounced"):
            settle_recovery(recovery, by=SETTLING)


def follow_in_line(case: Case) -> None:
    """After what came in on a case changed: the cases whose decision counts it ask for more or less, go on or end, and so do those that
    gave back what it had."""
    beside: set[int] = set()
    for later in (
        Case.objects.filter(pk__in=stake_of(case).later)
        .select_related("cardholder__department", "assignee")
        .order_by("pk")
    ):
        stake = stake_of(later)
        beside |= stake.earlier - {case.pk}
        change_recorded(
            later,
            {"version": later.version + 1, "has_news": True},
            event=EARLIER_CHANGED,
            by=SETTLING,
            details={
                "other": case.reference,
                "carried_minor": stake.carried_minor,
                "currency": later.currency,
            },
        )
        recovery = recovery_of(later)
        if later.state == State.CLOSED:
            resume_recovery(later, by=SETTLING, mail="recovery.bounced")
        elif later.state == State.RECOVERING and recovery and not settle_recovery(recovery, by=SETTLING):
            due_with_parts(later, recovery)
    _ask_where_missing(beside)
