"""Draws by lot that can be repeated, with the probability that each claim had of being drawn. Pure.

A draw in proportion to a size takes claims in an order that depends on nothing but claim and seed, and goes through the sum of
their probabilities in steps of one from a random start (systematic sampling): every claim is drawn with exactly the probability
that is stored with it.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection.terms import SAMPLE_PATTERN, Bundle, single

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Sizes of the part of the control sample that looks where misses are likelier: root of the probability, and this for each rule hit.
_OF_A_HIT = 0.05
#: What a claim teaches: its probability, and more where a rule without outcomes hit it or little of it is like anything before.
_UNTRIED, _NOVEL = 0.03, 0.01
#: A claim less likely than this share of the threshold teaches nothing worth a reviewer's time, whatever is new about it.
_LEAST_LIKELY = 0.2
#: Seats for learning that hits of one rule get a night: what a rule finds is learnt from a few a night, and others have to be learnt too.
_OF_A_RULE = 3


def control_sample(rest: pl.DataFrame, n: int, seed: str) -> list[Bundle]:
    """At most `n` of the claims in `rest` (columns of POPULATION): half of them by equal chances, half where misses are likelier.

    A claim may be drawn twice and is then one check; its inclusion probability is that of being in either half.
    """
    n = min(max(n, 0), rest.height)
    if n == 0:
        return []
    ids = rest["claim_id"].to_numpy()
    sizes = np.sqrt(_numbers(rest, "probability")) + _OF_A_HIT * _numbers(rest, "n_hits")
    n_sized = n // 2 if sizes.min() != sizes.max() else 0
    chances = inclusion_probabilities(sizes, n_sized)
    uniform = uniform_draw(ids, n - n_sized, seed)
    drawn = np.union1d(uniform, systematic_draw(ids, chances, f"{seed}/sized"))
    share = (n - n_sized) / rest.height
    found = []
    for at in drawn.tolist():
        bundle = single(rest.row(at, named=True), "control_sample", SAMPLE_PATTERN, "s")
        bundle.inclusion_probability = float(1.0 - (1.0 - share) * (1.0 - chances[at]))
        found.append(bundle)
    return found


def teaching_draw(rest: pl.DataFrame, n: int, threshold: float, seed: str) -> list[Bundle]:
    """At most `n` claims that teach most, one a person, one a merchant and _OF_A_RULE a rule, drawn in proportion to what they teach."""
    if n <= 0 or rest.is_empty():
        return []
    likely = pl.col("probability").fill_null(0)
    worth = (
        likely
        + _UNTRIED * pl.col("n_untried").fill_null(0).clip(upper_bound=2)
        + _NOVEL * pl.col("novelty").fill_null(0)
    )
    ranked = may_teach(rest, threshold).with_columns(worth=worth)
    ranked = ranked.sort(["worth", "claim_id"], descending=[True, False])
    ranked = ranked.unique("cardholder_id", keep="first", maintain_order=True)
    ranked = ranked.unique("merchant_id", keep="first", maintain_order=True)
    found = []
    for part, seats, name in _by_rule(ranked, n):
        chances = inclusion_probabilities(part["worth"].to_numpy(), seats)
        for at in systematic_draw(part["claim_id"].to_numpy(), chances, f"{seed}/teaching{name}").tolist():
            row = part.row(at, named=True)
            bundle = single(row, "learning", row["pattern"] or "learning", "s")
            bundle.inclusion_probability = float(chances[at])
            found.append(bundle)
    return found


def may_teach(rest: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """The claims of which `teaching_draw` draws any: those that are likely enough."""
    return rest.filter(pl.col("probability").fill_null(0) > _LEAST_LIKELY * threshold)


def _by_rule(ranked: pl.DataFrame, n: int) -> list[tuple[pl.DataFrame, int, str]]:
    """The claims in parts that are drawn apart, each with its seats and name: those of every rule that would get more than _OF_A_RULE
    of the `n` seats, and all others. A claim counts for the untried rule it meets, otherwise for its leading one."""
    found: list[tuple[pl.DataFrame, int, str]] = []
    rest, rule = ranked, pl.coalesce("untried", "pattern")
    while not rest.is_empty():
        left = n - sum(seats for _, seats, _ in found)
        chances = inclusion_probabilities(rest["worth"].to_numpy(), min(left, rest.height))
        shares = rest.select(rule=rule, chance=pl.Series(chances)).drop_nulls("rule")
        of_rules = shares.group_by("rule").agg(pl.col("chance").sum()).sort("chance", "rule", descending=True)
        if of_rules.is_empty() or of_rules["chance"][0] <= _OF_A_RULE + 1e-9:
            return [*found, (rest, min(left, rest.height), "")]
        greatest = of_rules["rule"][0]
        found.append((rest.filter(rule == greatest), _OF_A_RULE, f"/{greatest}"))
        rest = rest.filter(rule.ne_missing(greatest))
    return found


def inclusion_probabilities(sizes: Floats, n: int) -> Floats:
    """Probabilities (m,) in proportion to `sizes` (m,), at most 1 each, that sum to `n` (n of those with a size, if there are fewer)."""
    found = np.zeros(len(sizes))
    open_ = sizes > 0
    n = min(n, int(open_.sum()))
    left = float(n)
    while left > 0 and open_.any():
        share = left * sizes / sizes[open_].sum()
        sure = open_ & (share >= 1.0)
        if not sure.any():
            found[open_] = share[open_]
            break
        found[sure] = 1.0
        left -= float(sure.sum())
        open_ &= ~sure
    return found


def systematic_draw(claim_ids: Ints, chances: Floats, seed: str) -> Ints:
    """Positions drawn, ascending: each with its probability of `chances`, as many as these sum to."""
    total = round(float(chances.sum()))
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((claim_ids, draw_numbers(claim_ids, seed)))
    start = int.from_bytes(hashlib.sha256(f"{seed}/start".encode()).digest()[:6], "big") / 2**48
    ends = np.cumsum(chances[order])
    ends *= total / ends[-1]
    steps = np.minimum(np.searchsorted(ends, start + np.arange(total), side="right"), len(order) - 1)
    return np.sort(order[np.unique(steps)])


def uniform_draw(claim_ids: Ints, n: int, seed: str) -> Ints:
    """Positions of `n` claims drawn with equal chances without replacement, ascending."""
    return np.sort(np.lexsort((claim_ids, draw_numbers(claim_ids, seed)))[:n])


def draw_numbers(claim_ids: Ints, seed: str) -> NDArray[np.uint64]:
    """A number per claim that depends on nothing but the claim and the seed (splitmix64): the draw can be repeated."""
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    with np.errstate(over="ignore"):
        x = claim_ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).fill_null(0.0).clip(lower_bound=0.0).to_numpy()
