"""Company settings: what holds, what is proposed, what held before. A second person activates a change."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from fraud.company.changing import SettingsStale, is_stale, propose_settings, settings_version
from fraud.company.holidays import HolidayNotValid, add_holiday, remove_holiday
from fraud.company.models import CompanyHoliday, CompanySettings
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
        "holidays": CompanyHoliday.objects.order_by("-on")[:60],
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


_FIELDS = {"name": gettext_lazy("Name"), "kind": gettext_lazy("Kind"), "reason": gettext_lazy("Reason")}


@page("fraud.change_settings")
@require_POST
def add_day(request: HttpRequest) -> HttpResponse:
    """Add a day to the company's calendar."""
    on, text = request.POST.get("on", "").strip(), request.POST
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return _show(
            request, status=422, problems=[(_("Day"), _("Write the day as 2026-11-25."))], in_holidays=True
        )
    try:
        add_holiday(on=day, name=text.get("name", ""), kind=text.get("kind", "company"), by=request.actor)  # type: ignore[attr-defined]
    except HolidayNotValid as error:
        return _show(request, status=422, problems=[(_FIELDS[error.field], str(error))], in_holidays=True)
    messages.success(request, _("Added to the company's calendar."))
    return redirect("fraud:settings")


@page("fraud.change_settings")
@require_POST
def remove_day(request: HttpRequest, day_id: int) -> HttpResponse:
    """Take a day of the company's own off its calendar, with a reason."""
    day = get_object_or_404(CompanyHoliday, pk=day_id)
    try:
        remove_holiday(day=day, reason=request.POST.get("reason", ""), by=request.actor)  # type: ignore[attr-defined]
    except HolidayNotValid as error:
        return _show(
            request,
            status=422,
            problems=[(_FIELDS[error.field], str(error))],
            in_holidays=True,
            to_remove=day.pk,
        )
    messages.success(request, _("Taken off the company's calendar."))
    return redirect("fraud:settings")
