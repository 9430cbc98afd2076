"""Mechanisms that take more than one payment: splits, copies, pairs, refunds. Each gets occasions and gives all their claims.

A row keeps the scheme's number only where it is misuse: the first filing of a receipt is none. `soft` makes the innocent version.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from tests.benchmarks.strangers.drafts import NONE, Draft, join, rows, size
from tests.benchmarks.strangers.kinds import INDEX
from tests.benchmarks.strangers.world import World

Pattern = Callable[[World, Generator, Draft, bool], Draft]
#: Claims of misuse that an occasion gives.
MISUSE_ROWS = {"split": 2.3, "split_days": 2.0, "split_shops": 2.0, "split_people": 2.0, "pair": 2.0}


def _blameless(of: Draft) -> Draft:
    """The same claims as nobody's fault."""
    return {**of, "scheme": np.full(size(of), NONE)}


def _shared(world: World, rng: Generator, amount: np.ndarray, low: float, high: float) -> np.ndarray:
    """Part of an amount in steps of prices."""
    step = world.traits.money.step
    return np.maximum(np.rint(amount * rng.uniform(low, high, len(amount)) / step), 1) * step


def split(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Two or three payments within hours."""
    parts = [of]
    extra = rng.random(size(of)) < 0.3
    share = np.where(extra, 1 / 3, 1 / 2)
    total = of["amount"].copy()
    of["amount"] = _shared(world, rng, total * share, 0.85, 1.1)
    for number, which in ((1, np.ones(size(of), bool)), (2, extra)):
        part = rows(of, which)
        part["amount"] = _shared(world, rng, (total * share)[which], 0.85, 1.1)
        part["minute"] = np.minimum(part["minute"] + number * rng.integers(2, 90, size(part)), 27 * 60)
        parts.append(part)
    return join(parts)


def split_days(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Half today, half tomorrow."""
    total = of["amount"].copy()
    of["amount"] = _shared(world, rng, total, 0.45, 0.53)
    second = rows(of, np.ones(size(of), bool))
    second["amount"] = _shared(world, rng, total, 0.45, 0.53)
    second["day"] = np.minimum(second["day"] + rng.integers(1, 3, size(of)), world.traits.days - 1)
    return join([of, second])


def split_shops(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Half here, half in another shop of the kind."""
    found = split_days(world, rng, of, soft)
    n = size(found) // 2
    kind, region = world.shops.kind[found["shop"][n:]], world.staff.region[found["person"][n:]]
    found["shop"][n:] = world.shops.draw(rng, kind, region)
    found["day"][n:] = found["day"][:n]
    found["minute"][n:] = np.minimum(found["minute"][:n] + rng.integers(20, 150, n), 27 * 60)
    return found


def split_people(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """A colleague of the department pays the other half."""
    found = split_days(world, rng, of, soft)
    n = size(found) // 2
    found["person"][n:] = colleagues(world, rng, found["person"][:n])
    found["day"][n:] = found["day"][:n]
    found["minute"][n:] = np.minimum(found["minute"][:n] + rng.integers(1, 20, n), 27 * 60)
    return found


def pair(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Two of a department claim the same amount of the same half hour."""
    other = rows(of, np.ones(size(of), bool))
    other["person"] = colleagues(world, rng, of["person"])
    other["minute"] = np.minimum(of["minute"] + rng.integers(0, 26, size(of)), 27 * 60)
    return join([of, other])


def colleague(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """The colleague's own claim is in order; the copy of it is not."""
    first = _blameless(rows(of, np.ones(size(of), bool)))
    first["person"] = colleagues(world, rng, of["person"])
    of["minute"] = np.minimum(first["minute"] + rng.integers(0, 20, size(of)), 27 * 60)
    of["submit_days"] = rng.uniform(2, 20, size(of))
    return join([first, of])


def twice(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Filed once as it should be, and once more later, often with the same approval number."""
    first = _blameless(rows(of, np.ones(size(of), bool)))
    codes = 500_000_000 + rng.integers(0, 100_000_000, size(of))
    first["code"] = codes
    of["code"] = np.where(rng.random(size(of)) < (0.25 if soft else 0.5), codes, NONE)
    of["submit_days"] = rng.uniform(1, 3, size(of)) if soft else rng.uniform(9, 32, size(of))
    moved = rng.random(size(of)) < 0.4
    of["day"] = np.where(
        moved, np.minimum(of["day"] + rng.integers(1, 6, size(of)), world.traits.days - 1), of["day"]
    )
    return join([first, of])


def turns(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Two people pay in turn."""
    people = np.unique(of["person"])
    partner = dict(zip(people.tolist(), colleagues(world, rng, people).tolist(), strict=True))
    swap = rng.random(size(of)) < 0.5
    of["person"] = np.array(
        [partner[p] if s else p for p, s in zip(of["person"].tolist(), swap, strict=True)], np.int64
    )
    return of


def over_approved(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """More paid than was approved."""
    over = rng.uniform(0.9, 1.2, size(of)) if soft else rng.uniform(1.08, 1.7, size(of))
    step = 10 * world.traits.money.whole
    of["approved"] = np.maximum(np.rint(of["amount"] / over / step), 1) * step
    return of


def approval_twice(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """An approval that was used before; innocents pay what was approved in two parts."""
    first = _blameless(rows(of, np.ones(size(of), bool)))
    first["day"] = np.maximum(first["day"] - rng.integers(2, 20, size(of)), 0)
    number = 600_000_000 + rng.integers(0, 100_000_000, size(of))
    first["approval_of"], of["approval_of"] = number, number
    approved = np.ceil(of["amount"] * rng.uniform(1.0, 1.2, size(of)))
    if soft:
        of["amount"] = _shared(world, rng, of["amount"], 0.4, 0.6)
        first["amount"] = of["amount"].copy()
    first["approved"], of["approved"] = approved, approved
    return join([first, of])


def _beside(world: World, rng: Generator, of: Draft, kind: str, purpose: int) -> Draft:
    """A claim of another kind on the same day, with nothing of the first one's facts."""
    other = _blameless(rows(of, np.ones(size(of), bool)))
    other["shop"] = world.shops.draw(rng, np.full(size(of), INDEX[kind]), world.staff.region[of["person"]])
    for name in ("amount", "minute", "heads", "purpose", "text"):
        other[name] = np.full(size(of), 0.0 if name == "amount" else NONE)
    return other


def with_mileage(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Fuel is paid, and the journey's mileage claimed as well; innocents drive another car another day."""
    other = _beside(world, rng, of, "mileage", NONE)
    if soft:
        other["day"] = np.minimum(other["day"] + rng.integers(0, 3, size(of)), world.traits.days - 1)
    other["scheme"] = of["scheme"]
    return join([_blameless(of), other])


def with_per_diem(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """A per diem beside the meal it is meant for."""
    other = _beside(world, rng, of, "perdiem", NONE)
    if soft:
        other["day"] = np.minimum(other["day"] + rng.integers(0, 3, size(of)), world.traits.days - 1)
    return join([of, other])


def refund(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Taken back by the shop, in part or in full; innocents before the company paid."""
    full = rng.random(size(of)) < 0.5
    of["back"] = np.where(full, of["amount"], _shared(world, rng, of["amount"], 0.4, 0.9))
    of["back_days"] = rng.uniform(0.2, 6, size(of)) if soft else rng.uniform(14, 40, size(of))
    return join([of, returned(world, of)])


def returned(world: World, of: Draft) -> Draft:
    """The rows of the feed that say what came back."""
    back = _blameless(rows(of, np.ones(size(of), bool)))
    back["amount"], back["txn"] = -of["back"], np.ones(size(of), np.int64)
    back["day"] = np.minimum(of["day"] + of["back_days"].astype(np.int64), world.traits.days - 1)
    back["minute"] = np.where(of["back_days"] < 1, of["minute"] + 4, of["minute"])
    back["back"], back["back_days"] = np.zeros(size(of)), np.full(size(of), np.nan)
    return back


def recharge(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """A payment cancelled at once and charged again, for more; innocents correct an error."""
    first = _blameless(rows(of, np.ones(size(of), bool)))
    first["back"], first["back_days"] = first["amount"].copy(), np.full(size(of), 0.01)
    first["minute"] = np.maximum(of["minute"] - rng.integers(6, 14, size(of)), 300)
    low, high = (0.7, 1.15) if soft else (1.12, 1.7)
    of["amount"] = _shared(world, rng, of["amount"], low, high)
    return join([first, returned(world, first), of])


def self_approval(world: World, rng: Generator, of: Draft, soft: bool) -> Draft:
    """Approved by whoever paid."""
    of["approver"] = of["person"].copy()
    return of


def colleagues(world: World, rng: Generator, people: np.ndarray) -> np.ndarray:
    """Somebody else of each person's department, or of the next one where it has nobody else."""
    order = np.argsort(world.staff.department, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return order[(place[people] + 1 + (rng.random(len(people)) * 2).astype(np.int64)) % len(order)]


PATTERNS: dict[str, Pattern] = {
    "split": split, "split_days": split_days, "split_shops": split_shops, "split_people": split_people, "pair": pair,
    "colleague": colleague, "twice": twice, "turns": turns, "over_approved": over_approved,
    "approval_twice": approval_twice, "with_mileage": with_mileage, "with_per_diem": with_per_diem, "refund": refund,
    "recharge": recharge, "self_approval": self_approval,
}  # fmt: skip
