"""Which claims of a night become alerts, for which reason, and which of them belong together. Pure.

The capacity is counted in cases, because a case is what a reviewer works on:

1. a claim that breaks an absolute ban (`always_open`) opens a case whatever the budget;
2. a claim over the threshold that fits a case already open joins it without a seat;
3. the model's seats go to the bundles with the highest queue probability, and only to claims over the threshold;
4. novelty seats go to unusual claims that resemble no known misuse, one a person and one a merchant;
5. seats novelty could not use go back to the model; free seats are never filled from below the threshold;
6. a uniform sample of what is left of the night's own payments is drawn to measure what is missed, with its inclusion
   probability.

What is over the threshold and got no seat is held back, with the reason: the capacity, or the budget of one rule or one
person that keeps a burst from taking all seats. Claims held back on earlier nights compete in the same order as new ones.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Columns of a night's scored claims, one row a claim.
SCORED: dict[str, Any] = {
    "claim_id": pl.Int64,
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "week": pl.String,  # ISO week of the transaction on the company's clock, "2026-W07"
    "pattern": pl.String,  # leading rule hit, null without one
    "is_always_open": pl.Boolean,
    "probability": pl.Float64,
    "queue_probability": pl.Float64,
    "novelty": pl.Float64,
    "anomaly_score": pl.Float64,
    "amount_minor": pl.Int64,
}
#: A model alert without a rule hit.
MODEL_PATTERN = "model"
NOVELTY_PATTERN = "novelty"
SAMPLE_PATTERN = "control_sample"
#: Why a bundle was held back.
CAPACITY, RULE_BUDGET, PERSON_BUDGET = "capacity", "rule_budget", "person_budget"

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Seats:
    """The night's budget in cases, the probability over which a claim is an alert, and the seed of the sample."""

    model: int
    novelty: int
    sample: int
    threshold: float
    seed: str
    per_rule: int | None = None  # new cases a night by one leading rule; None: no limit
    per_person: int | None = None


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


@dataclass(frozen=True, slots=True)
class Selection:
    """The night's bundles in the order of their claims' rank, and what got no seat, each bundle with the reason."""

    bundles: list[Bundle]
    held: list[Bundle]
    n_over_threshold: int
    n_held_back: int
    n_population: int  # claims the sample was drawn from
    counts: dict[str, int] = field(default_factory=dict)  # alerts a channel


def select_alerts(
    scored: pl.DataFrame,
    seats: Seats,
    open_cases: Iterable[OpenCase] = (),
    *,
    population: pl.DataFrame | None = None,
) -> Selection:
    """Choose and bundle. `scored` has the columns of SCORED; the same rows in any order give the same selection.

    `scored` may leave out claims that are neither over the threshold nor unusual nor banned; `population` (claim_id,
    cardholder_id, merchant_id) then names every payment the sample is drawn from.
    """
    ranked = scored.sort(["queue_probability", "claim_id"], descending=[True, False])
    over = ranked.filter(pl.col("is_always_open") | (pl.col("probability") > seats.threshold))
    opened = list(open_cases)
    joining, waiting = _join_open(_bundles_of(over), opened)
    bans = [bundle for bundle in waiting if bundle.channel == "rule"]
    model = [bundle for bundle in waiting if bundle.channel == "model"]
    allowed, braked = _braked(model, bans, seats)
    chosen = [*joining, *bans, *allowed[: seats.model]]
    novel = _novel(ranked, [*chosen, *braked], allowed[seats.model :], seats.novelty, opened)
    claimed = _claims(novel)
    rest = [bundle for bundle in allowed[seats.model :] if claimed.isdisjoint(bundle.claims)]
    returned = seats.novelty - len(novel)
    chosen += [*rest[:returned], *novel]
    if population is None:
        population = scored.filter(pl.col("amount_minor") > 0)
    sample, n_population = _sample(population, chosen, seats)
    chosen += sample
    counts: dict[str, int] = {}
    for bundle in chosen:
        counts[bundle.channel] = counts.get(bundle.channel, 0) + len(bundle.claims)
    held = _without(
        [*braked, *(replace(bundle, why_held=CAPACITY) for bundle in rest[returned:])], _claims(sample)
    )
    return Selection(chosen, held, over.height, len(_claims(held)), n_population, counts)


def _braked(model: list[Bundle], bans: list[Bundle], seats: Seats) -> tuple[list[Bundle], list[Bundle]]:
    """Bundles that may compete for seats, best first, and those over the budget of their rule or person.

    Absolute bans open whatever the budget; they use up their rule's and person's share all the same.
    """
    of_rule = Counter(bundle.pattern for bundle in bans)
    of_person = Counter(bundle.cardholder_id for bundle in bans)
    allowed: list[Bundle] = []
    braked: list[Bundle] = []
    for bundle in model:
        if seats.per_person is not None and of_person[bundle.cardholder_id] >= seats.per_person:
            braked.append(replace(bundle, why_held=PERSON_BUDGET))
        elif (
            bundle.pattern != MODEL_PATTERN
            and seats.per_rule is not None
            and of_rule[bundle.pattern] >= seats.per_rule
        ):
            braked.append(replace(bundle, why_held=RULE_BUDGET))
        else:
            of_rule[bundle.pattern] += 1
            of_person[bundle.cardholder_id] += 1
            allowed.append(bundle)
    return allowed, braked


def _without(bundles: list[Bundle], claims: set[int]) -> list[Bundle]:
    """The bundles less some of their claims: what was drawn into the sample is not held back as well."""
    kept = [replace(bundle, claims=[c for c in bundle.claims if c not in claims]) for bundle in bundles]
    return [bundle for bundle in kept if bundle.claims]


def _claims(bundles: Iterable[Bundle]) -> set[int]:
    return {claim for bundle in bundles for claim in bundle.claims}


def _bundles_of(over: pl.DataFrame) -> list[Bundle]:
    """Claims of one person that share a merchant and week, or a pattern, in the order of their best rank."""
    rows = over.with_columns(pl.col("pattern").fill_null(MODEL_PATTERN)).to_dicts()
    groups = _connected(
        [(r["cardholder_id"], f"{r['merchant_id']}|{r['week']}") for r in rows],
        [(r["cardholder_id"], f"={r['pattern']}") for r in rows],
    )
    members: dict[int, list[dict[str, Any]]] = {}
    for row, group in zip(rows, groups, strict=True):
        members.setdefault(group, []).append(row)
    return [_bundle(claims) for claims in members.values()]


def _bundle(rows: list[dict[str, Any]]) -> Bundle:
    """One case's claims, best first; an absolute ban leads the others."""
    banned = [row for row in rows if row["is_always_open"]]
    lead = banned[0] if banned else rows[0]
    places = {(row["merchant_id"], row["week"]) for row in rows}
    key = f"p:{lead['cardholder_id']}:{lead['pattern']}"
    if len(places) == 1:
        key = f"m:{lead['cardholder_id']}:{lead['merchant_id']}:{lead['week']}"
    return Bundle(
        channel="rule" if banned else "model",
        pattern=lead["pattern"],
        key=key,
        cardholder_id=lead["cardholder_id"],
        claims=[row["claim_id"] for row in rows],
        places=frozenset(places),
        patterns=frozenset(row["pattern"] for row in rows),
    )


def _connected(*key_columns: list[Key]) -> list[int]:
    """Number of the group of every row: rows that share a key of any column, directly or through others."""
    parent = list(range(len(key_columns[0])))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for keys in key_columns:
        first: dict[Key, int] = {}
        for i, key in enumerate(keys):
            a, b = root(first.setdefault(key, i)), root(i)
            parent[max(a, b)] = min(a, b)
    return [root(i) for i in range(len(parent))]


def _join_open(bundles: list[Bundle], opened: list[OpenCase]) -> tuple[list[Bundle], list[Bundle]]:
    """Bundles that belong to an open case (the oldest that fits), and those that need a case of their own."""
    by_person: dict[int, list[OpenCase]] = {}
    for case in sorted(opened, key=lambda case: case.case_id):
        by_person.setdefault(case.cardholder_id, []).append(case)
    joining: list[Bundle] = []
    waiting: list[Bundle] = []
    for bundle in bundles:
        fits = [
            case
            for case in by_person.get(bundle.cardholder_id, [])
            if case.pattern in bundle.patterns or not case.merchant_weeks.isdisjoint(bundle.places)
        ]
        if fits:
            bundle.case_id = fits[0].case_id
        (joining if fits else waiting).append(bundle)
    return joining, waiting


def _novel(
    ranked: pl.DataFrame, chosen: list[Bundle], held: list[Bundle], seats: int, opened: list[OpenCase]
) -> list[Bundle]:
    """The most unusual claims nobody has chosen: one a person and one a merchant, none whose person is under such review."""
    if seats <= 0:
        return []
    taken = _claims(chosen)
    held_by_claim = {claim: bundle for bundle in held for claim in bundle.claims}
    people = {case.cardholder_id for case in opened if case.pattern == NOVELTY_PATTERN}
    merchants: set[int] = set()
    unusual = ranked.filter((pl.col("novelty") > 0) & (pl.col("amount_minor") > 0)).sort(
        ["novelty", "anomaly_score", "queue_probability", "claim_id"], descending=[True, True, True, False]
    )
    found: list[Bundle] = []
    for row in unusual.iter_rows(named=True):
        if len(found) == seats:
            break
        if row["claim_id"] in taken or row["cardholder_id"] in people or row["merchant_id"] in merchants:
            continue
        people.add(row["cardholder_id"])
        merchants.add(row["merchant_id"])
        bundle = held_by_claim.get(row["claim_id"])
        found.append(
            replace(bundle, channel="novelty") if bundle else _single(row, "novelty", NOVELTY_PATTERN, "p")
        )
    return found


def _single(row: dict[str, Any], channel: str, pattern: str, kind: str) -> Bundle:
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


def _sample(population: pl.DataFrame, chosen: list[Bundle], seats: Seats) -> tuple[list[Bundle], int]:
    """A uniform draw without replacement from the payments that got no alert, and their number."""
    rest = population.filter(~pl.col("claim_id").is_in(list(_claims(chosen))))
    n = min(max(seats.sample, 0), rest.height)
    if n == 0:
        return [], rest.height
    drawn = _draw(rest["claim_id"].to_numpy(), seats.seed)
    order = np.lexsort((rest["claim_id"].to_numpy(), drawn))[:n]
    rows = rest[order].with_columns(pl.lit("").alias("week")).iter_rows(named=True)
    bundles = [_single(row, "control_sample", SAMPLE_PATTERN, "s") for row in rows]
    for bundle in bundles:
        bundle.inclusion_probability = n / rest.height
    return bundles, rest.height


def _draw(claim_ids: NDArray[np.int64], seed: str) -> NDArray[np.uint64]:
    """A number per claim that depends on nothing but the claim and the seed (splitmix64): the draw can be repeated."""
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    with np.errstate(over="ignore"):
        x = claim_ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))
