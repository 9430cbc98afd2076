"""Reviewers' notes; the cardholder never sees them."""

from __future__ import annotations

from audit.actor import Actor
from cases.models import Case, CaseNote
from cases.services.casework import casework
from cases.services.queue import touch_lock
from cases.services.steps import check_step, move, read_case
from cases.services.texts import clean_text
from cases.workflow import Action


@casework
def add_note(*, case: Case, text: str, by: Actor, expected_version: int | None) -> CaseNote:
    """Write a note. Raises OwnCase, NotPermitted, ReasonTooShort, TextTooLong.

    The text stays out of the audit entry: the entry names the note.
    """
    case = read_case(case)
    row = check_step(case, Action.NOTE, by=by, expected_version=expected_version)
    plain = clean_text(text)
    note = CaseNote.objects.create(case=case, text=plain, written_by_id=by.person_id)
    fields = touch_lock(case) if case.assignee_id == by.user_id else {}
    move(case, row, by=by, event="case.noted", fields=fields, details={"note": note.pk})
    return note
