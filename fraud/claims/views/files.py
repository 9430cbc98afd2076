"""Claim files: what arrived, what became of every row, and sending one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.language import current_language
from audit.paging import keyset_page
from audit.permissions import can
from audit.services import record_access
from fraud.claims.importing.cancellations import links_of, unlinked_cancellations
from fraud.claims.importing.cancelling import cancel_import
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profiles import ensure_presets
from fraud.claims.importing.running import ENDED
from fraud.claims.importing.services import changed_since, get_ready
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.uploads import (
    MAX_UPLOAD_BYTES,
    UploadTooLarge,
    is_waiting,
    receive_upload,
    resume_upload,
)
from fraud.claims.models import ClaimFile, ClaimFileReject, ImportProfile
from fraud.claims.panels import file_panels
from fraud.claims.reject_file import rejects_file
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, export_reason
from rules.money import is_known_currency

PAGE_SIZE = 40
REJECTS_SIZE = 50
N_WAITING = 20


@page("fraud.view_file", "fraud.import_claims")
@require_GET
def file_list(request: HttpRequest) -> HttpResponse:
    """All files, newest first, with the form to send one."""
    return _list(request)


def _list(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    ensure_presets()
    if can(request.actor, "fraud.import_claims"):  # type: ignore[attr-defined]
        get_ready()
    asked_of(request)
    files = ClaimFile.objects.select_related("profile").defer("notes", "totals")
    context = {
        "page": keyset_page(files, by="id", cursor=request.GET.get("after", ""), size=PAGE_SIZE),
        "profiles": ImportProfile.objects.defer("spec"),
        "chosen": request.POST.get("profile", "generic"),
    }
    return render(request, "fraud/files/list.html", context | more, status=status)


@page("fraud.import_claims", body=MAX_UPLOAD_BYTES)
@require_POST
def upload_file(request: HttpRequest) -> HttpResponse:
    """Take an uploaded file; its page tells how far it is and what became of its rows."""
    profile = ImportProfile.objects.filter(name=request.POST.get("profile", "")).first()
    sent = request.FILES.get("file")
    if profile is None or sent is None:
        return _list(request, status=422, problem=_("Choose a file and the profile it is to be read with."))
    known = ClaimFile.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        file = receive_upload(
            parts=sent.chunks(),
            name=sent.name or "",
            profile=profile,
            by=request.actor,  # type: ignore[attr-defined]
            is_history=bool(request.POST.get("history")),
            again=bool(request.POST.get("again")),
        )
    except UploadTooLarge as error:
        text = _("The file is larger than %(n)s MB. Split it, or import it on the server.") % {
            "n": error.limit >> 20
        }
        return _list(request, status=413, problem=text)
    except ProfileNotValid as error:
        problems = "; ".join(_profile_sentences(error))
        return _list(
            request,
            status=422,
            problem=sentence("file", "profile_not_valid", {"problems": problems}, current_language()),
        )
    if file.pk <= known:
        messages.info(request, _told_before(file))
    return redirect("fraud:file", reference=file.reference)


def _told_before(file: ClaimFile) -> str:
    """Nothing was taken twice; and where later deliveries say otherwise, what to do if this is meant as news."""
    n = changed_since(file)
    if not n:
        return _("This file was delivered before. Nothing was taken twice; this is what became of it.")
    return ngettext(
        "This file was delivered before, and later deliveries told of %(n)d of its claims since: what they say holds. If this "
        "file is meant as news, send it again with “Apply its content again” ticked.",
        "This file was delivered before, and later deliveries told of %(n)d of its claims since: what they say holds. If this "
        "file is meant as news, send it again with “Apply its content again” ticked.",
        n,
    ) % {"n": n}


@page("fraud.view_file", "fraud.import_claims")
@require_GET
def file_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One file. htmx asks for the changing part alone while it is being read."""
    file = get_object_or_404(ClaimFile.objects.select_related("profile"), reference=reference)
    running = file.state not in (*ENDED, ClaimFile.State.FAILED)
    context: dict[str, Any] = {"file": file, "running": running, "can_resume": is_waiting(file)}
    if request.headers.get("HX-Request"):
        answer = render(request, "fraud/files/_state.html", context)
        if not running:
            answer["HX-Refresh"] = "true"  # it has just ended: everything below is now known
        return answer
    context |= {
        "error": _error(file),
        "notes": [
            sentence("note", note["code"], note["params"], current_language())
            for note in file.notes
            if note["code"] != "fields_absent"
        ],
        "absent": next((n["params"]["fields"] for n in file.notes if n["code"] == "fields_absent"), ""),
        "totals": [(currency, sums) for currency, sums in file.totals.items() if is_known_currency(currency)],
        "codes": _codes(file),
        "code": request.GET.get("code", "")[:60],
        "panels": [] if running else file_panels(file, request.actor),  # type: ignore[attr-defined]
    }
    if can(request.actor, "fraud.view_file"):  # type: ignore[attr-defined]
        context |= _rejects(request, file)
        context["waiting"] = unlinked_cancellations(file)[:N_WAITING]
        context["links"] = links_of(file)[:N_WAITING]
        if context["page"].rows:
            record_access(request=request, subject=f"file:{file.reference}", what="rejected rows")
    return render(request, "fraud/files/page.html", context)


@page("fraud.view_file")
@require_POST
def file_rejects(request: HttpRequest, reference: str) -> HttpResponseBase:
    """All rejected rows as CSV, with a reason that is kept; no cell can start a formula."""
    file = get_object_or_404(ClaimFile, reference=reference)
    reason = export_reason(request.POST.get("reason", ""))
    if len(reason) < EXPORT_REASON_MIN:
        message = _("Say in a few words what the export is for.")
        return render(request, "400.html", {"message": message}, status=400)
    record_access(
        request=request, subject=f"file:{file.reference}", what="rejected rows, downloaded", reason=reason
    )
    return rejects_file(file, current_language())


@page("fraud.import_claims")
@require_POST
def resume_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a large upload again that stopped; rows that are stored already stay as they are."""
    file = get_object_or_404(ClaimFile, reference=reference)
    resume_upload(file=file, by=request.actor)  # type: ignore[attr-defined]
    return redirect("fraud:file", reference=file.reference)


@page("fraud.import_claims")
@require_POST
def cancel_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop an import that is going on; what is stored already stays."""
    file = get_object_or_404(ClaimFile, reference=reference)
    if cancel_import(file=file, by=request.actor):  # type: ignore[attr-defined]
        messages.success(request, _("The import stops before its next part."))
    else:
        messages.info(request, _("The import had ended already."))
    return redirect("fraud:file", reference=file.reference)


def _rejects(request: HttpRequest, file: ClaimFile) -> dict[str, Any]:
    rows = ClaimFileReject.objects.filter(file=file)
    codes = rows.order_by().values_list("code", flat=True).distinct()
    if code := asked_of(request, "code").known("code", list(codes)):
        rows = rows.filter(code=code)
    found = keyset_page(
        rows, by="line", cursor=request.GET.get("after", ""), size=REJECTS_SIZE, ascending=True
    )
    texts = [(row, sentence("row", row.code, row.params, current_language())) for row in found.rows]
    return {"page": replace(found, rows=texts)}


def _codes(file: ClaimFile) -> list[dict[str, Any]]:
    """How many rows were rejected for which reason, most frequent first."""
    counts = file.rejects.order_by().values("code").annotate(n=Count("pk")).order_by("-n")
    return [{**row, "text": sentence("row", row["code"], {}, current_language())} for row in counts]


def _error(file: ClaimFile) -> dict[str, str] | None:
    if not file.error:
        return None
    text = sentence("file", file.error["code"], file.error.get("params", {}), current_language())
    quarantined = file.state == ClaimFile.State.QUARANTINED
    title = _("The import stopped")
    if quarantined:
        title = _("The whole file was refused")
    elif file.state == ClaimFile.State.CANCELLED:
        title = _("The import was cancelled")
    kept = (
        _(
            "None of its rows was stored. Once the reason is gone, the same file can be handed in again: it is read anew."
        )
        if quarantined
        else _("Rows stored so far are kept and not taken twice.")
    )
    return {"title": title, "text": text, "kept": kept}


def _profile_sentences(error: ProfileNotValid) -> list[str]:
    """Every problem of a profile with its place."""
    language = current_language()
    return [
        f"{place}: {sentence('profile', code, params, language)}" for place, code, params in error.problems
    ]
