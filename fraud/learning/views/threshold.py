"""Threshold, cost matrix and capacity: what another choice would have meant, its proposal and its approval by somebody else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from audit.permissions import NotPermitted
from fraud.company.changing import SettingsStale, activate_settings, propose_settings, return_settings
from fraud.company.models import CompanySettings
from fraud.company.pages import waiting_settings
from fraud.company.setting_words import holds_from, named_problems
from fraud.company.values import SettingsNotValid
from fraud.learning.threshold_page import named_unread, proposed_changes, read_tried, threshold_context
from fraud.web.access import page
from fraud.web.refusals import number_seen, refusal_sentence
from fraud.web.tables import csv_answer


@page("fraud.view_detection")
@require_GET
def threshold(request: HttpRequest) -> HttpResponse:
    """Threshold, cost matrix and capacity: what another choice would have meant on the last nights; `?csv=` gives a table."""
    context = threshold_context(read_tried(request.GET))
    file = csv_answer(request, [context["ways_table"], context["curve_table"]])
    return file or _show(request, context)


def _show(request: HttpRequest, context: dict[str, Any], *, status: int = 200, **more: Any) -> HttpResponse:
    typed = request.POST or request.GET
    shown = {
        **context,
        "proposals": waiting_settings(),
        "typed": typed,
        "unread": named_unread(typed),
        **more,
    }
    return render(request, "fraud/detection/threshold.html", shown, status=status)


def _again(request: HttpRequest, *, status: int, **more: Any) -> HttpResponse:
    return _show(request, threshold_context(read_tried(request.POST)), status=status, **more)


@page("fraud.propose_threshold")
@require_POST
def propose_threshold(request: HttpRequest) -> HttpResponse:
    """Propose threshold, cost matrix and capacity; a second person activates them."""
    try:
        changes = proposed_changes(request.POST)
        row = propose_settings(
            changes=changes, note=request.POST.get("note", ""), by=_by(request), seen=number_seen(request)
        )
    except SettingsNotValid as error:
        return _again(request, status=422, problems=named_problems(error.problems), unread=[])
    except SettingsStale as error:
        return _again(request, status=error.status, refusal=str(error))
    messages.success(
        request, _("Proposed as settings %(n)d. Somebody else has to activate them.") % {"n": row.number}
    )
    return redirect("fraud:threshold")


@page("fraud.activate_threshold")
@require_POST
def decide_settings(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Activate or return proposed settings; never by whoever proposed them."""
    try:
        if name == "activate":
            row = activate_settings(
                number=number,
                by=_by(request),
                reason=request.POST.get("reason", ""),
                seen=number_seen(request),
            )
            messages.success(request, holds_from(row.changes))
        elif name == "return":
            return_settings(number=number, by=_by(request), reason=request.POST.get("reason", ""))
            messages.success(request, _("The proposal was returned."))
        else:
            raise Http404
    except CompanySettings.DoesNotExist:
        raise Http404 from None
    except NotPermitted as error:
        return _again(request, status=403, refusal=refusal_sentence(error))
    except SettingsStale as error:
        return _again(request, status=error.status, refusal=str(error))
    except SettingsNotValid as error:  # what was changed meanwhile does not go with it
        return _again(request, status=422, problems=named_problems(error.problems))
    return redirect("fraud:threshold")


def _by(request: HttpRequest) -> Actor:
    return request.actor
