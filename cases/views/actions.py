"""Acting on a case: parse, call the service, answer. A refusal keeps what was typed and says what would be right."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.permissions import NotPermitted
from cases.models import Case
from cases.pages.undo import UNDO_KEY
from cases.services import errors
from cases.services.casework import refuse_involved
from cases.services.explanations import preview_request_text
from cases.services.queue import take_next_case
from cases.services.steps import actions_now, change_sentences
from cases.services.undo import undo_last_action
from cases.views.action_forms import FORMS, STAYS, perform
from cases.views.case import case_context
from cases.visibility import find_case
from cases.workflow import Action
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence
from fraud.web.tags import current_language
from fraud.web.typed import whole_number
from rules.money import MoneyNotValid

# fmt: off
_UNDOABLE = {
    Action.TAKE, Action.RELEASE, Action.SNOOZE, Action.WAKE, Action.REQUEST_EXPLANATION, Action.PROPOSE,
    Action.CLOSE_LEGITIMATE,
}
# fmt: on


@page("cases.view_case", "cases.view_recovery")
@require_POST
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One action of the table on one case; back to the queue where the work on it is done for now."""
    if name not in FORMS:
        raise Http404
    action = FORMS[name]
    refuse_involved(reference=reference, action=action, by=request.actor)  # type: ignore[attr-defined]
    case = find_case(reference, request.actor)  # type: ignore[attr-defined]
    try:
        said = perform(action, request, case, expected_version=_version(request))
    except errors.CaseNotFound:
        raise Http404 from None
    except (errors.CaseworkError, NotPermitted, MoneyNotValid, ValueError) as error:
        return refused(request, case, name, error)
    _remember_undo(request, case, action)
    messages.success(request, f"{case.reference}: {said}")
    return redirect(_next_page(request, case, action))


@page("cases.take_case")
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Lock the most urgent free case and open it."""
    try:
        case = take_next_case(by=request.actor)  # type: ignore[attr-defined]
    except errors.CaseworkError as error:
        messages.info(request, error.sentence)
        return redirect("cases:queue")
    _remember_undo(request, case, Action.TAKE)
    return redirect("cases:detail", reference=case.reference)


@page("cases.view_case")
@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the last step back, within ten seconds."""
    case = find_case(reference, request.actor)  # type: ignore[attr-defined]
    request.session.pop(UNDO_KEY, None)
    try:
        undo_last_action(case=case, by=request.actor, expected_version=None)  # type: ignore[attr-defined]
    except (errors.CaseworkError, NotPermitted) as error:
        messages.error(request, sentence_of(error))
    else:
        messages.success(request, _("%(case)s is as it was before.") % {"case": case.reference})
    return redirect(
        _safe(request, request.POST.get("next", "")) or reverse("cases:detail", args=[case.reference])
    )


@page("cases.view_case")
@require_GET
def request_text(request: HttpRequest, reference: str) -> HttpResponse:
    """The text that would be sent, in the language asked for: a fragment for the form."""
    case = find_case(reference, request.actor)  # type: ignore[attr-defined]
    rendered = preview_request_text(case=case, language=request.GET.get("language", ""))
    return render(request, "cases/case/forms/_request_text.html", {"rendered": rendered})


def refused(request: HttpRequest, case: Case, name: str, error: Exception) -> HttpResponse:
    """The case page as it is now, with the refusal, what changed meanwhile, and the form as it was typed."""
    case.refresh_from_db()
    actor = request.actor  # type: ignore[attr-defined]
    context = case_context(case, actor)
    stale = isinstance(error, errors.StaleCase)
    context |= {
        "refusal": sentence_of(error),
        "changes": change_sentences(error, current_language()) if isinstance(error, errors.StaleCase) else [],
        "refused": "" if stale else name,
        "typed": request.POST,
    }
    status = (
        error.status
        if isinstance(error, errors.CaseworkError)
        else 403
        if isinstance(error, NotPermitted)
        else 422
    )
    return render(request, "cases/case/page.html", context, status=status)


def sentence_of(error: Exception) -> str:
    """A refusal in the reader's words."""
    if isinstance(error, errors.CaseworkError):
        return error.sentence
    if isinstance(error, NotPermitted):
        return refusal_sentence(error)
    if isinstance(error, MoneyNotValid):
        return _("The amount must be a number such as 150,000, without other words.")
    return _("A date must be written as year-month-day, such as 2026-03-31.")


def _remember_undo(request: HttpRequest, case: Case, action: Action) -> None:
    if action in _UNDOABLE:
        request.session[UNDO_KEY] = {"case": case.reference, "action": action.value}
    else:
        request.session.pop(UNDO_KEY, None)


def _next_page(request: HttpRequest, case: Case, action: Action) -> str:
    """Stay where the work goes on; otherwise back to the queue the person came from, the next row chosen."""
    case.refresh_from_db()
    asked = _safe(request, request.POST.get("next", ""))
    actor = request.actor  # type: ignore[attr-defined]
    if asked:
        return asked
    if action in STAYS or not actions_now(case, actor):
        return reverse("cases:detail", args=[case.reference])
    return reverse("cases:queue")


def _safe(request: HttpRequest, target: str) -> str:
    """A path of our own, or nothing."""
    own = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}
    )
    return target if own else ""


def _version(request: HttpRequest) -> int | None:
    return whole_number(request.POST.get("version", ""))
