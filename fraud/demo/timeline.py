"""What happens to a claim after the payment: submitted, approved, delivered, paid, cancelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.demo.drafts import NONE, PURCHASE, Draft, n_rows
from fraud.demo.world import Bools, Ints, Rng, World

DAY = 86_400
NEVER_SUBMITTED_RATE = 0.003
NEVER_SUBMITTED_DELIVERED_AFTER = 45  # days: the card feed delivers what nobody claimed
LATE_RATE = 0.03
DEPUTY_RATE = 0.06
UNSET = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Timeline:
    """Seconds since the period's first midnight, local time; UNSET where it has not happened."""

    transacted: Ints
    submitted: Ints
    approved: Ints
    settled: Ints
    paid: Ints
    cancelled: Ints
    delivered_day: Ints
    approver: Ints


def _submit_delays(rng: Rng, draft: Draft) -> NDArray[np.float64]:
    """Days from payment to claim; nan = never claimed."""
    n = n_rows(draft)
    days = rng.lognormal(np.log(2.0), 0.9, n)
    days = np.where(rng.random(n) < LATE_RATE, rng.uniform(28, 70, n), days)
    days = np.where(rng.random(n) < NEVER_SUBMITTED_RATE, np.nan, days)
    return np.asarray(np.where(np.isnan(draft["submit_days"]), days, draft["submit_days"]), dtype=np.float64)


def _office_hours(rng: Rng, world: World, second: Ints, share: float) -> Ints:
    """Move moments on free days or at night to the next working day's office hours, for the share that waits."""
    business = np.concatenate([world.days.is_business, np.ones(400, dtype=np.bool_)])
    day, clock = second // DAY, second % DAY
    waits = (rng.random(len(second)) < share) & (~business[day] | (clock < 8 * 3600) | (clock > 19 * 3600))
    after = np.where(clock > 19 * 3600, day + 1, day)
    following = np.append(np.flatnonzero(business), len(business))
    next_day = following[np.searchsorted(following, after)]
    moved = next_day * DAY + 8 * 3600 + rng.integers(0, 9 * 3600, len(second))
    return np.asarray(np.where(waits, moved, second), dtype=np.int64)


def _approvers(rng: Rng, world: World, draft: Draft) -> Ints:
    """The superior; now and then the one above stands in. The head of the company is approved by the finance head."""
    manager = np.where(world.people.manager >= 0, world.people.manager, min(1, world.people.n - 1))
    usual = manager[draft["person"]]
    deputy = rng.random(len(usual)) < DEPUTY_RATE
    usual = np.where(deputy & (manager[usual] != draft["person"]), manager[usual], usual)
    return np.asarray(np.where(draft["approver"] == NONE, usual, draft["approver"]), dtype=np.int64)


def _unset(values: NDArray[np.float64] | Ints, missing: Bools) -> Ints:
    return np.asarray(np.where(missing, UNSET, np.nan_to_num(values)), dtype=np.int64)


def build_timeline(world: World, draft: Draft) -> Timeline:
    """Draw all later moments of every claim; money-back rows come straight from the card feed."""
    rng = world.options.rng("timeline")
    n = n_rows(draft)
    transacted = draft["day"] * DAY + draft["second"]
    delay = _submit_delays(rng, draft)
    feed = (draft["txn"] != PURCHASE) | np.isnan(delay)
    submitted = _office_hours(
        rng, world, transacted + (np.nan_to_num(delay) * DAY).astype(np.int64) + 600, 0.85
    )
    seconds = rng.lognormal(np.log(9 * 3600), 1.0, n) + 30
    slow = np.isnan(draft["approve_seconds"])
    approved = submitted + np.where(
        slow, np.minimum(seconds, 12 * DAY), np.nan_to_num(draft["approve_seconds"])
    ).astype(np.int64)
    approved = np.where(slow, np.maximum(submitted + 20, _office_hours(rng, world, approved, 0.95)), approved)
    paid = (approved // DAY + rng.integers(4, 13, n)) * DAY + 10 * 3600
    settled = (draft["day"] + rng.choice([1, 1, 1, 2, 3, 5], n)) * DAY + 4 * 3600
    delivered = np.where(feed, settled // DAY, approved // DAY)
    lost = (draft["txn"] == PURCHASE) & np.isnan(delay)
    delivered = np.where(lost, draft["day"] + NEVER_SUBMITTED_DELIVERED_AFTER, delivered)
    linked = np.flatnonzero(draft["original"] >= 0)
    delivered[linked] = np.maximum(delivered[linked], delivered[draft["original"][linked]])
    cancelled = transacted + np.nan_to_num(draft["cancel_days"]) * DAY
    return Timeline(
        transacted,
        _unset(submitted, feed),
        _unset(approved, feed),
        settled,
        _unset(paid, feed),
        _unset(cancelled, np.isnan(draft["cancel_days"])),
        np.asarray(delivered, dtype=np.int64),
        _approvers(rng, world, draft),
    )
