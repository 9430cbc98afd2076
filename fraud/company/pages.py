"""Company settings: what holds, what is proposed, what held before. A second person activates a change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fraud.company.changing import SettingsStale, is_stale, propose_settings, settings_version
from fraud.company.models import CompanySettings
from fraud.company.setting_words import named_problems, read_change, shown_changes, shown_settings
from fraud.company.values import SettingsNotValid, current_settings, to_json
from fraud.web.access import page
from fraud.web.refusals import number_seen

N_HISTORY = 20


def waiting_settings() -> list[CompanySettings]:
    """Proposed settings, newest first, each with `shown` (what it changes, in words), `is_stale` and `seen`."""
    return _with_words(
        CompanySettings.objects.filter(state=CompanySettings.State.PROPOSED).order_by("-number")
    )


def _with_words(rows: Any) -> list[CompanySettings]:
    values, version = current_settings(), settings_version()
    found = list(rows)
    for row in found:
        row.shown = shown_changes(row, values.currency)
        row.is_stale = is_stale(row, to_json(values))
        row.seen = version
    return found


@page("fraud.view_settings", "fraud.change_settings")
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """The settings page."""
    return _show(request)


def _show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    values = current_settings()
    context = {
        "rows": shown_settings(values),
        "currency": values.currency,
        "seen": settings_version(),
        "history": _with_words(CompanySettings.objects.order_by("-number")[:N_HISTORY]),
        "typed": request.POST,
    }
    return render(request, "fraud/settings/settings.html", context | more, status=status)


@page("fraud.change_settings")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose one changed value, typed as the page shows it: 10%, 20, 500,000."""
    name, text = request.POST.get("name", ""), request.POST.get("value", "")
    try:
        changes = read_change(name, text, current_settings())
        row = propose_settings(
            changes=changes,
            note=request.POST.get("note", ""),
            by=request.actor,  # type: ignore[attr-defined]
            seen=number_seen(request),
        )
    except SettingsNotValid as error:
        return _show(request, status=422, problems=named_problems(error.problems))
    except SettingsStale as error:
        return _show(request, status=error.status, refusal=str(error))
    messages.success(
        request, _("Proposed as settings %(n)d. An approver activates them.") % {"n": row.number}
    )
    return redirect("fraud:settings")
