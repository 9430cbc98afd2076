"""Cases that belong together without sharing claims: a link with a reason, on both sides."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from audit.actor import Actor
from audit.services import record
from cases.models import Case, CaseLink
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.conflicts import relations_of
from cases.services.steps import case_subject, check_step, move, read_case
from cases.services.texts import NOTE_MIN, clean_line
from cases.workflow import Action, Transition


@casework
def link_cases(*, case: Case, other: Case, reason: str, by: Actor, expected_version: int | None) -> CaseLink:
    """Say that two cases belong together; whose claims they are on does not matter, and nothing of either changes.

    Raises CasesDiffer for a case itself and for two linked already, OwnCase, StaleCase, ReasonTooShort.
    """
    case = read_case(case)
    row = check_step(case, Action.LINK, by=by, expected_version=expected_version)
    _refuse_own(other, by)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    if case.pk == other.pk:
        raise errors.CasesDiffer("same")
    if links_of(case).filter(Q(case=other) | Q(other=other)).exists():
        raise errors.CasesDiffer("linked")
    first, second = sorted((case, other), key=lambda one: one.pk)
    link = CaseLink.objects.create(
        case=first, other=second, reason=said, linked_by_id=by.person_id, linked_at=present()
    )
    _record(case, other, row, by, "case.linked", said)
    return link


@casework
def unlink_cases(*, case: Case, other: Case, reason: str, by: Actor, expected_version: int | None) -> Case:
    """Take a link away; its row stays. Raises CasesDiffer where there is none, OwnCase, StaleCase, ReasonTooShort."""
    case = read_case(case)
    row = check_step(case, Action.UNLINK, by=by, expected_version=expected_version)
    _refuse_own(other, by)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    ended = links_of(case).filter(Q(case=other) | Q(other=other)).update(ended_at=present())
    if not ended:
        raise errors.CasesDiffer("not_linked")
    _record(case, other, row, by, "case.unlinked", said)
    return read_case(case)


def links_of(case: Case) -> QuerySet[CaseLink]:
    """The links that hold, the newest first."""
    links = CaseLink.objects.filter(Q(case=case) | Q(other=case), ended_at=None)
    return links.order_by("-pk")


def _refuse_own(other: Case, by: Actor) -> None:
    relation = relations_of(by, other).involvement
    if relation:
        raise errors.OwnCase("cases.link_cases", subject=case_subject(other), relation=relation)


def _record(case: Case, other: Case, row: Transition, by: Actor, event: str, reason: str) -> None:
    """The case moves to its next version; the other one says so too, and nobody who works on it meets a new version for it."""
    move(case, row, by=by, event=event, reason=reason, details={"other": other.reference})
    record(action=event, by=by, subject=case_subject(other), reason=reason, after={"other": case.reference})
