"""Invented exchange rates: a slow random walk per currency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fraud.demo.drafts import Draft
from fraud.demo.merchants import N_REGIONS
from fraud.demo.wordlists import FOREIGN_PLACES
from fraud.demo.world import World

RATES = {"USD": (1_380.0, 0.004), "JPY": (9.3, 0.004)}  # KRW per unit on the first day, daily spread
MINOR_DIGITS = {"USD": 2, "JPY": 0}
SCALE = {code: 10.0**digits for code, digits in MINOR_DIGITS.items()}


def daily_rates(world: World, draft: Draft) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Currency and KRW per unit of every claim on its day; rate 0 for claims at home."""
    place = world.merchants.region[draft["merchant"]] - N_REGIONS
    currency = np.array([code for _, code, _ in FOREIGN_PLACES])[np.maximum(place, 0)]
    rate = np.zeros(len(place))
    for code, (level, spread) in RATES.items():
        walk = level * np.exp(np.cumsum(world.options.rng(f"rate {code}").normal(0, spread, world.days.n)))
        rows = np.flatnonzero((place >= 0) & (currency == code))
        rate[rows] = walk[np.minimum(draft["day"][rows], world.days.n - 1)]
    return currency, rate


def price_abroad(world: World, draft: Draft) -> Draft:
    """Make the KRW amounts of claims abroad come from an amount that exists in the other currency."""
    currency, rate = daily_rates(world, draft)
    scale = np.select([currency == code for code in SCALE], list(SCALE.values()), 1.0)
    original = np.round(draft["amount"] / np.where(rate > 0, rate, 1) * scale) / scale
    draft["amount"] = np.where(rate > 0, np.round(original * rate), draft["amount"]).astype(np.int64)
    return draft
