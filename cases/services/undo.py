"""Taking one's last step back, within ten seconds and as long as nothing else has happened to the case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from audit.actor import Actor
from audit.permissions import require
from cases.models import Case, Decision, ExplanationRequest
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.conflicts import relations_of
from cases.services.decisions import set_decision
from cases.services.labelling import label_claims
from cases.services.notices import take_back
from cases.services.outbox import cancel_mails
from cases.services.steps import UNDO_SECONDS, case_subject, change_recorded, read_case, stale
from cases.workflow import Action
from fraud.claims.units import sees_department

#: What counted at once: its label is withdrawn.
_DECIDED = (Action.CLOSE_LEGITIMATE, Action.DECIDE)
_DATES = {"due_on", "snoozed_until"}
_MOMENTS = {"state_since", "lock_until", "closed_at"}


@casework
def undo_last_action(*, case: Case, by: Actor, expected_version: int | None) -> Case:
    """Put the case back as it was before the actor's own last step.

    Taking, assigning, releasing, setting aside, asking, proposing, deciding and closing can be undone. Rows that a step added are not
    deleted: a request becomes withdrawn, a decision superseded, a label is withdrawn by a further one.
    Raises NothingToUndo, StaleCase, OwnCase.
    """
    require(by, "cases.take_case")
    case = read_case(case)
    relation = relations_of(by, case).involvement
    if relation:
        raise errors.OwnCase("cases.take_case", subject=case_subject(case), relation=relation)
    if not sees_department(by, case.cardholder.department_id):
        raise errors.CaseNotFound
    if expected_version != case.version:
        raise stale(case, expected_version or 0)
    step: Any = case.undo
    if not step or step["by"] != by.user_id or not _is_fresh(step):
        raise errors.NothingToUndo(n=UNDO_SECONDS)
    action = Action(step["action"])
    values = {"version": case.version + 1, "undo": None, **_restored(step["fields"])}
    change_recorded(case, values, event="case.undone", by=by, details={"undone": action.value})
    _undo_rows(case, action, by)
    return read_case(case)


def can_undo(case: Case, by: Actor) -> bool:
    """Whether the actor could take their last step back now."""
    step: Any = case.undo
    return bool(step) and step["by"] == by.user_id and _is_fresh(step)


def _is_fresh(step: dict[str, Any]) -> bool:
    age = present() - datetime.fromisoformat(step["at"])
    return timedelta(0) <= age <= timedelta(seconds=UNDO_SECONDS)


def _restored(fields: dict[str, Any]) -> dict[str, Any]:
    """The kept columns as Python values."""
    restored = dict(fields)
    for name in _DATES & set(fields):
        restored[name] = date.fromisoformat(fields[name]) if fields[name] else None
    for name in _MOMENTS & set(fields):
        restored[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    return restored


def _undo_rows(case: Case, action: Action, by: Actor) -> None:
    if action == Action.ASSIGN:
        cancel_mails(prefix=f"case.assigned:{case.reference}:")
        take_back(prefix=f"case.assigned:{case.reference}:")
    if action == Action.REQUEST_EXPLANATION:
        request = case.requests.order_by("-round_no").first()
        if request is not None:
            ExplanationRequest.objects.filter(pk=request.pk).update(state=ExplanationRequest.State.WITHDRAWN)
            cancel_mails(prefix=f"explanation.requested:{request.reference}")
    if action in (Action.PROPOSE, *_DECIDED):
        decision = case.decisions.order_by("-number").first()
        if decision is not None:
            set_decision(decision, state=Decision.State.SUPERSEDED)
            for mail in ("decision.cleared", "decision.notified"):
                cancel_mails(prefix=f"{mail}:{case.reference}:{decision.number}")
            if action in _DECIDED:
                label_claims(case=case, disposition=None, known_at=present(), by=by)
