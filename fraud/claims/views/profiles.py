"""Import profiles: a plain form over the stored JSON, checked before it is saved, tried on a file before it is trusted."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit.language import current_language
from fraud.claims.file_words import profile_words
from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.problems import FileQuarantined, ProfileNotValid
from fraud.claims.importing.profiles import ensure_presets, save_profile, temporary_copy
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.trying import try_file
from fraud.claims.importing.uploads import MAX_UPLOAD_BYTES
from fraud.claims.models import ColumnExemption, ImportProfile
from fraud.claims.trial_words import trial_words
from fraud.web.access import page

_NAME_LENGTH = 60


@page("fraud.view_file", "fraud.change_profile")
@require_GET
def profile_list(request: HttpRequest) -> HttpResponse:
    """All profiles."""
    ensure_presets()
    profiles = ImportProfile.objects.defer("spec")
    return render(request, "fraud/files/profiles.html", {"profiles": profiles})


@page("fraud.view_file", "fraud.change_profile", body=MAX_UPLOAD_BYTES)
@require_http_methods(["GET", "POST"])
def profile_page(request: HttpRequest, name: str) -> HttpResponse:
    """One profile. POST tries the typed JSON on a file (`try`) or saves it, under a new name if one is typed."""
    ensure_presets()
    profile = get_object_or_404(ImportProfile, name=name)
    if request.method == "GET":
        return _show(request, profile, json.dumps(profile.spec, ensure_ascii=False, indent=2))
    text = request.POST.get("spec", "")
    try:
        spec = json.loads(text)
    except json.JSONDecodeError as error:
        place = _("Line %(line)s, column %(column)s") % {"line": error.lineno, "column": error.colno}
        return _show(request, profile, text, status=422, problems=[f"{place}: {error.msg}"])
    if not isinstance(spec, dict):
        return _show(request, profile, text, status=422, problems=[_("A profile is an object: {…}.")])
    try:
        if "try" in request.POST:
            return _try(request, profile, spec, text)
        return _save(request, profile, spec)
    except ProfileNotValid as error:
        return _show(request, profile, text, status=422, problems=_sentences(error))


def _save(request: HttpRequest, profile: ImportProfile, spec: dict[str, Any]) -> HttpResponse:
    name = request.POST.get("name", "").strip()[:_NAME_LENGTH] or profile.name
    saved = save_profile(
        name=name,
        spec=spec,
        by=request.actor,  # type: ignore[attr-defined]
        label_en=request.POST.get("label_en", "").strip()[:120],
        label_ko=request.POST.get("label_ko", "").strip()[:120],
        reason=request.POST.get("reason", "").strip()[:300],
    )
    messages.success(
        request, _("Saved as version %(n)s. The next file is read with it.") % {"n": saved.version}
    )
    return redirect("fraud:profile", name=saved.name)


def _try(request: HttpRequest, profile: ImportProfile, spec: dict[str, Any], text: str) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        return _show(request, profile, text, status=422, problems=[_("Choose a file to try the profile on.")])
    path = temporary_copy(sent.chunks())
    try:
        trial = try_file(path=path, name=sent.name or "", spec=spec, by=request.actor)  # type: ignore[attr-defined]
    except FileQuarantined as error:
        problem = sentence("file", error.code, error.params, current_language())
        return _show(request, profile, text, status=422, problems=[problem])
    finally:
        path.unlink(missing_ok=True)
    return _show(request, profile, text, preview=trial_words(trial))


def _sentences(error: ProfileNotValid) -> list[str]:
    language = current_language()
    return [
        f"{place or '{}'}: {sentence('profile', code, params, language)}"
        for place, code, params in error.problems
    ]


def _show(
    request: HttpRequest, profile: ImportProfile, text: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    words = {"words": profile_words(), "field_names": sorted(FIELDS)}
    rows = list(profile.exemptions.select_related("proposed_by", "decided_by"))
    told = {row.column for row in rows if row.state == ColumnExemption.State.ACTIVE}
    exempt = [c for c in profile.spec.get("not_card_columns", []) if c not in told]
    about = {"exemptions": rows, "exempt": exempt}
    context = {"profile": profile, "text": text, "typed": request.POST, **words, **about, **more}
    return render(request, "fraud/files/profile.html", context, status=status)
