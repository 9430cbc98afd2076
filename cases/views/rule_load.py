"""Before a rule goes live: the nights of any period chosen again with it and without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from audit.actor import Actor
from audit.language import current_language
from audit.typed import whole_number
from cases.pages.case_load import CaseLoad, claims_listed
from cases.pages.case_load_beside import load_beside
from cases.pages.load_period import asked_period
from fraud.detection.model_files import ModelDamaged, NoChampion
from fraud.web.access import page
from fraud.web.beside import Done, Waiting
from fraud.web.charts import Axis, Series, lines
from fraud.workbench.frames import Period
from fraud.workbench.would_be import version_shown
from rules.exceptions import ShareNotPossible
from rules.language import RuleNotValid
from rules.models import RuleVersion
from rules.services import rolling_out
from rules.services.common import checked


@page("rules.draft_rule", "rules.activate_rule")
@require_GET
def rule_load(request: HttpRequest, code: str) -> HttpResponse:
    """The case load of the version that is written or waits, else of the one that runs; ``?from=&to=`` asks for a period."""
    version = version_shown(code)
    if version is None:
        raise Http404
    period = asked_period(request.GET.get("from", ""), request.GET.get("to", ""))
    context: dict[str, Any] = {
        "rule": version.rule, "version": version, "typed": request.GET, "shares": rolling_out.SHARES,
    }  # fmt: skip
    percent = _percent(request, version)
    if isinstance(period, str) or percent is None:
        refusal = period if isinstance(period, str) else str(ShareNotPossible())
        return render(request, "cases/rules/load.html", context | {"refusal": refusal}, status=422)
    context["percent"] = percent
    is_part = bool(request.headers.get("HX-Request"))
    template = "cases/rules/_load.html" if is_part else "cases/rules/load.html"
    try:
        answer = _beside(version, request.actor, period, percent)  # type: ignore[attr-defined]
    except RuleNotValid as error:
        said = "; ".join(problem.message(current_language()) for problem in error.problems)
        return render(request, template, context | {"refusal": said}, status=422)
    except (NoChampion, ModelDamaged):
        said = _("No model version can be opened, so nobody can say what the nights would choose.")
        return render(request, template, context | {"refusal": said})
    if period is not None:
        context |= {"first": (period.after + timedelta(seconds=1)), "last": period.until}
    if isinstance(answer, Waiting):
        return render(request, template, context | {"waiting": answer})
    found = answer.result
    if found is not None:
        listed = {name: claims_listed(getattr(found, name), request.actor) for name in ("gained", "lost")}  # type: ignore[attr-defined]
        context |= {**_drawn(found), **listed}
    return render(request, template, context | {"load": found})


def _beside(
    version: RuleVersion, by: Actor, period: Period | None, percent: int
) -> Done[CaseLoad | None] | Waiting:
    """The case load, or that it is being worked out. Raises RuleNotValid, NoChampion, ModelDamaged."""
    return load_beside(
        code=version.rule.code,
        tree=checked(version.text),
        by=by,
        period=period,
        weight=version.weight,
        always=version.is_always_open,
        rate=percent / 100,
    )


def _percent(request: HttpRequest, version: RuleVersion) -> int | None:
    """The share asked for, else the one the version counts for; None for what is none."""
    typed = request.GET.get("percent", "").strip()
    if not typed:
        return int(version.rollout_rate * 100)
    found = whole_number(typed, 3)
    return found if found is not None and 1 <= found <= 100 else None


def overlap_word(name: str) -> str:
    """A part of the claims, by who would flag it."""
    return {
        "both": pgettext("rule overlap", "Rule and model"),
        "rule": pgettext("rule overlap", "Rule only"),
        "model": pgettext("rule overlap", "Model only"),
        "sampled": pgettext("rule overlap", "Neither, in the control sample"),
        "neither": pgettext("rule overlap", "Neither"),
    }[name]


def _drawn(found: CaseLoad) -> dict[str, Any]:
    xs = [float(n) for n in range(len(found.nights))]
    series = [
        Series(pgettext("case load", "with the rule"), [float(n) for n in found.after.cases], xs, "c1"),
        Series(pgettext("case load", "without it"), [float(n) for n in found.before.cases], xs, "c2"),
    ]
    label = pgettext("case load", "New cases a night")
    every = max(len(xs) // 5, 1)
    ticks = [(x, f"{found.nights[int(x)]:%m-%d}") for x in xs[::every]]
    axis = Axis(pgettext("case load", "night"), ticks=ticks)
    chart = lines(series, label=label, x=axis, y=Axis(label)) if len(xs) > 1 else ""
    return {
        "chart": chart,
        "overlap": [(overlap_word(each.name), each) for each in found.overlap],
        "bands": [(high if high < 10**15 else None, each) for high, each in found.bands],
    }
