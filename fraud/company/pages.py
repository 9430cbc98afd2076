"""Company settings: what holds, what is proposed, what held before. A second person activates a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fraud.company.changing import SettingsStale, is_stale, propose_settings, settings_version
from fraud.company.models import CompanySettings
from fraud.company.setting_reading import currency_typed, read_changes, typed_values
from fraud.company.setting_table import POLICIES, SETTINGS
from fraud.company.setting_words import grouped_settings, label_of, shown_changes
from fraud.company.values import SettingsNotValid, current_settings, to_json
from fraud.web.access import page
from fraud.web.refusals import number_seen

N_HISTORY = 20
#: What a refusal names that is no field by itself → the field beside which it is said.
_FIELD_OF = {"costs": "costs.fn"}


def waiting_settings() -> list[CompanySettings]:
    """Proposed settings, newest first, each with `shown` (what it changes, in words), `is_stale` and `seen`."""
    return with_words(
        CompanySettings.objects.filter(state=CompanySettings.State.PROPOSED).order_by("-number")
    )


def with_words(rows: Any) -> list[CompanySettings]:
    """Proposals, each with `shown` (what it changes, in words), `is_stale` and `seen`."""
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


def _show(
    request: HttpRequest, *, status: int = 200, problems: Mapping[str, str] | None = None, **more: Any
) -> HttpResponse:
    values = current_settings()
    held, wrong = typed_values(values), problems or {}
    typed = {name: request.POST.get(name, text) for name, text in held.items()}
    history = with_words(CompanySettings.objects.order_by("-number")[:N_HISTORY])
    context = {
        "groups": grouped_settings(values, typed_currency=currency_typed(request.POST, values)),
        "held": held,
        "typed": typed,
        "waiting": proposed_values(),
        "policies": list(POLICIES.items()),
        "wrong": {_FIELD_OF.get(name, name): text for name, text in wrong.items()},
        "problems": [(_FIELD_OF.get(name, name), label_of(name), text) for name, text in wrong.items()],
        "note": request.POST.get("note", ""),
        "seen": settings_version(),
        "history": history,
    }
    return render(request, "fraud/settings/settings.html", context | more, status=status)


def proposed_values() -> dict[str, str]:
    """Name of a setting → the value somebody proposed for it, in words; the newest proposal where there are several."""
    return {one.name: one.value for row in reversed(waiting_settings()) for one in row.shown}  # type: ignore[attr-defined]


@page("fraud.change_settings")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose what was changed on the form, typed as the page shows it: 10 beside %, 20 beside minutes, 500,000 beside the currency."""
    typed = {name: request.POST[name][:40] for name in SETTINGS if name in request.POST}
    try:
        row = propose_settings(
            changes=read_changes(typed, current_settings()),
            note=request.POST.get("note", ""),
            by=request.actor,  # type: ignore[attr-defined]
            seen=number_seen(request),
        )
    except SettingsNotValid as error:
        return _show(request, status=422, problems=error.problems)
    except SettingsStale as error:
        return _show(request, status=error.status, refusal=str(error))
    messages.success(
        request, _("Proposed as settings %(n)d. An approver activates them.") % {"n": row.number}
    )
    return redirect("fraud:settings")
