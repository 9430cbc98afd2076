"""A person's own data as a file."""

from __future__ import annotations

import tempfile
from typing import IO

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit import clock
from audit.actor import Actor
from cases.pages.own_data import ACTION, record_own_export, write_zip
from cases.services.errors import StorageFull
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, export_reason


@page(ACTION)
@require_http_methods(["GET", "POST"])
def own_data(request: HttpRequest) -> HttpResponseBase:
    """What the file holds, and the file; without a reason the form again."""
    by = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return render(request, "cases/my/data.html", {"typed": {}})
    reason = export_reason(request.POST.get("reason", ""))
    if len(reason) < EXPORT_REASON_MIN:
        wrong = _("Say in a few words what the export is for.")
        return render(request, "cases/my/data.html", {"typed": request.POST, "wrong": wrong}, status=422)
    try:
        target = _packed(by)
    except OSError:  # the disk is full
        return render(
            request,
            "cases/my/data.html",
            {"typed": request.POST, "wrong": StorageFull().sentence},
            status=507,
        )
    record_own_export(reason=reason, by=by)
    response = FileResponse(target, as_attachment=True, filename=f"my-data-{clock.today():%Y%m%d}.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


def _packed(by: Actor) -> IO[bytes]:
    """The archive in a file without a name, which ends with the response. Raises OSError."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    write_zip(target, by)
    target.seek(0)
    return target
