"""What a case's page shows of its claims: why each was flagged, which values deviate, and the scores behind it.

Everything was stored by the night; nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from audit.language import current_language
from audit.prepared import prepared
from cases.models import Alert, Case
from cases.services.over_limit import Paid
from fraud.claims.models import Claim
from fraud.claims.money import ClaimMoney, money_of
from fraud.detection.hit_facts import counted_in, fact_names, hit_facts_text
from fraud.detection.models import RuleHit, Score
from fraud.detection.models.screening import pinned
from fraud.detection.sentences import reason_sentence, together
from fraud.web.markup import address
from rules.models import Rule

MAX_CLAIMS = 200
N_LEARNED = 4  # strongest parts of the model shown
WEAK = 0.05  # log-odds below which a part changes the probability by less than a twentieth: not worth a line


@dataclass
class ClaimRow:
    """A claim of the case with what was found in it. `deviates` maps a column to why its value is unusual."""

    claim: Claim
    alert: Alert
    score: Score | None
    money: ClaimMoney
    hits: list[RuleHit] = field(default_factory=list)
    deviates: dict[str, str] = field(default_factory=dict)

    @property
    def judged_in(self) -> int | None:
        """The run whose score and hits stand here; one that waited for a seat was judged before the run that opened its case."""
        return self.score.run_id if self.score else self.alert.run_id

    @property
    def codes(self) -> list[str]:
        """Codes of the rules that matched."""
        return [hit.rule_version.rule.code for hit in self.hits]


@dataclass
class RuleReason:
    """A rule that matched claims of the case."""

    rule: Rule
    version: int
    n_claims: int
    facts: str
    hit: RuleHit
    claim: Claim


@dataclass
class Why:
    """Why the case was flagged, in three groups; `lead` is the claim the model's reasons speak of."""

    rules: list[RuleReason]
    model: list[dict[str, Any]]
    unusual: list[dict[str, Any]]
    lead: ClaimRow | None
    strongest: float  # the largest contribution, for the bars


def claims_of(case: Case, *, at_most: int | None = MAX_CLAIMS) -> list[ClaimRow]:
    """The case's claims, oldest first, with scores and hits of the run that judged them. Three queries; `at_most` None: all."""
    found = _shown_alerts.rows(case.pk) if at_most == MAX_CLAIMS else list(_alerts(case.pk)[:at_most])
    money = money_of([alert.claim for alert in found])
    rows = {
        alert.claim_id: ClaimRow(alert.claim, alert, alert.score, money[alert.claim_id]) for alert in found
    }
    for hit in _hits.rows(list(rows)):
        row = rows[hit.claim_id]
        if row.judged_in in (None, hit.run_id):
            row.hits.append(hit)
    if not case.is_blind:
        for row in rows.values():
            row.deviates = deviations(row)
    return list(rows.values())


def _alerts(case_id: int) -> QuerySet[Alert]:
    rows = Alert.objects.filter(case=case_id, left_at=None).order_by("claim__transacted_at", "claim_id")
    rows = rows.select_related("claim__merchant", "claim__department", "score__run__model_version")
    return rows.defer("score__features", *pinned("score__run"))


_shown_alerts = prepared(lambda case_id: _alerts(case_id)[:MAX_CLAIMS])


@prepared
def _hits(claims: Collection[int]) -> QuerySet[RuleHit]:
    rows = RuleHit.objects.filter(claim__in=claims, is_shadow=False).order_by("rule_version__rule__code")
    rows = rows.select_related("rule_version__rule", "run")
    return rows.defer("rule_version__text", "rule_version__examples", *pinned("run", of_model=False))


def leading_hits(case: Case, rows: list[ClaimRow]) -> tuple[list[Paid], int]:
    """The hits of the rule the case is named after, by claim, and how many claims there are."""
    ordered = sorted(rows, key=lambda row: row.claim.pk)
    hits = [
        Paid(hit, row.claim.amount_minor)
        for row in ordered
        for hit in row.hits
        if hit.rule_version.rule.code == case.pattern
    ]
    return hits, len(rows)


def reasons_of(case: Case, rows: list[ClaimRow]) -> Why:
    """Why the case was flagged. Empty groups for a blind case."""
    if case.is_blind:
        return Why([], [], [], None, 0.0)
    scored = [row for row in rows if row.score is not None and row.score.reasons]
    lead = max(scored, key=lambda row: row.score.hybrid_probability if row.score else 0.0, default=None)
    reasons = list(lead.score.reasons or []) if lead and lead.score else []
    learned = sorted(
        (reason for reason in reasons if _kind(reason) == "tree" and reason.get("value", 0) > WEAK),
        key=lambda reason: -reason["value"],
    )[:N_LEARNED]
    # The detectors agree more often than not: one sentence speaks for all of them.
    unusual = together(reasons)
    return Why(
        rules=_rule_reasons(rows, case.pattern),
        model=[_told(reason) for reason in learned],
        unusual=[_told(unusual)] if unusual else [],
        lead=lead,
        strongest=max((reason["value"] for reason in learned), default=0.0),
    )


def fact_url(case: Case, claim: Claim, name: str) -> str:
    """The page that lists what a stored fact of a claim was measured on."""
    return address("cases:basis", case.reference, claim.pk, name)


def _rule_reasons(rows: Iterable[ClaimRow], leading: str) -> list[RuleReason]:
    """The rule the case is named after first, then those that hit most of its claims.

    Of several hits of a rule the one is told whose windows counted most (an earlier payment of a day saw less of it), else the first.
    """
    hits: dict[str, list[tuple[ClaimRow, RuleHit]]] = {}
    for row in rows:
        for hit in row.hits:
            hits.setdefault(hit.rule_version.rule.code, []).append((row, hit))
    found: dict[str, RuleReason] = {}
    for code, those in hits.items():
        row, hit = max(those, key=lambda pair: counted_in(pair[1].facts))
        facts = hit_facts_text(hit.facts, row.claim.currency, current_language())
        version = hit.rule_version
        found[code] = RuleReason(version.rule, version.number, len(those), facts, hit, row.claim)
    return sorted(
        found.values(), key=lambda reason: (reason.rule.code != leading, -reason.n_claims, reason.rule.code)
    )


def _told(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {**reason, "sentence": reason_sentence(reason, current_language())}


def _kind(reason: Mapping[str, Any]) -> str:
    return str(reason.get("kind") or reason.get("source") or "")


# Which column of the claims table a field or feature speaks of; the first match wins.
# fmt: off
_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("when", ("hour", "weekday", "is_night", "is_weekend", "is_holiday", "is_business_day", "transacted_at", "minutes_since", "on_leave", "has_overtime")),
    ("purpose", ("purpose", "account_code", "n_attendees")),
    ("merchant", ("merchant", "is_first_at_merchant", "mcc", "n_claims_same_merchant", "n_claims_merchant")),
    ("amount", ("amount", "per_head", "ratio_to_limit", "log_amount", "is_round_amount", "n_same_amount", "n_repeated", "ratio_to_pre")),
)
# fmt: on


def column_of(name: str) -> str:
    """The column a field or feature name belongs to, or an empty text."""
    for column, prefixes in _COLUMNS:
        if name.startswith(prefixes):
            return column
    return ""


def deviations(row: ClaimRow) -> dict[str, str]:
    """Column → the reasons that single its value out, as hover text."""
    found: dict[str, list[str]] = {}
    for hit in row.hits:
        rule = hit.rule_version.rule
        name = rule.name_ko if current_language() == "ko" else rule.name_en
        for column in {column_of(name) for name in fact_names(hit.facts)} - {""}:
            found.setdefault(column, []).append(f"{rule.code} {name}")
    for reason in (row.score.reasons if row.score else None) or []:
        if _kind(reason) != "tree" or reason.get("value", 0) <= 0.2:
            continue
        features = (reason.get("facts") or {}).get("features") or {}
        told = [name for name, value in features.items() if value is not None and value is not False]
        for column in {column_of(name) for name in told} - {""}:
            found.setdefault(column, []).append(reason_sentence(reason, current_language()))
    return {column: "\n".join(dict.fromkeys(texts)) for column, texts in found.items()}
