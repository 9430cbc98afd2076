"""How a night of the demo company's year chooses: the product's one queue, and the filters apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import (
    POPULATION,
    SCORED,
    OpenCase,
    Seats,
    Selection,
    adapted_novelty,
    rare_share,
    select_alerts,
)
from fraud.detection.scoring.beliefs import RuleEvidence, with_hope, with_level
from fraud.detection.scoring.hits import Rules
from fraud.detection.scoring.recalibration import Recalibration, learnt_from
from fraud.learning.training import TrainedModel
from rules.engine import RuleSpec
from tests.benchmarks.hit_rows import first_of, with_unproven

if TYPE_CHECKING:
    from fraud.company.values import CompanyValues

TREE_THRESHOLD = 0.5
BELIEF_DAYS = 28
#: How long a case takes further alerts: the middle of the reviewers' delay.
CASE_DAYS = 13
TIP, REVIEW = "tip", "review"
NOVELTY, CONTROL = "novelty", "control_sample"
Ints = NDArray[np.int64]


@dataclass
class Year:
    """The company's claims in order of time, their truth, rule hits, and the day each was delivered (days since 1970)."""

    claims: pl.DataFrame
    features: (
        pl.DataFrame
    )  # without outcomes; they see what happened earlier, also where it was delivered later
    truth: NDArray[np.bool_]
    scheme: NDArray[np.object_]  # code of the scheme, None where there is no misuse
    hits: NDArray[np.bool_]
    specs: list[RuleSpec]
    delivered: Ints
    tips: pl.DataFrame  # labels that arrive without an alert
    by_id: tuple[Ints, Ints]  # claim ids in order, and the position of each

    def mask(self, start: int, end: int) -> NDArray[np.bool_]:
        """Purchases delivered on days [start, end)."""
        spent = (self.claims["amount_minor"] > 0).to_numpy()
        return (self.delivered >= start) & (self.delivered < end) & spent


@dataclass
class Policy:
    """One way of running detection through the year, and what it did."""

    name: str
    labels: pl.DataFrame
    values: CompanyValues
    model: TrainedModel | None = None
    frames: list[pl.DataFrame] = field(default_factory=list)
    rows: list[Ints] = field(default_factory=list)
    alerts: list[Ints] = field(default_factory=list)  # positions a week
    reviewed: list[Ints] = field(default_factory=list)
    alone: dict[int, float] = field(default_factory=dict)  # claim id → what the model alone thought of it
    given: dict[int, float] = field(
        default_factory=dict
    )  # claim id → its probability before outcomes set it right
    waiting: list[tuple[int, pl.DataFrame]] = field(default_factory=list)  # day held first, rows of SCORED
    cases: list[tuple[int, OpenCase]] = field(default_factory=list)  # day opened, cases that take alerts
    n_cases: int = 0
    chances: dict[int, float] = field(default_factory=dict)  # position → chance of being drawn, where not 1
    channels: dict[int, str] = field(default_factory=dict)  # position → for which reason it was opened
    seats_free: list[int] = field(default_factory=list)  # a night

    @property
    def is_product(self) -> bool:
        return self.name.startswith("hybrid")


def choose(
    year: Year, policy: Policy, frame: pl.DataFrame, rows: Ints, start: int, rng: Any
) -> tuple[Ints, Ints, Ints]:
    """Positions alerted in the week, of those reviewed within capacity, and the day of each of these, night by night."""
    assert policy.model is not None
    model, evidence = policy.model.model, believed(year, policy, start)
    rules = rules_of(year, evidence) if policy.name == "hybrid" else None
    recalibration = set_right(policy, start) if policy.is_product else Recalibration()
    scores = model.score(frame, year.hits[rows], rules, recalibration)
    ids = year.claims["claim_id"].to_numpy()[rows].tolist()
    policy.alone |= dict(zip(ids, scores["model_probability"].to_list(), strict=True))
    if model.has_learnt:
        given = recalibration.undo(scores["hybrid_probability"].to_numpy())
        policy.given |= dict(zip(ids, given.tolist(), strict=True))
    scored = scored_claims(year, rows, scores, evidence, policy.values.alert_threshold)
    tree = scores["tree_probability"].fill_null(0.0).to_numpy()
    alerts, reviewed, nights = [], [], []
    for day in range(start, start + 7):
        tonight = year.delivered[rows] == day
        if not tonight.any():
            continue
        if policy.is_product:
            asked = asked_about(year, policy)
            raised = chosen = chosen_by_product(policy, scored.filter(pl.Series(tonight)), day, start, asked)
        else:
            at = rows[tonight]
            raised = at[year.hits[at].any(axis=1) | (tree[tonight] >= TREE_THRESHOLD)]
            chosen = reviewed_apart(year, raised, policy.values.capacity_per_day, rng)
        alerts.append(raised)
        reviewed.append(chosen)
        nights.append(np.full(len(chosen), day))
    found = (np.concatenate([np.zeros(0, dtype=np.int64), *each]) for each in (alerts, reviewed, nights))
    raised, chosen, days = found
    return raised, chosen, days


def known_at(policy: Policy, start: int) -> pl.DataFrame:
    """Outcomes known on the morning of a day (since 1970); the latest of a claim holds."""
    now = datetime.fromtimestamp(start * 86_400, UTC)
    known = policy.labels.filter(pl.col("known_at") <= now).sort("known_at", maintain_order=True)
    return known.unique("claim_id", keep="last", maintain_order=True)


def set_right(policy: Policy, start: int) -> Recalibration:
    """What outcomes of opened claims say of the probabilities that earlier nights gave; a tip comes because it is misuse."""
    known = known_at(policy, start).filter(pl.col("source") != TIP)
    given = np.array([policy.given.get(claim, np.nan) for claim in known["claim_id"].to_list()])
    asked = ~np.isnan(given)
    return learnt_from(given[asked], known["is_misuse"].to_numpy()[asked].astype(np.float64))


def novelty_outcomes(policy: Policy, start: int) -> tuple[int, int]:
    """(reviewed, confirmed) of what novelty seats opened."""
    known = known_at(policy, start).filter(pl.col("channel") == NOVELTY)
    return known.height, int(known["is_misuse"].sum())


def seats_of(policy: Policy, day: int, start: int) -> Seats:
    """The night's seats as the product splits its cases."""
    values = policy.values
    return Seats(
        values.model_seats,
        adapted_novelty(values.novelty_seats, *novelty_outcomes(policy, start)),
        values.control_sample_size,
        values.alert_threshold,
        seed=str(day),
        per_rule=values.rule_budget,
        per_person=values.person_budget,
        least=values.least_seats,
        # hardly a seat of the year is left for novelty: which order opened it is not kept
        rare_share=rare_share(novelty_outcomes(policy, start), (0, 0)),
    )


def believed(year: Year, policy: Policy, start: int) -> list[RuleEvidence]:
    """What a night of that week knows of each rule: hits of the last weeks, outcomes the model alone would not have had."""
    recent = year.mask(start - BELIEF_DAYS, start)
    known = known_at(policy, start)
    alone_of = [policy.alone.get(claim, 1.0) for claim in known["claim_id"].to_list()]
    known = known.filter(pl.Series(alone_of, dtype=pl.Float64) <= policy.values.alert_threshold)
    at = np.searchsorted(year.by_id[0], known["claim_id"].to_numpy())
    hits, misuse = year.hits[year.by_id[1][at]], known["is_misuse"].to_numpy()
    counts = year.hits[recent].sum(axis=0), hits.sum(axis=0), hits[misuse].sum(axis=0)
    evidence = [
        RuleEvidence(spec.code, int(n), BELIEF_DAYS, float(r), float(c))
        for spec, n, r, c in zip(year.specs, *counts, strict=True)
    ]
    ids, was = year.claims["claim_id"].to_numpy(), year.hits[recent]
    alone = np.array([policy.alone.get(claim, np.nan) for claim in ids[recent].tolist()])
    scored = ~np.isnan(alone)
    return [with_level(e, alone[was[:, j] & scored]) for j, e in enumerate(with_hope(evidence))]


def rules_of(year: Year, evidence: list[RuleEvidence]) -> Rules:
    """The rules with what is believed of each."""
    codes, weights = tuple(spec.code for spec in year.specs), tuple(spec.weight for spec in year.specs)
    levels = tuple(float("nan") if each.level is None else each.level for each in evidence)
    return Rules(codes, weights, tuple(each.belief for each in evidence), levels)


def reviewed_apart(year: Year, raised: Ints, seats: int, rng: Any) -> Ints:
    """What reviewers get through: every absolute ban, and `seats` further cases in no order, each with all its alerts."""
    keys = (
        year.claims[raised]
        .select(pl.struct("cardholder_id", "merchant_id").rank("dense"))
        .to_series()
        .to_numpy()
    )
    hard = np.array([spec.always_open for spec in year.specs])
    banned = np.unique(keys[(year.hits[raised] & hard).any(axis=1)])
    others = rng.permutation(np.setdiff1d(keys, banned))[:seats]
    return raised[np.isin(keys, np.concatenate([banned, others]))]


def scored_claims(
    year: Year, rows: Ints, scores: pl.DataFrame, evidence: list[RuleEvidence], threshold: float
) -> pl.DataFrame:
    """The week's claims as selection takes them, columns of SCORED and POPULATION; `claim_id` is the position."""
    claims, hits = year.claims[rows], year.hits[rows]
    hard = np.array([spec.always_open for spec in year.specs])
    codes = [spec.code for spec in year.specs]
    order = np.lexsort((np.array(codes), -np.array([spec.weight for spec in year.specs]), ~hard))
    untried = np.array([each.is_untried for each in evidence])
    frame = pl.DataFrame(
        {
            "claim_id": rows,
            "cardholder_id": claims["cardholder_id"],
            "merchant_id": claims["merchant_id"],
            "week": claims["transacted_at"].dt.strftime("%G-W%V"),
            "pattern": first_of(hits, order, codes),
            "is_always_open": (hits & hard).any(axis=1),
            "probability": scores["hybrid_probability"],
            "model_probability": scores["model_probability"],
            "queue_probability": scores["queue_probability"],
            "novelty": scores["novelty"],
            "anomaly_score": scores["anomaly_score"],
            "amount_minor": claims["amount_minor"],
            "n_hits": hits.sum(axis=1),
            "n_untried": hits[:, untried].sum(axis=1),
            "untried": first_of(hits & untried, order, codes),
        }
    )
    return with_unproven(frame, hits, codes, evidence, threshold)


def asked_about(year: Year, policy: Policy) -> dict[str, int]:
    """How many of the claims opened so far each rule hit."""
    counts = year.hits[np.array(list(policy.channels), dtype=np.int64)].sum(axis=0)
    return {spec.code: int(n) for spec, n in zip(year.specs, counts, strict=True)}


def chosen_by_product(
    policy: Policy, tonight: pl.DataFrame, day: int, start: int, asked: Mapping[str, int] | None = None
) -> Ints:
    """The night's selection as the product makes it: what waits competes again, alerts join open cases; positions opened."""
    policy.waiting = [
        (held, part) for held, part in policy.waiting if day - held < policy.values.held_back_nights
    ]
    policy.cases = [(opened, case) for opened, case in policy.cases if day - opened < CASE_DAYS]
    competing = tonight.select(pl.col(name).cast(dtype) for name, dtype in SCORED.items())
    everything = pl.concat([competing, *(part for _, part in policy.waiting)])
    chosen = select_alerts(
        everything,
        seats_of(policy, day, start),
        [case for _, case in policy.cases],
        population=tonight.select(pl.col(name).cast(dtype) for name, dtype in POPULATION.items()),
        asked=asked,
    )
    policy.seats_free.append(chosen.seats["free"])
    keep_waiting(policy, chosen, everything, day)
    for bundle in chosen.bundles:
        policy.channels |= dict.fromkeys(bundle.claims, bundle.channel)
        if bundle.channel == CONTROL:
            policy.chances |= dict.fromkeys(bundle.claims, bundle.inclusion_probability)
            continue
        keep_case(
            policy, bundle.case_id, OpenCase(0, bundle.cardholder_id, bundle.pattern, bundle.places), day
        )
    return np.array([claim for bundle in chosen.bundles for claim in bundle.claims], dtype=np.int64)


def keep_waiting(policy: Policy, chosen: Selection, everything: pl.DataFrame, day: int) -> None:
    """What got no seat competes again until it expires, counted from the night it was held first."""
    held = {claim for bundle in chosen.held for claim in bundle.claims}
    kept = [(first, part.filter(pl.col("claim_id").is_in(held))) for first, part in policy.waiting]
    before = {claim for _, part in kept for claim in part["claim_id"].to_list()}
    new = everything.filter(pl.col("claim_id").is_in(held - before))
    policy.waiting = [(first, part) for first, part in [*kept, (day, new)] if part.height]


def keep_case(policy: Policy, case_id: int | None, case: OpenCase, day: int) -> None:
    """A case takes further alerts until it is decided; what joins one widens it."""
    for place, (opened, old) in enumerate(policy.cases):
        if old.case_id == case_id:
            wider = replace(old, merchant_weeks=old.merchant_weeks | case.merchant_weeks)
            policy.cases[place] = (opened, wider)
            return
    policy.n_cases += 1
    policy.cases.append((day, replace(case, case_id=policy.n_cases)))
