"""The card policy as a document: read it, propose how a paragraph reads from a day on, adopt the example, decide on a change."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted
from audit.typed import day
from fraud.web.access import page
from fraud.web.refusals import number_seen, refusal_sentence
from fraud.workbench.policy_page import paragraph_context, policy_context
from fraud.workbench.views import deciding
from rules.exceptions import RuleServiceError, ValueNotValid
from rules.models import PolicyChange
from rules.services.list_files import unreal_day
from rules.services.policy import TEXTS, confirm_policy, propose_adoption, propose_policy, return_policy


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """The whole policy; posted, a new paragraph or the adoption of all examples is proposed."""
    if request.method != "POST":
        return _document(request)
    return _propose(request, _document)


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def paragraph(request: HttpRequest, number: str) -> HttpResponse:
    """One paragraph with its texts by date; posted, its next text or its end is proposed."""
    context = paragraph_context(number)
    if context is None:
        raise Http404

    def show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
        return render(request, "fraud/policy/paragraph.html", context | more, status=status)

    return _propose(request, show, number) if request.method == "POST" else show(request)


@page("rules.activate_rule")
@require_POST
def decide(request: HttpRequest, change_id: int, name: str) -> HttpResponse:
    """Agree to a change or return it; never by whoever proposed it."""
    change, by = get_object_or_404(PolicyChange, pk=change_id), _by(request)

    def agree() -> str:
        done = confirm_policy(change=change, by=by)
        return _("Agreed. Letters written from %(day)s on quote it.") % {"day": done.valid_from}

    return deciding.decide(
        request,
        is_agreed={"approve": True, "return": False}.get(name),
        agree=agree,
        turn_down=lambda: return_policy(change=change, by=by, reason=request.POST.get("reason", "")),
        show=_document,
        to=lambda: reverse("fraud:policy"),
    )


def _document(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "fraud/policy/policy.html", policy_context() | more, status=status)


def _propose(request: HttpRequest, show: Any, number: str = "") -> HttpResponse:
    """Propose what was typed; a refusal keeps it."""
    typed = request.POST
    try:
        about: dict[str, Any] = {
            "valid_from": _from(typed.get("valid_from", "")),
            "reason": typed.get("reason", ""),
            "by": _by(request),
        }
        if typed.get("step") == "adopt" and not number:
            propose_adoption(**about, seen=number_seen(request))
        else:
            one: dict[str, Any] = {name: typed.get(name, "") for name in TEXTS} | {
                "number": number or typed.get("number", "")
            }
            if number and typed.get("step") == "remove":
                one = {"number": number, "is_removed": True}
            # a new number has no text that could have changed meanwhile
            propose_policy(paragraphs=[one], **about, seen=number_seen(request) if number else 0)
    except NotPermitted as error:
        return show(request, status=403, refusal=refusal_sentence(error), typed=typed)
    except RuleServiceError as error:
        return show(request, status=error.status, refusal=str(error), typed=typed)
    messages.success(request, _("Proposed. Somebody else has to agree before it counts."))
    return redirect(request.path)


def _from(text: str) -> date:
    if not text.strip():
        return clock.today()
    found = day(text.strip())
    if found is None:
        raise ValueNotValid(reason=unreal_day(text) or _("Write a day as 2026-01-31."))
    return found


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
