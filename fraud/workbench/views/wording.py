"""The company's own words on pages: propose how a rule, group, list or parameter is called and asks, make or retire one, decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.actor import Actor
from audit.permissions import NotPermitted
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence
from fraud.workbench.views import deciding
from fraud.workbench.wording_page import address_of, groups_context, new_context, subject_context
from rules.exceptions import RuleServiceError
from rules.models import WordingChange
from rules.services.wording import TEXTS, Subject, confirm_wording, propose_wording, return_wording, wording


@page("rules.view_rule")
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """All groups of rules, and whatever words wait for a second person."""
    return _groups(request)


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, subject: str, name: str) -> HttpResponse:
    """The words of one thing with those it had; posted, other ones or its end are proposed."""
    context = subject_context(subject, name, request.POST) if subject in Subject.values else None
    if context is None:
        raise Http404
    return _form(request, subject, name, context)


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, subject: str) -> HttpResponse:
    """Propose a new group, list or parameter."""
    if subject not in set(Subject.values) - {Subject.RULE}:
        raise Http404
    return _form(
        request, subject, request.POST.get("name", "").strip().lower(), new_context(subject, request.POST)
    )


@page("rules.activate_rule")
@require_POST
def decide(request: HttpRequest, change_id: int, name: str) -> HttpResponse:
    """Agree to a change or return it; never by whoever proposed it."""
    change, by = get_object_or_404(WordingChange, pk=change_id), _by(request)

    def agree() -> str:
        confirm_wording(change=change, by=by)
        return _("Agreed. It reads like that from now on; letters that were sent keep their words.")

    return deciding.decide(
        request,
        is_agreed={"approve": True, "return": False}.get(name),
        agree=agree,
        turn_down=lambda: return_wording(change=change, by=by, reason=request.POST.get("reason", "")),
        show=_groups,
        to=lambda: address_of(change.subject, change.name if wording(change.subject, change.name) else ""),
    )


def _groups(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "fraud/rules/groups.html", groups_context() | more, status=status)


def _form(request: HttpRequest, subject: str, name: str, context: dict[str, Any]) -> HttpResponse:
    """Show the form, or propose what was typed; a refusal keeps it."""
    if request.method != "POST":
        return render(request, "fraud/rules/wording.html", context)
    typed = request.POST
    given: dict[str, Any] = {field: typed[field] for field in (*TEXTS[subject], "kind") if field in typed}
    if typed.get("step") in {"retire", "take-up"}:
        given = {"is_retired": typed["step"] == "retire"}
    try:
        propose_wording(
            subject=subject,
            name=name,
            reason=typed.get("reason", ""),
            by=_by(request),
            seen=typed.get("seen", "-"),
            **given,
        )
    except NotPermitted as error:
        return _refused(request, context, refusal_sentence(error), 403)
    except RuleServiceError as error:
        return _refused(request, context, str(error), error.status)
    messages.success(request, _("Proposed. Somebody else has to agree before it counts."))
    return redirect("fraud:rule-groups") if context.get("is_new") else redirect(request.path)


def _refused(request: HttpRequest, context: dict[str, Any], refusal: str, status: int) -> HttpResponse:
    return render(request, "fraud/rules/wording.html", context | {"refusal": refusal}, status=status)


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
