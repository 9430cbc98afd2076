"""Evaluations in full, one by one and side by side."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.asked import asked_of
from fraud.learning.evaluation_detail import detail_context
from fraud.learning.evaluation_page import comparison_context
from fraud.learning.group_words import KINDS
from fraud.learning.misses import miss_panel
from fraud.learning.models import Evaluation
from fraud.learning.side_by_side import MOST, chosen, context_of, offered
from fraud.web.access import page
from fraud.web.tables import csv_answer

#: With fewer misuses a page warns that its figures are moved by each single one.
FEW_MISUSES = 30


@page("fraud.view_detection")
@require_GET
def evaluation(request: HttpRequest, number: int) -> HttpResponse:
    """One evaluation: curves, error measures by group (`?by=`), rules × model, misses; `?csv=` gives a table."""
    found = Evaluation.objects.select_related("model_version", "against").filter(pk=number).first()
    if found is None:
        raise Http404
    context = detail_context(
        found, asked_of(request, "by", "csv", "size", "sort").choice("by", KINDS, "department")
    )
    file = csv_answer(request, context["files"])
    if file is not None:
        return file
    shown = {**comparison_context(found), **context, "evaluation": found, "panel": miss_panel()}
    return render(request, "fraud/detection/evaluation.html", {**shown, "few": FEW_MISUSES})


@page("fraud.view_detection")
@require_GET
def side_by_side(request: HttpRequest) -> HttpResponse:
    """Up to ten evaluations and experiment rows, chosen by `?item=` (repeated); more are refused with a sentence."""
    keys = list(dict.fromkeys(request.GET.getlist("item")))
    items, unknown = chosen(keys)
    context = context_of(items)
    file = csv_answer(request, [context["table"], *(chart["table"] for chart in context["charts"])])
    if file is not None:
        return file
    is_too_many = len(keys) > MOST
    shown = {
        **context,
        "items": items,
        "keys": {one.key for one in items},
        "offered": offered(),
        "unknown": unknown,
        "n_asked": len(keys),
        "is_too_many": is_too_many,
        "most": MOST,
    }
    return render(request, "fraud/detection/side_by_side.html", shown, status=422 if is_too_many else 200)
