"""The adopted card policy, for those who are asked by it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.pages.adopted_policy import adopted_articles
from cases.services.company import company_today
from fraud.web.access import page


@page("cases.view_own_request")
@require_GET
def own_policy(request: HttpRequest) -> HttpResponse:
    """Every adopted paragraph as it holds today; nothing of what is only proposed, and no rule."""
    return render(request, "cases/my/policy.html", {"articles": adopted_articles(), "today": company_today()})
