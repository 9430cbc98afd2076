"""Lists and parameters of the rules: what holds from when, a proposal with its preview, and the second person's decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted
from audit.typed import day
from fraud.claims.importing.summary import refused_name
from fraud.company.values import current_settings
from fraud.web.access import page
from fraud.web.refusals import number_seen, refusal_sentence
from fraud.workbench.value_preview import preview_change, unsaved_parameter_change
from fraud.workbench.values_page import UNITS, open_changes, rows_of, typed_value, used_by
from fraud.workbench.views import deciding
from fraud.workbench.wording_page import change_row
from rules.exceptions import RuleServiceError, ValueNotValid
from rules.models import Parameter, ValueChange, ValueList
from rules.services import values
from rules.services.list_files import LARGEST_FILE, lines_text, list_lines, read_list_file, unreal_day
from rules.services.wording import waiting_wording

_SCOPE = ("grade", "purpose_code", "department_code")


@page("rules.view_rule")
@require_GET
def rule_values(request: HttpRequest) -> HttpResponse:
    """All parameters with the values that hold today, all lists, and what waits for a second person."""
    return _overview(request)


def _overview(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    today = clock.today()
    parameters = [
        {
            "item": item,
            "rows": [row for row in rows_of(item, today) if row.is_now],
            "codes": used_by(f"${item.name}"),
        }
        for item in Parameter.objects.order_by("is_retired", "name").prefetch_related("values")
    ]
    lists = [
        {"item": item, "codes": used_by(f"@{item.name}")}
        for item in ValueList.objects.order_by("is_retired", "name")
    ]
    words = [change_row(one) for subject in ("list", "parameter") for one in waiting_wording(subject=subject)]
    context = {"parameters": parameters, "lists": lists, "changes": open_changes(), "wording_changes": words}
    return render(request, "fraud/rules/values.html", context | more, status=status)


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def parameter(request: HttpRequest, name: str) -> HttpResponse:
    """One parameter: its values with their dates, and a form that proposes the next one."""
    found = get_object_or_404(Parameter.objects.prefetch_related("values"), name=name)
    context = {
        "item": found,
        "rows": rows_of(found, clock.today()),
        "codes": used_by(f"${name}"),
        "units": list(UNITS),
        "changes": open_changes(parameter=found),
        "seen": values.parameter_version(found),
        "today": clock.today(),
        "typed": request.POST,
        "currency": current_settings().currency,
        "currencies": sorted({value.currency for value in found.values.all() if value.currency}),
    }

    def propose() -> None:
        values.propose_parameter_value(
            parameter=found,
            by=_by(request),
            reason=request.POST.get("reason", ""),
            seen=number_seen(request),
            **_typed(request, found),
        )

    return _form(request, "fraud/rules/parameter.html", context, propose)


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def value_list(request: HttpRequest, name: str) -> HttpResponse:
    """One list: its values a line each, and a form that proposes its next content."""
    found = get_object_or_404(ValueList, name=name)
    context = {
        "item": found,
        "codes": used_by(f"@{name}"),
        "changes": open_changes(value_list=found),
        "typed": request.POST,
        "text": request.POST.get("values", lines_text(found.values, found.expires)),
        "ended": [value for value in found.values if value not in found.values_on(clock.today())],
    }

    def propose() -> None:
        chosen, expires = list_lines(request.POST.get("values", ""))
        values.propose_list_values(
            value_list=found,
            values=chosen,
            expires=expires,
            by=_by(request),
            reason=request.POST.get("reason", ""),
            lock_version=number_seen(request, "lock_version"),
        )

    return _form(request, "fraud/rules/list.html", context, propose)


@page("rules.propose_rule")
@require_POST
def list_file(request: HttpRequest, name: str) -> HttpResponse:
    """A CSV of values: what became of each line, and the box filled with what could be taken. Nothing is stored before it is proposed."""
    found = get_object_or_404(ValueList, name=name)
    context = {"item": found, "codes": used_by(f"@{name}"), "changes": open_changes(value_list=found)}
    context |= {"typed": {}, "text": lines_text(found.values, found.expires)}
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise ValueNotValid(reason=_("Choose a CSV file."))
        if (sent.size or 0) > LARGEST_FILE:
            raise ValueNotValid(reason=_("The file is larger than 5 MB. Split it."))
        if why := refused_name(sent.name or ""):
            raise ValueNotValid(reason=why)
        told = read_list_file(found, sent.read())
    except RuleServiceError as error:
        return render(
            request, "fraud/rules/list.html", context | {"refusal": str(error)}, status=error.status
        )
    counts = [(status, told.count(status)) for status in ("accepted", "duplicate", "refused")]
    shown = [row for row in told.rows if row.status != "accepted" or row.reason][:200]
    ends = {value: day.isoformat() for value, day in told.expires.items()}
    context |= {"text": lines_text(told.values, ends), "report": counts, "report_rows": shown}
    return render(request, "fraud/rules/list.html", context | {"file_name": sent.name})


def _form(
    request: HttpRequest, template: str, context: dict[str, Any], propose: Callable[[], None]
) -> HttpResponse:
    """Show the page, or propose what was typed; a refusal keeps it."""
    if request.method != "POST":
        return render(request, template, context)
    try:
        propose()
    except NotPermitted as error:
        return render(request, template, context | {"refusal": refusal_sentence(error)}, status=403)
    except RuleServiceError as error:
        return render(request, template, context | {"refusal": str(error)}, status=error.status)
    messages.success(request, _("Proposed. Somebody else has to agree before it counts."))
    return redirect(request.path)


@page("rules.propose_rule")
@require_POST
def preview_parameter(request: HttpRequest, name: str) -> HttpResponse:
    """What the typed value would have done on the last 90 days."""
    found = get_object_or_404(Parameter, name=name)
    try:
        content = values.parameter_content(parameter=found, **_typed(request, found))
    except RuleServiceError as error:
        return render(request, "fraud/rules/_effects.html", {"refusal": str(error)}, status=422)
    return _effects(request, unsaved_parameter_change(found, content))


@page("rules.propose_rule")
@require_POST
def preview_list(request: HttpRequest, name: str) -> HttpResponse:
    """What the typed list would have done on the last 90 days."""
    found = get_object_or_404(ValueList, name=name)
    return _effects(
        request,
        ValueChange(value_list=found, content={"values": list_lines(request.POST.get("values", ""))[0]}),
    )


@page("rules.propose_rule", "rules.activate_rule")
@require_POST
def preview_proposed(request: HttpRequest, change_id: int) -> HttpResponse:
    """What a proposed change would have done on the last 90 days."""
    return _effects(request, get_object_or_404(ValueChange, pk=change_id))


def _effects(request: HttpRequest, change: ValueChange) -> HttpResponse:
    return render(request, "fraud/rules/_effects.html", {"effects": preview_change(change)})


@page("rules.activate_rule")
@require_POST
def decide_change(request: HttpRequest, change_id: int, name: str) -> HttpResponse:
    """Apply or return a proposed change; never by whoever proposed it."""
    change = get_object_or_404(ValueChange, pk=change_id)
    reason, by = request.POST.get("reason", ""), _by(request)

    def agree() -> str:
        values.approve_value_change(change=change, by=by, reason=reason)
        return _("It counts from the next run on.")

    return deciding.decide(
        request,
        is_agreed={"apply": True, "return": False}.get(name),
        agree=agree,
        turn_down=lambda: values.return_value_change(change=change, by=by, reason=reason),
        show=_overview,
        to=lambda: reverse("fraud:rule-values"),
    )


def _typed(request: HttpRequest, found: Parameter) -> dict[str, Any]:
    """The form's fields as the service takes them. Raises ValueNotValid."""
    typed = request.POST
    scope = {name: typed.get(name, "").strip() for name in _SCOPE}
    currency = typed.get("currency", "").strip().upper() if found.kind == Parameter.Kind.MONEY else ""
    value = typed_value(found.kind, typed.get("value", ""), typed.get("unit", ""))
    since, until = _day(typed.get("valid_from", "")), _day(typed.get("valid_to", ""))
    if since is None:
        raise ValueNotValid(reason=_("Say from which day the value holds."))
    return {"value": value, "currency": currency, "valid_from": since, "valid_to": until, **scope}


def _day(text: str) -> date | None:
    found = day(text.strip())
    if found is None and text.strip():
        raise ValueNotValid(reason=unreal_day(text) or _("Write a day as 2026-01-31."))
    return found


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
