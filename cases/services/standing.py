"""How a case stands: its rows as they are now, who stands where towards it, and what is open to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from audit.actor import Actor
from audit.people import same_person
from audit.permissions import Role
from cases.models import Case, Decision, ExplanationRequest, Recovery, RecoveryPosting
from cases.services import errors
from cases.services.company import company_today, present
from cases.services.conflicts import Relations, relations_of
from cases.services.money import balance_of
from cases.workflow import TRANSITIONS, Action, Facts, Guard, Party, State, allowed_actions, parties_of
from fraud.claims.units import sees_department


def case_subject(case: Case) -> str:
    """The name of the case's audit chain."""
    return subject_of_case(case.reference)


def subject_of_case(reference: str) -> str:
    """The name of the audit chain of a case with this reference."""
    return f"case:{reference}"


def subject_of_dossier(reference: str) -> str:
    """The name of the audit chain of the exports of a case: apart from the case's own, which an export does not change."""
    return f"dossier:{reference}"


def hold_cases(ids: Iterable[int]) -> None:
    """Take the locks of these cases, in one order, before a transaction does anything else.

    Every step writes a case's entry before its row, so whoever held the row first and whoever held the chain's head first could
    wait for each other; with the rows always first, and always by number, nobody does. SQLite's writers are alone anyway.
    """
    wanted = sorted(set(ids))
    if wanted and connection.features.has_select_for_update:
        rows = Case.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
        list(rows.values_list("pk", flat=True))


def read_case(case: Case) -> Case:
    """The case as it stands now, with its cardholder and assignee."""
    found = Case.objects.select_related("cardholder__department", "assignee").filter(pk=case.pk).first()
    if found is None:
        raise errors.CaseNotFound
    return found


#: Under which name a page keeps a case's recovery, or None, among what it has gathered.
RECOVERY = "its recovery"


#: The entries every posting comes with.
POSTED = ("recovery.posted", "recovery.reversed", "recovery.given_back")
#: Under which name a page keeps the entries of the case's chain.
CHAIN = "its chain"


def may_have(case: Case, *actions: str) -> bool:
    """Whether rows that come with one of these entries can exist: by the chain a page has read, else unknown and so True."""
    if not is_gathered(case, CHAIN):
        return True
    chain = case._prefetched_objects_cache[CHAIN]  # type: ignore[attr-defined]
    return any(event.action in actions for event in chain)


def is_gathered(case: Case, name: str) -> bool:
    """Whether a page has read these rows of the case already (cases.pages.timeline.gather); services read afresh."""
    return name in getattr(case, "_prefetched_objects_cache", {})


def current_request(case: Case) -> ExplanationRequest | None:
    """The last explanation request that was not withdrawn, or None."""
    if is_gathered(case, "requests"):
        rows = [row for row in case.requests.all() if row.state != ExplanationRequest.State.WITHDRAWN]
        return max(rows, key=lambda row: row.round_no, default=None)
    return (
        case.requests.exclude(state=ExplanationRequest.State.WITHDRAWN)
        .select_related("requested_by")
        .order_by("-round_no")
        .first()
    )


def current_decision(case: Case) -> Decision | None:
    """The proposal that waits, or the decision that holds; None before there is one."""
    held = [Decision.State.PROPOSED, Decision.State.APPROVED]
    if is_gathered(case, "decisions"):
        rows = [row for row in case.decisions.all() if row.state in held]
        return max(rows, key=lambda row: row.number, default=None)
    return (
        case.decisions.filter(state__in=held)
        .select_related("proposed_by", "decided_by")
        .order_by("-number")
        .first()
    )


def recovery_of(case: Case) -> Recovery | None:
    """The case's recovery, or None."""
    if is_gathered(case, RECOVERY):
        found: Recovery | None = case._prefetched_objects_cache[RECOVERY]  # type: ignore[attr-defined]
        return found
    return Recovery.objects.filter(case=case).select_related("write_off_requested_by").first()


#: Cases that ended since every payment turned out to be somebody else's: closed without a word on what they were.
DISSOLVED = Q(state=State.CLOSED.value, n_claims=0, disposition="", merged_into=None)


def is_dissolved(case: Case) -> bool:
    """Whether the case ended since every payment of it turned out to be somebody else's."""
    is_over = case.state == State.CLOSED and not case.n_claims and not case.disposition
    return is_over and case.merged_into_id is None


def is_heard(case: Case) -> bool:
    """Whether the cardholder was asked and has answered, or has let the deadline pass."""
    heard = (ExplanationRequest.State.ANSWERED, ExplanationRequest.State.LAPSED)
    if is_gathered(case, "requests"):
        return any(row.state in heard for row in case.requests.all())
    return case.requests.filter(state__in=heard).exists()


_OF_REQUEST = frozenset({Guard.NOT_EXTENDED, Guard.DEADLINE_PASSED})
_OF_MONEY = frozenset({Guard.OUTSTANDING, Guard.SETTLED})
_OF_OWED = frozenset({Guard.OWED})
_OF_WRITE_OFF = frozenset({Guard.NO_WRITE_OFF, Guard.WRITE_OFF_REQUESTED})


def facts_of(case: Case, guards: Collection[Guard] = tuple(Guard), **known: Any) -> Facts:
    """What the guards look at, read from the rows as far as these guards need it; `known` overrides what the step decides."""
    now, today, wanted = present(), company_today(), frozenset(guards)
    values: dict[str, Any] = {
        "is_held": case.assignee_id is not None and (case.lock_until is None or case.lock_until > now),
        "is_snoozed": case.snoozed_until is not None,
        "is_merged": case.merged_into_id is not None,
        "n_rounds": case.n_rounds,
        "is_heard": Guard.HEARD in wanted and is_heard(case),
        "notice_over": case.state == State.NOTIFIED and case.due_on is not None and today > case.due_on,
    }
    request = current_request(case) if wanted & _OF_REQUEST else None
    if request is not None:
        values |= {"is_extended": request.is_extended, "deadline_passed": today > request.due_on}
    if Guard.REPAID in wanted and case.state in (State.RECOVERING, State.CLOSED):
        values["is_repaid"] = _is_repaid(case)
    is_open = case.state == State.RECOVERING
    asked = wanted & (_OF_MONEY | _OF_WRITE_OFF | _OF_OWED) if is_open else wanted & _OF_OWED
    recovery = recovery_of(case) if asked else None
    if recovery is not None:
        balance = balance_of(recovery) if asked & (_OF_MONEY | _OF_OWED) else None
        if balance is not None:
            values["outstanding_minor"] = balance.outstanding_minor if is_open else 0
            values["owed_minor"] = balance.overpaid_minor
        values["write_off_requested"] = is_open and recovery.write_off == Recovery.WriteOff.REQUESTED
    return Facts(**{**values, **known})


def _is_repaid(case: Case) -> bool:
    """Whether money was ever posted: by the chain a page has read, else by the postings."""
    if is_gathered(case, CHAIN):
        return may_have(case, *POSTED)
    return RecoveryPosting.objects.filter(recovery__case=case).exists()


def parties_towards(case: Case, by: Actor, relations: Relations | None = None) -> frozenset[Party]:
    """Every position the actor holds towards the case now; of staff, none towards one of a department they do not see."""
    relations = relations or relations_of(by, case)
    may_judge = Role.APPROVER in by.roles  # only then it matters what they proposed or asked for
    decision = current_decision(case) if may_judge else None
    recovery = recovery_of(case) if may_judge else None
    judged = decision is not None and (
        same_person(decision.proposed_by, by) or same_person(decision.decided_by, by)
    )
    return parties_of(
        by.roles,
        is_system=by.is_system,
        is_involved=bool(relations.involvement) or not sees_department(by, case.cardholder.department_id),
        is_holder=same_person(case.assignee, by),
        is_cardholder=relations.is_cardholder,
        is_manager=relations.is_manager,
        has_judged=judged,
        asked_write_off=recovery is not None and same_person(recovery.write_off_requested_by, by),
    )


def actions_now(case: Case, by: Actor, relations: Relations | None = None) -> tuple[Action, ...]:
    """The actions open to the actor on this case now, in the order of the table; `relations` where they were just asked."""
    return actions_of(case, parties_towards(case, by, relations))


def actions_of(case: Case, parties: frozenset[Party]) -> tuple[Action, ...]:
    """The actions open now to somebody in these positions, in the order of the table."""
    state = State(case.state)
    guards = {guard for row in TRANSITIONS if row.source == state for guard in row.guards}
    return allowed_actions(state, parties, facts_of(case, guards))
