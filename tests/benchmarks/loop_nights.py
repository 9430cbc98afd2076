"""How a night of the demo company's year chooses: the product's one queue, and the filters apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import SCORED, Seats, adapted_novelty, select_alerts
from fraud.company.calendar import CompanyCalendar
from fraud.detection.scoring.beliefs import RuleEvidence, with_hope, with_level
from fraud.detection.scoring.hits import Rules
from fraud.detection.scoring.recalibration import Recalibration, learnt_from
from fraud.learning.training import TrainedModel
from rules.engine import RuleSpec

THRESHOLD, TREE_THRESHOLD = 0.05, 0.5
BELIEF_DAYS = 28


@dataclass
class Year:
    """The company's claims in order of time, their truth, rule hits, and the day each was delivered (days since 1970)."""

    claims: pl.DataFrame
    truth: NDArray[np.bool_]
    hits: NDArray[np.bool_]
    specs: list[RuleSpec]
    delivered: NDArray[np.int64]
    calendar: CompanyCalendar
    tips: pl.DataFrame  # labels that arrive without an alert
    by_id: tuple[NDArray[np.int64], NDArray[np.int64]]  # claim ids in order, and the position of each

    def mask(self, start: int, end: int) -> NDArray[np.bool_]:
        """Purchases delivered on days [start, end)."""
        spent = (self.claims["amount_minor"] > 0).to_numpy()
        return (self.delivered >= start) & (self.delivered < end) & spent


@dataclass
class Policy:
    """One way of running detection through the year, and what it did."""

    name: str
    labels: pl.DataFrame
    model: TrainedModel | None = None
    frames: list[pl.DataFrame] = field(default_factory=list)
    rows: list[NDArray[np.int64]] = field(default_factory=list)
    alerts: list[NDArray[np.int64]] = field(default_factory=list)  # positions a week
    reviewed: list[NDArray[np.int64]] = field(default_factory=list)
    alone: dict[int, float] = field(default_factory=dict)  # claim id → what the model alone thought of it
    given: dict[int, float] = field(
        default_factory=dict
    )  # claim id → its probability before outcomes set it right
    novel: set[int] = field(default_factory=set)  # claim ids that novelty seats opened


def choose(
    year: Year, policy: Policy, frame: pl.DataFrame, rows: NDArray[np.int64], start: int, seats: int, rng: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions alerted in the week, and of those reviewed within capacity, night by night."""
    assert policy.model is not None
    is_hybrid, model = policy.name.startswith("hybrid"), policy.model.model
    rules = believed(year, policy, start) if policy.name == "hybrid" else None
    recalibration = set_right(policy, start) if is_hybrid else Recalibration()
    scores = model.score(frame, year.hits[rows], rules, recalibration)
    ids = year.claims["claim_id"].to_numpy()[rows].tolist()
    policy.alone |= dict(zip(ids, scores["model_probability"].to_list(), strict=True))
    if model.has_learnt:
        given = recalibration.undo(scores["hybrid_probability"].to_numpy())
        policy.given |= dict(zip(ids, given.tolist(), strict=True))
    novel = novelty_outcomes(policy, start)
    alerts, reviewed = [], []
    for day in range(start, start + 7):
        tonight = year.delivered[rows] == day
        if not tonight.any():
            continue
        at, part = rows[tonight], scores.filter(pl.Series(tonight))
        if is_hybrid:
            chosen = chosen_by_product(year, policy, at, part, seats_of(seats, novel, day))
            alerts.append(chosen)
            reviewed.append(chosen)
        else:
            tree = part["tree_probability"].fill_null(0.0).to_numpy()
            raised = at[year.hits[at].any(axis=1) | (tree >= TREE_THRESHOLD)]
            alerts.append(raised)
            reviewed.append(reviewed_apart(year, raised, seats, rng))
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate(alerts or [empty]), np.concatenate(reviewed or [empty])


def known_at(policy: Policy, start: int) -> pl.DataFrame:
    """Outcomes known on the morning of a day (since 1970); the latest of a claim holds."""
    now = datetime.fromtimestamp(start * 86_400, UTC)
    known = policy.labels.filter(pl.col("known_at") <= now)
    return known.unique("claim_id", keep="last", maintain_order=True)


def set_right(policy: Policy, start: int) -> Recalibration:
    """What outcomes say of the probabilities that earlier nights gave."""
    known = known_at(policy, start)
    given = np.array([policy.given.get(claim, np.nan) for claim in known["claim_id"].to_list()])
    asked = ~np.isnan(given)
    return learnt_from(given[asked], known["is_misuse"].to_numpy()[asked].astype(np.float64))


def novelty_outcomes(policy: Policy, start: int) -> tuple[int, int]:
    """(reviewed, confirmed) of what novelty seats opened."""
    known = known_at(policy, start).filter(pl.col("claim_id").is_in(list(policy.novel)))
    return known.height, int(known["is_misuse"].sum())


def seats_of(cases_a_day: int, novel: tuple[int, int], day: int) -> Seats:
    """The night's seats as the product splits that many cases a day. Needs Django's apps."""
    from fraud.company.values import CompanyValues

    values = CompanyValues(reviewer_minutes_per_day=20 * cases_a_day, minutes_per_case=20)
    return Seats(
        values.model_seats,
        adapted_novelty(values.novelty_seats, *novel),
        max(values.control_sample_size, 1),
        THRESHOLD,
        seed=str(day),
        per_rule=values.rule_budget,
        per_person=values.person_budget,
        least=values.least_seats,
    )


def believed(year: Year, policy: Policy, start: int) -> Rules:
    """The rules with what a night of that week knows of each: hits of the last weeks, outcomes the model alone would not have had."""
    codes, weights = tuple(spec.code for spec in year.specs), tuple(spec.weight for spec in year.specs)
    recent = year.mask(start - BELIEF_DAYS, start)
    known = known_at(policy, start)
    unseen = [policy.alone.get(claim, 1.0) <= THRESHOLD for claim in known["claim_id"].to_list()]
    known = known.filter(pl.Series(unseen, dtype=pl.Boolean))
    at = np.searchsorted(year.by_id[0], known["claim_id"].to_numpy())
    hits, misuse = year.hits[year.by_id[1][at]], known["is_misuse"].to_numpy()
    evidence = [
        RuleEvidence(code, int(n), BELIEF_DAYS, float(r), float(c))
        for code, n, r, c in zip(
            codes, year.hits[recent].sum(axis=0), hits.sum(axis=0), hits[misuse].sum(axis=0), strict=True
        )
    ]
    ids, was = year.claims["claim_id"].to_numpy(), year.hits[recent]
    alone = np.array([policy.alone.get(claim, np.nan) for claim in ids[recent].tolist()])
    scored = ~np.isnan(alone)
    found = [with_level(e, alone[was[:, j] & scored]) for j, e in enumerate(with_hope(evidence))]
    levels = tuple(float("nan") if each.level is None else each.level for each in found)
    return Rules(codes, weights, tuple(each.belief for each in found), levels)


def reviewed_apart(year: Year, raised: NDArray[np.int64], seats: int, rng: Any) -> NDArray[np.int64]:
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


def chosen_by_product(
    year: Year, policy: Policy, at: NDArray[np.int64], scores: pl.DataFrame, seats: Seats
) -> NDArray[np.int64]:
    """The night's selection: seats of the model, novelty, learning and the control sample, bundled by person."""
    claims = year.claims[at]
    hits = year.hits[at]
    codes = np.array([spec.code for spec in year.specs])
    lead = [codes[np.argmax(row)] if row.any() else None for row in hits]
    hard = np.array([spec.always_open for spec in year.specs])
    scored = pl.DataFrame(
        {
            "claim_id": pl.Series(at),
            "cardholder_id": claims["cardholder_id"],
            "merchant_id": claims["merchant_id"],
            "week": claims["transacted_at"].dt.strftime("%G-W%V"),
            "pattern": pl.Series(lead, dtype=pl.String),
            "is_always_open": pl.Series((hits & hard).any(axis=1)),
            "probability": scores["hybrid_probability"],
            "queue_probability": scores["queue_probability"],
            "novelty": scores["novelty"],
            "anomaly_score": scores["anomaly_score"],
            "amount_minor": claims["amount_minor"],
        },
        schema=SCORED,
    )
    chosen = select_alerts(scored, seats)
    ids = year.claims["claim_id"].to_numpy()
    policy.novel |= {
        int(ids[at_]) for bundle in chosen.bundles if bundle.channel == "novelty" for at_ in bundle.claims
    }
    return np.array([claim for bundle in chosen.bundles for claim in bundle.claims], dtype=np.int64)
