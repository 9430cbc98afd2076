"""One step on many cases: each in its own transaction, each refusal named, all taken back together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from audit.actor import Actor
from audit.permissions import NotPermitted, require
from cases.models import Case
from cases.services import errors
from cases.services.casework import casework
from cases.services.decisions import BULK_MAX, BulkItem, BulkOutcome
from cases.services.explanation_requests import request_explanation
from cases.services.outbox import address_of
from cases.services.queue import assign_case, snooze_case, take_case
from cases.services.steps import read_case
from cases.services.undo import undo_last_action
from cases.workflow import State
from fraud.claims.models import User

DONE, REFUSED = "done", "refused"
Step = Callable[[Case, int], object]


def bulk_ask(*, items: Sequence[BulkItem], by: Actor) -> list[BulkOutcome]:
    """Ask the cardholder of each case with the text of its pattern; new ones are taken first. Somebody of whom no address is known is
    named and not asked: on the case itself whoever asks is shown it before. Raises TooMany, NotPermitted."""
    require(by, "cases.request_explanation")
    return _each(items, by, lambda case, version: _ask(case, version, by))


def _ask(case: Case, version: int, by: Actor) -> None:
    if not address_of(case.cardholder):
        raise errors.NotReachable(str(case.cardholder))
    request_explanation(case=case, by=by, expected_version=version)


def bulk_assign(*, items: Sequence[BulkItem], to: User, by: Actor, reason: str = "") -> list[BulkOutcome]:
    """Give each case to a reviewer. Raises TooMany, NotPermitted."""
    require(by, "cases.assign_case")
    return _each(
        items,
        by,
        lambda case, version: assign_case(case=case, to=to, by=by, expected_version=version, reason=reason),
        takes=False,
    )


def bulk_snooze(*, items: Sequence[BulkItem], until: date, reason: str, by: Actor) -> list[BulkOutcome]:
    """Set each case aside until a day; new ones are taken first. Raises TooMany, NotPermitted."""
    require(by, "cases.review_case")
    return _each(
        items,
        by,
        lambda case, version: snooze_case(
            case=case, until=until, reason=reason, by=by, expected_version=version
        ),
    )


def bulk_undo(*, items: Sequence[BulkItem], by: Actor) -> list[BulkOutcome]:
    """Take the last step back on each case, within ten seconds. Raises TooMany."""
    return _each(
        items,
        by,
        lambda case, version: undo_last_action(case=case, by=by, expected_version=version),
        takes=False,
    )


def _each(items: Sequence[BulkItem], by: Actor, step: Step, *, takes: bool = True) -> list[BulkOutcome]:
    if len(items) > BULK_MAX:
        raise errors.TooMany(n=BULK_MAX, field="cases")
    return [_one(item, by, step, takes) for item in items]


def _one(item: BulkItem, by: Actor, step: Step, takes: bool) -> BulkOutcome:
    reference = item.case.reference
    try:
        _taken_first(case=item.case, expected_version=item.expected_version, by=by, step=step, takes=takes)
    except (errors.CaseworkError, NotPermitted) as refusal:
        # On a case of one's own the answer is the one for a case that does not exist.
        told = errors.CaseNotFound() if isinstance(refusal, errors.OwnCase) else refusal
        return BulkOutcome(reference, REFUSED, told.code, getattr(told, "sentence", ""))
    return BulkOutcome(reference, DONE)


@casework
def _taken_first(*, case: Case, expected_version: int, by: Actor, step: Step, takes: bool) -> None:
    """The step, on a new case after taking it; taking back what was done then takes both back."""
    if not takes or read_case(case).state != State.NEW:
        step(case, expected_version)
        return
    taken = take_case(case=case, by=by, expected_version=expected_version)
    before = (taken.undo or {}).get("fields")
    step(taken, taken.version)
    after = read_case(case)
    if after.undo and before:
        Case.objects.filter(pk=case.pk).update(undo={**after.undo, "fields": before})
