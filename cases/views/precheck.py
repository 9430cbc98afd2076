"""A payment looked at before it is filed: the cardholder's page. Nothing that is typed is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases.actions.precheck import FIELDS, read_sketch
from cases.pages.precheck import answer_of, kinds, purposes, said_in_short
from cases.services import errors
from cases.services.company import company_today
from fraud.company.values import current_settings
from fraud.detection.precheck import ACTION, TooManyChecks, precheck_claim
from fraud.web.access import page


@page(ACTION)
@require_http_methods(["GET", "POST"])
def precheck(request: HttpRequest) -> HttpResponse:
    """The form, and below it what the payment would raise; a refusal keeps what was typed."""
    currency = current_settings().currency
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in FIELDS}
    context = {
        "typed": typed,
        "kinds": kinds(),
        "purposes": purposes(),
        "today": company_today(),
        "currency": currency,
    }
    status = 200
    if request.method == "POST":
        try:
            sketch = read_sketch(typed, currency)
            answer = answer_of(precheck_claim(sketch=sketch, by=request.actor), sketch)  # type: ignore[attr-defined]
            context |= {"answer": answer, "short": said_in_short(answer)}
        except errors.ContentNotValid as error:
            context |= {"wrong": {error.field: error.sentence}, "refusal": error.sentence}
            status = error.status
        except TooManyChecks as error:
            context |= {"refusal": error.sentence}
            status = error.status
    response = render(request, "cases/my/precheck.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
