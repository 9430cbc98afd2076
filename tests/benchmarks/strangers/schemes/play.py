"""A company's own choice of schemes, played, with innocents who look like each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.benchmarks.strangers.drafts import DEFAULTS, NONE, Draft, draft, join
from tests.benchmarks.strangers.kinds import PURPOSE, column, indices
from tests.benchmarks.strangers.ordinary import priced, usual_amounts
from tests.benchmarks.strangers.schemes.catalogue import CATALOGUE, Scheme
from tests.benchmarks.strangers.schemes.patterns import MISUSE_ROWS, PATTERNS
from tests.benchmarks.strangers.schemes.scene import Events, kinds_of, occasions, places
from tests.benchmarks.strangers.traits import Traits
from tests.benchmarks.strangers.world import World

_SAID = 0.9  # how often a scheme's own facts are told; the rest is as usual
_LEAST_NEW = 12


@dataclass(frozen=True, slots=True)
class Played:
    """A scheme as one company has it: about so many claims of misuse from a day on, and innocents for each of them."""

    number: int  # in the catalogue
    n: int
    first: int
    innocents: float
    is_new: bool

    @property
    def scheme(self) -> Scheme:
        return CATALOGUE[self.number]


def draw_schemes(traits: Traits) -> list[Played]:
    """12 to 20 schemes with their shares; two or three of them begin only after the cut-off."""
    rng = traits.rng("schemes")
    chosen = rng.choice(len(CATALOGUE), int(rng.integers(12, 21)), replace=False)
    shares = rng.dirichlet(np.full(len(chosen), 3.0))
    n_new = int(rng.integers(2, 4))
    total, tested = traits.rate * traits.claims, (traits.days - traits.cut_off) / traits.days
    played = []
    for place, number in enumerate(chosen):
        is_new, scheme = place < n_new, CATALOGUE[number]
        n = max(round(total * shares[place]), 3)
        first = 0
        if is_new:
            first = traits.cut_off + int(rng.integers(0, max(traits.days - traits.cut_off, 4) // 4))
            n = int(np.clip(round(n * tested * 1.5), _LEAST_NEW * min(1.0, traits.claims / 15_000) + 1, 30))
        played.append(Played(int(number), n, first, float(rng.uniform(*scheme.like)), is_new))
    return played


def misuse_and_lookalikes(world: World, schemes: list[Played]) -> Draft:
    """All claims of the schemes and of the innocents; column `scheme` holds the catalogue's number, `like` the innocents'."""
    found = []
    for each in schemes:
        rng = world.traits.rng(f"scheme {each.scheme.code}")
        found.append(_claims(world, rng, each, soft=False))
        found.append(_claims(world, rng, each, soft=True))
    return join(found)


def _claims(world: World, rng: Generator, each: Played, *, soft: bool) -> Draft:
    scheme = each.scheme
    per_occasion = MISUSE_ROWS.get(scheme.how, 1.0)
    n = each.n * (each.innocents if soft else 1.0)
    if soft and each.is_new:
        n *= world.traits.days / (world.traits.days - each.first)
    span = (0 if soft else each.first, world.traits.days)
    size = 1.3 if soft else max(2.0, float(rng.uniform(0.6, 1.3)) * scheme.each)
    events = occasions(world, rng, scheme, max(round(n / per_occasion), 1), span, each=size)
    of = draft(_columns(world, rng, scheme, events, soft))
    of["scheme"] = np.full(len(events), NONE if soft else each.number)
    if scheme.how != "one" and len(events):
        of = PATTERNS[scheme.how](world, rng, of, soft)
    of["like"] = np.full(len(of["person"]), each.number if soft else NONE)
    return of


def _columns(world: World, rng: Generator, scheme: Scheme, events: Events, soft: bool) -> dict[str, NDArray]:
    kind = kinds_of(world, rng, events, indices(scheme.kinds))
    shop = places(world, rng, scheme, events, kind)
    n = len(events)
    found: dict[str, NDArray] = {"person": events.person, "day": events.day, "shop": shop}
    for name, value in scheme.facts.items():
        told = rng.random(n) < _SAID
        usual = np.full(n, DEFAULTS[name])
        found[name] = np.where(told, _fact(rng, name, value, n), usual)
    # payments that hang together need a time they hang on; single ones may be as usual
    low, high = scheme.hours or (10, 20)
    minute = np.rint(rng.uniform(low, high, n) * 60).astype(np.int64)
    told = (rng.random(n) < _SAID) & (scheme.hours is not None)
    found["minute"] = np.where(told | (scheme.how != "one"), minute, NONE)
    heads = found.get("heads", np.full(n, NONE))
    found["amount"] = _amounts(world, rng, scheme, events, shop, heads, soft)
    return found


def _fact(rng: Generator, name: str, value: object, n: int) -> NDArray:
    if name == "purpose":
        return np.full(n, PURPOSE[str(value)])
    if isinstance(value, tuple):
        whole = isinstance(DEFAULTS[name], int)
        return rng.integers(value[0], value[1] + 1, n) if whole else rng.uniform(*value, n)
    return np.full(n, value)


def _amounts(
    world: World, rng: Generator, scheme: Scheme, events: Events, shop: NDArray, heads: NDArray, soft: bool
) -> NDArray[np.float64]:
    """What is paid, in minor units and steps of prices; innocents are closer to what is usual."""
    how, low, high = scheme.amount
    n, traits = len(events), world.traits
    kind = world.shops.kind[shop]
    if soft and how in ("usual", "creep"):
        low, high = 0.5 * low + 0.5 * 0.8, 0.5 * high + 0.5 * 1.2
    factor = rng.uniform(low, high, n)
    usual = usual_amounts(world, rng, events.person, shop)
    if how == "limit":
        amount = factor * traits.limit * (rng.uniform(0.75, 1.0, n) if soft else 1.0)
    elif how == "head":
        amount = factor * traits.money.head_limit * np.maximum(heads, 2)
    elif how in ("same", "creep"):
        base = column("median")[kind] * traits.unit * world.shops.price[shop]
        of_actor = rng.uniform(low, high, int(events.actor.max(initial=0)) + 1)[events.actor]
        rising = (low + (high - low) * events.progress) * np.exp(rng.normal(0, 0.06, n))
        amount = base * (of_actor if how == "same" else rising)
    else:
        amount = factor * usual
    whole = (how == "round") | (rng.random(n) < column("round_share")[kind] * (how not in ("limit", "same")))
    return priced(world, amount, whole)
