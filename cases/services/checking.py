"""A case's checklist: its steps, what was ticked or skipped by whom, and ticking them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.actor import Actor
from audit.people import name_of
from cases.checklists import STEPS, checklist_of
from cases.models import Case, CaseCheck
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.queue import touch_lock
from cases.services.standing import may_have
from cases.services.steps import check_step, move, read_case
from cases.services.texts import NOTE_MIN, clean_line
from cases.workflow import Action

OPEN = "open"
RESULTS = (CaseCheck.Result.DONE.value, CaseCheck.Result.SKIPPED.value, OPEN)
_EVENTS = {
    CaseCheck.Result.DONE.value: "case.checked",
    CaseCheck.Result.SKIPPED.value: "case.check_skipped",
    OPEN: "case.check_opened",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One step of a case's checklist: `result` open, done or skipped; by whom and when where it is not open."""

    code: str
    text: str
    result: str = OPEN
    word: str = ""
    by: str = ""
    at: datetime | None = None


def checks_of(case: Case, language: str) -> list[Checked]:
    """The steps of the case's pattern in their order, then those ticked that it has no more, in the reader's language."""
    kept: dict[str, CaseCheck] = {}
    if may_have(case, "case.checked", "case.check_skipped"):
        kept = {check.step: check for check in case.checks.select_related("checked_by")}
    codes = dict.fromkeys((*checklist_of(case.pattern), *kept))
    return [_told(code, kept.get(code), language) for code in codes]


def text_of(code: str, language: str) -> str:
    """A step in words; a code that is no more as it is."""
    step = STEPS.get(code)
    return code if step is None else step.ko if language == "ko" else step.en


@casework
def mark_check(
    *, case: Case, step: str, result: str, by: Actor, expected_version: int | None, word: str = ""
) -> Case:
    """Tick a step of the case's checklist, skip it with a word, or open it again.

    Raises ChoiceNotValid, ReasonTooShort for skipping without a word, NotAssigned, StaleCase, TransitionNotAllowed.
    """
    case = read_case(case)
    row = check_step(case, Action.CHECK, by=by, expected_version=expected_version)
    kept = case.checks.filter(step=step).first()
    if step not in checklist_of(case.pattern) and kept is None:
        raise errors.ChoiceNotValid(field="step", choices=list(checklist_of(case.pattern)))
    if result not in RESULTS:
        raise errors.ChoiceNotValid(field="mark", choices=list(RESULTS))
    least = NOTE_MIN if result == CaseCheck.Result.SKIPPED else 0
    said = clean_line(word, minimum=least, field="word")
    fields = touch_lock(case) if case.assignee_id == by.user_id else {}
    move(case, row, by=by, event=_EVENTS[result], reason=said, fields=fields, details={"step": step})
    if result == OPEN:
        case.checks.filter(step=step).delete()
    else:
        values = {"result": result, "word": said, "checked_by_id": by.person_id, "checked_at": present()}
        CaseCheck.objects.update_or_create(case=case, step=step, defaults=values)
    return read_case(case)


def _told(code: str, kept: CaseCheck | None, language: str) -> Checked:
    text = text_of(code, language)
    if kept is None:
        return Checked(code, text)
    return Checked(code, text, kept.result, kept.word, name_of(kept.checked_by), kept.checked_at)
