"""Money back: whole and partial cancellations as the card feed delivers them, tied to the purchase they undo."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import CANCEL, NONE, PARTIAL_CANCEL, REFUND, Draft, join_drafts, make_draft, n_rows
from fraud.demo.spends import SPENDS
from fraud.demo.world import Bools, Ints, Rng, World

WHOLE_RATE = 0.006
PARTIAL_RATE = 0.003
LEAST_AMOUNT = 8_000


def add_refunds(world: World, draft: Draft) -> Draft:
    """`draft` with refund rows appended for some innocent purchases, which are marked as cancelled in place."""
    rng = world.options.rng("refunds")
    open_rows = (draft["scheme"] == NONE) & (draft["amount"] >= LEAST_AMOUNT) & ~draft["recurring"]
    luck = rng.random(n_rows(draft))
    whole = open_rows & (luck < WHOLE_RATE)
    partial = open_rows & (luck >= WHOLE_RATE) & (luck < WHOLE_RATE + PARTIAL_RATE)
    rows = np.flatnonzero(whole | partial)
    back, purchases = _money_back(rng, world, draft, rows, partial[rows])
    joined = join_drafts([draft, back])
    joined["original"][n_rows(draft) :] = purchases
    return joined


def _money_back(rng: Rng, world: World, draft: Draft, rows: Ints, partial: Bools) -> tuple[Draft, Ints]:
    """The rows that give money back, and the rows of `draft` they undo."""
    amount = draft["amount"][rows]
    step = np.array([s.round_to for s in SPENDS])[draft["spend"][rows]]
    share = np.round(amount * rng.uniform(0.1, 0.7, len(rows)) / step) * step
    back = np.where(partial, np.clip(share, step, amount - 1), amount).astype(np.int64)
    # Most are undone within minutes at the till, the rest within a few days; both before the claim is paid.
    minutes = np.where(
        rng.random(len(rows)) < 0.6, rng.exponential(8, len(rows)) + 1, rng.exponential(3 * 1440, len(rows))
    )
    when = draft["day"][rows] * 86_400 + draft["second"][rows] + (minutes * 60).astype(np.int64)
    held = when < world.days.n * 86_400
    rows, back, when, partial, minutes = rows[held], back[held], when[held], partial[held], minutes[held]
    draft["cancelled"][rows] = back
    draft["cancel_days"][rows] = minutes / 1440
    at_till = minutes < 60
    money = make_draft(
        len(rows),
        person=draft["person"][rows],
        spend=draft["spend"][rows],
        merchant=draft["merchant"][rows],
        day=when // 86_400,
        second=when % 86_400,
        amount=-back,
        card=draft["card"][rows],
        trip=draft["trip"][rows],
        txn=np.where(partial, PARTIAL_CANCEL, np.where(at_till, CANCEL, REFUND)),
        filed_as=draft["filed_as"][rows],
    )
    return money, rows
