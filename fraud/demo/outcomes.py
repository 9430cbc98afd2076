"""Past outcomes as imperfect reviewers with a crude rule filter would have left them. Simulated, and said so."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraud.demo.days import Days
from fraud.demo.drafts import NONE, PURCHASE, Draft, n_rows
from fraud.demo.kinds import ALL_KINDS
from fraud.demo.schemes import SCHEME_CODES
from fraud.demo.spends import SPENDS
from fraud.demo.timeline import DAY, Timeline
from fraud.demo.world import Bools, Floats, Rng, World

SOURCE = "simulated_history"
RESTRICTED_MCC = ("5813", "7298", "7922", "7992", "7230", "5921")
QUASI_CASH_MCC = ("5947", "6051", "6540")
WRONG_RATE = 0.10
LEAST_WEEKS, MOST_WEEKS = 1, 6
UNDECIDED_RATE = 0.04  # reviewed, but closed without enough information: no outcome
LEAST_PROBABILITY = 0.02
REPAID_RATE = 0.2


def crude_filter(world: World, draft: Draft, timeline: Timeline) -> dict[str, Bools]:
    """What the company's old filter knew: facts of a single claim, each compared with one fixed number."""
    clock = timeline.transacted % DAY // 3600
    days: Days = world.days
    amount = draft["amount"]
    mcc = np.array([kind.mcc for kind in ALL_KINDS])[world.merchants.kind[draft["merchant"]]]
    entertainment = np.array([s.purpose in ("entertainment", "team_dinner") for s in SPENDS])[draft["spend"]]
    key = np.stack([draft["person"], draft["merchant"], draft["day"], amount])
    _, inverse, counts = np.unique(key, axis=1, return_inverse=True, return_counts=True)
    return {
        "late_entertainment": ((clock >= 23) | (clock < 6)) & ~draft["recurring"],
        "weekend_family_meal": ~days.is_business[draft["day"]] & (amount >= 30_000),
        "disguised_bar": np.isin(mcc, RESTRICTED_MCC),
        "gift_voucher": np.isin(mcc, QUASI_CASH_MCC),
        "near_limit": entertainment & (amount >= 450_000),
        "split_payment": ~entertainment & (amount >= 1_000_000),
        "duplicate_claim": (counts[inverse.reshape(-1)] > 1) & (amount > 0),
        "ex_employee_card": draft["day"] > world.people.left[draft["person"]],
    }


def _reviewed(rng: Rng, flagged: Bools, capacity: int) -> tuple[Bools, Floats]:
    """Which flagged claims somebody had time for, and with what probability (the same for all flagged)."""
    probability = min(1.0, max(LEAST_PROBABILITY, capacity / max(1, int(flagged.sum()))))
    return flagged & (rng.random(len(flagged)) < probability), np.full(len(flagged), probability)


def _verdicts(rng: Rng, misuse: Bools) -> Bools:
    """What the reviewers said: a tenth of the misuse is let go, and a tenth of the confirmations are wrong."""
    missed = misuse & (rng.random(len(misuse)) < WRONG_RATE)
    confirmed = misuse & ~missed
    innocent = np.flatnonzero(~misuse)
    n_wrong = min(len(innocent), round(confirmed.sum() * WRONG_RATE / (1 - WRONG_RATE)))
    said = confirmed.copy()
    said[rng.choice(innocent, n_wrong, replace=False)] = True
    return np.asarray(said, dtype=np.bool_)


def _dispositions(rng: Rng, said: Bools) -> list[str]:
    """Why each review ended: a fifth of the guilty repaid by themselves."""
    repaid = rng.random(len(said)) < REPAID_RATE
    names = np.where(said, np.where(repaid, "personal_use_repaid", "confirmed_misuse"), "legitimate")
    return [str(name) for name in names]


def build_outcomes(world: World, draft: Draft, timeline: Timeline, external_ids: pl.Series) -> pl.DataFrame:
    """Columns external_id, is_misuse, known_at (local time text), source, channel, selection_probability, scheme,
    disposition: one row per reviewed claim whose outcome was known by the end of the period."""
    rng = world.options.rng("outcomes")
    hits = crude_filter(world, draft, timeline)
    flagged = np.any(list(hits.values()), axis=0) & (draft["txn"] == PURCHASE)
    misuse = draft["scheme"] != NONE
    capacity = round(world.options.review_rate * n_rows(draft))
    reviewed, probability = _reviewed(rng, flagged, capacity)
    tipped = misuse & ~reviewed & (rng.random(len(misuse)) < world.options.tip_rate)
    rows = np.flatnonzero((reviewed & (rng.random(len(misuse)) >= UNDECIDED_RATE)) | tipped)
    weeks = rng.uniform(LEAST_WEEKS, MOST_WEEKS, len(rows))
    known = timeline.delivered_day[rows] * DAY + (weeks * 7 * DAY).astype(np.int64)
    in_time = known < world.days.n * DAY
    rows, known = rows[in_time], known[in_time]
    said = _verdicts(rng, misuse[rows])
    first_hit = np.argmax(np.stack([hits[code][rows] for code in hits]), axis=0)
    guess = np.array(list(hits))[first_hit]
    true = np.array([*SCHEME_CODES, ""])[draft["scheme"][rows]]
    named = np.where((true != "") & (rng.random(len(rows)) < 0.85), true, guess)
    base = np.datetime64(world.days.first, "us")
    return pl.DataFrame(
        {
            "external_id": external_ids.gather(rows),
            "is_misuse": said,
            "known_at": pl.Series(base + known.astype("timedelta64[s]")).dt.strftime("%Y-%m-%d %H:%M:%S"),
            "source": pl.repeat(SOURCE, len(rows), eager=True),
            "channel": np.where(tipped[rows], "tip", "rule_filter").tolist(),
            "selection_probability": np.where(tipped[rows], 1.0, probability[rows]),
            "scheme": np.where(said, named, "").tolist(),
            "disposition": _dispositions(rng, said),
        }
    )
