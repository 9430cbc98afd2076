"""Which claims of a night become alerts, for which reason, and which of them belong together. Pure.

The capacity is counted in cases, because a case is what a reviewer works on:

1. a claim that breaks an absolute ban (`always_open`) opens a case whatever the budget;
2. a claim over the threshold that fits a case already open joins it without a seat;
3. what is over the threshold, and so worth its review by cost, takes the seats in the order of its queue probability; last what
   only a rule asks for of which a few hits were asked about and nothing was confirmed;
4. seats the model leaves free go to unusual claims, some to the likelier and some to the rarer, one a person and one a merchant;
5. where fewer seats are used than the company wants, more are drawn, with their inclusion probability, from what teaches
   most: likely ones below the threshold, hits of rules nobody has judged yet, a few of any one rule;
6. a sample of what is left of the night's own payments is drawn to measure what is missed, with its inclusion probability.

What is over the threshold and got no seat is held back, with the reason: the capacity, that nothing of its rule was confirmed yet
so that everything else went first, or the budget of one rule or one person that keeps a burst from taking all seats. Claims held back on earlier nights compete in the same order as new ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from cases.selection.bundling import bundles_of, join_open
from cases.selection.drawing import control_sample, may_teach, teaching_draw
from cases.selection.hope import hope_last
from cases.selection.terms import (
    CAPACITY,
    LIKELY,
    MODEL_PATTERN,
    NOVELTY_PATTERN,
    PERSON_BUDGET,
    POPULATION,
    RARE,
    RULE_BUDGET,
    SCORED,
    UNUSUAL_FROM,
    Bundle,
    OpenCase,
    Seats,
    Selection,
    claims_of,
    rare_seats,
    single,
)


def select_alerts(
    scored: pl.DataFrame,
    seats: Seats,
    open_cases: Iterable[OpenCase] = (),
    *,
    population: pl.DataFrame | None = None,
    asked: Mapping[str, int] | None = None,
) -> Selection:
    """Choose and bundle. `scored` has the columns of SCORED; the same rows in any order give the same selection.

    `scored` may leave out claims that are neither over the threshold nor unusual (over UNUSUAL_FROM) nor banned; `population`
    (columns of POPULATION) then names every payment of the night itself, which the samples are drawn from. `asked`: how many
    hits of a rule were asked about before, by its code.
    """
    ranked = scored.sort(["queue_probability", "claim_id"], descending=[True, False])
    over = ranked.filter(pl.col("is_always_open") | (pl.col("probability") > seats.threshold))
    opened = list(open_cases)
    joining, waiting = join_open(bundles_of(over), opened)
    bans = [bundle for bundle in waiting if bundle.channel == "rule"]
    allowed, braked = _braked([bundle for bundle in waiting if bundle.channel == "model"], bans, seats)
    room = seats.model + seats.novelty
    allowed = hope_last(allowed, scored, asked or {})
    seated = [replace(bundle, why_held="") for bundle in allowed[:room]]
    rest = [replace(bundle, why_held=bundle.why_held or CAPACITY) for bundle in allowed[room:]]
    chosen = [*joining, *bans, *seated]
    free = min(seats.novelty, room - len(seated))
    novel = _novel(ranked, [*chosen, *braked, *rest], free, seats, opened)
    chosen += novel
    # in one order: sums of chances must not depend on how the claims came
    population = (population_of(scored) if population is None else population).sort("claim_id")
    likely = _without_claims(may_teach(population, seats.threshold), [*chosen, *braked, *rest])
    n_teaching = _to_fill(seats, len(seated) + len(novel))
    teaching = teaching_draw(likely, n_teaching, seats.threshold, seats.seed)
    chosen += teaching
    left = _without_claims(population, chosen)
    del population  # of a large night as large as what is left
    sample = control_sample(left, seats.sample, seats.seed)
    chosen += sample
    held = _without([*braked, *rest], claims_of(sample))
    used = {"model": seated, "novelty": novel, "learning": teaching, "control_sample": sample}
    places = {channel: len(bundles) for channel, bundles in used.items()}
    places["free"] = max(seats.total - sum(places.values()), 0)
    counts = Counter[str]()
    for bundle in chosen:
        counts[bundle.channel] += len(bundle.claims)
    return Selection(chosen, held, over.height, len(claims_of(held)), left.height, dict(counts), places)


def population_of(scored: pl.DataFrame) -> pl.DataFrame:
    """The payments among scored claims as POPULATION, for whoever scored everything there is; a hit is known by its pattern."""
    return scored.filter(pl.col("amount_minor") > 0).select(
        *(name for name in POPULATION if name in SCORED),
        n_hits=pl.col("pattern").is_not_null().cast(pl.Int64),
        n_untried=pl.lit(0, dtype=pl.Int64),
        untried=pl.lit(None, dtype=pl.String),
    )


def _to_fill(seats: Seats, n_used: int) -> int:
    """Seats to fill with what teaches: up to the least the company wants, the control sample's among them."""
    room = seats.model + seats.novelty - n_used
    return max(min(seats.least - n_used - seats.sample, room), 0)


def _without_claims(population: pl.DataFrame, bundles: list[Bundle]) -> pl.DataFrame:
    return population.filter(~pl.col("claim_id").is_in(list(claims_of(bundles))))


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


def _novel(
    ranked: pl.DataFrame, taken_by: list[Bundle], n: int, seats: Seats, opened: list[OpenCase]
) -> list[Bundle]:
    """At most `n` unusual claims nobody has chosen: one a person and one a merchant, none whose person is under such review.

    Some in the order of what the model alone thinks of them (what a rule says of a claim has been judged by the rule's own outcomes), some
    in the order of how unusual they are: which of the two finds misuse that nobody has labelled depends on the company
    (docs/detection.md), so that their outcomes divide the seats.
    """
    if n <= 0:
        return []
    people = {case.cardholder_id for case in opened if case.pattern == NOVELTY_PATTERN}
    unusual = ranked.filter(
        (pl.col("anomaly_score") > UNUSUAL_FROM)
        & (pl.col("amount_minor") > 0)
        & ~pl.col("claim_id").is_in(list(claims_of(taken_by)))
        & ~pl.col("cardholder_id").is_in(list(people))
    )
    n_rare = rare_seats(n, seats.rare_share)
    found: list[Bundle] = []
    orders = (
        (LIKELY, n - n_rare, ["model_probability", "anomaly_score"]),
        (RARE, n, ["anomaly_score", "model_probability"]),
    )
    merchants: set[int] = set()
    for drawn_by, room, by in orders:
        ordered = unusual.sort([*by, "claim_id"], descending=[True, True, False], nulls_last=True)
        for row in ordered.iter_rows(named=True):
            if len(found) >= room:
                break
            if row["cardholder_id"] in people or row["merchant_id"] in merchants:
                continue
            people.add(row["cardholder_id"])
            merchants.add(row["merchant_id"])
            found.append(replace(single(row, "novelty", NOVELTY_PATTERN, "p"), drawn_by=drawn_by))
    return found
