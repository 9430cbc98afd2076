"""Detection: what holds, what it finds and misses, model versions and their comparison, drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import NotPermitted, can
from fraud.company.pages import waiting_settings
from fraud.company.values import current_settings
from fraud.detection.features import grows_by_itself
from fraud.detection.model_files import ModelDamaged
from fraud.detection.models import DriftReport, ModelVersion, ScreeningRun
from fraud.detection.scoring.reasons import label
from fraud.learning import registry
from fraud.learning.alarms import find_alarms
from fraud.learning.being_tested import is_being_tested
from fraud.learning.comparing import compare_versions
from fraud.learning.evaluation_page import comparison_context, shown_evaluation
from fraud.learning.misses import miss_panel
from fraud.learning.model_card_page import card_context
from fraud.learning.promotion_words import evidence_words
from fraud.learning.triggers import learning_state
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence

#: Features the drift panel lists at least.
N_SHIFTS = 12


@page("fraud.view_detection")
@require_GET
def detection(request: HttpRequest) -> HttpResponse:
    """Overview: champion, challenger, misses, drift, versions."""
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    last_run, n_empty = ScreeningRun.last_night()
    context: dict[str, Any] = {
        "champion": champion,
        "versions": ModelVersion.objects.all()[:20],
        "panel": miss_panel(),
        "learning": learning_state(),
        "alarms": find_alarms(),
        "drift": DriftReport.objects.filter(model_version=champion)
        .order_by("-run__business_date", "-id")
        .first()
        if champion
        else None,
        "values": current_settings(),
        "proposals": waiting_settings(),
        "last_run": last_run,
        "n_empty": n_empty,
    }
    context |= _shifts(context["drift"])
    return render(request, "fraud/detection/detection.html", context)


def _shifts(report: Any) -> dict[str, list[dict[str, Any]]]:
    """`shifts`: features that moved most, largest first, all that are not calm among them; `growing`: those that move by themselves."""
    if report is None:
        return {"shifts": [], "growing": []}
    language = current_language()
    rows = [
        {
            "name": name,
            "label": label(name, language),
            "grows": grows_by_itself(name),
            **(value if isinstance(value, dict) else {"psi": value}),
        }
        for name, value in report.psi.items()
    ]
    rows.sort(key=lambda row: -(row.get("psi") or 0))
    judged = [row for row in rows if not row["grows"]]
    n_moved = sum(row.get("level", "calm") != "calm" for row in judged)
    return {"shifts": judged[: max(N_SHIFTS, n_moved)], "growing": [row for row in rows if row["grows"]]}


@page("fraud.view_detection")
@require_GET
def version(request: HttpRequest, reference: str) -> HttpResponse:
    """A model version: its card, the comparison with the champion, and what may be done."""
    return _show_version(request, _find(reference))


def _find(reference: str) -> ModelVersion:
    found = ModelVersion.objects.filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _show_version(
    request: HttpRequest, found: ModelVersion, *, status: int = 200, **more: Any
) -> HttpResponse:
    evaluation = shown_evaluation(found)
    context = {
        "version": found,
        "seen": registry.version_seen(found),
        "evaluation": evaluation,
        "is_being_tested": evaluation is None and is_being_tested(found),
        "may_go_back": can(_by(request), "fraud.promote_version")
        or can(_by(request), "fraud.propose_promotion"),
        "card": card_context(found, current_language()),
        "evidence": evidence_words(found)
        if found.stage in (ModelVersion.Stage.CHALLENGER, ModelVersion.Stage.PROPOSED)
        else [],
        "failed": registry.failed_gates(found) if found.stage != ModelVersion.Stage.CHAMPION else [],
        **(comparison_context(evaluation) if evaluation else {}),
    }
    return render(request, "fraud/detection/version.html", context | more, status=status)


@page("fraud.train_model", "fraud.propose_promotion", "fraud.promote_version")
@require_POST
def version_step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Compare, propose, promote, return or roll back; a refusal says what would be right."""
    found = _find(reference)
    told = {
        "reason": request.POST.get("reason", ""),
        "by": _by(request),
        "seen": request.POST.get("seen", ""),
    }
    try:
        said = _version_step(name, found, told, despite=request.POST.get("despite_gates") == "on")
    except NotPermitted as error:
        return _show_version(request, found, status=403, refusal=refusal_sentence(error))
    except (registry.PromotionNotAllowed, ModelDamaged, ValueError) as error:
        found.refresh_from_db()
        return _show_version(request, found, status=409, refusal=str(error))
    messages.success(request, said)
    return redirect("fraud:version", reference=reference)


def _version_step(name: str, found: ModelVersion, told: Mapping[str, Any], *, despite: bool) -> str:
    """`told`: the reason, who it is, and what the page had `seen` of the version."""
    if name == "compare":
        registry.need_seen(found, told["seen"])
        compared = compare_versions(version=found, by=told["by"])
        return _("Compared on %(n)s later claims.") % {"n": f"{compared.n_claims:,}"}
    if name == "propose":
        registry.propose_promotion(version=found, despite_gates=despite, **told)
        return _("Proposed. Somebody else has to promote it.")
    if name == "promote":
        registry.promote_version(version=found, despite_gates=despite, **told)
        return _("The version scores from the next run on.")
    if name == "return":
        registry.return_proposal(version=found, **told)
        return _("Returned; it goes on scoring in shadow.")
    if name == "roll-back":
        earlier = registry.propose_roll_back(over=found.reference, **told)
        said = _("Proposed to go back to %(version)s. Somebody else has to promote it.")
        return said % {"version": earlier.reference}
    raise Http404


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
