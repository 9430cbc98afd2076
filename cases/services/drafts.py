"""What somebody has filled in and not sent: theirs alone, on any device, and no device overwrites what it did not show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import QuerySet

from audit.actor import Actor
from cases.models import AppealDraft, Case, ExplanationDraft, ExplanationRequest
from cases.models.explanations import Draft
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.explanation_requests import same_request
from cases.services.steps import check_unseen, current_decision, read_case
from cases.services.texts import clean_line, clean_text
from cases.workflow import Action, State

ANSWER_MAX = 10_000
OFFER_TYPED_MAX = 40
PAGE_MAX = 40  # characters of what marks a page
_D = TypeVar("_D", bound=Draft)
_EMPTY: dict[type, dict[str, Any]] = {
    ExplanationDraft: {"text": "", "answers": {}, "admits": False, "offered": ""},
    AppealDraft: {"text": ""},
}


@casework
def save_draft(
    *,
    request: ExplanationRequest,
    by: Actor,
    text: str = "",
    answers: Mapping[str, str] | None = None,
    admits: bool = False,
    offered: str = "",
    number: int = 0,
    page: str = "",
    both: bool = False,
) -> ExplanationDraft:
    """Keep everything that was filled in so far; not yet an answer and nobody else's to read. Files are kept by add_evidence.

    `offered` is kept as typed: half a number is read when it is sent. `number` is the one the page was showing (`draft_number`);
    `page` marks the page, which may go on from what it saved itself. From an older number nothing is kept but with `both`:
    then what is there and what was typed stand together. Raises DraftMoved, DraftSent, NotYours, TextTooLong,
    ChoiceNotValid for an answer to no question, TransitionNotAllowed once the request is closed.
    """
    case = read_case(request.case)
    check_unseen(case, answer_action(case), by=by)
    request = same_request(case, request)
    typed = {
        "text": clean_text(text, minimum=0, maximum=ANSWER_MAX),
        "answers": clean_answers(request, answers or {}),
        "admits": admits,
        "offered": clean_line(offered, minimum=0, maximum=OFFER_TYPED_MAX, field="offered"),
    }
    draft, _is_new = ExplanationDraft.objects.get_or_create(
        request=request, written_by_id=by.person_id, defaults={"saved_at": present()}
    )
    if _must_join(draft, typed, number=number, page=page, both=both):
        typed = _together(request, _written(draft), typed)
    return _keep(draft, typed, page)


@casework
def save_appeal_draft(
    *, case: Case, by: Actor, text: str = "", number: int = 0, page: str = "", both: bool = False
) -> AppealDraft:
    """The same for the words of an appeal against the decision of a case, before it is sent.

    Raises DraftMoved, DraftSent, NotYours, TextTooLong, TransitionNotAllowed once no appeal is taken.
    """
    case = read_case(case)
    check_unseen(case, Action.APPEAL, by=by)
    decision = current_decision(case)
    if decision is None:
        raise errors.CaseNotFound
    typed = {"text": clean_text(text, minimum=0, maximum=ANSWER_MAX)}
    draft, _is_new = AppealDraft.objects.get_or_create(
        decision=decision, written_by_id=by.person_id, defaults={"saved_at": present()}
    )
    if _must_join(draft, typed, number=number, page=page, both=both):
        typed = {"text": _joined_text(_written(draft), typed)}
    return _keep(draft, typed, page)


def draft_of(of: ExplanationRequest | Case, by: Actor) -> Any:
    """What the actor has saved for the request, or for the appeal against the decision of the case, and not sent; or None."""
    draft = _drafts(of, by).first()
    return None if draft is None or _is_empty(draft) else draft


def draft_number(of: ExplanationRequest | Case, by: Actor) -> int:
    """What the actor's next draft has to follow: it grows with each save and with sending; 0 before the first."""
    return _drafts(of, by).values_list("number", flat=True).first() or 0


def empty_draft(of: ExplanationRequest | Case, by: Actor) -> None:
    """Nothing of it is left once it was sent; its number goes on, so that no page from before takes the next one for its own."""
    draft = _drafts(of, by).first()
    if draft is not None:
        _replace(draft, _EMPTY[type(draft)], "")


def answer_action(case: Case) -> Action:
    """The step that sends what is written: an answer, in time or late."""
    return Action.ANSWER_LATE if case.state == State.NO_RESPONSE else Action.ANSWER


def clean_answers(request: ExplanationRequest, answers: Mapping[str, str]) -> dict[str, str]:
    """Question ids with their answers. Raises ChoiceNotValid for an answer to no question, TextTooLong."""
    known = [str(question["id"]) for question in request.questions]
    for name in answers:
        if name not in known:
            raise errors.ChoiceNotValid(field="answers", choices=known)
    return {
        name: clean_text(text, minimum=0, maximum=ANSWER_MAX, field="answers")
        for name, text in answers.items()
    }


def _drafts(of: ExplanationRequest | Case, by: Actor) -> QuerySet[Any]:
    """The actor's: at most one."""
    if isinstance(of, ExplanationRequest):
        return of.drafts.filter(written_by_id=by.user_id)
    return AppealDraft.objects.filter(decision=current_decision(of), written_by_id=by.user_id)


def _written(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _EMPTY[type(draft)]}


def _is_empty(draft: Draft) -> bool:
    return _written(draft) == _EMPTY[type(draft)]


def _must_join(draft: Draft, typed: Mapping[str, Any], *, number: int, page: str, both: bool) -> bool:
    """Whether what is kept is not what the page was showing, so that both have to stand together.

    Raises DraftMoved or DraftSent where `both` was not asked for. What is kept already joins nothing.
    """
    if _written(draft) == typed or _is_shown(draft, number, page):
        return False
    if not both:
        raise errors.DraftSent if _is_empty(draft) else errors.DraftMoved
    return True


def _is_shown(draft: Draft, number: int, page: str) -> bool:
    """Whether the page was showing what is kept, also that nothing is any more: that number, or its own last save."""
    return draft.number == number or bool(page and page == draft.page)


def _keep(draft: _D, typed: Mapping[str, Any], page: str) -> _D:
    if _written(draft) != typed:
        _replace(draft, typed, clean_line(page, maximum=PAGE_MAX, field="page"))
    return draft


def _replace(draft: Draft, written: Mapping[str, Any], page: str) -> None:
    """The next number of a draft, by compare-and-set. Raises DraftMoved where another device was faster."""
    values = {**written, "number": draft.number + 1, "page": page, "saved_at": present()}
    if not type(draft)._base_manager.filter(pk=draft.pk, number=draft.number).update(**values):
        raise errors.DraftMoved
    for name, value in values.items():
        setattr(draft, name, value)


def _together(
    request: ExplanationRequest, kept: Mapping[str, Any], typed: Mapping[str, Any]
) -> dict[str, Any]:
    """Both as one: neither's words are lost. Raises TextTooLong where they do not fit."""
    names = {**kept["answers"], **typed["answers"]}
    answers = {
        name: _joined(kept["answers"].get(name, ""), typed["answers"].get(name, ""), "\n\n") for name in names
    }
    offered = _joined(kept["offered"], typed["offered"], " / ")
    return {
        "text": _joined_text(kept, typed),
        "answers": clean_answers(request, answers),
        "admits": kept["admits"] or typed["admits"],
        "offered": clean_line(offered, minimum=0, maximum=OFFER_TYPED_MAX, field="offered"),
    }


def _joined_text(kept: Mapping[str, Any], typed: Mapping[str, Any]) -> str:
    return clean_text(_joined(kept["text"], typed["text"], "\n\n"), minimum=0, maximum=ANSWER_MAX)


def _joined(kept: str, typed: str, between: str) -> str:
    if typed in kept:
        return kept
    return typed if kept in typed else kept + between + typed
