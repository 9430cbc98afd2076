"""Who gets which case: the best desk for it, cases of people who are away, and what each says they know best."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from audit.actor import Actor
from audit.permissions import Role, require
from audit.services import record
from audit.transactions import one_transaction
from cases.models import Case, Notice, WorkProfile
from cases.services import errors
from cases.services.casework import casework
from cases.services.desks import WORKED, Desk, desks
from cases.services.seeing import holders_in, may_be_given, may_hold, may_see, visible_among
from cases.services.steps import check_step, move, read_case
from cases.services.telling_staff import tell
from cases.workflow import Action, State
from fraud.claims.identity import holders_of
from fraud.claims.models import Department, User
from fraud.company.values import current_calendar
from rules.models import Rule

BY = Actor.system("clocks")
HELD = (State.IN_REVIEW, State.EXPLAINED, State.NO_RESPONSE)  # where it is the holder's turn
#: Decided, and not over yet: the turn of the cardholder, of an approver, of a clerk. Its holder is whom all of them find.
FOLLOWED = (State.NOTIFIED, State.APPEALED, State.RECOVERING)
FOLLOWERS = (Role.REVIEWER, Role.APPROVER, Role.RECOVERY_CLERK)
MOST_OPEN_MAX = 500


def may_work(desk: Desk, case: Case) -> bool:
    """Whether the case may be given to them: it is theirs to see."""
    return may_see(desk.actor, case)


def best_of(people: Iterable[Desk], case: Case) -> Desk | None:
    """Who of them gets the case: there, not full, may have it; who knows it best first, then who has least.

    What is decided goes first to those whose turn it is and who were told of it: an appeal to its approver, a recovery to a clerk.
    """
    there = [desk for desk in people if desk.away_until is None and not desk.is_full]
    told = _told_of(case) if case.state in (State.APPEALED, State.RECOVERING) else frozenset()

    def rank(desk: Desk) -> tuple[bool, bool, int, int]:
        n = desk.n_person_held if case.state in FOLLOWED else desk.n_person_open
        return desk.user.pk not in told, not desk.knows(case), n, desk.user.pk

    return next((desk for desk in sorted(there, key=rank) if may_be_given(desk.actor, case)), None)


def _told_of(case: Case) -> frozenset[int]:
    """Keys of whom the sweep told that the appeal or the recovery waits for them."""
    kind = "approval" if case.state == State.APPEALED else "recovery"
    return frozenset(Notice.objects.filter(case=case, kind=kind).values_list("user", flat=True))


def hand_over_all() -> int:
    """Cases whose holder is away past the deadline, works no cases any more or may not see them go to somebody who is there."""
    rows = Case.objects.filter(state__in=(*WORKED, *FOLLOWED)).exclude(assignee=None)
    held = list(rows.select_related("cardholder").order_by("pk"))
    stranded = stranded_among(held, desks(*FOLLOWERS))
    found = [case for case in held if case.pk in stranded]
    done = 0
    for case in found:
        try:
            done += hand_over(case=case)
        except (errors.CaseworkError, errors.Refused):
            continue  # somebody was faster
    return done


def stranded_among(cases: list[Case], people: Iterable[Desk]) -> set[int]:
    """Keys of the held ones whose holder cannot meet the deadline, as `is_stranded` has it; a few queries a person."""
    stranded = {case.pk for case in cases if case.assignee_id is not None}
    for desk in people:
        theirs = [case for case in cases if case.assignee_id == desk.user.pk]
        theirs = [case for case in theirs if desk.actor.roles & holders_in(case)]
        seen = visible_among(theirs, desk.actor) if theirs else []
        stranded -= {case.pk for case in seen if not _waits_for(case, desk)}
    return stranded


def is_stranded(case: Case, holder: Desk | None) -> bool:
    """Whether its holder cannot meet the deadline: gone, not to see it any more, or away until the day it is due or longer."""
    return bool(_why_stranded(case, holder))


def _waits_for(case: Case, holder: Desk) -> bool:
    """Whether a holder is away until the day it is due or longer, where it is their turn or others may come to them."""
    if holder.away_until is None or case.due_on is None:
        return False
    is_theirs = case.state in (*HELD, *FOLLOWED) and case.snoozed_until is None
    return is_theirs and case.due_on <= holder.away_until


def _why_stranded(case: Case, holder: Desk | None) -> str:
    """Why the case may not stay with its holder: `gone`, `unseen`, `away`, or "" where it may."""
    if holder is None or not holder.actor.roles & holders_in(case):
        return "gone"
    if not may_hold(holder.actor, case):
        return "unseen"
    return "away" if _waits_for(case, holder) else ""


@casework
def hand_over(*, case: Case) -> bool:
    """The sweep's part: a stranded case goes to whoever is there; False where it is not stranded any more, or nobody can have it.

    Where nobody can have one whose holder may not see it, it goes back into the queue if it was not begun, so that it is in a list.
    """
    case = read_case(case)
    people = desks(*FOLLOWERS)
    holder = next((desk for desk in people if desk.user.pk == case.assignee_id), None)
    why = (
        "" if case.state not in (*WORKED, *FOLLOWED) or case.assignee is None else _why_stranded(case, holder)
    )
    if not why or case.assignee is None:
        return False
    to = best_of([desk for desk in people if desk.user.pk != case.assignee_id], case)
    before = case.assignee
    if to is None:
        return _back_into_queue(case, before, why)
    until = holder.away_until if holder and why == "away" else None
    row = check_step(case, Action.ASSIGN, by=BY, expected_version=None)
    told = {"assignee": to.user.get_username(), "from": before.get_username()}
    details = {**told, "why": why, "until": until.isoformat() if until else None}
    fields = {"assignee_id": to.user.pk, "lock_until": None}
    move(case, row, by=BY, event="case.handed_over", fields=fields, details=details)
    key = f"handed:{case.reference}:{case.version}"
    tell(user=to.user, kind="assigned", key=key, case=case)
    if before.is_active:
        tell(user=before, kind="handed", key=key, case=case, to=to.name)
    return True


def _back_into_queue(case: Case, before: User, why: str) -> bool:
    """A case nobody else can have now: whoever comes first takes it, unless its holder is only away."""
    if why == "away" or case.state != State.IN_REVIEW:
        return False
    row = check_step(case, Action.RELEASE, by=BY, expected_version=None)
    details = {"from": before.get_username(), "why": why}
    move(case, row, by=BY, event="case.released", fields={"assignee_id": None}, details=details)
    return True


@one_transaction()
def set_work_profile(
    *,
    user: User,
    most_open: int | None,
    patterns: Collection[str],
    departments: Collection[str],
    by: Actor,
    expected_version: int | None,
) -> WorkProfile:
    """What somebody knows best and how many open cases are enough for them.

    Raises NotPermitted, PersonNotSuitable for who works no cases, ChoiceNotValid for a rule or department that is not known,
    TooMany, StaleCase where somebody changed it since.
    """
    require(by, "cases.change_work")
    if not holders_of(Role.REVIEWER, Role.APPROVER).filter(pk=user.pk).exists():
        raise errors.PersonNotSuitable
    if most_open is not None and not 1 <= most_open <= MOST_OPEN_MAX:
        raise errors.TooMany(n=MOST_OPEN_MAX, field="most_open")
    _require_known(
        "patterns", patterns, Rule.objects.filter(code__in=list(patterns)).values_list("code", flat=True)
    )
    known = Department.objects.filter(code__in=list(departments)).values_list("code", flat=True)
    _require_known("departments", departments, known)
    row = WorkProfile.objects.select_for_update().filter(user=user).first()
    version = row.version if row else 0
    if expected_version != version:
        raise errors.StaleCase(version=version, changes=[])
    values = {
        "most_open": most_open,
        "patterns": sorted(set(patterns)),
        "departments": sorted(set(departments)),
    }
    before = {name: getattr(row, name) for name in values} if row else None
    saved, _is_new = WorkProfile.objects.update_or_create(
        user=user, defaults={**values, "version": version + 1}
    )
    record(
        action="work.profile_changed", by=by, subject=f"work:{user.get_username()}", before=before,
        after={**values, "version": version + 1},
    )  # fmt: skip
    return saved


def _require_known(field_name: str, wanted: Collection[str], known: Iterable[str]) -> None:
    found = set(known)
    if set(wanted) - found:
        raise errors.ChoiceNotValid(field=field_name, choices=sorted(found))


def days_late(case: Case, today: date) -> int:
    """Business days since the case's deadline; 0 before its end."""
    if case.due_on is None or case.due_on >= today:
        return 0
    return current_calendar().business_days_between(case.due_on, today)
