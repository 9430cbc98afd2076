"""Schemes that show in amounts and repetition: split, near the limit, padded, fixed, duplicated."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import NONE, RECEIPT_ALWAYS, Draft, join_drafts, n_rows, take
from fraud.demo.schemes.base import Scene

LIMIT = 500_000
PER_HEAD_LIMIT = 50_000


def split_payment(scene: Scene) -> Draft:
    """A04: a bill above the single limit paid in two or three parts, minutes apart or on the next day."""
    person, day = scene.series(5, scene.world.at_work, days=scene.world.days.is_business)
    keep = scene.rng.random(len(person)) < 1 / 2.3  # every act makes 2.3 claims
    keep[0] = True
    person, day = person[keep], day[keep]
    whole = scene.claims("client_meal", person, day)
    n = len(person)
    total = scene.round_amounts(530_000, 1_150_000, 1000, n)
    pieces = np.where((total > 800_000) | (scene.rng.random(n) < 0.2), 3, 2)
    cut = scene.rng.uniform(0.85, 1.15, (n, 3)) * (np.arange(3) < pieces[:, None])
    parts = (total[:, None] * cut / cut.sum(axis=1, keepdims=True) // 1000 * 1000).astype(np.int64)
    next_day = scene.rng.random(n) < 0.2
    drafts = []
    for i in range(3):
        rows = np.flatnonzero(pieces > i)
        part = take(whole, rows)
        part["amount"] = np.minimum(parts[rows, i], LIMIT - 1000)
        late = next_day[rows] & (i == 1) & (day[rows] < scene.last)
        part["day"] = part["day"] + late
        part["second"] = part["second"] + i * scene.rng.integers(90, 900, len(rows))
        part["incident"] = rows
        drafts.append(part)
    return join_drafts(drafts)


def near_limit(scene: Scene) -> Draft:
    """A03: month after month just below the limit that would need an approval."""
    person, day = scene.series(9, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("client_meal", person, day)
    draft["amount"] = scene.round_amounts(0.9 * LIMIT, LIMIT - 500, 100, len(person))
    draft["heads"] = scene.rng.integers(3, 9, len(person))
    draft["merchant"] = scene.favourites(draft["merchant"], person, 0.5)
    return draft


def padded_attendees(scene: Scene) -> Draft:
    """A02/D06: two people eat, and as many are written down as the per-head limit needs."""
    person, day = scene.series(8, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("client_meal", person, day)
    draft["amount"] = scene.round_amounts(110_000, 360_000, 100, len(person))
    draft["heads"] = np.ceil(
        draft["amount"] / (PER_HEAD_LIMIT - scene.rng.integers(300, 3000, len(person)))
    ).astype(np.int64)
    draft["merchant"] = scene.favourites(draft["merchant"], person, 0.6)
    return draft


def fixed_amount_cafe(scene: Scene) -> Draft:
    """A06: a prepaid balance is charged with the same round sum at the same café, day after day."""
    person, day = scene.series(22, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("cafe", person, day)
    price = 10_000 * scene.rng.integers(1, 4, scene.world.people.n)
    draft["amount"] = price[person].astype(np.int64)
    draft["merchant"] = scene.favourites(draft["merchant"], person, 1.0)
    draft["heads"] = np.where(scene.rng.random(len(person)) < 0.5, 0, scene.rng.integers(2, 5, len(person)))
    return draft


def duplicate_claim(scene: Scene) -> Draft:
    """D03: a claim is filed a second time in another report, by the same person or a colleague at the table."""
    base, rng, people = scene.base, scene.rng, scene.world.people
    fit = (base["day"] >= scene.first) & (base["day"] <= scene.last - 12) & (base["amount"] >= 30_000)
    fit &= (base["scheme"] < 0) & (base["trip"] < 0) & (base["amount"] <= 400_000)
    offenders = scene.offenders(max(2, round(scene.n / 4)))
    mine = np.flatnonzero(fit & np.isin(base["person"], offenders))
    rows = rng.choice(mine, min(scene.n, len(mine)), replace=False)
    copy = take(base, rows)
    n = len(rows)
    by_colleague = rng.random(n) < 0.35
    mate = _colleagues(scene, copy["person"])
    usable = by_colleague & (mate >= 0) & scene.world.at_work[np.maximum(mate, 0), copy["day"]]
    copy["person"] = np.where(usable, mate, copy["person"])
    copy["second"] = copy["second"] + rng.integers(-40, 90, n) * usable
    copy["submit_days"] = 0.5 + rng.lognormal(np.log(4.0), 0.9, n)
    copy["receipt"] = np.full(n, RECEIPT_ALWAYS)
    copy["incident"] = rows
    # Half of the copies are the same card payment filed twice; the rest were paid back through another receipt.
    copy["twin"] = np.where(rng.random(n) < 0.5, rows, NONE)
    copy["card"] = np.where(people.has_vehicle[copy["person"]], copy["card"], -1)
    return copy


def _colleagues(scene: Scene, person: np.ndarray) -> np.ndarray:
    """The next person of the same department by number, -1 where there is none."""
    department = scene.world.people.department
    order = np.lexsort((np.arange(len(department)), department))
    following = np.full(len(department), -1, dtype=np.int64)
    same = department[order[1:]] == department[order[:-1]]
    following[order[:-1][same]] = order[1:][same]
    return np.asarray(following[person], dtype=np.int64)


def cancel_and_recharge(scene: Scene) -> Draft:
    """C02, new: a high bill is paid and filed, cancelled at once and charged again lower; the difference is kept."""
    person, day = scene.series(5, scene.world.at_work, days=scene.world.days.is_business)
    first = scene.claims("team_dinner", person, day)
    n = n_rows(first)
    first["amount"] = scene.round_amounts(120_000, 450_000, 100, n)
    first["merchant"] = scene.favourites(first["merchant"], person, 0.8)
    gap = scene.rng.integers(60, 420, n)
    back = take(first, np.arange(n))
    back["amount"] = -first["amount"]
    back["second"] = first["second"] + gap
    back["txn"] = np.ones(n, dtype=np.int64)
    first["cancelled"] = first["amount"].copy()
    first["cancel_days"] = gap / 86_400
    again = take(first, np.arange(n))
    again["amount"] = (first["amount"] * scene.rng.uniform(0.25, 0.6, n) // 100 * 100).astype(np.int64)
    again["second"] = back["second"] + scene.rng.integers(40, 200, n)
    again["cancelled"] = np.zeros(n, dtype=np.int64)
    again["cancel_days"] = np.full(n, np.nan)
    joined = join_drafts([first, again, back])
    joined["original"][2 * n :] = np.arange(n)
    joined["incident"] = np.tile(np.arange(n), 3)
    return joined
