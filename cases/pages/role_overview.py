"""What the overview shows to those who work with models, rules or the machine, and see no cases: what came since, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from audit.permissions import can
from cases.models import Case
from cases.pages.approvals import waiting_for
from cases.pages.figure_lines import Line, share
from cases.pages.health import health_rows
from cases.pages.labels import labels_that_hold
from cases.pages.period_lines import Span, source_lines
from cases.pages.rules_to_look_at import rules_to_look_at
from cases.services.company import company_today
from cases.services.decided import is_misuse, teaching_codes
from cases.services.health import Level, find_health
from fraud.claims.models import ClaimFile
from fraud.detection.models import DriftReport, ModelVersion
from fraud.learning.experiment_words import STATES
from fraud.learning.training_page import trainings
from fraud.learning.triggers import learning_state
from fraud.web.charts import bars
from fraud.web.dates import say_day
from rules.models import RuleVersion

N_WEEKS, N_SHOWN = 12, 5
_WAITING = (ModelVersion.Stage.PROPOSED, ModelVersion.Stage.CHALLENGER)


@dataclass(frozen=True, slots=True)
class LabelWeek:
    """How many labels became known in the week that begins on `monday`, and how many of them are misuse."""

    monday: date
    n: int
    n_misuse: int

    @property
    def href(self) -> str:
        """The labels of that week."""
        return f"{reverse('cases:labels')}?from={self.monday}&to={self.monday + timedelta(days=6)}"


def role_sections(by: Actor, span: Span) -> dict[str, Any]:
    """The parts of the overview that the actor works with, by name: `model`, `rules`, `machine`."""
    found: dict[str, Any] = {}
    if can(by, "fraud.train_model"):
        found["model"] = model_section(by, span)
    if can(by, "rules.draft_rule"):
        found["rules"] = rules_section(by)
    if can(by, "cases.view_health") and can(by, "fraud.change_settings"):
        found["machine"] = machine_section(by)
    return found


def model_section(by: Actor, span: Span) -> dict[str, Any]:
    """For the model owner: labels by week, how right the champion is, trainings, versions that wait, drift."""
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    reports = DriftReport.objects.filter(model_version=champion).order_by("-run__business_date", "-id")
    weeks = label_weeks(by)
    return {
        "champion": champion,
        "precision": precision_of(champion, span) if champion else None,
        "sources": list(source_lines(span)),
        "weeks": weeks[::-1],
        "weeks_chart": _chart(weeks),
        "learning": learning_state(),
        "waiting": ModelVersion.objects.filter(stage__in=_WAITING)[:N_SHOWN],
        "trainings": [(row, *STATES[row.state]) for row in trainings()[:N_SHOWN]],
        "drift": reports.first() if champion else None,
    }


def precision_of(version: ModelVersion, span: Span) -> Line:
    """Share of misuse among the cases that this version's score opened and that were decided in the period, with its interval."""
    opened = Case.objects.filter(
        run__model_version=version, source=Case.Source.MODEL, disposition__in=teaching_codes()
    )
    rows = opened.filter(pk__in=span.decided().values("pk")).values_list("disposition", flat=True)
    verdicts = [bool(is_misuse(code)) for code in rows]
    words = pgettext("overview", "Precision of %(version)s") % {"version": version.reference}
    return share("champion", words, sum(verdicts), len(verdicts), "")


def label_weeks(by: Actor) -> list[LabelWeek]:
    """The last twelve weeks, the current one last, empty ones included; without claims the reader is involved in."""
    today = company_today()
    first = today - timedelta(days=today.weekday(), weeks=N_WEEKS - 1)
    counted = {first + timedelta(weeks=n): [0, 0] for n in range(N_WEEKS)}
    known = labels_that_hold(by)
    for at, verdict in known.select("known_at", "is_misuse").iter_rows():
        on = timezone.localtime(at).date()
        week = counted.get(on - timedelta(days=on.weekday()))
        if week is not None:
            week[0] += 1
            week[1] += bool(verdict)
    return [LabelWeek(monday, n, n_misuse) for monday, (n, n_misuse) in counted.items()]


def _chart(weeks: list[LabelWeek]) -> str:
    language, today = current_language(), company_today()
    return bars(
        [(f"{week.monday.month}/{week.monday.day}", float(week.n)) for week in weeks],
        label=pgettext("overview", "Labels by week"),
        titles=[f"{say_day(week.monday, language, today=today)}: {week.n}" for week in weeks],
        links=[week.href for week in weeks],
    )


def machine_section(by: Actor) -> dict[str, Any]:
    """For the system administrator: facts that somebody should look at, what waits for their approval, and the last files."""
    files = ClaimFile.objects.select_related("profile").defer("notes", "totals")
    return {
        "facts": health_rows([fact for fact in find_health() if fact.level != Level.OK], by),
        "waiting": waiting_for(by)[:N_SHOWN],
        "files": files.order_by("-pk")[:N_SHOWN],
    }


def rules_section(by: Actor) -> dict[str, Any]:
    """For the rule administrator: rules to look at, drafts and proposals that are not active yet, what became active lately."""
    versions = RuleVersion.objects.select_related("rule")
    since = clock.now() - timedelta(days=30)
    return {
        "to_look_at": rules_to_look_at(by)[:N_SHOWN],
        "open": versions.filter(state__in=(RuleVersion.State.DRAFT, RuleVersion.State.PROPOSED)).order_by(
            "-pk"
        )[:N_SHOWN],
        "active": versions.filter(state=RuleVersion.State.ACTIVE, activated_at__gte=since).order_by(
            "-activated_at"
        )[:N_SHOWN],
        "n_active": versions.filter(state=RuleVersion.State.ACTIVE).count(),
    }
