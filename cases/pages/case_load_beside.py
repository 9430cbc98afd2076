"""The case load worked out beside the request, once for all processes of the web server, for page and interface alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from audit.actor import Actor
from audit.people import number_key
from cases.pages.case_load import CaseLoad, Nights, Share, case_load
from fraud.claims.identity import barred_cardholders
from fraud.company.models import CompanySettings
from fraud.detection.models import ModelVersion, ScreeningRun
from fraud.web.beside import Done, Form, Waiting, beside
from fraud.web.shared_answers import answer_name
from fraud.workbench.frames import Period
from fraud.workbench.kept_answers import state_of
from rules.language import Expression, to_text
from rules.models import RuleVersion

_SHARES = ("overlap", "departments")


def load_beside(
    *,
    code: str,
    tree: Expression,
    by: Actor,
    period: Period | None,
    weight: float = 1.0,
    always: bool = False,
    rate: float | None = None,
) -> Done[CaseLoad | None] | Waiting:
    """What `case_load` says of the same, or that it is being worked out. Raises what that raises."""

    def work() -> CaseLoad | None:
        return case_load(code=code, tree=tree, by=by, period=period, weight=weight, always=always, rate=rate)

    days = None if period is None else [period.after.isoformat(), period.until.isoformat()]
    asked = [code, to_text(tree), weight, always, rate, days]
    reader = [number_key(by.employee_no), sorted(barred_cardholders(by))]
    key = ("case load", answer_name(state_of(asked), _played_with(), reader))
    return beside(key, work, AS_JSON)


def _played_with() -> list[Any]:
    """What nights are chosen with beside claims and rules' texts: settings, the model, beliefs, shares."""
    settings = CompanySettings.objects.filter(state=CompanySettings.State.ACTIVE).values_list("pk", flat=True)
    model = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).values_list("reference", flat=True)
    last = ScreeningRun.objects.exclude(rule_evidence={}).order_by("-business_date", "-pk")
    shares = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE).order_by("pk")
    return [
        settings.first(),
        model.first(),
        last.values_list("pk", flat=True).first(),
        [[pk, str(rate)] for pk, rate in shares.values_list("pk", "rollout_rate")],
    ]


def _written(found: CaseLoad | None) -> dict[str, Any] | None:
    if found is None:
        return None
    told = {each.name: getattr(found, each.name) for each in fields(found)}
    return told | {
        "period": [found.period.after.isoformat(), found.period.until.isoformat()],
        "nights": [night.isoformat() for night in found.nights],
        "before": _nights(found.before),
        "after": _nights(found.after),
        **{name: [asdict(each) for each in told[name]] for name in _SHARES},
        "bands": [[high, asdict(each)] for high, each in found.bands],
    }


def _nights(played: Nights) -> dict[str, Any]:
    """What is told of them; which claims were seen has been counted."""
    return {"cases": played.cases, "n_joined": played.n_joined, "n_held": played.n_held}


def _read(told: Mapping[str, Any] | None) -> CaseLoad | None:
    if told is None:
        return None
    more: dict[str, Any] = {
        "period": Period(*map(datetime.fromisoformat, told["period"])),
        "nights": [date.fromisoformat(night) for night in told["nights"]],
        "before": Nights(**told["before"]),
        "after": Nights(**told["after"]),
        "gained": tuple(told["gained"]),
        "lost": tuple(told["lost"]),
        **{name: [Share(**each) for each in told[name]] for name in _SHARES},
        "bands": [(high, Share(**each)) for high, each in told["bands"]],
    }
    return CaseLoad(**{**told, **more})


#: How one process of the web server hands it to the others.
AS_JSON: Form[CaseLoad | None] = Form(_written, _read)
