"""The cardholder's pages: what was asked, answering with files, the result, objecting, repaying.

Scores, rule names, thresholds and reviewers' notes never enter a context here.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.typed import whole_number
from cases.actions.person import PERSON_ACTIONS
from cases.actions.rows import Row, Step
from cases.evidence.names import clean_name
from cases.models import Case, ExplanationRequest
from cases.models.explanations import Draft
from cases.pages.answer_steps import (
    APPEAL,
    APPEAL_STEPS,
    CHECK,
    WORDS,
    must_say,
    step_names,
    step_of,
    step_to_fill,
)
from cases.services import errors
from cases.services.appeals import clean_appeal
from cases.services.drafts import draft_of
from cases.services.errors.evidence import EvidenceError
from cases.services.evidence import MAX_CASE_BYTES, add_evidence
from cases.services.explanations import check_offer, check_said
from cases.services.files import waiting_files
from cases.services.money_told import attach_money, is_owed
from cases.services.own import attach_days, own_case, own_cases, team_cases
from cases.services.steps import actions_now, current_request
from cases.views.actions import version_seen
from cases.views.my_page import page_context
from cases.workflow import Action, State
from fraud.web.access import page

SHOWN = 100
_DRAFT_OF = {"answer": "draft", "appeal": "appeal-draft"}
_LAST = {"answer": CHECK, "appeal": APPEAL_STEPS[-1]}  # where what was refused on sending is read back


@page("cases.view_own_request")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Everything the person was asked or told: what waits for them first, what is still to be repaid, what is being reviewed, what ended."""
    cases = attach_days(attach_money(list(own_cases(request.actor)[:SHOWN])))
    waiting = {State.AWAITING_EXPLANATION, State.NO_RESPONSE, State.NOTIFIED}
    others = [case for case in cases if case.state not in waiting]
    owed = [case for case in others if is_owed(case)]
    context = {
        "waiting": sorted(
            (case for case in cases if case.state in waiting), key=lambda case: case.due_on or date.max
        ),
        "owed": sorted(owed, key=lambda case: case.due_on or date.max),
        "looked_at": [case for case in others if case not in owed and case.state != State.CLOSED],
        "others": [case for case in others if case not in owed and case.state == State.CLOSED],
        "team": attach_days(attach_money(list(team_cases(request.actor)[:SHOWN]))),
    }
    return render(request, "cases/my/requests.html", context)


@page("cases.view_own_request")
@require_GET
def request_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One case as its cardholder sees it, or with `?step=` one question of the way to the answer or the appeal."""
    return _show(request, _find(request, reference), step=request.GET.get("step", ""))


@page("cases.view_own_request")
@require_GET
def by_request(request: HttpRequest, reference: str) -> HttpResponse:
    """The address in a mail: the case of one explanation request."""
    found = (
        ExplanationRequest.objects.filter(reference=reference)
        .values_list("case__reference", flat=True)
        .first()
    )
    return redirect("cases:my-request", reference=_find(request, found or "").reference)


@page("cases.submit_explanation", body=MAX_CASE_BYTES)
@require_POST
def save(request: HttpRequest, reference: str, *, is_appeal: bool = False) -> HttpResponse:
    """Keep the draft of an answer or an appeal; called while typing, and by each button that sends nothing."""
    case, row = _find(request, reference), PERSON_ACTIONS["appeal-draft" if is_appeal else "draft"]
    try:
        kept = _keep_draft(request, case, row) if request.htmx else _keep_all(request, case, row)
        if not request.htmx:
            _check_step(request, case, is_appeal=is_appeal)
    except errors.CaseworkError as error:
        if request.htmx:
            more = _of_draft(request, error)
            return _draft_state(request, case, is_appeal=is_appeal, refusal=error.sentence, **more)
        at = _refused_at(error, request.POST.get("stay", "") or (APPEAL_STEPS[-1] if is_appeal else ""))
        return _refuse(request, case, row.name, error, step=at)
    if request.htmx:
        more = {"saved_at": kept.saved_at, "draft_number": kept.number}
        return _draft_state(request, case, is_appeal=is_appeal, **more)
    go = _next_step(request)
    if go not in _steps(case) or "both" in request.POST:
        messages.success(request, row.said(Step(case=case, by=request.actor), kept))
    return _to(request, case, go)


def _next_step(request: HttpRequest) -> str:
    """The step somebody goes to: the button's, else the one they are at."""
    return request.POST.get("go") or request.POST.get("stay", "")


def _to(request: HttpRequest, case: Case, step: str) -> HttpResponse:
    """The page of the case, at the step where there is one of that name."""
    address = reverse("cases:my-request", args=[case.reference])
    if step not in _steps(case):
        return redirect(address)
    change = {"change": "1"} if request.POST.get("change") and step == request.POST.get("stay") else {}
    return redirect(f"{address}?{urlencode({'step': step, **change})}")


def _steps(case: Case) -> tuple[str, ...]:
    """The steps of an answer to what is asked now, and of an appeal."""
    asked = current_request(case)
    return (*APPEAL_STEPS, *(step_names(asked.questions) if asked else ()))


def _check_step(request: HttpRequest, case: Case, *, is_appeal: bool) -> None:
    """An offer, and an answer or an appeal that says nothing, is refused at its own step, not when all of it is sent.

    Raises AmountNotValid, AnswerEmpty, AppealTooShort; what was typed is kept.
    """
    stay, go = request.POST.get("stay", ""), _next_step(request)
    if is_appeal:
        if stay == APPEAL and go in APPEAL_STEPS[1:]:
            clean_appeal(request.POST.get("text", ""))
        return
    if not must_say(stay, go):
        return
    data = PERSON_ACTIONS["answer"].form.read(request.POST)
    if stay == WORDS:
        offered = Step(case=case, by=request.actor, data=data).minor("offered")
        check_offer(case, bool(data.get("admits")), offered)
    check_said(_current(case), data.get("text", ""), data.get("answers") or {})


def _refused_at(error: errors.CaseworkError, step: str) -> str:
    """The step that shows what would be right: where something is to be said, if nothing is."""
    if isinstance(error, errors.AppealTooShort):
        return APPEAL
    return step_to_fill(step) if isinstance(error, errors.AnswerEmpty) else step


def _keep_draft(request: HttpRequest, case: Case, row: Row) -> Draft:
    draft: Draft = row.call(Step(case=case, by=request.actor, data=row.form.read(request.POST)))
    return draft


def _keep_all(request: HttpRequest, case: Case, row: Row) -> Draft:
    """The draft and the files beside it; where a newer draft stands, the files are kept all the same."""
    owner = case if row.name == "appeal-draft" else _current(case)
    try:
        draft = _keep_draft(request, case, row)
    except errors.DraftMoved:
        _take_files(request, owner)
        raise
    _take_files(request, owner)
    return draft


def _save_url(case: Case, *, is_appeal: bool) -> str:
    return reverse("cases:my-appeal-save" if is_appeal else "cases:my-save", args=[case.reference])


def _draft_state(
    request: HttpRequest, case: Case, *, is_appeal: bool, status: int = 200, **more: Any
) -> HttpResponse:
    save_url = _save_url(case, is_appeal=is_appeal)
    context = {"save_url": save_url, "draft_page": request.POST.get("page", ""), **more}
    return render(request, "cases/my/_draft_state.html", context, status=status)


def _of_draft(request: HttpRequest, error: errors.CaseworkError) -> dict[str, Any]:
    """What a refusal says of the draft: a page that is behind stays so until it has loaded what is there."""
    number = whole_number(request.POST.get("number", "")) or 0
    moved = isinstance(error, errors.DraftMoved)
    return {
        "draft_number": number,
        "draft_moved": moved,
        "draft_sent": isinstance(error, errors.DraftSent),
        "status": 409 if moved else 422,
    }


def _take_files(request: HttpRequest, owner: ExplanationRequest | Case) -> None:
    """Keep each file by itself, one that is there already once; raises FilesNotKept naming those that were not taken and why."""
    refused, kept = [], set()
    asked = owner if isinstance(owner, ExplanationRequest) else None
    case = owner.case if isinstance(owner, ExplanationRequest) else owner
    there = {file.pk for file in waiting_files(case, request.actor, request=asked)}
    for upload in request.FILES.getlist("files"):
        name = upload.name or ""
        try:
            added = add_evidence(request=owner, name=name, content=upload.file or b"", by=request.actor)
        except EvidenceError as error:
            refused.append(f"{clean_name(name)}: {error.sentence}")
            continue
        if added.pk in there:
            told = {"name": clean_name(name), "kept": added.name}
            messages.info(request, _("%(name)s: already attached as %(kept)s.") % told)
        else:
            kept.add(added.pk)
        there.add(added.pk)
    if refused:
        raise errors.FilesNotKept(files=" ".join(refused), n_kept=len(kept))


@page("cases.view_own_request", body=MAX_CASE_BYTES)
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step of the cardholder; a refusal keeps what was typed and says what would be right."""
    case = _find(request, reference)
    row = PERSON_ACTIONS.get(name)
    if row is None:
        raise Http404
    try:
        if name in _DRAFT_OF:
            _keep_all(
                request, case, PERSON_ACTIONS[_DRAFT_OF[name]]
            )  # a refusal below loses nothing, on any device
        data = row.form.read(request.POST)
        part = request.POST.get("evidence", "")
        said = row.take(
            Step(case=case, by=request.actor, data=data, version=version_seen(request), part=part)
        )
    except errors.CaseNotFound:
        raise Http404 from None
    except errors.CaseworkError as error:
        at = _refused_at(error, request.POST.get("stay", "") or _LAST.get(name, ""))
        return _refuse(request, case, name, error, step=at)
    messages.success(request, said)
    return _to(request, case, request.POST.get("stay", ""))


def _refuse(
    request: HttpRequest, case: Case, name: str, error: errors.CaseworkError, *, step: str
) -> HttpResponse:
    """The page as it is now, with the form as it was typed and what would be right."""
    more: dict[str, Any] = {"status": 409 if isinstance(error, errors.StaleCase) else 422}
    if isinstance(error, errors.DraftMoved):
        more = _of_draft(request, error)
    return _show(request, case, step=step, refused=name, refusal=error.sentence, **more)


def _show(
    request: HttpRequest, case: Case, *, step: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    case.refresh_from_db()
    actions = set(actions_now(case, request.actor))
    is_appeal = step in APPEAL_STEPS
    context = page_context(case, request.actor, typed=request.POST, is_appeal=is_appeal) | more
    context["may"] = may = {
        "answer": bool(actions & {Action.ANSWER, Action.ANSWER_LATE}),
        "extend": Action.ASK_EXTENSION in actions,
        "accept": Action.ACCEPT in actions,
        "appeal": Action.APPEAL in actions,
        "consent": Action.CONSENT in actions,
    }
    context |= {"is_appeal": is_appeal, "save_url": _save_url(case, is_appeal=is_appeal)}
    context["step_files"] = context["appeal_files" if is_appeal else "waiting_files"]
    if may["appeal"] and not is_appeal:
        context["appeal_draft"] = draft_of(case, request.actor)
    if may["appeal" if is_appeal else "answer"]:
        change = bool(request.GET.get("change") or request.POST.get("change"))
        context["step"] = step_of(step, context["questions"], context["typed"], is_change=change)
    return render(request, "cases/my/request.html", context, status=status)


def _find(request: HttpRequest, reference: str) -> Case:
    try:
        return own_case(reference, request.actor)
    except errors.CaseNotFound:
        raise Http404 from None


def _current(case: Case) -> ExplanationRequest:
    asked = current_request(case)
    if asked is None:
        raise errors.CaseNotFound
    return asked
