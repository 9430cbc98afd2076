"""The cardholder's pages: what was asked, answering with files, the result, objecting, repaying.

Scores, rule names, thresholds and reviewers' notes never enter a context here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.typed import whole_number
from cases.actions.person import PERSON_ACTIONS
from cases.actions.rows import Step
from cases.evidence.names import clean_name
from cases.models import Case, ExplanationDraft, ExplanationRequest
from cases.pages.answer_steps import APPEAL_STEPS, CHECK, step_names, step_of
from cases.services import errors
from cases.services.errors.evidence import EvidenceError
from cases.services.evidence import MAX_CASE_BYTES, add_evidence
from cases.services.money_told import attach_money
from cases.services.own import own_case, own_cases, team_cases
from cases.services.steps import actions_now, current_request
from cases.views.actions import version_seen
from cases.views.my_page import page_context
from cases.workflow import Action, State
from fraud.web.access import page

SHOWN = 100
_LAST = {"answer": CHECK, "appeal": APPEAL_STEPS[-1]}  # where what was refused on sending is read back


@page("cases.view_own_request")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Everything the person was asked or told, what waits for them first."""
    cases = attach_money(list(own_cases(request.actor)[:SHOWN]))
    waiting = {State.AWAITING_EXPLANATION, State.NO_RESPONSE, State.NOTIFIED}
    context = {
        "waiting": [case for case in cases if case.state in waiting],
        "others": [case for case in cases if case.state not in waiting],
        "team": attach_money(list(team_cases(request.actor)[:SHOWN])),
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
def save(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the draft; called while typing, and by the button."""
    case, row = _find(request, reference), PERSON_ACTIONS["draft"]
    try:
        kept = _keep_draft(request, case) if request.htmx else _keep_all(request, case)
    except errors.CaseworkError as error:
        if request.htmx:
            return _draft_state(request, case, refusal=error.sentence, **_of_draft(request, error))
        return _refuse(request, case, "draft", error, step=request.POST.get("stay", ""))
    if request.htmx:
        return _draft_state(request, case, saved_at=kept.saved_at, draft_number=kept.number)
    go = _next_step(request)
    if go not in step_names(_current(case).questions) or "both" in request.POST:
        messages.success(request, row.said(Step(case=case, by=request.actor), kept))
    return _to(request, case, go)


def _next_step(request: HttpRequest) -> str:
    """The step somebody goes to: the button's, else the one they are at."""
    return request.POST.get("go") or request.POST.get("stay", "")


def _to(request: HttpRequest, case: Case, step: str) -> HttpResponse:
    """The page of the case, at the step where there is one of that name."""
    address = reverse("cases:my-request", args=[case.reference])
    asked = current_request(case)
    if asked is None or step not in step_names(asked.questions):
        return redirect(address)
    change = {"change": "1"} if request.POST.get("change") and step == request.POST.get("stay") else {}
    return redirect(f"{address}?{urlencode({'step': step, **change})}")


def _keep_draft(request: HttpRequest, case: Case) -> ExplanationDraft:
    row = PERSON_ACTIONS["draft"]
    draft: ExplanationDraft = row.call(Step(case=case, by=request.actor, data=row.form.read(request.POST)))
    return draft


def _keep_all(request: HttpRequest, case: Case) -> ExplanationDraft:
    """The draft and the files beside it; where a newer draft stands, the files are kept all the same."""
    try:
        draft = _keep_draft(request, case)
    except errors.DraftMoved:
        _take_files(request, _current(case))
        raise
    _take_files(request, _current(case))
    return draft


def _draft_state(request: HttpRequest, case: Case, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"case": case, "draft_page": request.POST.get("page", ""), **more}
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
    """Keep each file by itself; raises FilesNotKept naming those that were not taken and why."""
    refused = []
    for upload in request.FILES.getlist("files"):
        try:
            add_evidence(request=owner, name=upload.name or "", content=upload.file or b"", by=request.actor)
        except EvidenceError as error:
            refused.append(f"{clean_name(upload.name or '')}: {error.sentence}")
    if refused:
        raise errors.FilesNotKept(files=" ".join(refused))


@page("cases.view_own_request", body=MAX_CASE_BYTES)
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step of the cardholder; a refusal keeps what was typed and says what would be right."""
    case = _find(request, reference)
    row = PERSON_ACTIONS.get(name)
    if row is None:
        raise Http404
    try:
        if row is PERSON_ACTIONS["answer"]:
            _keep_all(request, case)  # so that a refusal below loses nothing, on any device
        elif row.takes_files:
            _take_files(request, case)
        if row is PERSON_ACTIONS["appeal"] and _next_step(request) in APPEAL_STEPS:
            return _show(request, case, step=_next_step(request))  # nothing is sent before it was read back
        data = row.form.read(request.POST)
        part = request.POST.get("evidence", "")
        said = row.take(
            Step(case=case, by=request.actor, data=data, version=version_seen(request), part=part)
        )
    except errors.CaseNotFound:
        raise Http404 from None
    except errors.CaseworkError as error:
        return _refuse(request, case, name, error, step=request.POST.get("stay", "") or _LAST.get(name, ""))
    messages.success(request, said)
    if (stay := request.POST.get("stay", "")) in APPEAL_STEPS:
        return _show(request, case, step=stay)  # a file was taken back in the middle of it
    return _to(request, case, stay)


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
    context = page_context(case, request.actor, typed=request.POST) | more
    context["may"] = may = {
        "answer": bool(actions & {Action.ANSWER, Action.ANSWER_LATE}),
        "extend": Action.ASK_EXTENSION in actions,
        "accept": Action.ACCEPT in actions,
        "appeal": Action.APPEAL in actions,
        "consent": Action.CONSENT in actions,
    }
    context["is_appeal"] = is_appeal = step in APPEAL_STEPS
    context["step_files"] = context["appeal_files" if is_appeal else "waiting_files"]
    if is_appeal:
        context["typed"] = request.POST  # the draft is one of an answer
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
