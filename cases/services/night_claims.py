"""What the opening of cases reads of a run: candidates, population, and the cases that still take alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Max, Min

from cases.selection import POPULATION, RARE, SCORED, UNUSUAL_FROM, lifted_by_unproven
from fraud.claims.bulk import in_list, read_frame
from fraud.claims.labels import newest_labels
from fraud.claims.money import returned_by_claim
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.scoring.beliefs import TRIED, RuleEvidence
from fraud.detection.screening.services import labels_of, rules_of
from rules.language import nodes
from rules.language.transactions import PAYMENTS

# The scores of a run lie together, in the order of their numbers; by its indexes each would be looked up by itself.
_IN_RUN = "s.id BETWEEN %s AND %s AND +s.run_id = %s"
# What competes tonight: the run's own scores, and of every claim that is held back its newest one (of a later night too, where one that
# failed was overtaken), if it is of the claim's
# present version (otherwise the claim is about to be judged anew). SQLite takes a CROSS JOIN's tables in their order: few wait.
_HELD_BACK = """
    s.id IN (SELECT MAX(n.id) FROM cases_heldback b CROSS JOIN fraud_score n
        WHERE b.resolved_at IS NULL AND n.claim_id = b.claim_id AND (n.run_id <= %s
            OR n.run_id IN (SELECT id FROM fraud_screeningrun WHERE state = 'finished')) GROUP BY n.claim_id)
    AND s.claim_version = (SELECT version FROM fraud_claim WHERE id = s.claim_id)
"""
_FROM_COMPETING = (
    f"FROM fraud_score s JOIN fraud_claim c ON c.id = s.claim_id WHERE (+s.run_id = %s OR {_HELD_BACK})"
)
_BANNED = """
    FROM fraud_rulehit h JOIN rules_ruleversion v ON v.id = h.rule_version_id
    WHERE h.run_id = {run} AND v.is_always_open AND NOT h.is_shadow
"""
# Which scores compete: those of the run over {limits} or with an absolute ban, and of those held back the same.
_COMPETING = f"""
    SELECT s.id FROM fraud_score s WHERE {_IN_RUN} AND ({{limits}})
    UNION SELECT s.id FROM fraud_score s WHERE s.run_id = %s AND s.claim_id IN (SELECT h.claim_id {_BANNED.format(run="%s")})
    UNION SELECT s.id FROM fraud_score s WHERE {_HELD_BACK} AND ({{limits}}
        OR EXISTS (SELECT 1 {_BANNED.format(run="s.run_id")} AND h.claim_id = s.claim_id))
"""
_CANDIDATES = f"""
    SELECT s.claim_id, c.cardholder_id, c.merchant_id, c.amount_minor, c.txn_type, c.transacted_at,
           s.hybrid_probability AS probability, s.model_probability, s.queue_probability, s.novelty, s.anomaly_score
    FROM fraud_score s JOIN fraud_claim c ON c.id = s.claim_id
    WHERE s.id IN ({_COMPETING.format(limits="s.hybrid_probability > %s OR s.anomaly_score > %s")})
"""
_CANDIDATE_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(["claim_id", "cardholder_id", "merchant_id", "amount_minor"], pl.Int64),
    "txn_type": pl.String,
    "transacted_at": pl.Datetime("us", "UTC"),
    **dict.fromkeys(
        ["probability", "model_probability", "queue_probability", "novelty", "anomaly_score"], pl.Float64
    ),
}
_HITS = f"""
    SELECT h.claim_id, r.code, v.weight, v.is_always_open
    FROM fraud_score s JOIN fraud_rulehit h ON h.run_id = s.run_id AND h.claim_id = s.claim_id
    JOIN rules_ruleversion v ON v.id = h.rule_version_id JOIN rules_rule r ON r.id = v.rule_id
    WHERE s.id IN ({_COMPETING.format(limits="s.hybrid_probability > %s")})
    AND NOT h.is_shadow AND (v.is_always_open OR s.hybrid_probability > %s)
"""
_HIT_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "code": pl.String,
    "weight": pl.Float64,
    "is_always_open": pl.Boolean,
}
_ALERTED = """
    SELECT DISTINCT a.claim_id FROM cases_alert a JOIN fraud_score s ON s.claim_id = a.claim_id WHERE s.run_id = %s AND a.left_at IS NULL
"""
_SEEN = """
    SELECT DISTINCT h.claim_id, r.code FROM cases_alert a JOIN fraud_score s ON s.claim_id = a.claim_id AND s.run_id = %s
    JOIN fraud_rulehit h ON h.claim_id = a.claim_id AND a.left_at IS NULL
    JOIN rules_ruleversion v ON v.id = h.rule_version_id JOIN rules_rule r ON r.id = v.rule_id
    WHERE h.run_id <> %s AND NOT h.is_shadow
"""
#: Only what another night judged can have hits that are new: of a case made by hand before the claim's first night all are.
_JUDGED_BEFORE = """
    SELECT DISTINCT e.claim_id FROM cases_alert a JOIN fraud_score e ON e.claim_id = a.claim_id WHERE e.run_id <> %s AND a.left_at IS NULL
"""
#: What is judged again had its chance of being drawn when it was judged first; what stands in a case already is looked at anyway.
_POPULATION = f"""
    SELECT s.claim_id, c.cardholder_id, c.merchant_id, c.amount_minor, c.transacted_at, s.hybrid_probability AS probability, s.novelty
    FROM fraud_score s JOIN fraud_claim c ON c.id = s.claim_id WHERE {_IN_RUN} AND c.amount_minor > 0 AND c.txn_type IN ({", ".join(f"'{kind}'" for kind in PAYMENTS)}) AND NOT EXISTS (
        SELECT 1 FROM fraud_score e
        WHERE e.claim_id = s.claim_id AND e.claim_version = s.claim_version AND e.run_id < s.run_id)
    AND NOT EXISTS (
        SELECT 1 FROM cases_alert a
        WHERE a.claim_id = s.claim_id AND a.left_at IS NULL AND (a.run_id IS NULL OR a.run_id < s.run_id))
"""
_POPULATION_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(["claim_id", "cardholder_id", "merchant_id", "amount_minor"], pl.Int64),
    "transacted_at": pl.Datetime("us", "UTC"),
    **dict.fromkeys(["probability", "novelty"], pl.Float64),
}
_HITS_OF_RUN = """
    SELECT h.claim_id, h.rule_version_id AS version, r.code, v.weight FROM fraud_rulehit h
    JOIN rules_ruleversion v ON v.id = h.rule_version_id JOIN rules_rule r ON r.id = v.rule_id
    WHERE h.run_id = %s AND NOT h.is_shadow
"""
_HITS_OF_RUN_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "version": pl.Int64,
    "code": pl.String,
    "weight": pl.Float64,
}
#: Claims in cases that a rule hit, whatever has come of them: how often it has been asked about.
_ASKED_ABOUT = """
    SELECT h.rule_version_id AS version, COUNT(DISTINCT h.claim_id) AS n
    FROM cases_alert a JOIN fraud_rulehit h ON h.claim_id = a.claim_id
    WHERE a.left_at IS NULL AND h.run_id < %s AND h.rule_version_id {these} GROUP BY h.rule_version_id
"""
#: Hits of a rule under review from which on no seat is spent to get to know it: their outcomes will tell.
_ENOUGH_ASKED = 2 * TRIED
_NOVELTY_OUTCOMES = """
    SELECT DISTINCT a.claim_id, a.drawn_by FROM cases_alert a WHERE a.channel = 'novelty' AND a.run_id < %s
"""
_DETAILS = f"""
    SELECT s.claim_id, s.claim_version, s.id AS score_id, s.run_id, c.cardholder_id, c.merchant_id, c.amount_minor, c.txn_type, c.currency,
           s.hybrid_probability AS probability, s.expected_loss_minor, s.band, s.is_calibrated
    {_FROM_COMPETING}
"""
_DETAIL_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(
        ["claim_id", "claim_version", "score_id", "run_id", "cardholder_id", "merchant_id", "amount_minor"],
        pl.Int64,
    ),
    "txn_type": pl.String,
    "currency": pl.String,
    "probability": pl.Float64,
    "expected_loss_minor": pl.Int64,
    "band": pl.String,
    "is_calibrated": pl.Boolean,
}
#: Fields by which a rule speaks of a payment that was taken back.
_OF_CANCELLING = frozenset({"txn_type", "cancelled_at", "cancel_amount"})


def candidate_claims(run: ScreeningRun, threshold: float) -> tuple[pl.DataFrame, int]:
    """Claims that may get a seat: over the threshold, unusual, or against an absolute ban; columns of `SCORED`.

    The run's own claims and those held back on earlier nights. The leading rule is an absolute ban before the others,
    then the heaviest, then the first by code. Also how many claims are left out because their payment was taken back.
    """
    unusual = _competing(run, threshold, UNUSUAL_FROM)
    claims = read_frame(_CANDIDATES, unusual, schema=_CANDIDATE_SCHEMA)
    hits = read_frame(_HITS, [*_competing(run, threshold), threshold], schema=_HIT_SCHEMA)
    leading = (
        hits.sort(["claim_id", "is_always_open", "weight", "code"], descending=[False, True, True, False])
        .group_by("claim_id", maintain_order=True)
        .agg(pl.col("code").first().alias("pattern"), pl.col("is_always_open").any())
    )
    found = claims.join(leading, on="claim_id", how="left").with_columns(
        pl.col("is_always_open").fill_null(False), _week().alias("week")
    )
    worth = _worth_opening(found, hits, run)
    asked = pl.col("is_always_open") | (pl.col("probability") > threshold)
    n_taken_back = found.filter(asked).height - worth.filter(asked).height
    unproven = lifted_by_unproven(claims, hits, _evidence(run).values(), threshold)
    competing = _not_alerted(worth, hits, run).join(
        unproven, on="claim_id", how="left", maintain_order="left"
    )
    return competing.select(*SCORED), n_taken_back


def _competing(run: ScreeningRun, *limits: float) -> list[Any]:
    """Parameters of _COMPETING."""
    return [*_in_run(run), *limits, run.pk, run.pk, run.pk, *limits]


def _in_run(run: ScreeningRun) -> list[int]:
    """Parameters of _IN_RUN."""
    ends = Score.objects.filter(run=run).aggregate(first=Min("pk"), last=Max("pk"))
    return [ends["first"] or 0, ends["last"] or 0, run.pk]


def _week() -> pl.Expr:
    return pl.col("transacted_at").dt.convert_time_zone(settings.TIME_ZONE).dt.strftime("%G-W%V")


def _worth_opening(claims: pl.DataFrame, hits: pl.DataFrame, run: ScreeningRun) -> pl.DataFrame:
    """Without what took nothing for good, unless a rule about the taking back or the kind of transaction speaks of it: payments taken
    back in full, money back itself, declined payments."""
    paid = claims.filter(pl.col("txn_type").is_in(PAYMENTS), pl.col("amount_minor") > 0)
    gone = claims.join(_not_taken_back(paid), on="claim_id", how="anti")["claim_id"].implode()
    about_it = hits.filter(pl.col("code").is_in(_rules_about_cancelling(run)))["claim_id"].implode()
    return claims.filter(~pl.col("claim_id").is_in(gone) | pl.col("claim_id").is_in(about_it))


def _not_taken_back(payments: pl.DataFrame) -> pl.DataFrame:
    """Payments (`claim_id, amount_minor`, …) of which something is still gone, in their order."""
    back = list(returned_by_claim(payments["claim_id"].to_list()).items())
    returned = pl.DataFrame(back, schema={"claim_id": pl.Int64, "back": pl.Int64}, orient="row")
    gone = payments.join(returned, on="claim_id").filter(pl.col("back") >= pl.col("amount_minor"))
    return payments.join(gone, on="claim_id", how="anti", maintain_order="left")


def _rules_about_cancelling(run: ScreeningRun) -> list[str]:
    """Codes of the run's rules that look at what came back or at the kind of transaction."""
    return [
        spec.code for spec in rules_of(run).specs if set(nodes.field_names(spec.expression)) & _OF_CANCELLING
    ]


def _not_alerted(candidates: pl.DataFrame, hits: pl.DataFrame, run: ScreeningRun) -> pl.DataFrame:
    """Without claims that have an alert and no hit but what earlier runs found: they open nothing anew.

    Nor does what a person brought into a case before its first night: it is joined where facts are still gathered, and where
    they have been decided the decision holds.
    """
    alerted = read_frame(_ALERTED, [run.pk], schema={"claim_id": pl.Int64})
    seen = read_frame(_SEEN, [run.pk, run.pk], schema={"claim_id": pl.Int64, "code": pl.String})
    judged = read_frame(_JUDGED_BEFORE, [run.pk], schema={"claim_id": pl.Int64})
    fresh = hits.join(seen, on=["claim_id", "code"], how="anti").join(judged, on="claim_id", how="semi")
    old = alerted.join(fresh, on="claim_id", how="anti")
    return candidates.join(old, on="claim_id", how="anti", maintain_order="left")


def sample_population(run: ScreeningRun) -> pl.DataFrame:
    """Every scored payment of the run of which something is still gone, columns of `POPULATION`: what samples and free seats are drawn from."""
    claims = _not_taken_back(read_frame(_POPULATION, _in_run(run), schema=_POPULATION_SCHEMA))
    hits = read_frame(_HITS_OF_RUN, [run.pk], schema=_HITS_OF_RUN_SCHEMA)
    is_untried = pl.col("version").is_in(_untried(run))
    of_claim = (
        hits.sort(["claim_id", "weight", "code"], descending=[False, True, False])
        .group_by("claim_id", maintain_order=True)
        .agg(
            pl.col("code").first().alias("pattern"),
            pl.len().cast(pl.Int64).alias("n_hits"),
            is_untried.sum().cast(pl.Int64).alias("n_untried"),
            pl.col("code").filter(is_untried).first().alias("untried"),
        )
    )
    found = claims.join(of_claim, on="claim_id", how="left").with_columns(
        pl.col("n_hits", "n_untried").fill_null(0), _week().alias("week")
    )
    return found.select(*POPULATION)


def _untried(run: ScreeningRun) -> list[int]:
    """Rule versions with too few outcomes to be known, and too few hits under review for that to change by itself."""
    few = [version for version, of_rule in _evidence(run).items() if of_rule.is_untried]
    asked = _asked_about(run, few)
    return [version for version in few if asked.get(version, 0) < _ENOUGH_ASKED]


def asked_about(run: ScreeningRun) -> dict[str, int]:
    """How many hits of each rule of which nothing was confirmed were asked about before the run, by its code."""
    unproven = {version: of_rule.code for version, of_rule in _evidence(run).items() if of_rule.is_unproven}
    return {unproven[version]: n for version, n in _asked_about(run, list(unproven)).items()}


def _asked_about(run: ScreeningRun, versions: list[int]) -> dict[int, int]:
    """Claims in cases that each of these rule versions hit."""
    these, params = in_list(versions)
    sql = _ASKED_ABOUT.format(these=these)
    asked = read_frame(sql, [run.pk, *params], schema={"version": pl.Int64, "n": pl.Int64})
    return dict(asked.iter_rows())


def _evidence(run: ScreeningRun) -> dict[int, RuleEvidence]:
    """What the run knew of each rule version."""
    return {int(version): RuleEvidence.from_json(state) for version, state in run.rule_evidence.items()}


def novelty_outcomes(run: ScreeningRun) -> tuple[tuple[int, int], tuple[int, int]]:
    """(reviewed, confirmed) of the claims that novelty seats of earlier runs opened, as known by the run's cut-off: of the likelier and of
    the rarer ones."""
    seated = read_frame(_NOVELTY_OUTCOMES, [run.pk], schema={"claim_id": pl.Int64, "drawn_by": pl.String})
    if seated.is_empty():
        return (0, 0), (0, 0)
    known = newest_labels(labels_of(run)).join(seated, on="claim_id")
    rare = known.filter(pl.col("drawn_by") == RARE)
    likely = known.filter(pl.col("drawn_by") != RARE)  # before there were two orders all were of this kind
    return _counts(likely), _counts(rare)


def _counts(known: pl.DataFrame) -> tuple[int, int]:
    return known.height, int(known["is_misuse"].sum())


def chosen_claims(run: ScreeningRun, claim_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What a case is made of, for these claims that compete in the run, by claim id."""
    these, params = in_list(list(claim_ids))
    rows = read_frame(f"{_DETAILS} AND s.claim_id {these}", [run.pk, run.pk, *params], schema=_DETAIL_SCHEMA)
    returned = returned_by_claim(claim_ids)
    found: dict[int, dict[str, Any]] = {}
    for row in rows.iter_rows(named=True):
        # What is still gone: what was taken back or declined loses nothing, whatever the night thought of it.
        spent = row["amount_minor"] if row["txn_type"] in PAYMENTS else 0
        net = max(spent - returned.get(row["claim_id"], 0), 0)
        found[row["claim_id"]] = {**row, "expected_loss_minor": round(row["probability"] * net)}
    return found
