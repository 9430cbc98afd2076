"""Claims judged again that stand in an open case already: the case gets the hits they did not have before.

The alert then points to the newer judgement, whose hits and reasons the page shows. Decided cases are left alone: there a new
hit opens a case of its own. Blind cases stay blind; whoever decides them has not seen any hit.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from django.db.models import F

from audit.actor import Actor
from audit.services import record
from cases.models import Alert, Case
from cases.services.money import expected_loss_of, priority_of
from cases.services.night_claims import chosen_claims
from cases.workflow import JOINABLE
from fraud.claims.bulk import read_frame
from fraud.detection.models import ScreeningRun

_BANDS = (Case.NOT_SCORED, "low", "medium", "high")
_STATES = tuple(state.value for state in JOINABLE)
_STANDING = f"""
    SELECT a.case_id, a.claim_id FROM cases_alert a JOIN fraud_score s ON s.claim_id = a.claim_id AND s.run_id = %s
    JOIN cases_case k ON k.id = a.case_id
    WHERE a.left_at IS NULL AND k.state IN ({", ".join(["%s"] * len(_STATES))})
"""
_NEW = """
    SELECT h.claim_id, r.code FROM fraud_rulehit h
    JOIN rules_ruleversion v ON v.id = h.rule_version_id JOIN rules_rule r ON r.id = v.rule_id
    WHERE h.run_id = %s AND NOT h.is_shadow
    AND EXISTS (SELECT 1 FROM cases_alert a WHERE a.claim_id = h.claim_id AND a.left_at IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM fraud_rulehit e JOIN rules_ruleversion w ON w.id = e.rule_version_id
        WHERE e.claim_id = h.claim_id AND e.run_id <> h.run_id AND NOT e.is_shadow AND w.rule_id = v.rule_id)
"""

#: Case id → claim id → codes of the rules that hit it for the first time.
NewHits = dict[int, dict[int, list[str]]]


def standing_claims(run: ScreeningRun) -> pl.DataFrame:
    """`case_id, claim_id` of the run's claims that stand in a case in which facts are still looked for."""
    return read_frame(_STANDING, [run.pk, *_STATES], schema={"case_id": pl.Int64, "claim_id": pl.Int64})


def new_hits(run: ScreeningRun) -> NewHits:
    """Hits of the run that claims standing in open cases did not have before; blind cases left out."""
    standing = standing_claims(run)
    hits = read_frame(_NEW, [run.pk], schema={"claim_id": pl.Int64, "code": pl.String})
    found: NewHits = {}
    rows = standing.join(hits, on="claim_id").sort("case_id", "claim_id", "code")
    for case_id, claim_id, code in rows.select("case_id", "claim_id", "code").iter_rows():
        found.setdefault(case_id, {}).setdefault(claim_id, []).append(code)
    blind = Case.objects.filter(source=Case.Source.CONTROL_SAMPLE, pk__in=list(found))
    for case_id in blind.values_list("pk", flat=True):
        del found[case_id]
    return found


def add_new_hits(*, run: ScreeningRun, hits: NewHits, by: Actor) -> int:
    """Let the cases have their claims' new hits, in the caller's transaction; returns how many cases got some.

    A case decided meanwhile is left as it is.
    """
    details = chosen_claims(run, [claim for claims in hits.values() for claim in claims])
    n_cases = 0
    for case_id, claims in sorted(hits.items()):
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.state in _STATES:
            _add(case, run, claims, details, by)
            n_cases += 1
    return n_cases


def _add(
    case: Case, run: ScreeningRun, claims: dict[int, list[str]], details: dict[int, dict[str, Any]], by: Actor
) -> None:
    for alert in Alert.objects.filter(case=case, claim_id__in=list(claims)).select_related("score"):
        row = details[alert.claim_id]
        alert.run, alert.score_id, alert.claim_version = run, row["score_id"], row["claim_version"]
        alert.save(update_fields=["run", "score", "claim_version"])
    best = max((details[claim] for claim in claims), key=lambda row: row["probability"])
    expected = expected_loss_of(case)
    Case.objects.filter(pk=case.pk).update(
        expected_loss_minor=expected,
        **({} if case.is_blind else {"priority": priority_of(case, expected)}),
        probability=max(case.probability, best["probability"]),
        band=max(case.band, best["band"], key=_BANDS.index),
        has_news=True,
        version=F("version") + 1,
    )
    record(
        action="case.hits_added",
        by=by,
        subject=f"case:{case.reference}",
        after={
            "run": run.reference,
            "claims": sorted(claims),
            "rules": sorted({code for codes in claims.values() for code in codes}),
            "state": case.state,
            "version": case.version + 1,
        },
    )
