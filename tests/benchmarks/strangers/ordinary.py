"""What people of a strange company pay for on ordinary days, and the facts of a claim nobody said anything about."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.benchmarks.strangers.drafts import NONE, Draft, draft, join, size
from tests.benchmarks.strangers.kinds import INDEX, KINDS, PURPOSE, column, indices
from tests.benchmarks.strangers.trades import pace, trip_mix
from tests.benchmarks.strangers.world import EVERYWHERE, World

Ints = NDArray[np.int64]
#: Texts of a purpose that are no explanation, and how many explanations each purpose has.
NO_TEXT, SHORT_TEXT, TEXTS = 0, 1, 12
_MONTH_END_DAYS = 4
_AGAIN = 0.55  # how often people go where they usually go


def ordinary_claims(world: World) -> Draft:
    """Everything that is no scheme and no look-alike: about `traits.claims` rows."""
    rng = world.traits.rng("ordinary")
    parts = [_daily(world, rng), _subscriptions(world, rng), _overtime(world, rng)]
    return join(parts)


def _daily(world: World, rng: Generator) -> Draft:
    """Payments by the rhythm of weeks, months and people's presence."""
    person, day, away = _who_and_when(world, rng)
    kind = _kinds(world, rng, person, away)
    region = np.where(away, world.trip[person, day], world.staff.region[person])
    shop = usual_shops(world, rng, person, kind, region)
    return draft({"person": person, "day": day, "shop": shop})


def _who_and_when(world: World, rng: Generator) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Person, day and whether away, for each payment."""
    staff, traits = world.staff, world.traits
    numbers = pace()[staff.family]
    profile = np.array([0.95, 1.05, 1.08, 1.1, 1.0, 0.9, 0.6])[world.weekday]
    dates = np.arange(traits.days)
    season = 1 + 0.12 * np.sin(2 * np.pi * (dates + rng.integers(0, 365)) / 365.0)
    off = numbers[:, 3][:, None] * np.ones(traits.days)
    per_day = np.where(world.working, 1.0, off) * profile * season * _month_end(world)
    rate = staff.lively[:, None] * per_day * world.present
    rate = rate * np.where(world.trip != EVERYWHERE, 2.4, 1.0) * np.where(world.leave, 0.012, 1.0)
    rate *= traits.claims * 0.93 / rate.sum()
    counts = rng.poisson(rate)
    person, day = np.nonzero(counts)
    times = counts[person, day]
    person, day = np.repeat(person, times), np.repeat(day, times)
    return person, day, world.trip[person, day] != EVERYWHERE


def _month_end(world: World) -> NDArray[np.float64]:
    """Busier in the last days of a month."""
    start = np.datetime64(world.traits.start, "D")
    days = start + np.arange(world.traits.days)
    left = ((days.astype("M8[M]") + 1).astype("M8[D]") - days).astype(int)
    return np.where(left <= _MONTH_END_DAYS, 1.25, 1.0)


def _kinds(world: World, rng: Generator, person: Ints, away: NDArray[np.bool_]) -> Ints:
    """What each payment is for: people's own mix at home, that of travellers away."""
    at_home = np.empty(len(person), np.int64)
    u = rng.random(len(person))
    for start in range(0, len(person), 20_000):
        part = slice(start, start + 20_000)
        at_home[part] = (u[part, None] > world.staff.mix[person[part]]).sum(axis=1)
    on_trip = rng.choice(len(KINDS), len(person), p=trip_mix())
    return np.minimum(np.where(away, on_trip, at_home), len(KINDS) - 1)


def usual_shops(world: World, rng: Generator, person: Ints, kind: Ints, region: Ints) -> Ints:
    """People's own shop half of the time at home, any other of the region otherwise."""
    drawn = world.shops.draw(rng, kind, region)
    mine = (rng.random(len(person)) < _AGAIN) & (region == world.staff.region[person])
    return np.where(mine, world.home[person, kind], drawn)


def _subscriptions(world: World, rng: Generator) -> Draft:
    """The same amount every month, by standing order."""
    kinds = indices("telecom software digital member gym")
    n = max(6, world.traits.employees // 12)
    who = rng.integers(0, world.traits.employees, n)
    kind = rng.choice(kinds, n, p=(0.4, 0.4, 0.1, 0.07, 0.03))
    shop = world.shops.draw(rng, kind, world.staff.region[who])
    first, months = rng.integers(0, 30, n), world.traits.days // 30 + 1
    day = (first[:, None] + 30 * np.arange(months)).ravel()
    rep = np.repeat(np.arange(n), months)
    kept = (day < world.traits.days) & world.present[who[rep], np.minimum(day, world.traits.days - 1)]
    amount = usual_amounts(world, rng, who, shop)
    rep, day = rep[kept], day[kept]
    return draft(
        {
            "person": who[rep],
            "day": day,
            "shop": shop[rep],
            "amount": amount[rep],
            "recurring": True,
            "mode": 3,
        }
    )


def _overtime(world: World, rng: Generator) -> Draft:
    """Late meals and the taxi home on evenings with overtime."""
    person, day = np.nonzero(world.overtime)
    taxi, meal = rng.random(len(person)) < 0.35, rng.random(len(person)) < 0.3
    found = []
    for there, kind, purpose, low, high in (
        (taxi, "taxi", "overtime_taxi", 21.2, 25.2),
        (meal, "lunch", "meal", 18, 20.5),
    ):
        who, when = person[there], day[there]
        kinds = np.full(len(who), INDEX[kind])
        shop = usual_shops(world, rng, who, kinds, world.staff.region[who])
        minute = np.rint(rng.uniform(low, high, len(who)) * 60).astype(np.int64)
        found.append(
            draft({"person": who, "day": when, "shop": shop, "purpose": PURPOSE[purpose], "minute": minute})
        )
    return join(found)


def usual_amounts(world: World, rng: Generator, person: Ints, shop: Ints) -> NDArray[np.float64]:
    """What such people usually pay in such shops, in minor units, not yet in steps of prices."""
    kind = world.shops.kind[shop]
    spread = column("spread")[kind] * 0.8
    price = column("median")[kind] * world.traits.unit * world.shops.price[shop] * world.staff.taste[person]
    return price * np.exp(rng.normal(0, 1, len(person)) * spread)


def priced(world: World, amount: NDArray[np.float64], whole: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Amounts in the steps of prices; where they are whole, in steps that grow with the amount."""
    money = world.traits.money
    large = np.where(amount > 100 * money.unit, 10, np.where(amount > 30 * money.unit, 5, 1)) * money.whole
    step = np.where(whole, large, money.step)
    return np.maximum(np.rint(amount / step), 1) * step


def settle(world: World, of: Draft, rng: Generator) -> Draft:
    """Draw every fact that nobody said: amounts, hours, heads, purposes, receipts, filing, approval. In place."""
    kind = world.shops.kind[of["shop"]]
    _settle_money(world, of, rng, kind)
    _settle_hours(world, of, rng, kind)
    _settle_words(of, rng, kind)
    _settle_papers(world, of, rng, kind)
    for name in ("code", "approval_of"):
        of[name] = _renumbered(of[name], rng)
    return of


def _renumbered(numbers: Ints, rng: Generator) -> Ints:
    """Other numbers, equal where these are: how a number came about must not show in it. -1 stays."""
    chosen, at = np.unique(numbers, return_inverse=True)
    drawn = rng.permutation(len(chosen))
    return np.where(numbers == NONE, NONE, drawn[at])


def _fill(of: Draft, name: str, values: NDArray) -> None:
    """Put values where nobody said one."""
    column_ = of[name]
    unsaid = np.isnan(column_) if column_.dtype.kind == "f" else column_ == NONE
    of[name] = np.where(unsaid, values, column_)


def _settle_money(world: World, of: Draft, rng: Generator, kind: Ints) -> None:
    n = size(of)
    drawn = usual_amounts(world, rng, of["person"], of["shop"])
    heads = column("heads")[kind]
    eaters = np.where(heads > 0, 1 + rng.poisson(np.maximum(heads - 1, 0.05)), 0)
    drawn = np.where(heads > 1, drawn * (0.35 + 0.65 * eaters / np.maximum(heads, 1)), drawn)
    _fill(of, "heads", eaters)
    unsaid = of["amount"] == 0
    whole = unsaid & (rng.random(n) < column("round_share")[kind])
    amount = np.where(unsaid, drawn, of["amount"])
    amount = priced(world, amount, whole)
    of["amount"] = np.where(unsaid, amount, np.rint(of["amount"]))


def _settle_hours(world: World, of: Draft, rng: Generator, kind: Ints) -> None:
    n = size(of)
    peaks = np.array([each.hours[i % len(each.hours)] for each in KINDS for i in range(4)]).reshape(
        len(KINDS), 4
    )
    hour = (
        peaks[kind, rng.integers(0, 4, n)]
        + 0.5
        + rng.normal(0, 1.0, n)
        + world.staff.shift[of["person"]] * 0.4
    )
    hour = np.where(rng.random(n) < 0.025, rng.uniform(6, 25, n), hour)
    _fill(of, "minute", np.clip(np.rint(hour * 60), 5 * 60, 27 * 60).astype(np.int64))
    _fill(of, "mode", np.where(rng.random(n) < 0.04, 1, column("mode")[kind]))


def _settle_words(of: Draft, rng: Generator, kind: Ints) -> None:
    n = size(of)
    own = np.array([PURPOSE[each.purpose] for each in KINDS])[kind]
    other = rng.choice([PURPOSE[name] for name in ("meal", "meeting", "client", "supplies", "team")], n)
    _fill(of, "purpose", np.where(rng.random(n) < 0.1, other, own))
    drawn = rng.random(n)
    text = np.where(drawn < 0.06, NO_TEXT, np.where(drawn < 0.13, SHORT_TEXT, 2 + rng.integers(0, TEXTS, n)))
    _fill(of, "text", text)
    _fill(of, "installments", np.where(rng.random(n) < 0.02, rng.choice([2, 3, 6], n), 0))


def _settle_papers(world: World, of: Draft, rng: Generator, kind: Ints) -> None:
    n, unit = size(of), world.traits.unit
    _fill(of, "receipt", (rng.random(n) > np.where(of["amount"] < 30 * unit, 0.25, 0.05)).astype(np.int64))
    usual = np.where(rng.random(n) < 0.03, rng.uniform(20, 45, n), rng.gamma(1.3, 3.0, n))
    _fill(of, "submit_days", np.minimum(usual, 45))
    quick = np.where(rng.random(n) < 0.02, rng.uniform(2, 15, n), rng.exponential(40_000, n) + 40)
    _fill(of, "approval_seconds", quick)
    _fill(of, "approver", world.staff.approver[of["person"]])
    table = column("heads")[kind] > 0
    tip = np.where(rng.random(n) < 0.08, rng.uniform(0.05, 0.2, n), 0.0)
    _fill(of, "service", np.where(table, tip, 0.0))
    asked = (of["amount"] > 0.6 * world.traits.limit) & (rng.random(n) < 0.7)
    large = 10 * world.traits.money.whole
    said = np.ceil(of["amount"] * rng.uniform(0.97, 1.4, n) / large) * large
    of["approved"] = np.where(np.isnan(of["approved"]) & asked, said, of["approved"])
    numbered = np.isfinite(of["approved"]) & (of["approval_of"] == NONE)
    of["approval_of"] = np.where(numbered, 1_000_000 + np.arange(n), of["approval_of"])
    _fill(of, "vat", np.where(rng.random(n) < 0.5, 1.0, 0.0))
    fuel_card = (world.staff.card[of["person"]] == 2) & (kind == INDEX["fuel"])
    own = np.where(world.staff.card[of["person"]] == 1, 1, 0)
    _fill(of, "card", np.where(fuel_card, 2, own))
    _fill(of, "code", np.arange(n) + 1)
