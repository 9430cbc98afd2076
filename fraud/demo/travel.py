"""Claims of business trips at home and abroad, and what is paid every month by itself."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import Draft, join_drafts, make_draft, take
from fraud.demo.kinds import KIND_INDEX
from fraud.demo.ordinary import simple_claims
from fraud.demo.spends import CARD_KINDS, SPEND_INDEX
from fraud.demo.wordlists import REGIONS
from fraud.demo.world import Ints, Rng, World

MEALS_A_DAY = 1.1
TEAM_SUBSCRIPTIONS = 2.2  # per department and month


def _with_trip(draft: Draft, trip: Ints) -> Draft:
    draft["trip"] = trip
    return draft


def _each(rng: Rng, world: World, key: str, trips: Ints, day: Ints, at_home: bool = False) -> Draft:
    """One claim of a spending per trip index and day."""
    spans = world.attendance
    person = spans.trip_person[trips]
    region = world.people.region[person] if at_home else spans.trip_region[trips]
    return _with_trip(simple_claims(rng, world, key, person, day, region), trips)


def trip_claims(world: World) -> Draft:
    """Transport there and back, nights, meals and taxis for every trip; a few trips are paid by somebody else."""
    rng = world.options.rng("trips")
    spans = world.attendance
    trips = np.flatnonzero(rng.random(len(spans.trip_person)) < 0.92)
    abroad = spans.trip_region[trips] >= len(REGIONS)
    first, last = spans.trip_first[trips], spans.trip_last[trips]
    nights = last - first
    by_rail = ~abroad & (rng.random(len(trips)) < 0.6)
    by_air = abroad | (rng.random(len(trips)) < 0.05)
    drafts = [
        _each(rng, world, "trip_rail", trips[by_rail], first[by_rail], at_home=True),
        _each(rng, world, "trip_rail", trips[by_rail], last[by_rail], at_home=True),
        _each(
            rng,
            world,
            "trip_air",
            trips[by_air],
            np.maximum(0, first - rng.integers(0, 8, len(trips)))[by_air],
            at_home=True,
        ),
    ]
    drafts[2]["amount"] = drafts[2]["amount"] * np.where(abroad[by_air], 6, 1)
    for key, mask, counts in (
        ("trip_hotel", ~abroad, np.minimum(nights, 1)),
        ("abroad_hotel", abroad, np.minimum(nights, 1)),
        ("trip_meal", ~abroad, rng.poisson(MEALS_A_DAY * (nights + 1))),
        ("abroad_meal", abroad, rng.poisson(1.4 * (nights + 1))),
        ("trip_taxi", ~abroad, rng.poisson(0.8 * (nights + 1))),
        ("abroad_taxi", abroad, rng.poisson(0.8 * (nights + 1))),
    ):
        rows = np.repeat(np.flatnonzero(mask), counts[mask])
        day = first[rows] + rng.integers(0, 1 << 30, len(rows)) % (nights[rows] + 1)
        if key.endswith("hotel"):
            day = last[rows]
        drafts.append(_each(rng, world, key, trips[rows], day))
        if key.endswith("hotel"):  # one bill for all nights
            drafts[-1]["amount"] = drafts[-1]["amount"] * nights[rows]
    joined = join_drafts(drafts)
    return take(joined, world.employed[joined["person"], joined["day"]])


def _monthly_days(world: World, day_of_month: Ints) -> tuple[Ints, Ints]:
    """(row, day) for every month of the period in which the day occurs."""
    rows, days = [], []
    for d in np.unique(day_of_month):
        hits = np.flatnonzero(world.days.day_of_month == d)
        who = np.flatnonzero(day_of_month == d)
        rows.append(np.repeat(who, len(hits)))
        days.append(np.tile(hits, len(who)))
    return np.concatenate(rows), np.concatenate(days)


def subscription_claims(world: World) -> Draft:
    """Software and telephone paid monthly on virtual cards by the heads of departments; the amount hardly changes."""
    rng = world.options.rng("subscriptions")
    heads = len(world.people.departments.codes)
    person = np.repeat(np.arange(1, heads), rng.poisson(TEAM_SUBSCRIPTIONS, heads - 1))
    n = len(person)
    is_phone = rng.random(n) < 0.25
    kind = np.where(is_phone, KIND_INDEX["telecom"], KIND_INDEX["software"])
    start, size = world.merchants.pool_start[kind, 0], world.merchants.pool_size[kind, 0]
    merchant = start + rng.integers(0, 1 << 30, n) % size
    amount = np.round(np.exp(rng.normal(np.log(60_000), 0.8, n)) / 10) * 10
    row, day = _monthly_days(world, rng.integers(1, 28, n))
    rise = 1 + 0.08 * (rng.random(n)[row] < day / world.days.n * 0.3)
    return make_draft(
        len(row),
        person=person[row],
        merchant=merchant[row],
        day=day,
        second=11_400 + rng.integers(0, 600, len(row)),
        spend=np.where(is_phone, SPEND_INDEX["telecom"], SPEND_INDEX["software"])[row],
        amount=np.round(amount[row] * rise / 10) * 10,
        recurring=True,
        card=CARD_KINDS.index("virtual"),
    )


def personal_subscriptions(
    rng: Rng, world: World, person: Ints, first: Ints, last: Ints, merchant: Ints, amount: Ints
) -> Draft:
    """Monthly payments of given people at given shops between two days (the scheme draws these)."""
    row, day = _monthly_days(world, rng.integers(1, 28, len(person)))
    held = (day >= first[row]) & (day <= last[row]) & world.employed[person[row], day]
    row, day = row[held], day[held]
    return make_draft(
        len(row),
        person=person[row],
        merchant=merchant[row],
        day=day,
        second=rng.integers(9_000, 15_000, len(row)),
        amount=amount[row],
        recurring=True,
        incident=row,
    )
