"""Everything claims are drawn from, and the vectorised choices of day, time, shop and amount."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fraud.demo.attendance import Attendance, build_attendance
from fraud.demo.days import Days
from fraud.demo.kinds import ALL_KINDS, KIND_INDEX
from fraud.demo.merchants import N_REGIONS, Merchants, build_merchants
from fraud.demo.options import CompanyOptions
from fraud.demo.people import People, build_people
from fraud.demo.spends import HOURS, SPENDS
from fraud.demo.wordlists import GRADES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rng = np.random.Generator

EXPLORE_RATE = 0.12  # share of purchases at a shop that is nobody's habit
TEAM_HABIT_RATE = 0.35  # share of habits shared with the department
HABIT_DECAY = 0.32  # geometric: the favourite shop gets about a third of the visits
USUAL_CLAIMS_A_MONTH = 7.0


@dataclass
class World:
    """People, shops, days and attendance of one company."""

    options: CompanyOptions
    days: Days
    people: People
    merchants: Merchants
    attendance: Attendance
    pace: float

    @classmethod
    def of(cls, options: CompanyOptions) -> World:
        days = Days.of(options)
        people = build_people(options)
        pace = options.claims_target / (options.employees * options.months * USUAL_CLAIMS_A_MONTH)
        pace = float(np.clip(pace, 0.1, 1.5))
        attendance = build_attendance(options, people, days, pace)
        return cls(options, days, people, build_merchants(options, people), attendance, pace)

    @cached_property
    def employed(self) -> Bools:
        return self.people.employed(self.days.n)

    @cached_property
    def at_work(self) -> Bools:
        """(employees, days): on the staff, not on leave and not on a trip."""
        return self.employed & ~self.attendance.on_leave & (self.attendance.trip_of < 0)

    @cached_property
    def taste(self) -> Floats:
        """Personal price factor per employee."""
        return self.options.rng("taste").lognormal(0, 0.1, self.people.n)

    @cached_property
    def kinds_of_spend(self) -> Ints:
        """(spends, 4) kind indices, repeated to fill."""
        return np.array([[KIND_INDEX[s.kinds[i % len(s.kinds)]] for i in range(4)] for s in SPENDS])


def draw_days(
    rng: Rng, weights: Floats, allowed: Bools, person: Ints, rounds: int = 12
) -> tuple[Ints, Bools]:
    """A day per person from `weights` (days,) among `allowed` (employees, days); second value: was one found."""
    cdf = np.cumsum(weights)
    day = np.searchsorted(cdf, rng.random(len(person)) * cdf[-1], side="right")
    for _ in range(rounds):
        wrong = np.flatnonzero(~allowed[person, day])
        if not len(wrong):
            break
        day[wrong] = np.searchsorted(cdf, rng.random(len(wrong)) * cdf[-1], side="right")
    return day, allowed[person, day]


def draw_seconds(rng: Rng, hours: str, n: int) -> Ints:
    """Second of the day from a named mixture; 86,400 and more mean the next date."""
    parts = HOURS[hours]
    which = rng.choice(len(parts), n, p=[w for w, _, _ in parts])
    mean = np.array([m for _, m, _ in parts])[which]
    spread = np.array([s for _, _, s in parts])[which]
    minutes = np.maximum(5, mean + spread * rng.standard_normal(n))
    return np.asarray(minutes * 60 + rng.integers(0, 60, n), dtype=np.int64)


def draw_heads(rng: Rng, heads: tuple[int, float, int] | None, n: int) -> Ints:
    """People at the table; 0 where the kind of spending has none."""
    if heads is None:
        return np.zeros(n, dtype=np.int64)
    least, mean, most = heads
    return np.minimum(least + rng.poisson(mean, n), most)


def draw_merchants(
    rng: Rng, world: World, person: Ints, kind: Ints, region: Ints, *, explore: float = EXPLORE_RATE
) -> Ints:
    """A shop of the kind in the region: mostly the person's or the department's favourites, seldom any.

    Favourites need no table: a hash of person and kind names the first, the next ones follow in the pool's order.
    """
    n = len(person)
    pools = world.merchants
    local = np.array([what.local for what in ALL_KINDS])[kind]
    place = np.where(local | (region >= N_REGIONS), region, 0)
    start, size = pools.pool_start[kind, place], np.maximum(1, pools.pool_size[kind, place])
    team = rng.random(n) < TEAM_HABIT_RATE
    owner = np.where(team, 100_003 + world.people.department[person], person)
    home = (owner * 2_654_435_761 + kind * 40_503 + 12_345) % 2_147_483_647
    rank = rng.geometric(HABIT_DECAY, n) - 1
    seat = np.where(rng.random(n) < explore, rng.integers(0, 1 << 31, n), home + rank * 7)
    return np.asarray(start + seat % size, dtype=np.int64)


def draw_kinds(rng: Rng, world: World, spend: Ints) -> Ints:
    """Kind of shop for each kind of spending."""
    return np.asarray(world.kinds_of_spend[spend, rng.integers(0, 4, len(spend))], dtype=np.int64)


def draw_amounts(rng: Rng, world: World, spend: Ints, person: Ints, merchant: Ints, heads: Ints) -> Ints:
    """KRW: log-normal around the median of the spending × grade × person × shop × heads, rounded as prices are."""
    median = np.array([s.median for s in SPENDS], dtype=np.float64)[spend]
    spread = np.array([s.spread for s in SPENDS])[spend]
    slope = np.array([s.grade_slope for s in SPENDS])[spend]
    step = np.array([s.round_to for s in SPENDS])[spend]
    grade = np.array([factor for _, _, factor, _ in GRADES])[world.people.grade[person]]
    amount = median * np.exp(spread * rng.standard_normal(len(spend)))
    amount *= (
        (1 + slope * (grade - 1))
        * world.taste[person]
        * world.merchants.price[merchant]
        * np.maximum(1, heads)
    )
    return np.asarray(np.maximum(step, np.round(amount / step) * step), dtype=np.int64)
