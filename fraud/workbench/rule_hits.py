"""How often each version of a rule has hit lately, in service or in shadow, and what became known of those claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from audit import clock
from fraud.claims.labels import labels_known_by
from fraud.detection.models import RuleHit

WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True)
class VersionHits:
    """Claims a version hit in the window, how many of them have a known outcome, and how many of those were misuse."""

    n_claims: int = 0
    n_known: int = 0
    n_misuse: int = 0

    @property
    def precision(self) -> float | None:
        """Share of misuse among the hit claims whose outcome is known."""
        return self.n_misuse / self.n_known if self.n_known else None


def hits_by_version(days: int = WINDOW_DAYS, *, rule_code: str = "") -> dict[int, VersionHits]:
    """Rule version id → its hits of the last `days` days of runs, each claim once; versions without a hit are absent.

    A shadow version is counted like one in service: that is what it is judged by.
    """
    now = clock.now()
    rows = RuleHit.objects.filter(run__started_at__gte=now - timedelta(days=days))
    if rule_code:
        rows = rows.filter(rule_version__rule__code=rule_code)
    pairs = list(rows.order_by().values_list("rule_version_id", "claim_id").distinct())
    known = dict(labels_known_by(now).select("claim_id", "is_misuse").iter_rows()) if pairs else {}
    claims = Counter(version for version, _ in pairs)
    judged = Counter(version for version, claim in pairs if claim in known)
    misuse = Counter(version for version, claim in pairs if known.get(claim))
    return {version: VersionHits(n, judged[version], misuse[version]) for version, n in claims.items()}
