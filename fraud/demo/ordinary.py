"""The company's everyday claims: who buys what, when, where and for how much."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fraud.demo.drafts import Draft, join_drafts, make_draft, take
from fraud.demo.spends import OTHER_LIMIT, SINGLE_LIMIT, SPEND_INDEX, SPENDS
from fraud.demo.wordlists import REGIONS
from fraud.demo.world import (
    Ints,
    Rng,
    World,
    draw_amounts,
    draw_days,
    draw_heads,
    draw_kinds,
    draw_merchants,
    draw_seconds,
)

AWAY_RATE = {"영업": 0.18, "고객지원": 0.15}
OTHER_AWAY_RATE = 0.05
PRE_APPROVED_RATE = 0.75  # honest claims over the single limit that carry a pre-approval
FUEL_ON_PERSONAL_CARD_RATE = 0.04
HEADS_MISSING_RATE = 0.05


def single_limits(spend: Ints) -> Ints:
    """Single-claim limit in KRW per row."""
    table = np.array([SINGLE_LIMIT.get(s.purpose, OTHER_LIMIT) for s in SPENDS])
    return np.asarray(table[spend], dtype=np.int64)


def _spend_shares(world: World) -> NDArray[np.float64]:
    """(employees, spends) cumulated shares: job family × personal leaning."""
    rng = world.options.rng("leaning")
    families = world.people.families()
    table = {f: np.array([s.weight * s.families.get(f, 1.0) for s in SPENDS]) for f in set(families)}
    shares = np.array([table[f] for f in families])
    shares = shares * rng.lognormal(0, 0.45, shares.shape)
    fuel, car = SPEND_INDEX["fuel"], SPEND_INDEX["car_service"]
    shares[~world.people.has_vehicle, fuel] = 0
    shares[~world.people.has_vehicle, car] = 0
    shares[world.people.grade < 3, SPEND_INDEX["golf"]] = 0
    cumulated = np.cumsum(shares, axis=1)
    return np.asarray(cumulated / cumulated[:, -1:], dtype=np.float64)


def _who_and_what(rng: Rng, world: World, n: int) -> tuple[Ints, Ints]:
    """Person and kind of spending per claim, sorted by spending."""
    people = world.people
    weight = people.activity * world.at_work.mean(axis=1)
    person = np.repeat(np.arange(people.n), rng.multinomial(n, weight / weight.sum()))
    shares = _spend_shares(world)
    spend = (shares[person] < rng.random(len(person))[:, None]).sum(axis=1)
    order = np.argsort(spend, kind="stable")
    return person[order], spend[order]


def places(rng: Rng, world: World, person: Ints) -> Ints:
    """Region of a purchase: the workplace, sometimes another one."""
    rate = np.array([AWAY_RATE.get(f, OTHER_AWAY_RATE) for f in world.people.families()])[person]
    away = rng.random(len(person)) < rate
    other = rng.integers(0, len(REGIONS), len(person))
    return np.asarray(np.where(away, other, world.people.region[person]), dtype=np.int64)


def _times(rng: Rng, world: World, person: Ints, spend: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Day and second per claim (sorted by spending), and whether a fitting day was found."""
    day, second = np.zeros(len(person), dtype=np.int64), np.zeros(len(person), dtype=np.int64)
    found = np.zeros(len(person), dtype=np.bool_)
    for s in np.unique(spend):
        rows = np.flatnonzero(spend == s)
        weights = world.days.weights(SPENDS[s].rhythm)
        day[rows], found[rows] = draw_days(rng, weights, world.at_work, person[rows])
        second[rows] = draw_seconds(rng, SPENDS[s].hours, len(rows))
    return day, second, found


def _heads(rng: Rng, spend: Ints) -> Ints:
    heads = np.zeros(len(spend), dtype=np.int64)
    for s in np.unique(spend):
        rows = np.flatnonzero(spend == s)
        heads[rows] = draw_heads(rng, SPENDS[s].heads, len(rows))
    return heads


def hide_some_heads(rng: Rng, heads: Ints) -> Ints:
    """Attendee counts as recorded: a few are never filled in."""
    return np.asarray(np.where(rng.random(len(heads)) < HEADS_MISSING_RATE, 0, heads), dtype=np.int64)


def pre_approvals(rng: Rng, spend: Ints, amount: Ints, rate: float = PRE_APPROVED_RATE) -> Ints:
    """Pre-approved KRW: most claims over the single limit, and few others, carry one with some room."""
    over = amount > single_limits(spend)
    has = np.where(over, rng.random(len(amount)) < rate, rng.random(len(amount)) < 0.01)
    room = np.ceil(amount * rng.uniform(1.0, 1.25, len(amount)) / 10_000) * 10_000
    return np.asarray(np.where(has, room, 0), dtype=np.int64)


def everyday_claims(world: World, n: int) -> Draft:
    """About `n` claims of everyday business."""
    rng = world.options.rng("everyday")
    person, spend = _who_and_what(rng, world, n)
    day, second, found = _times(rng, world, person, spend)
    heads = _heads(rng, spend)
    merchant = draw_merchants(rng, world, person, draw_kinds(rng, world, spend), places(rng, world, person))
    amount = draw_amounts(rng, world, spend, person, merchant, heads)
    on_personal = (spend == SPEND_INDEX["fuel"]) & (rng.random(len(person)) < FUEL_ON_PERSONAL_CARD_RATE)
    draft = make_draft(
        len(person),
        person=person,
        spend=spend,
        merchant=merchant,
        day=day,
        second=second,
        amount=amount,
        heads=hide_some_heads(rng, heads),
        pre_approved=pre_approvals(rng, spend, amount),
        card=np.where(on_personal, 0, -1),
    )
    return take(draft, found)


def simple_claims(rng: Rng, world: World, key: str, person: Ints, day: Ints, region: Ints) -> Draft:
    """One claim of a named spending per (person, day, region)."""
    n = len(person)
    what = SPENDS[SPEND_INDEX[key]]
    spend = np.full(n, SPEND_INDEX[key])
    heads = draw_heads(rng, what.heads, n)
    merchant = draw_merchants(rng, world, person, draw_kinds(rng, world, spend), region)
    amount = draw_amounts(rng, world, spend, person, merchant, heads)
    return make_draft(
        n,
        person=person,
        spend=spend,
        merchant=merchant,
        day=day,
        second=draw_seconds(rng, what.hours, n),
        amount=amount,
        heads=hide_some_heads(rng, heads),
        pre_approved=pre_approvals(rng, spend, amount),
    )


def overtime_claims(world: World) -> Draft:
    """Meals and taxis of approved overtime, on working days and at weekends: late, and in order."""
    rng = world.options.rng("overtime")
    person, day = np.nonzero(world.attendance.overtime)
    business = world.days.is_business[day]
    region = world.people.region[person]
    drafts = []
    for key, mask, rate in (
        ("overtime_meal", business, 0.45),
        ("overtime_taxi", business, 0.3),
        ("weekend_work", ~business, 0.7),
        ("late_bar", business, 0.012),
    ):
        rows = mask & (rng.random(len(person)) < rate)
        drafts.append(simple_claims(rng, world, key, person[rows], day[rows], region[rows]))
    return join_drafts(drafts)
