"""What waits is told to whoever can do it, once; what is late is told to them again, then to the leads. Rung by the sweep.

Everything follows from rows: each notice has a key, so a sweep that runs twice, late or beside another one tells nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Q

from audit.actor import Actor
from audit.permissions import Role
from audit.services import record
from cases.models import Appeal, Case, Decision, Notice, Recovery
from cases.services.casework import casework
from cases.services.clocks import count_done
from cases.services.company import at_moment, company_today
from cases.services.desks import Desk, desks, person_key
from cases.services.standing import case_subject, parties_towards
from cases.services.telling_staff import send_letters, tell
from cases.services.work import HELD, days_late, hand_over_all, is_stranded, may_work
from cases.workflow import Party, State

BY = Actor.system("clocks")
#: Business days after the deadline at which whose turn it is are told, and at which the leads are.
TURN_AFTER, LEADS_AFTER = 1, 3
_APPROVING = (State.PENDING_APPROVAL, State.APPEALED)
_CLOCKED = (State.NEW, *HELD, *_APPROVING, State.RECOVERING)


def allocate_work(now: datetime) -> dict[str, int]:
    """Hand over what strands with people who are away, tell what waits, escalate what is late, write the day's letters; how often each happened."""
    with at_moment(now):
        today = company_today()
        return {
            "handed_over": count_done("handed_over", hand_over_all),
            "waiting_told": count_done("waiting_told", _tell_waiting),
            "escalated": count_done("escalated", lambda: _escalate_late(today)),
            "letters": count_done("letters", lambda: send_letters(now)),
        }


def _tell_waiting() -> int:
    """Each proposal, appeal and write-off to one who may decide it, each recovery to the clerks; how many things were told anew."""
    things = dict(_waiting())
    told = set(Notice.objects.filter(key__in=list(things)).values_list("key", flat=True))
    fresh = {key: thing for key, thing in things.items() if key not in told}
    if not fresh:
        return 0
    approvers, clerks = desks(Role.APPROVER), desks(Role.RECOVERY_CLERK)
    unread = Notice.objects.filter(kind="approval", read_at=None).select_related("user")
    load = Counter(person_key(notice.user) for notice in unread)
    return sum(_tell_one(key, *thing, approvers, clerks, load) for key, thing in fresh.items())


def _waiting() -> Iterator[tuple[str, tuple[Case, str]]]:
    """(key, (case, kind)) of everything that waits for staff other than its holder."""
    proposed = Decision.objects.filter(state=Decision.State.PROPOSED, case__state=State.PENDING_APPROVAL)
    for decision in proposed.select_related("case__cardholder__department"):
        yield f"approve:{decision.case.reference}:{decision.number}", (decision.case, "approval")
    appeals = Appeal.objects.filter(result=Appeal.Result.OPEN, case__state=State.APPEALED)
    for appeal in appeals.select_related("case__cardholder__department"):
        yield f"appeal:{appeal.case.reference}:{appeal.pk}", (appeal.case, "approval")
    recoveries = Recovery.objects.filter(case__state=State.RECOVERING).select_related(
        "case__cardholder__department"
    )
    for recovery in recoveries:
        case = recovery.case
        yield (
            f"recover:{case.reference}:{recovery.decision_id}:{company_today(recovery.opened_at)}",
            (case, "recovery"),
        )
        if recovery.write_off == Recovery.WriteOff.REQUESTED:
            yield (
                f"waive:{case.reference}:{recovery.write_off_minor}:{recovery.waived_minor}",
                (case, "approval"),
            )


def _tell_one(
    key: str, case: Case, kind: str, approvers: list[Desk], clerks: list[Desk], load: Counter[str]
) -> bool:
    if kind == "recovery":
        able = [desk for desk in clerks if may_work(desk, case)]
        return _tell_all(case=case, kind=kind, key=key, people=able)
    able = _who_approve(case, approvers)
    there = [desk for desk in able if desk.away_until is None] or able

    def rank(desk: Desk) -> tuple[bool, int, int]:  # who has an appeal already decides it
        return desk.user.pk != case.assignee_id, load[desk.person], desk.user.pk

    chosen = min(there, key=rank, default=None)
    if chosen is None:
        return False
    load[chosen.person] += 1
    return _tell_all(case=case, kind=kind, key=key, people=[chosen])


def _who_approve(case: Case, approvers: Iterable[Desk]) -> list[Desk]:
    """The approvers who may decide what waits: not involved, neither proposed nor decided nor asked for it."""
    wanted = Party.RECOVERY_APPROVER if case.state == State.RECOVERING else Party.OTHER_APPROVER
    return [
        desk for desk in approvers if may_work(desk, case) and wanted in parties_towards(case, desk.actor)
    ]


@casework
def _tell_all(*, case: Case, kind: str, key: str, people: list[Desk]) -> bool:
    """One notice each, all in one transaction; whether any is new."""
    new = [tell(user=desk.user, kind=kind, key=key, case=case) for desk in people]  # each of them
    return any(new)


def _escalate_late(today: date) -> int:
    """How many cases were told as late, or as late for long, anew."""
    is_clocked = Q(due_on__lt=today, snoozed_until=None, state__in=_CLOCKED)
    found = list(
        Case.objects.filter(is_clocked).select_related("cardholder__department", "assignee").order_by("pk")
    )
    levels = [(case, level) for case in found for level in _levels(days_late(case, today))]
    keys = {_late_key(case, level) for case, level in levels}
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    fresh = [(case, level) for case, level in levels if _late_key(case, level) not in told]
    if not fresh:
        return 0
    people = desks(Role.REVIEWER, Role.APPROVER), desks(Role.RECOVERY_CLERK)
    return sum(_escalate(case=case, level=level, staff=people[0], clerks=people[1]) for case, level in fresh)


def _levels(n_days: int) -> list[int]:
    return [level for level, after in ((1, TURN_AFTER), (2, LEADS_AFTER)) if n_days >= after]


def _late_key(case: Case, level: int) -> str:
    return f"late:{case.reference}:{case.due_on}:{level}"


@casework
def _escalate(*, case: Case, level: int, staff: list[Desk], clerks: list[Desk]) -> bool:
    """Tell whose turn it is (level 1) or the leads (level 2) that the case is late, with one entry in its chain."""
    now = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    key = _late_key(case, level)
    if now.due_on != case.due_on or now.state != case.state or Notice.objects.filter(key=key).exists():
        return False
    leads = [desk for desk in staff if Role.APPROVER in desk.actor.roles and may_work(desk, case)]
    kind, people = ("late", _whose_turn(case, staff, clerks, leads)) if level == 1 else ("escalated", [])
    if not people:  # nobody whose turn it is can do it
        kind, people = "escalated", [desk for desk in leads if desk.away_until is None] or leads
    due_on = case.due_on.isoformat() if case.due_on else ""
    told = [desk for desk in people if tell(user=desk.user, kind=kind, key=key, case=case, due_on=due_on)]
    if not told:
        return False
    after = {"level": level, "due_on": due_on, "told": [desk.user.get_username() for desk in told]}
    record(action="case.escalated", by=BY, subject=case_subject(case), after=after)
    return True


def _whose_turn(case: Case, staff: list[Desk], clerks: list[Desk], leads: list[Desk]) -> list[Desk]:
    """Whose turn it is and who is there; none where the leads have to see to it."""
    if case.state == State.RECOVERING:
        return [desk for desk in clerks if may_work(desk, case)]
    if case.state in _APPROVING:
        return _who_approve(case, leads)
    holder = next((desk for desk in staff if desk.user.pk == case.assignee_id), None)
    return [holder] if holder is not None and not is_stranded(case, holder) else []
