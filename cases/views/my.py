"""The cardholder's pages: what was asked, answering with files, the result, objecting, repaying.

Scores, rule names, thresholds and reviewers' notes never enter a context here.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cases.actions.person import PERSON_ACTIONS
from cases.actions.rows import Step
from cases.evidence.names import clean_name
from cases.models import Case, ExplanationDraft, ExplanationRequest
from cases.services import errors
from cases.services.errors.evidence import EvidenceError
from cases.services.evidence import MAX_CASE_BYTES, add_evidence
from cases.services.own import own_case, own_cases, team_cases
from cases.services.steps import actions_now, current_request
from cases.views.my_page import page_context
from cases.workflow import Action, State
from fraud.web.access import page

SHOWN = 100


@page("cases.view_own_request")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Everything the person was asked or told, what waits for them first."""
    cases = list(own_cases(request.actor)[:SHOWN])
    waiting = {State.AWAITING_EXPLANATION, State.NO_RESPONSE, State.NOTIFIED}
    context = {
        "waiting": [case for case in cases if case.state in waiting],
        "others": [case for case in cases if case.state not in waiting],
        "team": list(team_cases(request.actor)[:SHOWN]),
    }
    return render(request, "cases/my/requests.html", context)


@page("cases.view_own_request")
@require_GET
def request_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One case as its cardholder sees it."""
    return _show(request, _find(request, reference))


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
        kept = _keep_draft(request, case)
        if not request.htmx:
            _take_files(request, _current(case))
    except errors.CaseworkError as error:
        if request.htmx:
            return render(request, "cases/my/_draft_state.html", {"refusal": error.sentence}, status=422)
        return _show(request, case, refused="draft", refusal=error.sentence, status=422)
    if request.htmx:
        return render(request, "cases/my/_draft_state.html", {"saved_at": kept.saved_at})
    messages.success(request, row.said(Step(case=case, by=request.actor), kept))
    return redirect("cases:my-request", reference=reference)


def _keep_draft(request: HttpRequest, case: Case) -> ExplanationDraft:
    row = PERSON_ACTIONS["draft"]
    draft: ExplanationDraft = row.call(Step(case=case, by=request.actor, data=row.form.read(request.POST)))
    return draft


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
            _keep_draft(request, case)  # so that a refusal below loses nothing, on any device
        if row.takes_files:
            _take_files(request, case if row.action == Action.APPEAL else _current(case))
        data = row.form.read(request.POST)
        part = request.POST.get("evidence", "")
        said = row.take(Step(case=case, by=request.actor, data=data, part=part))
    except errors.CaseNotFound:
        raise Http404 from None
    except errors.CaseworkError as error:
        return _show(request, case, refused=name, refusal=error.sentence, status=422)
    messages.success(request, said)
    return redirect("cases:my-request", reference=reference)


def _show(request: HttpRequest, case: Case, *, status: int = 200, **more: Any) -> HttpResponse:
    case.refresh_from_db()
    actions = set(actions_now(case, request.actor))
    context = page_context(case, request.actor, typed=request.POST) | more
    context["may"] = {
        "answer": bool(actions & {Action.ANSWER, Action.ANSWER_LATE}),
        "extend": Action.ASK_EXTENSION in actions,
        "accept": Action.ACCEPT in actions,
        "appeal": Action.APPEAL in actions,
        "consent": Action.CONSENT in actions,
    }
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
