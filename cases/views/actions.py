"""Acting on a case: parse, call the service, answer. A refusal keeps what was typed and says what would be right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.language import current_language
from audit.permissions import NotPermitted, require
from audit.typed import whole_number
from cases.actions.casework import CASE_ACTIONS
from cases.actions.rows import Row, Step
from cases.models import Case
from cases.pages.queue import next_to_do
from cases.pages.undo import UNDO_KEY, remember_undo
from cases.services import errors
from cases.services.checking import OPEN, checks_of
from cases.services.explanation_requests import preview_request_text
from cases.services.queue import take_next_case
from cases.services.steps import actions_now, change_sentences
from cases.services.undo import undo_last_action
from cases.views.case import case_context
from cases.visibility import find_case, visible_cases
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence


@page("cases.view_case", "cases.view_recovery")
@require_POST
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One action of the table on one case; back to the queue where the work on it is done for now."""
    row = CASE_ACTIONS.get(name)
    if row is None:
        raise Http404
    by = request.actor  # type: ignore[attr-defined]
    require(by, row.permission)  # the same answer whatever exists, and nothing of a case in it
    case = find_case(reference, by, trying=row.permission)
    try:
        data = row.form.read(request.POST)
        said = row.take(Step(case=case, by=by, data=data, version=version_seen(request)))
    except errors.CaseNotFound:
        raise Http404 from None
    except (errors.CaseworkError, NotPermitted) as error:
        return refused(request, case, name, error)
    _remember_undo(request, case, row)
    messages.success(request, f"{case.reference}: {said}")
    return redirect(_next_page(request, case, row) + _next_check(case, row, data))


@page("cases.take_case")
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Lock the most urgent free case and open it."""
    try:
        case = take_next_case(by=request.actor)  # type: ignore[attr-defined]
    except errors.CaseworkError as error:
        messages.info(request, error.sentence)
        return redirect("cases:queue")
    _remember_undo(request, case, CASE_ACTIONS["take"])
    return redirect("cases:detail", reference=case.reference)


@page("cases.view_case")
@require_GET
def next_case(request: HttpRequest) -> HttpResponse:
    """The case to work on next, after the one of `after`; the queue where none is left."""
    after = visible_cases(request.actor).filter(reference=request.GET.get("after", "")[:40]).first()  # type: ignore[attr-defined]
    return redirect(_following(request, after))


@page("cases.view_case")
@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the last step back, within ten seconds."""
    case = find_case(reference, request.actor, trying="cases.take_case")  # type: ignore[attr-defined]
    request.session.pop(UNDO_KEY, None)
    try:
        undo_last_action(case=case, by=request.actor, expected_version=version_seen(request))  # type: ignore[attr-defined]
    except (errors.CaseworkError, NotPermitted) as error:
        messages.error(request, sentence_of(error))
    else:
        messages.success(request, _("%(case)s is as it was before.") % {"case": case.reference})
    return redirect(
        own_path(request, request.POST.get("next", "")) or reverse("cases:detail", args=[case.reference])
    )


@page("cases.view_case")
@require_GET
def request_text(request: HttpRequest, reference: str) -> HttpResponse:
    """The text that would be sent, in the language asked for: a fragment for the form."""
    case = find_case(reference, request.actor)  # type: ignore[attr-defined]
    rendered = preview_request_text(case=case, language=request.GET.get("language", ""))
    lines = "\n".join(question["text"] for question in rendered.questions)
    return render(
        request, "cases/case/forms/_request_text.html", {"rendered": rendered, "lines": lines, "case": case}
    )


def refused(
    request: HttpRequest, case: Case, name: str, error: errors.CaseworkError | NotPermitted
) -> HttpResponse:
    """The case page as it is now, with the refusal, what changed meanwhile, and the form as it was typed."""
    case.refresh_from_db()
    actor = request.actor  # type: ignore[attr-defined]
    context = case_context(case, actor)
    stale = isinstance(error, errors.StaleCase)
    context |= {
        "refusal": sentence_of(error),
        "meanwhile": change_sentences(error, current_language())
        if isinstance(error, errors.StaleCase)
        else [],
        "refused": "" if stale else name,
        "wrong_field": getattr(error, "field", ""),
        "typed": request.POST,
        "typed_questions": "\n".join(request.POST.getlist("questions")),
    }
    return render(request, "cases/case/page.html", context, status=status_of(error))


def sentence_of(error: errors.CaseworkError | NotPermitted) -> str:
    """A refusal in the reader's words."""
    return error.sentence if isinstance(error, errors.CaseworkError) else refusal_sentence(error)


def status_of(error: errors.CaseworkError | NotPermitted) -> int:
    """The HTTP status of a refusal."""
    return error.status if isinstance(error, errors.CaseworkError) else 403


def version_seen(request: HttpRequest) -> int:
    """The version the page was showing; 0, which no case has, where it is missing or garbled: refused like a stale one."""
    return whole_number(request.POST.get("version", "")) or 0


def _remember_undo(request: HttpRequest, case: Case, row: Row) -> None:
    if row.undoable:
        remember_undo(request, [case.reference], row.action.value)
    else:
        request.session.pop(UNDO_KEY, None)


def _next_page(request: HttpRequest, case: Case, row: Row) -> str:
    """Stay where the work goes on; otherwise the next case of the queue, or the queue where none is left."""
    case.refresh_from_db()
    asked = own_path(request, request.POST.get("next", ""))
    actor = request.actor  # type: ignore[attr-defined]
    if asked:
        return asked
    if row.stays or (not row.leads_on and not actions_now(case, actor)):
        return reverse("cases:detail", args=[case.reference])
    return _following(request, case)


def _next_check(case: Case, row: Row, data: dict[str, Any]) -> str:
    """Where a tick leads on the page: to the next open step of the checklist, else to the one that was ticked."""
    if row.name != "check":
        return ""
    steps = checks_of(case, current_language())
    at = next((n for n, check in enumerate(steps) if check.code == data["step"]), 0)
    left = [check.code for check in (*steps[at + 1 :], *steps[:at]) if check.result == OPEN]
    to = left[0] if left and data["mark"] != OPEN else data["step"]
    return f"#check-{to}"


def _following(request: HttpRequest, case: Case | None) -> str:
    following = next_to_do(request.actor, case)  # type: ignore[attr-defined]
    return reverse("cases:detail", args=[following.reference]) if following else reverse("cases:queue")


def own_path(request: HttpRequest, target: str) -> str:
    """A path of our own, or nothing."""
    own = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}
    )
    return target if own else ""
