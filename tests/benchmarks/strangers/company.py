"""A whole strange company: its claims as it delivers them, and the truth that only the figures look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.calendar import CompanyCalendar
from tests.benchmarks.strangers.drafts import NONE, Draft, join, rows, size
from tests.benchmarks.strangers.frame import claim_frame, delivered_on
from tests.benchmarks.strangers.ordinary import ordinary_claims, settle
from tests.benchmarks.strangers.schemes import Played, draw_schemes, misuse_and_lookalikes
from tests.benchmarks.strangers.schemes.patterns import returned
from tests.benchmarks.strangers.traits import Traits, draw_traits
from tests.benchmarks.strangers.world import World, build_world

#: Share of ordinary payments that come back.
_RETURNED = 0.008

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Company:
    """Claims in the order they were delivered.

    `truth` (n,) misuse; `scheme` (n,) number in the catalogue, -1 for none; `like` (n,) the scheme an innocent claim looks
    like; `delivered` (n,) day since the company's first. `schemes`: what the company has.
    """

    traits: Traits
    claims: pl.DataFrame
    truth: Mask
    scheme: Ints
    like: Ints
    delivered: Ints
    calendar: CompanyCalendar
    schemes: list[Played]

    def arrived(self, start: int, end: int) -> Mask:
        """Payments that reached the nights of days [start, end)."""
        spent = (self.claims["amount_minor"] > 0).to_numpy()
        return (self.delivered >= start) & (self.delivered < end) & spent


def build_company(seed: int, *, nights: int = 60, scale: float = 1.0) -> Company:
    """The company of a seed; the same seed gives the same company to the last bit."""
    traits = draw_traits(seed, nights=nights, scale=scale)
    world = build_world(traits)
    schemes = draw_schemes(traits)
    of = join([ordinary_claims(world), misuse_and_lookalikes(world, schemes)])
    of = settle(world, of, traits.rng("facts"))
    of = join([of, _returned(world, of)])
    of = _in_order(of, traits.days)
    return Company(
        traits,
        claim_frame(world, of),
        of["scheme"] != NONE,
        of["scheme"],
        of["like"],
        delivered_on(of),
        world.calendar,
        schemes,
    )


def _returned(world: World, of: Draft) -> Draft:
    """Ordinary cancellations: some payments come back, most of them at once and in full. Notes it on the payments as well."""
    rng = world.traits.rng("returned")
    n = size(of)
    ordinary = (of["scheme"] == NONE) & (of["like"] == NONE) & (of["back"] == 0) & (of["amount"] > 0)
    chosen = ordinary & (rng.random(n) < _RETURNED) & ~of["recurring"]
    full = rng.random(n) < 0.8
    part = np.maximum(np.rint(of["amount"] * 0.5), 1)
    of["back"] = np.where(chosen, np.where(full, of["amount"], part), of["back"])
    late = rng.random(n) < 0.1
    of["back_days"] = np.where(
        chosen, np.where(late, rng.uniform(8, 40, n), rng.exponential(1.0, n)), of["back_days"]
    )
    return returned(world, rows(of, chosen))


def _in_order(of: Draft, days: int) -> Draft:
    """By delivery, then time; what would reach the company after its last night has not happened yet."""
    delivered = delivered_on(of)
    kept = np.flatnonzero(delivered < days)
    order = np.lexsort((np.arange(size(of))[kept], of["minute"][kept], of["day"][kept], delivered[kept]))
    return rows(of, kept[order])
