"""One step on several cases: each is taken on its own, each refusal is named, and all can be taken back together."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.permissions import NotPermitted, require
from audit.typed import whole_number
from cases.actions.opening import BULK_CLOSE, BULK_ROWS
from cases.models import Case
from cases.pages.choices import people_to_assign
from cases.pages.outcomes import said_of_bulk
from cases.pages.undo import UNDO_KEY, remember_undo
from cases.services import bulk, errors
from cases.services.decisions import BulkItem, BulkOutcome, bulk_close
from cases.services.seeing import visible_among
from cases.views.actions import own_path, sentence_of, status_of
from cases.views.queue import show_queue
from fraud.claims.units import within_units
from fraud.web.access import page


@page("cases.bulk_close")
@require_POST
def close_selected(request: HttpRequest) -> HttpResponse:
    """Close the chosen rows as legitimate with one reason."""
    actor = request.actor  # type: ignore[attr-defined]
    items = _chosen(request)
    if not items:
        messages.info(request, _("Choose at least one case first."))
        return redirect("cases:queue")
    try:
        outcomes = bulk_close(items=items, by=actor, **BULK_CLOSE.without("cases").read(request.POST))
    except (errors.CaseworkError, NotPermitted) as error:
        return _again(request, error)
    return _told(request, outcomes)


@page("cases.view_case")
@require_POST
def do_selected(request: HttpRequest, name: str) -> HttpResponse:
    """Ask, assign or set aside the chosen rows; one undo takes all of them back."""
    row = BULK_ROWS.get(name)
    if row is None:
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, row.permission)
    items = _chosen(request)
    if not items:
        messages.info(request, _("Choose at least one case first."))
        return redirect("cases:queue")
    try:
        outcomes = row.call(items=items, by=actor, **row.form.without("cases").read(_typed(request, name)))
    except (errors.CaseworkError, NotPermitted) as error:
        return _again(request, error, name)
    done = [outcome.reference for outcome in outcomes if outcome.result == bulk.DONE]
    if done:
        remember_undo(request, done, name)
    return _told(request, outcomes, step=name)


@page("cases.assign_case")
@require_GET
def assignees(request: HttpRequest) -> HttpResponse:
    """Who can be given the chosen cases: a fragment for the dialogs of the list and of a case."""
    cases = visible_among([item.case for item in _items(request, request.GET)], request.actor)
    people = people_to_assign(cases)
    context = {
        "n": len(cases),
        "all": [(one.login, one.name) for one in people if one.n == len(cases)],
        "some": [one for one in people if one.n < len(cases)],
        "chosen": request.GET.get("assignee", ""),
        "form": "bulk" if "list" in request.GET else "",
    }
    return render(request, "cases/queue/_assignees.html", context)


@page("cases.view_case")
@require_POST
def undo_selected(request: HttpRequest) -> HttpResponse:
    """Take the last step on several cases back, within ten seconds."""
    request.session.pop(UNDO_KEY, None)
    outcomes = bulk.bulk_undo(items=_chosen(request), by=request.actor)  # type: ignore[attr-defined]
    return _told(request, outcomes, step="undo")


def _typed(request: HttpRequest, name: str) -> QueryDict:
    """The fields of one dialog: all of them stand in one form, so the reason of each but closing is named after it."""
    typed = request.POST.copy()
    typed["reason"] = request.POST.get(f"{name}_reason", request.POST.get("reason", ""))
    return typed


def _told(request: HttpRequest, outcomes: list[BulkOutcome], *, step: str = "") -> HttpResponse:
    """Back to the list with what was done; where some were refused, which and why."""
    outcomes = [outcome for outcome in outcomes if outcome.code != errors.CaseNotFound.code]
    if not outcomes:
        return redirect("cases:queue")
    refused = [outcome for outcome in outcomes if outcome.result == "refused"]
    is_done = len(refused) < len(outcomes)
    said = said_of_bulk(outcomes, step=step)
    messages.add_message(request, messages.SUCCESS if is_done else messages.WARNING, said)
    if not refused:
        return redirect(_list_of(request))
    return render(request, "cases/queue/refused.html", {"refused": refused}, status=409)


def _again(
    request: HttpRequest, error: errors.CaseworkError | NotPermitted, name: str = "close"
) -> HttpResponse:
    """The list as it was, the rows chosen and the dialog open, with the sentence at its field."""
    request.GET = QueryDict(_query(request))
    return show_queue(
        request,
        status=status_of(error),
        bulk_refused=name,
        bulk_refusal=sentence_of(error),
        wrong_field=getattr(error, "field", ""),
        typed=request.POST,
        chosen=[value.partition("@")[0] for value in request.POST.getlist("case")],
    )


def _list_of(request: HttpRequest) -> str:
    """The list the rows were chosen in, or where the step was taken back: nobody loses the view they work in."""
    if came_from := own_path(request, request.POST.get("next", "")):
        return came_from
    query = QueryDict(_query(request), mutable=True)
    query.pop("after", None)
    return reverse("cases:queue") + (f"?{query.urlencode()}" if query else "")


def _query(request: HttpRequest) -> str:
    return str(request.POST.get("query", "")).lstrip("?")[:500]


def _chosen(request: HttpRequest) -> list[BulkItem]:
    return _items(request, request.POST)


def _items(request: HttpRequest, asked: QueryDict) -> list[BulkItem]:
    """`reference@version` of each chosen row, in the order of the page; the service refuses what is not theirs."""
    versions: dict[str, int] = {}
    for value in asked.getlist("case")[:500]:
        reference, _at, version = value.partition("@")
        if (number := whole_number(version)) is not None:
            versions[reference] = number
    found: dict[str, Case] = {
        case.reference: case
        for case in within_units(Case.objects.filter(reference__in=versions), request.actor).select_related(
            "cardholder"
        )
    }
    return [BulkItem(found[ref], version) for ref, version in versions.items() if ref in found]
