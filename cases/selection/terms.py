"""The words of a night's selection: what it gets, what it may spend, what it gives back. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

#: Columns of a night's scored claims, one row a claim.
SCORED: dict[str, Any] = {
    "claim_id": pl.Int64,
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "week": pl.String,  # ISO week of the transaction on the company's clock, "2026-W07"
    "pattern": pl.String,  # leading rule hit, null without one
    "is_always_open": pl.Boolean,
    "probability": pl.Float64,
    "model_probability": pl.Float64,  # what the model alone thinks, before beliefs in rules
    "queue_probability": pl.Float64,
    "novelty": pl.Float64,
    "anomaly_score": pl.Float64,
    "amount_minor": pl.Int64,
    "unproven": pl.String,  # the rule of which nothing was confirmed that alone lifts it over the threshold, null without
}
#: Columns of the night's own scored payments: what is drawn from. `pattern`: as in SCORED; `n_hits`: rules hit, `n_untried`: of
#: them those without outcomes enough to be believed or not, `untried`: the heaviest of these.
POPULATION: dict[str, Any] = {
    "claim_id": pl.Int64,
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "week": pl.String,
    "pattern": pl.String,
    "probability": pl.Float64,
    "novelty": pl.Float64,
    "n_hits": pl.Int64,
    "n_untried": pl.Int64,
    "untried": pl.String,
}
#: A model alert without a rule hit.
MODEL_PATTERN = "model"
NOVELTY_PATTERN = "novelty"
SAMPLE_PATTERN = "control_sample"
#: The two orders of the novelty seats: what the model alone thinks likeliest among the unusual, and the most unusual.
LIKELY, RARE = "likely", "rare"
#: What competes for novelty seats: claims more unusual than this share of the training rows.
UNUSUAL_FROM = 0.9
#: Why a bundle was held back. HOPE: only a rule of which nothing was confirmed yet asks for it, so that everything else went first.
CAPACITY, RULE_BUDGET, PERSON_BUDGET, HOPE = "capacity", "rule_budget", "person_budget", "unproven"

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Seats:
    """The night's budget in cases, the probability over which a claim is an alert, and the seed of the draws.

    `novelty` are seats at most, and only those that the model leaves free; `least` is how many of all seats are used at least
    while there is anything to learn from.
    """

    model: int
    novelty: int
    sample: int
    threshold: float
    seed: str
    per_rule: int | None = None  # new cases a night by one leading rule; None: no limit
    per_person: int | None = None
    least: int = 0
    rare_share: float = 0.0  # of the novelty seats, those that go to the most unusual: see `rare_share`

    @property
    def total(self) -> int:
        return self.model + self.novelty + self.sample


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that still takes alerts: whose it is, its pattern, and the merchant weeks of its claims."""

    case_id: int
    cardholder_id: int
    pattern: str
    merchant_weeks: frozenset[tuple[int, str]] = frozenset()


@dataclass(slots=True)
class Bundle:
    """Claims that make one case: a new one, or alerts for the open case `case_id`."""

    channel: str
    pattern: str
    key: str
    cardholder_id: int
    claims: list[int]  # best first
    places: frozenset[tuple[int, str]]
    patterns: frozenset[str]
    case_id: int | None = None
    inclusion_probability: float = 1.0
    why_held: str = ""
    drawn_by: str = ""  # of a novelty seat: LIKELY or RARE


@dataclass(frozen=True, slots=True)
class Selection:
    """The night's bundles in the order of their claims' rank, and what got no seat, each bundle with the reason."""

    bundles: list[Bundle]
    held: list[Bundle]
    n_over_threshold: int
    n_held_back: int
    n_population: int  # claims the sample was drawn from
    counts: dict[str, int] = field(default_factory=dict)  # alerts a channel
    seats: dict[str, int] = field(
        default_factory=dict
    )  # new cases a channel, without absolute bans; "free": seats left empty


def claims_of(bundles: Iterable[Bundle]) -> set[int]:
    """Ids of all claims of the bundles."""
    return {claim for bundle in bundles for claim in bundle.claims}


def single(row: dict[str, Any], channel: str, pattern: str, kind: str) -> Bundle:
    """A bundle of one claim; `kind` p: the person's one of this pattern, s: of the claim alone."""
    # Every key names the person: a claim that becomes another person's does not meet the case it has left.
    person = row["cardholder_id"]
    key = f"p:{person}:{pattern}" if kind == "p" else f"s:{person}:{row['claim_id']}"
    return Bundle(
        channel=channel,
        pattern=pattern,
        key=key,
        cardholder_id=row["cardholder_id"],
        claims=[row["claim_id"]],
        places=frozenset({(row["merchant_id"], row["week"])}),
        patterns=frozenset({pattern}),
    )


#: What novelty seats are trusted to find before they showed it (the most unusual a little less), and how many outcomes that is worth.
_NOVELTY_PRIOR, _RARE_PRIOR, _PRIOR_WORTH = 0.05, 0.035, 20.0


def adapted_novelty(seats: int, reviewed: int, confirmed: int) -> int:
    """Novelty seats after their outcomes: fewer where they find less than one in twenty, at most twice as many where more; one stays."""
    if seats <= 0:
        return 0
    return max(1, round(seats * min(_found(_NOVELTY_PRIOR, reviewed, confirmed) / _NOVELTY_PRIOR, 2.0)))


def rare_share(likely: tuple[int, int], rare: tuple[int, int]) -> float:
    """Share of the novelty seats for the most unusual, in (0, 1): by what either order found, (reviewed, confirmed), squared."""
    of_likely, of_rare = _found(_NOVELTY_PRIOR, *likely) ** 2, _found(_RARE_PRIOR, *rare) ** 2
    return of_rare / (of_likely + of_rare)


def rare_seats(seats: int, share: float) -> int:
    """How many of the night's novelty seats go to the most unusual: a single one by the better order, of several at least one by either."""
    if seats < 2:
        return int(seats == 1 and share > 0.5)
    return min(max(round(seats * share), 1), seats - 1)


def _found(prior: float, reviewed: int, confirmed: int) -> float:
    return (prior * _PRIOR_WORTH + confirmed) / (_PRIOR_WORTH + reviewed)
