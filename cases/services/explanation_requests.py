"""Asking the cardholder (소명 요청): sending, taking back, giving more time, letting the deadline pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from audit.actor import Actor
from audit.services import record
from cases.models import Case, ExplanationRequest
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import company_today, due_on, present
from cases.services.entry_words import EXTENSION_ASKED
from cases.services.outbox import address_of, cancel_mails, enqueue_mail
from cases.services.request_text import RequestText, has_own_questions, numbered, request_text
from cases.services.steps import (
    UNDO_SECONDS,
    case_subject,
    check_step,
    check_unseen,
    current_request,
    move,
    read_case,
)
from cases.services.telling import is_request_told
from cases.services.texts import NOTE_MIN, clean_line, clean_text, digest_of
from cases.workflow import MAX_EXTENSION_DAYS, Action, State
from fraud.company.values import current_calendar

_R = ExplanationRequest.State
QUESTION_MAX = 500


def preview_request_text(*, case: Case, language: str = "") -> RequestText:
    """What the cardholder would be sent now. Changes nothing."""
    return replace(request_text(case, language=language), has_address=bool(address_of(case.cardholder)))


@casework
def request_explanation(
    *,
    case: Case,
    by: Actor,
    expected_version: int | None,
    text: str = "",
    questions: Sequence[str] | None = None,
    language: str = "",
    without_address: bool = True,
) -> ExplanationRequest:
    """Send a request (소명 요청), due in 7 business days. Without `text` or `questions` the rendered ones are sent.

    `text` is what stands around the questions; the letter lists `questions` at its place for them, else at its end.
    `without_address`: also where mail cannot reach the cardholder; False for somebody who was not told that it cannot.
    Raises RoundsExhausted after three, NotAssigned, OwnCase, StaleCase, TransitionNotAllowed, TextTooLong, QuestionsInText, AddressUnknown,
    NothingToAsk where every question was answered and nothing else is asked.
    """
    case = read_case(case)
    row = check_step(case, Action.REQUEST_EXPLANATION, by=by, expected_version=expected_version)
    if not without_address and not address_of(case.cardholder):
        raise errors.AddressUnknown(str(case.cardholder))
    due = due_on(State.AWAITING_EXPLANATION) or company_today()
    rendered = request_text(case, language=language, due=due)
    asked = _written(rendered, text, questions)
    if not asked.questions and "".join(asked.text.split()) == "".join(rendered.text.split()):
        raise errors.NothingToAsk
    body = asked.letter
    number = case.requests.count() + 1
    reference = f"Q-{case.reference.removeprefix('C-')}-{number}"
    move(
        case,
        row,
        by=by,
        event="explanation.requested",
        fields={"n_rounds": case.n_rounds + 1},
        details={"request": reference, "due_on": str(due), "round": case.n_rounds + 1},
    )
    request = ExplanationRequest.objects.create(
        reference=reference,
        case=case,
        round_no=number,
        text=body,
        questions=asked.questions,
        requested_by_id=by.person_id,
        sent_at=present(),
        due_on=due,
    )
    enqueue_mail(
        key=f"explanation.requested:{reference}",
        to=case.cardholder,
        mail="explanation.requested",
        case=case,
        delay_seconds=UNDO_SECONDS + 5,
        text=body,
        due_on=due,
        request=reference,
    )
    return request


def _written(rendered: RequestText, text: str, questions: Sequence[str] | None) -> RequestText:
    """The rendered request with what the reviewer wrote instead. Raises TextTooLong, ReasonTooShort, QuestionsInText."""
    if text.strip():
        if has_own_questions(text := clean_text(text, minimum=10)):
            raise errors.QuestionsInText
        rendered = replace(rendered, text=text)
    if questions:
        lines = [
            clean_line(question, minimum=NOTE_MIN, maximum=QUESTION_MAX, field="questions")
            for question in questions
        ]
        rendered = replace(rendered, questions=numbered(lines))
    return rendered


@casework
def withdraw_request(
    *, case: Case, by: Actor, expected_version: int | None, reason: str
) -> ExplanationRequest:
    """Take a request back; it does not count as a round. Raises TransitionNotAllowed unless one is open."""
    case = read_case(case)
    row = check_step(case, Action.WITHDRAW_REQUEST, by=by, expected_version=expected_version)
    request = _open_request(case)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    move(
        case,
        row,
        by=by,
        event="explanation.withdrawn",
        reason=said,
        fields={"n_rounds": case.n_rounds - 1},
        details={"request": request.reference},
    )
    set_request(request, state=_R.WITHDRAWN)
    if not cancel_mails(prefix=f"explanation.requested:{request.reference}"):
        enqueue_mail(
            key=f"explanation.withdrawn:{request.reference}",
            to=case.cardholder,
            mail="explanation.withdrawn",
            case=case,
            request=request.reference,
        )
    return request


@casework
def ask_extension(*, request: ExplanationRequest, reason: str, by: Actor) -> ExplanationRequest:
    """The cardholder asks for more time; a reviewer grants it. Raises AlreadyExtended, NotYours."""
    case = read_case(request.case)
    row = check_unseen(case, Action.ASK_EXTENSION, by=by)
    request = same_request(case, request)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    move(
        case,
        row,
        by=by,
        event=EXTENSION_ASKED,
        # The person's own words stand beside the chain, where they have a period.
        details={"request": request.reference, "words_sha256": digest_of(said)},
    )
    ExplanationRequest.objects.filter(pk=request.pk).update(
        extension_asked_at=present(), extension_reason=said
    )
    enqueue_mail(
        key=f"extension.asked:{request.reference}:{case.version}",
        to=request.requested_by,
        mail="extension.asked",
        case=case,
    )
    request.refresh_from_db()
    return request


@casework
def extend_deadline(
    *, case: Case, days: int, by: Actor, expected_version: int | None, reason: str = ""
) -> ExplanationRequest:
    """Give 1 to 5 more business days, once. Raises AlreadyExtended, ExtensionTooLong."""
    case = read_case(case)
    row = check_step(case, Action.EXTEND, by=by, expected_version=expected_version)
    if not 1 <= days <= MAX_EXTENSION_DAYS:
        raise errors.ExtensionTooLong
    request = _open_request(case)
    later: date = current_calendar().add_business_days(max(request.due_on, company_today()), days)
    move(
        case,
        row,
        by=by,
        event="explanation.extended",
        reason=clean_line(reason) if reason else "",
        fields={"due_on": later},
        details={"request": request.reference, "from": str(request.due_on), "due_on": str(later)},
    )
    # The reminders before the old deadline count anew for the new one.
    set_request(request, due_on=later, is_extended=True, reminders_sent=[])
    enqueue_mail(
        key=f"explanation.extended:{request.reference}",
        to=case.cardholder,
        mail="explanation.extended",
        case=case,
        request=request.reference,
        due_on=later,
    )
    request.refresh_from_db()
    return request


@casework
def lapse_request(*, request: ExplanationRequest, by: Actor) -> bool:
    """The sweep's part: a passed deadline is a recorded fact and no verdict. False when it no longer applies."""
    case = read_case(request.case)
    if case.state != State.AWAITING_EXPLANATION:
        return False
    current = current_request(case)
    if current is None or current.pk != request.pk or company_today() <= current.due_on:
        return False
    if not is_request_told(current):
        return False
    row = check_step(case, Action.LAPSE, by=by, expected_version=None)
    move(case, row, by=by, event="explanation.lapsed", details={"request": request.reference})
    set_request(current, state=_R.LAPSED)
    return True


def _open_request(case: Case) -> ExplanationRequest:
    return case.requests.select_related("requested_by").get(state=_R.SENT)


def same_request(case: Case, request: ExplanationRequest) -> ExplanationRequest:
    """Only the last request can be answered. Raises TransitionNotAllowed for an older one."""
    current = current_request(case)
    if current is None or current.pk != request.pk:
        raise errors.TransitionNotAllowed(
            state=case.state, action=Action.ANSWER.value, allowed=[], guard="closed", is_own=True
        )
    return current


def set_request(request: ExplanationRequest, **values: Any) -> None:
    """Compare-and-set on the request's state. Raises StaleCase when another step was faster.

    More time that was asked for and not given is void once the request no longer waits; the case says so.
    """
    changed = ExplanationRequest.objects.filter(pk=request.pk, state=request.state).update(**values)
    if changed != 1:
        raise errors.StaleCase(version=request.case.version)
    is_over = request.state == _R.SENT and values.get("state", _R.SENT) != _R.SENT
    if is_over and request.extension_asked_at is not None and not request.is_extended:
        record(
            action="explanation.extension_voided",
            by=Actor.system("casework"),
            subject=case_subject(request.case),
            after={"request": request.reference, "why": str(values["state"])},
        )
    for name, value in values.items():
        setattr(request, name, value)
