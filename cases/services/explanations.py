"""Answering a request (소명): answers, admissions. Answers are added, never replaced."""

from __future__ import annotations

from collections.abc import Mapping

from audit.actor import Actor
from audit.people import same_number
from cases.models import Case, Explanation, ExplanationRequest
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import company_today, present
from cases.services.drafts import ANSWER_MAX, answer_action, clean_answers, empty_draft
from cases.services.explanation_requests import same_request, set_request
from cases.services.files import send_files, waiting_files
from cases.services.money import at_stake
from cases.services.outbox import enqueue_mail
from cases.services.steps import check_person, check_step, move, read_case
from cases.services.texts import NOTE_MIN, clean_text, shown_money
from cases.workflow import Action

_R = ExplanationRequest.State


@casework
def submit_explanation(
    *,
    request: ExplanationRequest,
    by: Actor,
    expected_version: int | None,
    text: str = "",
    answers: Mapping[str, str] | None = None,
    admits: bool = False,
    offered_minor: int | None = None,
) -> Explanation:
    """Answer a request, in time, late, or a further time; by the cardholder or marked as on behalf by the manager.

    `answers` maps question ids to texts; `text` may be empty where one of them is answered. `offered_minor` (minor units of the case's currency) only with `admits`.
    The same once more from the same person, without a new file, is the answer that is there already.
    Raises NotYours, StaleCase where the page told something else, TransitionNotAllowed after the decision, AnswerEmpty, TextTooLong, AmountNotValid.
    """
    # The same answer may come several times at once: the later ones wait here and then find the first.
    Case.objects.select_for_update().filter(pk=request.case_id).first()
    case = read_case(request.case)
    action = answer_action(case)
    check_person(case, action, by)
    plain, given = check_said(request, text, answers or {})
    if (sent := _sent_already(request, (plain, given, admits, offered_minor), case=case, by=by)) is not None:
        return sent
    row = check_step(case, action, by=by, expected_version=expected_version)
    request = same_request(case, request)
    check_offer(case, admits, offered_minor)
    late = action == Action.ANSWER_LATE or company_today() > request.due_on
    on_behalf = not _is_own(case, by)
    move(
        case,
        row,
        by=by,
        event="explanation.submitted_late" if late else "explanation.submitted",
        fields={"has_news": True} if row.target == row.source else {},
        details={"request": request.reference, "admits": admits, "on_behalf": on_behalf, "late": late},
    )
    now = present()
    explanation = Explanation.objects.create(
        request=request,
        text=plain,
        answers=given,
        admits=admits,
        offered_minor=offered_minor,
        is_late=late,
        on_behalf=on_behalf,
        submitted_by_id=by.person_id,
        submitted_at=now,
    )
    send_files(explanation, case=case, by=by)
    empty_draft(request, by)
    set_request(request, state=_R.ANSWERED, answered_at=request.answered_at or now)
    enqueue_mail(
        key=f"explanation.received:{request.reference}:{explanation.pk}",
        to=case.assignee or request.requested_by,
        mail="explanation.received",
        case=case,
    )
    return explanation


def admit_and_offer(
    *, request: ExplanationRequest, text: str, offered_minor: int, by: Actor, expected_version: int | None
) -> Explanation:
    """Say that the payment was personal and offer to repay (minor units, at most what is at stake)."""
    return submit_explanation(
        request=request,
        text=text,
        by=by,
        admits=True,
        offered_minor=offered_minor,
        expected_version=expected_version,
    )


def _sent_already(
    request: ExplanationRequest, said: tuple[str, dict[str, str], bool, int | None], *, case: Case, by: Actor
) -> Explanation | None:
    """The newest answer to the request where the same person says just the same again and no new file goes with it.

    A button pressed twice, a browser that tries again: it stays one answer, whatever happened to the case since.
    """
    last = request.explanations.order_by("-pk").first()
    if last is None or last.submitted_by_id != by.person_id or waiting_files(case, by, request=request):
        return None
    return last if (last.text, last.answers, last.admits, last.offered_minor) == said else None


def check_said(
    request: ExplanationRequest, text: str, answers: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Own words and answers as they are kept; whoever answered a question needs no words besides.

    Raises AnswerEmpty where nothing is said, TextTooLong, ChoiceNotValid for an answer to no question.
    """
    given = clean_answers(request, answers)
    plain = clean_text(text, minimum=0, maximum=ANSWER_MAX)
    if len(plain) < NOTE_MIN and not any(given.values()):
        raise errors.AnswerEmpty(n=NOTE_MIN, has_questions=bool(request.questions))
    return plain, given


def _is_own(case: Case, by: Actor) -> bool:
    return same_number(case.cardholder.employee_no, by.employee_no)


def check_offer(case: Case, admits: bool, offered_minor: int | None) -> None:
    """Raises AmountNotValid for an offer that is not positive, above what is at stake, or made without saying that it was personal."""
    if offered_minor is None:
        return
    if not admits:
        raise errors.AmountNotValid("needs_admission", field="offered")
    if offered_minor <= 0:
        raise errors.AmountNotValid("not_positive", field="offered")
    if offered_minor > (limit := at_stake(case)):
        raise errors.AmountNotValid(
            "above_at_stake", field="offered", limit=shown_money(limit, case.currency)
        )
