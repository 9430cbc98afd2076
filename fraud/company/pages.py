"""Company settings: what holds, what is proposed, what held before. A second person activates a change."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from fraud.company.holidays import HolidayNotValid, add_holiday, remove_holiday
from fraud.company.models import CompanyHoliday, CompanySettings
from fraud.company.values import SettingsNotValid, current_settings, propose_settings, to_json
from fraud.web.access import page
from fraud.web.api_strict import BodyNotValid, parse_strictly

# Setting → what it means.
WORDS: dict[str, Any] = {
    "currency": gettext_lazy("Currency of limits"),
    "reviewer_minutes_per_day": gettext_lazy("Reviewer minutes a day"),
    "minutes_per_case": gettext_lazy("Minutes a case"),
    "novelty_share": gettext_lazy("Share of seats for unusual claims"),
    "control_sample_share": gettext_lazy("Share of seats for random checks"),
    "least_seats_used": gettext_lazy("Share of seats used at least, while there is anything to learn from"),
    "control_sample_number": gettext_lazy("Random checks a night, instead of the share"),
    "rule_budget": gettext_lazy("New cases a night by one rule at most (null: no limit)"),
    "person_budget": gettext_lazy("New cases a night for one person at most (null: no limit)"),
    "held_back_nights": gettext_lazy("Nights a claim held back competes for a seat"),
    "threshold_policy": gettext_lazy("Threshold: by cost, F1, capacity, or fixed"),
    "fixed_threshold": gettext_lazy("Fixed threshold"),
    "costs": gettext_lazy("Cost matrix"),
    "band_medium": gettext_lazy("Medium band from"),
    "band_high": gettext_lazy("High band from"),
    "four_eyes_limit_minor": gettext_lazy("Four eyes above, in minor units"),
    "four_eyes_share": gettext_lazy("Share of the rest drawn for four eyes"),
    "training_window_days": gettext_lazy("Days of claims to train on"),
    "label_delay_days": gettext_lazy("Days until an outcome is usually known"),
    "minimum_confirmed": gettext_lazy("Confirmed misuse before percentages are shown"),
}


def waiting_settings() -> list[CompanySettings]:
    """Proposed settings, newest first; `changes` of each is [(meaning, value that holds, proposed value)], values as JSON."""
    held = to_json(current_settings())
    rows = list(CompanySettings.objects.filter(state=CompanySettings.State.PROPOSED).order_by("-number"))
    for row in rows:
        row.changes = [  # type: ignore[attr-defined]
            (
                WORDS.get(name, name),
                *(json.dumps(each, ensure_ascii=False) for each in (held.get(name), value)),
            )
            for name, value in row.values.items()
            if value != held.get(name)
        ]
    return rows


@page("fraud.view_settings", "fraud.change_settings")
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """The settings page."""
    return _show(request)


def _show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    values = to_json(current_settings())
    context = {
        "rows": [
            (name, WORDS.get(name, name), json.dumps(value, ensure_ascii=False))
            for name, value in values.items()
        ],
        "history": CompanySettings.objects.order_by("-number")[:20],
        "holidays": CompanyHoliday.objects.order_by("-on")[:60],
        "typed": request.POST,
    }
    return render(request, "fraud/settings/settings.html", context | more, status=status)


@page("fraud.change_settings")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose one changed value, written as JSON: 0.1, 20, "fixed", {"fn": 100}."""
    name, text = request.POST.get("name", ""), request.POST.get("value", "").strip()
    try:
        value = parse_strictly(text.encode("utf-8", "replace"))
        row = propose_settings(changes={name: value}, note=request.POST.get("note", ""), by=request.actor)  # type: ignore[attr-defined]
    except SettingsNotValid as error:
        return _show(request, status=422, problems=error.problems)
    except (BodyNotValid, ValueError, TypeError, AttributeError):
        problem = _(
            "Write a number such as 0.1 or 20, a word in quotation marks, or the cost matrix as shown."
        )
        return _show(request, status=422, problems={name or "value": problem})
    messages.success(
        request, _("Proposed as settings %(n)d. An approver activates them.") % {"n": row.number}
    )
    return redirect("fraud:settings")


@page("fraud.change_settings")
@require_POST
def add_day(request: HttpRequest) -> HttpResponse:
    """Add a day to the company's calendar."""
    on, text = request.POST.get("on", "").strip(), request.POST
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return _show(request, status=422, problems={"on": _("Write the day as 2026-11-25.")})
    try:
        add_holiday(on=day, name=text.get("name", ""), kind=text.get("kind", "company"), by=request.actor)  # type: ignore[attr-defined]
    except HolidayNotValid as error:
        return _show(request, status=422, problems={"name": str(error)})
    messages.success(request, _("Added to the company's calendar."))
    return redirect("fraud:settings")


@page("fraud.change_settings")
@require_POST
def remove_day(request: HttpRequest, day_id: int) -> HttpResponse:
    """Take a day of the company's own off its calendar."""
    remove_holiday(day=get_object_or_404(CompanyHoliday, pk=day_id), by=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("Taken off the company's calendar."))
    return redirect("fraud:settings")
