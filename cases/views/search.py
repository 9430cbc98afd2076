"""Search everything from the top bar: cases, people, merchants, claims. An exact reference opens at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.pages.searching import exact_address, find_things
from cases.views.queue import decorate
from fraud.web.access import page


@page("cases.view_case", "fraud.view_claim", "fraud.view_run")
def search(request: HttpRequest) -> HttpResponse:
    """What matches `q`, grouped, only of the kinds the actor may see."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:100]
    exact = exact_address(text, actor) if text else None
    if exact:
        return redirect(exact)
    found: dict[str, list[Any]] = find_things(text, actor) if text else {}
    decorate(found.get("cases", []))
    return render(
        request, "cases/search/page.html", {"search_text": text, "is_empty": not any(found.values()), **found}
    )
