"""Detection: what holds, what it finds and misses, the threshold, model versions and their comparison, drift."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import NotPermitted, can
from audit.typed import decimal_number, whole_number
from fraud.company.models import CompanySettings
from fraud.company.pages import waiting_settings
from fraud.company.thresholds import CostMatrix
from fraud.company.values import (
    THRESHOLD_POLICIES,
    SettingsNotValid,
    activate_settings,
    current_settings,
    propose_settings,
    return_settings,
)
from fraud.detection.model_files import ModelDamaged
from fraud.detection.models import DriftReport, ModelVersion, ScreeningRun
from fraud.detection.scoring.reasons import label
from fraud.learning import registry
from fraud.learning.comparing import compare_versions
from fraud.learning.evaluation_page import comparison_context, shown_evaluation
from fraud.learning.misses import miss_panel
from fraud.learning.model_card_page import card_context
from fraud.learning.threshold_figures import at_threshold, recent_scores, threshold_curve
from fraud.web.access import page
from fraud.web.charts import Axis, Mark, Series, lines
from fraud.web.refusals import refusal_sentence

COST_FIELDS = ("tp", "fp", "fn", "tn")


@page("fraud.view_detection")
@require_GET
def detection(request: HttpRequest) -> HttpResponse:
    """Overview: champion, challenger, misses, drift, versions."""
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    context: dict[str, Any] = {
        "champion": champion,
        "versions": ModelVersion.objects.all()[:20],
        "panel": miss_panel(),
        "drift": DriftReport.objects.filter(model_version=champion).first() if champion else None,
        "values": current_settings(),
        "proposals": waiting_settings(),
        "last_run": ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED).first(),
    }
    context["shifts"] = _shifts(context["drift"])
    return render(request, "fraud/detection/detection.html", context)


def _shifts(report: Any) -> list[dict[str, Any]]:
    """The features that moved most, largest first."""
    if report is None:
        return []
    language = current_language()
    rows = [
        {
            "name": name,
            "label": label(name, language),
            **(value if isinstance(value, dict) else {"psi": value}),
        }
        for name, value in report.psi.items()
    ]
    return sorted(rows, key=lambda row: -(row.get("psi") or 0))[:12]


@page("fraud.view_detection")
@require_GET
def threshold(request: HttpRequest) -> HttpResponse:
    """Threshold, cost matrix and capacity: what another choice would have meant on the last nights."""
    return _show_threshold(request)


def _show_threshold(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    values = current_settings()
    typed = request.POST or request.GET
    cost = _costs(typed, values.costs)
    policy = _policy(typed.get("policy", ""), values.threshold_policy)
    fixed = _number(typed.get("threshold"), values.alert_threshold, 0.001, 0.999)
    tried = cost.threshold() if policy == "cost" else fixed
    scores = recent_scores()
    curve = threshold_curve(scores, cost)
    context = {
        "values": values,
        "cost": cost,
        "policy": policy,
        "fixed": fixed,
        "tried": at_threshold(scores, tried, cost),
        "now": at_threshold(scores, values.alert_threshold, values.costs),
        "best": min(curve, key=lambda point: point.cost_per_1000) if scores.n_claims else None,
        "formula": cost.threshold(),
        "scores": scores,
        "cost_chart": _cost_chart(curve, tried) if scores.n_claims else "",
        "load_chart": _load_chart(curve, tried, values.capacity_per_day) if scores.n_claims else "",
        "proposals": waiting_settings(),
        "typed": typed,
    }
    return render(request, "fraud/detection/threshold.html", context | more, status=status)


def _cost_chart(curve: list[Any], tried: float) -> str:
    xs = [point.threshold for point in curve]
    series = [Series(_("Cost per 1,000 claims"), [p.cost_per_1000 for p in curve], xs, has_area=True)]
    marks = [Mark(_("chosen"), x=tried)]
    return lines(series, label=_("Cost by threshold"), x=Axis(_("Threshold")), y=Axis(low=0), marks=marks)


def _load_chart(curve: list[Any], tried: float, capacity: int) -> str:
    xs = [point.threshold for point in curve]
    series = [
        Series(_("Alerts a night"), [p.alerts for p in curve], xs),
        Series(_("Misuse expected among them"), [p.found for p in curve], xs, color="c5"),
    ]
    marks = [Mark(_("chosen"), x=tried), Mark(_("capacity"), y=capacity)]
    return lines(
        series, label=_("Alerts a night by threshold"), x=Axis(_("Threshold")), y=Axis(low=0), marks=marks
    )


def _costs(typed: Any, costs: CostMatrix) -> CostMatrix:
    given = {name: _number(typed.get(name), getattr(costs, name), 0, 1e6) for name in COST_FIELDS}
    return CostMatrix(**given)


def _number(text: str | None, otherwise: float, low: float, high: float) -> float:
    """A finite number inside the range, else what holds."""
    typed = decimal_number((text or "").strip())
    return otherwise if typed is None or not low <= typed <= high else float(typed)


@page("fraud.propose_threshold")
@require_POST
def propose_threshold(request: HttpRequest) -> HttpResponse:
    """Propose threshold, cost matrix and capacity; a second person activates them."""
    try:
        changes = _changes(request)
        row = propose_settings(changes=changes, note=request.POST.get("note", ""), by=_by(request))
    except SettingsNotValid as error:
        return _show_threshold(request, status=422, problems=error.problems)
    except ValueError:
        problems = {"threshold": _("Write numbers only, such as 0.05 or 100.")}
        return _show_threshold(request, status=422, problems=problems)
    messages.success(
        request, _("Proposed as settings %(n)d. Somebody else has to activate them.") % {"n": row.number}
    )
    return redirect("fraud:threshold")


def _changes(request: HttpRequest) -> dict[str, Any]:
    values, typed = current_settings(), request.POST
    costs = {name: _given(typed.get(name), getattr(values.costs, name)) for name in COST_FIELDS}
    changes: dict[str, Any] = {
        "costs": costs,
        "threshold_policy": _policy(typed.get("policy", ""), values.threshold_policy),
    }
    if changes["threshold_policy"] == "fixed" and typed.get("threshold"):
        changes["fixed_threshold"] = _given(typed["threshold"], values.fixed_threshold)
    for name in ("reviewer_minutes_per_day", "minutes_per_case"):
        if typed.get(name):
            changes[name] = _whole(typed[name])
    before = asdict(values)
    changed = {name: value for name, value in changes.items() if before.get(name) != value}
    if not changed:
        raise SettingsNotValid({"threshold": _("This is what holds already; change something first.")})
    return changed


def _policy(typed: str, held: str) -> str:
    """How the threshold is set: as chosen, else as it is now. Costs alone change no policy."""
    return typed if typed in THRESHOLD_POLICIES else held


def _given(text: str | None, otherwise: float) -> float:
    """The number of a field, or what holds where it was left empty. Raises ValueError."""
    typed = decimal_number((text or "").strip())
    if typed is None and (text or "").strip():
        raise ValueError(text)
    return otherwise if typed is None else float(typed)


def _whole(text: str) -> int:
    typed = whole_number(text.strip())
    if typed is None:
        raise ValueError(text)
    return typed


@page("fraud.activate_threshold")
@require_POST
def decide_settings(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Activate or return proposed settings; never by whoever proposed them."""
    try:
        if name == "activate":
            activate_settings(number=number, by=_by(request), reason=request.POST.get("reason", ""))
            messages.success(request, _("The settings hold from the next run on."))
        elif name == "return":
            return_settings(number=number, by=_by(request), reason=request.POST.get("reason", ""))
            messages.success(request, _("The proposal was returned."))
        else:
            raise Http404
    except CompanySettings.DoesNotExist:
        raise Http404 from None
    except NotPermitted as error:
        return _show_threshold(request, status=403, refusal=refusal_sentence(error))
    return redirect("fraud:threshold")


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
        "evaluation": evaluation,
        "may_go_back": can(_by(request), "fraud.promote_version")
        or can(_by(request), "fraud.propose_promotion"),
        "card": card_context(found, current_language()),
        "failed": registry.failed_gates(found) if found.stage != ModelVersion.Stage.CHAMPION else [],
        **(comparison_context(evaluation) if evaluation else {}),
    }
    return render(request, "fraud/detection/version.html", context | more, status=status)


@page("fraud.train_model", "fraud.propose_promotion", "fraud.promote_version")
@require_POST
def version_step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Compare, propose, promote, return or roll back; a refusal says what would be right."""
    found = _find(reference)
    reason, by = request.POST.get("reason", ""), _by(request)
    try:
        said = _version_step(name, found, reason, by, despite=request.POST.get("despite_gates") == "on")
    except NotPermitted as error:
        return _show_version(request, found, status=403, refusal=refusal_sentence(error))
    except (registry.PromotionNotAllowed, ModelDamaged, ValueError) as error:
        found.refresh_from_db()
        return _show_version(request, found, status=409, refusal=str(error))
    messages.success(request, said)
    return redirect("fraud:version", reference=reference)


def _version_step(name: str, found: ModelVersion, reason: str, by: Actor, *, despite: bool) -> str:
    if name == "compare":
        compared = compare_versions(version=found, by=by)
        return _("Compared on %(n)s later claims.") % {"n": f"{compared.n_claims:,}"}
    if name == "propose":
        registry.propose_promotion(version=found, reason=reason, by=by)
        return _("Proposed. Somebody else has to promote it.")
    if name == "promote":
        registry.promote_version(version=found, reason=reason, by=by, despite_gates=despite)
        return _("The version scores from the next run on.")
    if name == "return":
        registry.return_proposal(version=found, reason=reason, by=by)
        return _("Returned; it goes on scoring in shadow.")
    if name == "roll-back":
        earlier = registry.propose_roll_back(reason=reason, by=by)
        said = _("Proposed to go back to %(version)s. Somebody else has to promote it.")
        return said % {"version": earlier.reference}
    raise Http404


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
