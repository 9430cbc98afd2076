"""What the last night believed of each rule by itself, and which rules their outcomes speak against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fraud.company.values import current_settings
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.beliefs import ASKED_ON_HOPE, RuleEvidence


@dataclass(frozen=True, slots=True)
class RuleBelief:
    """A rule version's evidence as a run pinned it: on which night, and whether even its best case is under the threshold."""

    evidence: RuleEvidence
    reference: str
    on: date
    is_useless: bool

    @property
    def rests_on_hope(self) -> bool:
        """Whether no outcome at all speaks of the hits that only it finds."""
        return not (self.evidence.reviewed or self.evidence.past_reviewed)

    @property
    def asked_on_hope(self) -> int:
        return ASKED_ON_HOPE

    @property
    def percent(self) -> float:
        return 100 * self.evidence.belief

    @property
    def upper_percent(self) -> float:
        return 100 * self.evidence.upper


def beliefs_by_version() -> dict[int, RuleBelief]:
    """Rule version id → what the last finished night believed of it; empty before the first."""
    finished = ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED).exclude(rule_evidence={})
    run = (
        finished.order_by("-business_date", "-pk").only("reference", "business_date", "rule_evidence").first()
    )
    if run is None:
        return {}
    threshold = current_settings().alert_threshold
    found = {}
    for version, state in run.rule_evidence.items():
        evidence = RuleEvidence.from_json(state)
        is_useless = evidence.is_judged and evidence.upper < threshold
        found[int(version)] = RuleBelief(evidence, run.reference, run.business_date, is_useless)
    return found
