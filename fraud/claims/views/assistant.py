"""The mapping assistant: a table nobody has described is looked at, guessed at, tried, corrected by a person and saved as a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.language import current_language
from audit.permissions import can
from fraud.claims.assistant_words import (
    column_words,
    finding_words,
    form_words,
    kind_words,
    needed_fields,
    open_questions,
)
from fraud.claims.importing.drafts import Draft, find_draft, keep_draft
from fraud.claims.importing.guessing.choices import spec_of
from fraud.claims.importing.guessing.fitting import Known
from fraud.claims.importing.guessing.guess import TableGuess, guess_table
from fraud.claims.importing.problems import FileQuarantined, ProfileNotValid
from fraud.claims.importing.profiles import get_profile, known_profiles, save_profile
from fraud.claims.importing.scanning import NUMBERS, refuse_in_name
from fraud.claims.importing.services import get_ready, reading_bounds
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.trying import Trial, try_file
from fraud.claims.importing.uploads import MAX_UPLOAD_BYTES, UploadTooLarge, receive_upload
from fraud.claims.importing.waiting import find_waiting
from fraud.claims.models import ImportProfile
from fraud.claims.trial_words import trial_words
from fraud.claims.views.assistant_form import (
    NO_PROFILE,
    chosen_layout,
    chosen_profile,
    dates_of,
    guessed_layout,
    name_problem,
    read_choices,
)
from fraud.web.access import page


@dataclass
class _Look:
    """One look at a file: what was guessed and chosen, and what came of trying it."""

    draft: Draft
    found: TableGuess | None = None
    trial: Trial | None = None
    problems: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)
    questions: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    is_changed: bool = False  # somebody chose otherwise than the profile that fits
    number: Mapping[str, Any] | None = None  # what must not be kept, and where it stands
    is_kept: bool = True

    def forget(self) -> None:
        self.draft.drop()
        self.is_kept = False


@page("fraud.import_claims", body=MAX_UPLOAD_BYTES)
@require_http_methods(["GET", "POST"])
def assistant_page(request: HttpRequest) -> HttpResponse:
    """Upload, look, choose, look again, save. A file is kept between the steps unless it holds what must not be stored."""
    if request.method == "GET":
        get_ready()
        return render(request, "fraud/files/assistant.html", {})
    try:
        draft = _draft(request)
    except UploadTooLarge as error:
        text = _("The file is larger than %(n)s MB. Split it, or import it on the server.")
        return _again(request, text % {"n": error.limit >> 20}, status=413)
    if draft is None:
        return _again(request, _("Choose the file: it is not kept any longer, or none was sent."))
    look = _look(request, draft)
    if look.found is None:
        look.forget()
        return _again(request, " ".join(look.problems))
    if not look.problems and not look.needed and not look.questions:
        if "use" in request.POST and look.found.fits and not look.is_changed:
            return _import(request, look, get_profile(look.found.fits))
        if ("save" in request.POST or "import" in request.POST) and (saved := _save(request, look)):
            return _import(request, look, saved) if "import" in request.POST else redirect("fraud:profiles")
    return _show(request, look)


def _draft(request: HttpRequest) -> Draft | None:
    by = request.actor  # type: ignore[attr-defined]
    if sent := request.FILES.get("file"):
        return keep_draft(sent.chunks(), sent.name or "", by)
    return find_draft(request.POST.get("draft", ""), by)


def _look(request: HttpRequest, draft: Draft) -> _Look:
    look = _Look(draft)
    try:
        if sent := request.FILES.get("file"):
            refuse_in_name(sent.name or "")
        known = known_profiles()
        look.found, look.is_changed = _found(request, draft, known)
        is_looked_at = "file" not in request.FILES and _signature(look.found) == request.POST.get("seen")
        spec = spec_of(look.found.choices)
        if look.found.fits and not look.is_changed:
            # What is shown is what importing with the profile gives.
            spec = dict(next(one.spec for one in known if one.name == look.found.fits))
        look.needed = needed_fields(spec, current_language())
        look.questions = open_questions(look.found, None) if look.found.open_amounts else {}
        if not is_looked_at:  # a ticket with the same layout stands for a file in which nothing was found
            _look_for_numbers(look, spec)
        if look.number and (look.needed or look.questions):
            raise FileQuarantined(look.number["code"], place=look.number["place"], n=look.number["n"])
        if not look.needed and not look.questions:
            _try(request, look, spec)
            look.questions = open_questions(look.found, look.trial)
    except FileQuarantined as error:
        look.problems.append(sentence("file", error.code, error.params, current_language()))
        if error.code in NUMBERS:
            look.forget()
    except ProfileNotValid as error:
        look.problems += [
            f"{place}: {sentence('profile', code, params, current_language())}"
            for place, code, params in error.problems
        ]
        look.forget()
    return look


def _look_for_numbers(look: _Look, spec: Mapping[str, Any]) -> None:
    """Keep the file for the next step only where it holds nothing that must not be stored, whatever an import would do with it."""
    assert look.found is not None
    exempt = spec.get("not_card_columns", ())
    bounds = reading_bounds()
    try:
        look.number = find_waiting(look.draft.path, look.found.grid, not_card_columns=exempt, bounds=bounds)
    except FileQuarantined:
        look.forget()  # nobody knows what it holds
        raise
    finally:
        get_ready()


def _signature(found: TableGuess) -> str:
    return str(form_words(found, current_language())["signature"])


def _found(request: HttpRequest, draft: Draft, known: list[Known]) -> tuple[TableGuess, bool]:
    """The guess with the choices of the form, as long as they were made for this layout, profile and columns; and whether they change it."""
    data = request.POST
    found = guess_table(
        draft.path, known, name=draft.name, layout=chosen_layout(data), profile=chosen_profile(data)
    )
    if _signature(found) == data.get("seen"):
        chosen = read_choices(data, found)
        return chosen, spec_of(chosen.choices) != spec_of(found.choices)
    # Another file than the one the layout was chosen for is guessed from nothing.
    return (guess_table(draft.path, known, name=draft.name) if "file" in request.FILES else found), False


def _try(request: HttpRequest, look: _Look, spec: dict[str, Any]) -> None:
    look.trial = try_file(
        path=look.draft.path,
        name=look.draft.name,
        spec=spec,
        by=request.actor,  # type: ignore[attr-defined]
    )


def _save(request: HttpRequest, look: _Look) -> ImportProfile | None:
    """The saved profile; None with the problem on the look where it cannot be."""
    assert look.found is not None
    if not can(request.actor, "fraud.change_profile"):  # type: ignore[attr-defined]
        look.problems.append(_("Only a system administrator saves profiles. Ask one to save this one."))
        return None
    name = request.POST.get("name", "").strip()
    if problem := name_problem(name, look.found.based):
        look.problems.append(problem)
        return None
    spec = spec_of(look.found.choices)
    spec.setdefault("source_system", name)
    label = request.POST.get("label", "").strip()[:120]
    profile = save_profile(name=name, spec=spec, by=request.actor, label_en=label, label_ko=label)  # type: ignore[attr-defined]
    messages.success(
        request, _("Saved. Files of this kind are read with the profile “%(name)s”.") % {"name": name}
    )
    if "import" not in request.POST:
        look.forget()
    return profile


def _import(request: HttpRequest, look: _Look, profile: ImportProfile) -> HttpResponse:
    try:
        file = receive_upload(
            parts=look.draft.parts(),
            name=look.draft.name,
            profile=profile,
            by=request.actor,  # type: ignore[attr-defined]
            is_history=bool(request.POST.get("history")),
        )
    finally:
        look.forget()
    return redirect("fraud:file", reference=file.reference)


def _again(request: HttpRequest, problem: str, *, status: int = 422) -> HttpResponse:
    return render(request, "fraud/files/assistant.html", {"problem": problem}, status=status)


def _show(request: HttpRequest, look: _Look) -> HttpResponse:
    found = look.found
    assert found is not None
    if look.number:
        look.forget()
    language = current_language()
    names = {found.fits, found.like, found.unnamed, *found.candidates} - {""}
    profiles = {profile.name: profile for profile in ImportProfile.objects.filter(name__in=names)}
    context: Mapping[str, Any] = {
        "look": look,
        "draft": look.draft,
        "found": found,
        "choices": found.choices,
        "columns": column_words(found, language),
        "forms": form_words(found, language),
        "findings": finding_words(found, language),
        "kind": kind_words(found, language),
        "preview": trial_words(look.trial) if look.trial and not look.questions else None,
        "fits": profiles.get(found.fits),
        "like": profiles.get(found.like),
        "also": [profiles[name] for name in found.also],
        "unnamed": profiles.get(found.unnamed),
        "candidates": [profiles[name] for name in found.candidates],
        "based": found.based or NO_PROFILE,
        "is_chosen": chosen_profile(request.POST) is not None,
        "dates": dates_of(request.POST),
        "was": guessed_layout(found),
        "typed": request.POST,
    }
    status = 422 if look.problems else 200
    return render(request, "fraud/files/assistant.html", context, status=status)
