"""The cardholder's pages: what was asked, answering with files, the result, objecting, repaying.

Scores, rule names, thresholds and reviewers' notes never enter a context here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.evidence.names import clean_name
from cases.models import Case, ExplanationDraft, ExplanationRequest
from cases.services import errors
from cases.services.appeals import accept_notice, submit_appeal
from cases.services.errors.evidence import EvidenceError
from cases.services.evidence import add_evidence, withdraw_evidence
from cases.services.explanations import ask_extension, save_draft, submit_explanation
from cases.services.own import own_case, own_cases, team_cases
from cases.services.steps import actions_now, current_request
from cases.services.write_offs import record_consent, withdraw_consent
from cases.views.my_page import page_context
from cases.workflow import Action, State
from fraud.web.access import page
from rules.money import MoneyNotValid, parse_major

SHOWN = 100
Step = Callable[[HttpRequest, Case], str]


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


@page("cases.submit_explanation")
@require_POST
def save(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the draft; called while typing, and by the button."""
    case = _find(request, reference)
    try:
        kept = _save_draft(request, _current(case))
        if not request.htmx:
            _take_files(request, _current(case))
    except errors.CaseworkError as error:
        if request.htmx:
            return render(request, "cases/my/_draft_state.html", {"refusal": error.sentence}, status=422)
        return _show(request, case, refused="draft", refusal=error.sentence, status=422)
    if request.htmx:
        return render(request, "cases/my/_draft_state.html", {"saved_at": kept.saved_at})
    messages.success(
        request, _("The draft was saved, with its files. You can go on later, on another device too.")
    )
    return redirect("cases:my-request", reference=reference)


def _answers(request: HttpRequest, asked: ExplanationRequest) -> dict[str, str]:
    typed = {str(q["id"]): request.POST.get(f"answer-{q['id']}", "") for q in asked.questions}
    return {name: text for name, text in typed.items() if text.strip()}


def _save_draft(request: HttpRequest, asked: ExplanationRequest) -> ExplanationDraft:
    return save_draft(
        request=asked,
        by=request.actor,
        text=request.POST.get("text", ""),
        answers=_answers(request, asked),
        admits=request.POST.get("admits") == "on",
        offered=request.POST.get("offered", ""),
    )


def _answer(request: HttpRequest, case: Case) -> str:
    asked = _current(case)
    admits = request.POST.get("admits") == "on"
    _save_draft(request, asked)  # so that a refusal below loses nothing, on any device
    _take_files(request, asked)
    submit_explanation(
        request=asked,
        text=request.POST.get("text", ""),
        by=request.actor,
        answers=_answers(request, asked),
        admits=admits,
        offered_minor=_amount(request.POST.get("offered", ""), case) if admits else None,
    )
    return _("Your explanation was sent. The reviewer reads it next; you will get a mail about what follows.")


def _extend(request: HttpRequest, case: Case) -> str:
    ask_extension(request=_current(case), reason=request.POST.get("reason", ""), by=request.actor)
    return _("You asked for more time. You will get a mail when it is granted.")


def _upload(request: HttpRequest, case: Case) -> str:
    _take_files(request, _current(case))
    return _("The files were added.")


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


def _withdraw_file(request: HttpRequest, case: Case) -> str:
    evidence = case.evidence.filter(reference=request.POST.get("evidence", "")).first()
    if evidence is None:
        raise errors.CaseNotFound
    withdraw_evidence(evidence=evidence, by=request.actor)
    return _("The file was withdrawn. What was there stays on record.")


def _accept(request: HttpRequest, case: Case) -> str:
    accept_notice(case=case, by=request.actor)
    return _("You accepted the decision.")


def _appeal(request: HttpRequest, case: Case) -> str:
    _take_files(request, case)
    submit_appeal(case=case, text=request.POST.get("text", ""), by=request.actor)
    return _("Your appeal was sent. Somebody who did not decide before will decide it.")


def _consent(request: HttpRequest, case: Case) -> str:
    if request.POST.get("agree") != "on":
        raise errors.ConsentMissing
    text = _("I agree that this amount is deducted from my monthly pay until the amount is repaid.")
    monthly = _amount(request.POST.get("monthly", ""), case)
    record_consent(case=case, monthly_minor=monthly, text=text, by=request.actor)
    return _("Your consent was recorded. You can withdraw it here at any time.")


def _withdraw_consent(request: HttpRequest, case: Case) -> str:
    withdraw_consent(case=case, by=request.actor)
    return _("Your consent was withdrawn.")


STEPS: dict[str, Step] = {
    "answer": _answer,
    "extension": _extend,
    "files": _upload,
    "withdraw-file": _withdraw_file,
    "accept": _accept,
    "appeal": _appeal,
    "consent": _consent,
    "withdraw-consent": _withdraw_consent,
}


@page("cases.view_own_request")
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step of the cardholder; a refusal keeps what was typed and says what would be right."""
    case = _find(request, reference)
    if name not in STEPS:
        raise Http404
    try:
        done = STEPS[name](request, case)
    except errors.CaseNotFound:
        raise Http404 from None
    except (errors.CaseworkError, MoneyNotValid) as error:
        sentence = error.sentence if isinstance(error, errors.CaseworkError) else _amount_sentence()
        return _show(request, case, refused=name, refusal=sentence, status=422)
    messages.success(request, done)
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


def _amount(text: str, case: Case) -> int:
    return parse_major(text, case.currency)


def _amount_sentence() -> str:
    return _("The amount must be a number such as 150,000, without other words.")
