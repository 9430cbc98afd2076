"""Search everything from the top bar: cases, people, merchants, claims. An exact reference opens at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from audit.actor import Actor
from cases.pages.searching import exact_address, find_things
from cases.views.queue import decorate
from fraud.web.access import page

N_BRIEF = 4  # of each kind beside the commands of the palette


@page("cases.view_case", "fraud.view_claim", "fraud.view_run")
def search(request: HttpRequest) -> HttpResponse:
    """What matches `q`, grouped, only of the kinds the actor may see; with `brief`, a few lines for the palette while one types."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:100]
    exact = exact_address(text, actor) if text else None
    if "brief" in request.GET:
        return render(request, "cases/search/brief.html", _brief(text, exact, actor))
    if exact:
        return redirect(exact)
    found: dict[str, list[Any]] = find_things(text, actor) if text else {}
    decorate(found.get("cases", []))
    return render(
        request, "cases/search/page.html", {"search_text": text, "is_empty": not any(found.values()), **found}
    )


def _brief(text: str, exact: str | None, by: Actor) -> dict[str, Any]:
    """The one thing with this reference, else the first of each kind."""
    if exact:
        return {"search_text": text, "exact": exact, "n_found": 1}
    found = find_things(text, by) if text else {}
    few: dict[str, Any] = {kind: things[:N_BRIEF] for kind, things in found.items()}
    return {"search_text": text, "n_found": sum(map(len, few.values())), **few}
