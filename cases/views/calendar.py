"""The company's calendar: a year at a time; days proposed by one person and agreed to by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit.asked import asked_of, not_one_of
from audit.permissions import NotPermitted
from audit.typed import day, whole_number
from cases.pages.calendar_year import FIRST_YEAR, calendar_year, last_year
from cases.services.company import company_today
from cases.views.actions import sentence_of, status_of
from fraud.company.holiday_changes import HolidayMoved, confirm_day, propose_day, return_day
from fraud.company.holidays import HolidayNotValid
from fraud.web.access import page


@page("fraud.view_calendar")
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The year; posted, a proposal of a day."""
    if request.method == "POST":
        return _propose(request)
    return _show(request)


def _propose(request: HttpRequest) -> HttpResponse:
    text = {name: request.POST.get(name, "") for name in ("name", "name_en", "kind", "reason")}
    on = day(request.POST.get("on", "").strip())
    try:
        if on is None:
            raise HolidayNotValid("on", _("Write the day as 2026-11-25."))
        propose_day(
            on=on,
            **{**text, "kind": text["kind"] or "company"},
            is_removal=request.POST.get("remove") == "yes",
            by=request.actor,  # type: ignore[attr-defined]
        )
    except HolidayNotValid as error:
        return _show(
            request, status=422, wrong={error.field: str(error)}, refusal=str(error), typed=request.POST
        )
    except HolidayMoved as error:
        return _show(request, status=error.status, refusal=error.sentence)
    messages.success(request, _("Proposed. It counts once somebody else has agreed."))
    return redirect(f"{request.path}?year={on.year}")


@page("fraud.activate_threshold")
@require_POST
def decide(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """approve or return what waits."""
    by = request.actor  # type: ignore[attr-defined]
    try:
        if name == "approve":
            row = confirm_day(number=number, by=by)
            said = _("Agreed. Open deadlines follow with the next sweep.")
        elif name == "return":
            row = return_day(number=number, reason=request.POST.get("reason", ""), by=by)
            said = _("Returned.")
        else:
            raise Http404
    except HolidayNotValid as error:
        return _show(request, status=422, refusal=str(error))
    except HolidayMoved as error:
        return _show(request, status=error.status, refusal=error.sentence)
    except NotPermitted as error:
        return _show(request, status=status_of(error), refusal=sentence_of(error))
    messages.success(request, said)
    return redirect(f"/calendar/?year={row.on.year}")


def _show(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    this = company_today().year
    asked, years = asked_of(request, "year"), range(FIRST_YEAR, last_year() + 1)
    typed = asked.text("year", 20)
    year = whole_number(typed, 4, minimum=FIRST_YEAR, maximum=last_year()) or this
    if typed and typed != str(year):
        asked.problems.append(not_one_of(typed, [f"{years[0]}–{years[-1]}"]))
    context = calendar_year(year, request.actor) | {  # type: ignore[attr-defined]
        "years": list(range(this - 1, last_year() + 1)),
        "typed": {},
        **more,
    }
    return render(request, "cases/calendar/page.html", context, status=status)
