"""Delivering outcomes by page: one by a form, many by a file that is shown before it is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.language import current_language
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.uploads import UploadTooLarge
from fraud.claims.outcomes.delivering import ACTION, Delivered, deliver_outcomes, preview_outcomes, schemes
from fraud.claims.outcomes.reading import COLUMNS, REQUIRED, Outcome, read_file, read_given
from fraud.claims.outcomes.waiting import MAX_BYTES, forget_file, keep_file, kept_file
from fraud.claims.outcomes.words import OUTCOME_WORDS, SCHEME_WORDS, SOURCE_WORDS, SOURCES, STATUS_WORDS
from fraud.web.access import page

SHOWN = 200


@page(ACTION, body=MAX_BYTES)
@require_http_methods(["GET", "POST"])
def deliver(request: HttpRequest) -> HttpResponse:
    """The form and the file; a file is previewed first, and `token` keeps the one that was previewed."""
    if request.method != "POST":
        return _page(request)
    if "token" in request.POST:
        return _keep(request)
    if "file" in request.FILES:
        return _preview(request)
    if "claim" in request.POST:
        return _one(request)
    return _page(request, status=422, problem=_("Choose a file, or fill in the form."))


def _preview(request: HttpRequest) -> HttpResponse:
    sent, by = request.FILES.get("file"), request.actor
    assert sent is not None
    try:
        token = keep_file(sent.chunks(), by=by)
    except UploadTooLarge as error:
        said = _("The file is larger than %(n)s MB. Split it, or import it on the server.")
        return _page(request, status=413, problem=said % {"n": error.limit >> 20})
    except FileQuarantined as error:
        return _page(
            request, status=422, problem=sentence("file", error.code, error.params, current_language())
        )
    try:
        done = _read(request, token, sent.name or "", preview=True)
    except FileQuarantined as error:
        forget_file(token, by=by)
        problem = sentence("file", error.code, error.params, current_language())
        return _page(request, status=422, problem=problem)
    return _page(
        request, done=done, is_preview=True, token=token, file_name=sent.name, n_to_keep=_n_to_keep(done)
    )


def _n_to_keep(done: Delivered) -> int:
    return done.counts["new"] + done.counts["corrects"]


def _keep(request: HttpRequest) -> HttpResponse:
    token, by = request.POST["token"], request.actor
    if kept_file(token, by=by) is None:
        problem = _("The file is not there any more: it is kept for a day. Send it again.")
        return _page(request, status=409, problem=problem)
    try:
        done = _read(request, token, request.POST.get("name", "")[:200], preview=False)
    except FileQuarantined as error:
        problem = sentence("file", error.code, error.params, current_language())
        return _page(request, status=422, problem=problem)
    forget_file(token, by=by)
    return _page(request, done=done, is_preview=False)


def _read(request: HttpRequest, token: str, name: str, *, preview: bool) -> Delivered:
    path = kept_file(token, by=request.actor)
    assert path is not None
    rows = read_file(path=path, name=name, schemes=schemes())
    if preview:
        return preview_outcomes(rows, by=request.actor)
    return deliver_outcomes(rows, by=request.actor, door="page", name=name)


def _one(request: HttpRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in COLUMNS}
    try:
        rows = read_given([given], schemes=schemes())
    except FileQuarantined as error:
        problem = sentence("file", error.code, error.params, current_language())
        return _page(request, status=422, problem=problem, typed={})
    done = deliver_outcomes(rows, by=request.actor, door="page")
    (row,) = done.rows
    if row.code:
        return _page(request, status=422, typed=given, wrong={row.column: _said(row)})
    word = STATUS_WORDS[row.status]
    messages.success(request, _("%(claim)s: %(what)s.") % {"claim": row.claim, "what": word})
    return redirect("fraud:deliver-outcomes")


def _said(row: Outcome) -> str:
    return sentence("row", row.code, row.params, current_language())


def _page(
    request: HttpRequest, *, status: int = 200, done: Delivered | None = None, **more: Any
) -> HttpResponse:
    context: dict[str, Any] = {
        "outcomes": OUTCOME_WORDS,
        "sources": {code: SOURCE_WORDS[code] for code in SOURCES},
        "schemes": {code: SCHEME_WORDS.get(code, code) for code in schemes()},
        "columns": [(name, headers[0], name in REQUIRED) for name, headers in COLUMNS.items()],
    }
    if done is not None:
        problems = [row for row in done.rows if row.code]
        context |= {
            "counts": [(STATUS_WORDS[code], n) for code, n in done.counts.items()],
            "n_stored": done.n_stored,
            "problems": [(row, _said(row)) for row in problems[:SHOWN]],
            "n_problems": len(problems),
        }
    return render(request, "fraud/labels/deliver.html", context | more, status=status)
